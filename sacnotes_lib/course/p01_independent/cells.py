"""Tensors as coloured cells with their numbers, three artists however many cells there are; and words that move.

All writing is filled outlines: they take a tenth of the time that text artists take.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from sacnotes_lib.plots import style

EMPTY = Path(np.empty((0, 2)))


@cache
def outline(
    text: str, size: float, family: str = "DejaVu Sans", weight: str = "normal"
) -> tuple[Path, float]:
    """``text`` on the base line from the origin on, ``size`` points large, and its width: both in inches."""
    path = TextPath((0, 0), text, size=size, prop=FontProperties(family=family, weight=weight))
    return Path(path.vertices / 72, path.codes), path.get_extents().x1 / 72


class OutlineText(PathPatch):
    """One line of moving text on axes whose data unit is an inch."""

    def __init__(self, axes: Axes, size: float, family: str = "DejaVu Sans", weight: str = "normal"):
        super().__init__(EMPTY, facecolor=style.INK, linewidth=0, animated=True)
        self.size, self.family, self.weight = size, family, weight
        axes.add_artist(self)

    def write(self, text: str, x: float, y: float, align: float = 0.0, upright: bool = False) -> None:
        """Show ``text`` at (x, y), centred on y; ``align`` 0 begins at x, 0.5 is centred there, 1 ends there.

        ``upright`` turns it by a quarter: it then ends at x on its right side and is centred on y.
        """
        path, width = outline(text, self.size, self.family, self.weight)
        vertices = path.vertices - [align * width, 0.36 * self.size / 72]  # half a capital's height
        if upright:
            vertices = path.vertices - [0.5 * width, 0]
            vertices = np.column_stack([-vertices[:, 1] - 0.15 * self.size / 72, vertices[:, 0]])
        self.set_path(Path(vertices + [x, y], path.codes))


@dataclass(frozen=True)
class Block:
    """A tensor drawn with its first cell's upper left corner at (left, top).

    ``values`` [rows, columns]; ``marked``, where given, is a mask of the same shape: marked cells are outlined, the
    others fade.
    """

    left: float
    top: float
    values: np.ndarray
    marked: np.ndarray | None = None


class Cells:
    """Cells on axes whose data unit is an inch. `show` replaces all of them at once."""

    def __init__(self, axes: Axes, low: float, high: float, colormap: str = "viridis"):
        self._color = lambda values: colormaps[colormap](Normalize(low, high)(values))[:, :3]
        self._boxes = PolyCollection([], animated=True)
        axes.add_collection(self._boxes, autolim=False)
        self._digits = {ink: PathPatch(EMPTY, fc=ink, lw=0, animated=True) for ink in ("black", "white")}
        for patch in self._digits.values():
            axes.add_artist(patch)

    def show(self, blocks: Sequence[Block], cell: float, *, numbers: bool) -> None:
        """Draw ``blocks`` with cells of side ``cell`` inches; ``numbers`` writes each value with one decimal."""
        values = np.concatenate([block.values.ravel() for block in blocks])
        corners = np.concatenate([_corners(block, cell) for block in blocks])
        marked = np.concatenate([_marks(block, True) for block in blocks])
        plain = np.concatenate([_marks(block, False) for block in blocks])
        colors = self._color(values)
        colors[plain] = 0.45 * colors[plain] + 0.55  # towards white
        # outlined cells last, so that no neighbour covers an outline
        order = np.argsort(marked, kind="stable")
        square = np.array([(0, 0), (1, 0), (1, -1), (0, -1)]) * cell
        self._boxes.set_verts(corners[order, None] + square)
        self._boxes.set_facecolor(colors[order])
        self._boxes.set_edgecolor([to_rgb(style.INK) if m else (1, 1, 1) for m in marked[order]])
        self._boxes.set_linewidth(np.where(marked[order], 4.0, 1.0))
        centres = corners + np.array([0.5, -0.5]) * cell
        inks = np.array([style.readable_on(color) for color in colors])
        for ink, patch in self._digits.items():
            chosen = np.flatnonzero(inks == ink) if numbers else []
            words = [_centred(_one_decimal(values[k]), 0.26 * cell) for k in chosen]
            placed = [
                Path(word.vertices + centres[k], word.codes) for word, k in zip(words, chosen, strict=True)
            ]
            patch.set_path(Path.make_compound_path(*placed) if placed else EMPTY)


def _corners(block: Block, cell: float) -> np.ndarray:
    rows, columns = np.indices(block.values.shape)
    return np.column_stack([block.left + columns.ravel() * cell, block.top - rows.ravel() * cell])


def _marks(block: Block, value: bool) -> np.ndarray:
    if block.marked is None:
        return np.zeros(block.values.size, dtype=bool)
    return block.marked.ravel() == value


def _one_decimal(value: float) -> str:
    return f"{round(float(value), 1) + 0.0:.1f}"  # adding 0 turns -0.0 into 0.0


def _centred(text: str, height: float) -> Path:
    """The outline of ``text``, centred on the origin, digits ``height`` inches high."""
    word, width = outline(text, 72 * height / 0.73)  # a digit is 0.73 of its font size high
    return Path(word.vertices - [width / 2, 0.5 * height], word.codes)
