"""Artists that a scene's `draw` moves, and the key to them: what every picture's `setup` is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text


def moving_line(axes: Axes, x: Sequence = (), y: Sequence = (), **look) -> Line2D:
    """A curve or marks to be moved, empty where they have no place yet."""
    return axes.plot(x, y, animated=True, **look)[0]


def moving_text(axes: Axes, x: float, y: float, **look) -> Text:
    """Words to be written by `draw`, at a place in fractions of the axes."""
    return axes.text(x, y, "", transform=axes.transAxes, animated=True, **look)


def key(
    axes: Axes, texts: Mapping[Line2D, str], x: Sequence[float], text_x: float, top: float, step: float
) -> None:
    """What each line means, a row each below ``top``: a sample over ``x``, then its words; in fractions of the axes.

    A ``top`` above 1 puts it over the axes: leave room there, with the title's ``pad``.
    """
    still = {"transform": axes.transAxes, "clip_on": False, "in_layout": False}
    for row, (line, text) in enumerate(texts.items()):
        y = top - step * row
        (sample,) = axes.plot(x, [y] * len(x))
        sample.update_from(line)
        sample.set(**still)
        axes.text(text_x, y, text, va="center", **still)
