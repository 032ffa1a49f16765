"""How `BackupScene` is drawn: one draw of noisy critics, and the label's error over many draws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from matplotlib.figure import Figure

from sacnotes_lib.plots import style

LIMIT = 4.6  # reward; nearly all errors at the noisiest setting stay inside
FLOOR = -6.8  # what lies between -LIMIT and this is kept for words
EDGES = np.linspace(-LIMIT, LIMIT, 70)
CRITIC, ACTOR, LABEL = style.GREY, style.BLUE, style.RED


def setup(figure: Figure) -> SimpleNamespace:
    """Left, what the critics say of each action in one draw; right, the label's error over all draws."""
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.35, 1))
    for axes in (left, right):
        axes.axhline(0, color=style.INK, linewidth=1.5)
        axes.set_ylim(FLOOR, LIMIT)
        axes.set_yticks([-4, -2, 0, 2, 4])
    left.set(xlabel="action (all are truly worth 0)", ylabel="Q − true Q (reward)", xlim=(0, 1))
    left.set_xticks([])
    left.set_title("One draw")
    right.set(xlabel="how often", xlim=(0, 1.12))
    right.set_xticks([])
    right.set_title("The label, 2,000 draws")
    moving = {"linestyle": "none", "animated": True}
    (critics,) = left.plot([], [], marker="o", markersize=6, color=CRITIC, **moving)
    (climbed,) = left.plot([], [], marker="_", markersize=16, markeredgewidth=4, color=ACTOR, **moving)
    pick_look = {"marker": "o", "markersize": 22, "markeredgewidth": 3, "fillstyle": "none"}
    (pick,) = left.plot([], [], color=ACTOR, **pick_look, **moving)
    (label,) = left.plot([], [], marker="X", markersize=14, color=LABEL, **moving)
    _legend(left)
    heights = right.stairs(
        np.zeros(len(EDGES) - 1), EDGES, orientation="horizontal", fill=True, color=LABEL, alpha=0.35,
        animated=True,
    )  # fmt: skip
    (mean,) = right.plot([0, 1.12], [0, 0], color=LABEL, animated=True)
    (closed,) = right.plot(
        [0, 1.12], [0, 0], color=style.INK, linestyle=style.DASHES[1], linewidth=2.5, animated=True
    )
    numbers = right.text(0.05, -LIMIT, "", va="top", linespacing=1.3, fontsize=16, animated=True)
    return SimpleNamespace(
        critics=critics, climbed=climbed, pick=pick, label=label, heights=heights, mean=mean, closed=closed,
        numbers=numbers,
    )  # fmt: skip


def _legend(axes) -> None:
    """The four marks with their words."""
    actor = {"marker": "_", "markersize": 16, "markeredgewidth": 4, "color": ACTOR}
    pick = {"marker": "o", "markersize": 16, "markeredgewidth": 3, "fillstyle": "none", "color": ACTOR}
    entries = (
        (0.04, -5.2, {"marker": "o", "markersize": 6, "color": CRITIC}, "one critic's Q"),
        (0.04, -6.2, actor, "what the actor sees"),
        (0.56, -5.2, pick, "its pick"),
        (0.56, -6.2, {"marker": "X", "markersize": 13, "color": LABEL}, "first critic's label"),
    )
    for x, y, look, words in entries:
        axes.plot(x, y, linestyle="none", **look)
        axes.text(x + 0.035, y, words, va="center")


def draw(artists: SimpleNamespace, data) -> None:
    """Show one `LabelErrors`."""
    number, actions = data.critics.shape
    places = (np.arange(actions) + 0.5) / actions
    artists.critics.set_data(np.tile(places, number), data.critics.ravel())
    artists.climbed.set_data(places, data.climbed)
    artists.pick.set_data([places[data.pick]], [data.climbed[data.pick]])
    artists.label.set_data([places[data.pick]], [data.shown])
    counts, _ = np.histogram(data.errors, EDGES)
    artists.heights.set_data(counts / counts.max())
    artists.mean.set_ydata([data.mean, data.mean])
    artists.closed.set_ydata([data.expected, data.expected])
    mean, expected = (f"{value:+.2f}".replace("-", "−") for value in (data.mean, data.expected))
    artists.numbers.set_text(f"on average {mean}\nclosed form {expected}\nspread {data.std:.2f}")
