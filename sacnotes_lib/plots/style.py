"""One look for all pictures: type for the back row, colours that differ also in dashes and markers."""

import math
import os
import threading
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, StrMethodFormatter

# Pixels of a picture for each inch, and how many of a page's an inch takes. A sharp screen or a projector has more of
# its own for each of a page's, and no kernel is told how many.
DPI = int(os.environ.get("SACNOTES_DPI", "100"))
PAGE_DPI = 100

# Petroff's ten colours (arXiv 2107.02270) stay apart in the common kinds of colour blindness.
BLUE, AMBER, RED, GREY, PURPLE = "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6"
BROWN, ORANGE, TAN, SLATE, SKY = "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"
COLORS = (BLUE, AMBER, RED, GREY, PURPLE, BROWN, ORANGE, TAN, SLATE, SKY)
PAIR = (BLUE, ORANGE)  # where two of a kind stand side by side
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), (0, (9, 2, 2, 2, 2, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

INK = "#1f2328"
QUIET = "#57606a"
GRID = "#d8dee4"

OURS = {
    "font.size": 15,
    "axes.titlesize": 17,
    "axes.labelsize": 16,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": GRID,
    "grid.linewidth": 1.0,
    "lines.linewidth": 3.0,
    "lines.markersize": 9,
    "text.color": INK,
    "text.hinting": "no_hinting",  # fitting letters to pixels takes a third of a live picture's time; type is large
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "white",
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "axes.prop_cycle": matplotlib.cycler(color=COLORS),
}

# All settings, Matplotlib's defaults and ours, so that a person's own style changes nothing here.
RC = matplotlib.RcParams(
    {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    | OURS
)

# Matplotlib's settings belong to the whole process: two threads that change them at once could leave them changed.
_settings_lock = threading.RLock()


@contextmanager
def context():
    """Draw in the style of this course while the block lasts; other pictures of the session keep theirs.

    What another thread sets meanwhile stays set: a console draws on a thread of its own while cells run.
    """
    now = matplotlib.rcParams
    with _settings_lock:
        theirs = {name: now[name] for name, value in RC.items() if now[name] != value}
        now.update({name: RC[name] for name in theirs})
        try:
            yield
        finally:
            now.update({name: value for name, value in theirs.items() if now[name] == RC[name]})


def new_figure(width: float = 10.0, height: float = 5.0) -> Figure:
    """An empty figure in this style, ``width`` by ``height`` inches, that belongs to no pyplot window.

    Make it and draw on it inside `context`, so that every artist picks the style up.
    """
    with context():
        figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
    return figure


def line_style(index: int) -> dict:
    """Colour, dashes and marker number ``index``: three ways to tell one curve from the next."""
    return {
        "color": COLORS[index % len(COLORS)],
        "linestyle": DASHES[index % len(DASHES)],
        "marker": MARKERS[index % len(MARKERS)],
    }


def label_line_end(axes: Axes, line, text: str) -> Text:
    """Write ``text`` beside the last finite point of ``line``, in its colour: a legend without the detour."""
    points = [(x, y) for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True) if x == x and y == y]
    if not points:
        raise ValueError(f"The line to be labelled {text!r} has no finite point.")
    look = {"color": line.get_color(), "va": "center", "fontweight": "bold", "annotation_clip": False}
    return axes.annotate(text, points[-1], xytext=(10, 0), textcoords="offset points", **look)


def label_line_ends(axes: Axes, texts_by_line: dict) -> list[Text]:
    """`label_line_end` for several lines, with the labels moved apart where the lines end close together.

    Call it when the axis limits are final; the labels keep the order of the lines' ends.
    """
    low, high = axes.get_ylim()
    ends = {line: float(line.get_ydata()[-1]) for line in texts_by_line}
    labels = []
    for line, height in moved_apart(ends, 0.075 * (high - low), high).items():
        label = label_line_end(axes, line, texts_by_line[line])
        label.xy = (label.xy[0], height)
        labels.append(label)
    return labels


def moved_apart(heights: dict[Any, float], gap: float, top: float) -> dict[Any, float]:
    """Heights of labels, the lowest first, moved up to lie ``gap`` apart, then all down where one is above ``top``."""
    moved, last = {}, -math.inf
    for key in sorted(heights, key=heights.get):
        moved[key] = last = max(heights[key], last + gap)
    overshoot = max(0.0, last - top)
    return {key: height - overshoot for key, height in moved.items()}


def plain_log_ticks(axes: Axes) -> None:
    """Label a logarithmic vertical axis with plain numbers, 0.3, 1, 3, 10, where powers of ten would be too few."""
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.minorticks_off()


def readable_on(color) -> str:
    """Black or white, whichever stands out more on ``color`` (WCAG 2 relative luminance)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(color)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if luminance > 0.179 else "white"
