"""Tensors as rows of coloured cells with their numbers: three artists, however many cells there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from sacnotes_lib.course.p01_independent.outlines import EMPTY, outline
from sacnotes_lib.plots import style


@dataclass(frozen=True)
class Block:
    """A tensor drawn with its first cell's upper left corner at (left, top).

    ``values`` [rows, columns]; ``marked``, where given, is a mask of the same shape: marked cells are outlined, the
    others fade.
    """

    left: float
    top: float
    values: np.ndarray
    marked: np.ndarray | None = field(default=None)


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
        order = np.argsort(
            marked, kind="stable"
        )  # outlined cells last, so that no neighbour covers an outline
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
