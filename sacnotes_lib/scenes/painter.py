"""Paint one scene again and again on one figure: layout once, then only what moved."""

from __future__ import annotations

from typing import Any

import numpy as np

from sacnotes_lib.scenes import style
from sacnotes_lib.scenes.base import Scene


class Painter:
    """Keeps the figure of a scene. `paint` returns the picture of some data as pixels.

    The layout is computed at the first picture and then frozen: computing it at every picture doubles the time.
    """

    def __init__(self, scene: Scene):
        self.scene = scene
        self.figure = style.new_figure(*scene.size)
        with style.context():
            self._artists = scene.setup(self.figure)
        moving = self.figure.findobj(lambda artist: artist.get_animated())
        self._moving = sorted(moving, key=lambda artist: artist.get_zorder())
        self._background = None

    def paint(self, data: Any) -> np.ndarray:
        """The picture of ``data``: RGBA values, uint8, [height, width, 4]."""
        canvas = self.figure.canvas
        with style.context():
            self.scene.draw(self._artists, data)
            if self._background is None:
                canvas.draw()
                self.figure.set_layout_engine("none")
            # Animated artists never make the figure stale, so this asks: did anything of the background change?
            if self._background is None or self.figure.stale:
                canvas.draw()
                self._background = canvas.copy_from_bbox(self.figure.bbox)
            else:
                canvas.restore_region(self._background)
            for artist in self._moving:
                self.figure.draw_artist(artist)
        return np.array(canvas.buffer_rgba())
