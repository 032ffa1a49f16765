"""How `SquashingScene` is drawn: u below, tanh above it, the action at its side, and the entropy against std."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from sacnotes_lib.plots import style

DENSITY_TOP = 2.0  # densities above are cut off
TRUE, SCORED, SLICES = style.BLUE, style.RED, (style.BLUE, style.SKY)
DASH = style.DASHES[1]


def setup(figure: Figure, pre_tanh: np.ndarray, actions: np.ndarray, stds: np.ndarray) -> SimpleNamespace:
    """Axes in fixed places, since the two densities must stand against the curve of tanh."""
    figure.set_layout_engine("none")
    limit = pre_tanh[-1]
    squash = figure.add_axes((0.075, 0.37, 0.34, 0.55), xlim=(-limit, limit), ylim=(-1, 1))
    below = figure.add_axes((0.075, 0.115, 0.34, 0.21), xlim=(-limit, limit), ylim=(0, 0.85))
    side = figure.add_axes((0.44, 0.37, 0.15, 0.55), xlim=(0, DENSITY_TOP), ylim=(-1, 1))
    squash.set(ylabel="action a", xticklabels=[])
    squash.set_yticks([-1, 0, 1])
    squash.set_title("a = tanh(u)")
    squash.plot(pre_tanh, actions, color=style.INK)
    below.set(xlabel="u, before tanh", ylabel="density", yticks=[0, 0.5])
    side.set(xlabel="density", yticks=[-1, 0, 1], yticklabels=[], xticks=[0, 1, 2])
    side.set_title("π(a)")
    lines = LineCollection([], color=style.QUIET, linewidth=1.3, animated=True)
    squash.add_collection(lines, autolim=False)
    (median,) = squash.plot([], [], color=style.INK, linewidth=2.5, linestyle=style.DASHES[4], animated=True)
    return SimpleNamespace(
        pre_tanh=pre_tanh, actions=actions, limit=limit, lines=lines, median=median,
        below=_slices(below), side=_slices(side),
        below_curve=below.plot([], [], color=TRUE, animated=True)[0],
        side_curve=side.plot([], [], color=TRUE, animated=True)[0],
        scored_curve=side.plot([], [], color=SCORED, linestyle=DASH, animated=True)[0],
        mean=side.plot([], [], color=style.PURPLE, marker="D", markersize=12, clip_on=False, animated=True)[0],
        numbers=figure.text(0.44, 0.27, "", va="top", fontsize=15, linespacing=1.45, animated=True),
        **_setup_entropy(figure, stds),
    )  # fmt: skip


def _slices(axes) -> PolyCollection:
    slices = PolyCollection([], facecolors=[*SLICES] * 5, alpha=0.45, linewidth=0, animated=True)
    axes.add_collection(slices, autolim=False)
    return slices


def _setup_entropy(figure: Figure, stds: np.ndarray) -> dict:
    axes = figure.add_axes(
        (0.685, 0.115, 0.3, 0.705), xscale="log", xlim=(0.9 * stds[0], 1.15 * stds[-1]), ylim=(-4, 4)
    )
    axes.set(
        xlabel="std of u",
        ylabel="entropy (nats)",
        xticks=[0.1, 0.3, 1, 3],
        xticklabels=["0.1", "0.3", "1", "3"],
    )
    axes.set_title("Entropy of the action", y=1.14)
    axes.axhline(np.log(2), color=style.INK, linewidth=1.5, linestyle=style.DASHES[4])
    axes.text(0.1, np.log(2) + 0.12, "log 2")
    axes.xaxis.set_minor_formatter(NullFormatter())
    above = {"transform": axes.transAxes, "clip_on": False}
    axes.plot([0.02, 0.13], [1.11, 1.11], color=TRUE, **above)
    axes.plot([0.02, 0.13], [1.04, 1.04], color=SCORED, linestyle=DASH, **above)
    return {
        "stds": stds,
        "entropy_curve": axes.plot([], [], color=TRUE, animated=True)[0],
        "scored_entropy_curve": axes.plot([], [], color=SCORED, linestyle=DASH, animated=True)[0],
        "entropy": axes.plot([], [], color=TRUE, marker="o", markersize=14, animated=True)[0],
        "scored_entropy": axes.plot(
            [],
            [],
            color=SCORED,
            marker="s",
            markersize=11,
            fillstyle="none",
            markeredgewidth=3,
            animated=True,
        )[0],
        "true_label": axes.text(0.16, 1.11, "", va="center", animated=True, **above),
        "scored_label": axes.text(0.16, 1.04, "", va="center", animated=True, **above),
    }


def draw(artists: SimpleNamespace, data) -> None:
    """Show one `Squashing`."""
    limit, actions = artists.limit, artists.actions
    artists.below_curve.set_data(artists.pre_tanh, data.pre_tanh_density)
    artists.side_curve.set_data(data.density, actions)
    artists.scored_curve.set_data(data.scored_density, actions)
    artists.below.set_verts(_cut(artists.pre_tanh, data.pre_tanh_density, data.cuts))
    artists.side.set_verts([part[:, ::-1] for part in _cut(actions, data.density, np.tanh(data.cuts))])
    artists.lines.set_segments([((u, -1), (u, np.tanh(u)), (limit, np.tanh(u))) for u in data.cuts])
    centre = np.arctanh(data.median)
    artists.median.set_data([centre, centre, limit], [-1, data.median, data.median])
    artists.mean.set_data([0], [data.mean])
    artists.numbers.set_text(
        f"dotted: median {data.median:z.2f}\n◆ mean {data.mean:z.2f}\ndashed: area {_short(data.total)}"
    )
    artists.entropy_curve.set_data(artists.stds, data.entropies)
    artists.scored_entropy_curve.set_data(artists.stds, data.scored_entropies)
    artists.entropy.set_data([data.std], [data.entropy])
    artists.scored_entropy.set_data([data.std], [data.scored_entropy])
    artists.true_label.set_text(f"true: {data.entropy:.2f}")
    artists.scored_label.set_text(f"by this log_prob: {data.scored_entropy:.2f}")


def _cut(places: np.ndarray, density: np.ndarray, cuts: np.ndarray) -> list[np.ndarray]:
    """The area under a density as ten polygons [corners, 2], from one cut to the next."""
    ends = np.clip([places[0], *cuts, places[-1]], places[0], places[-1])
    polygons = []
    for left, right in zip(ends[:-1], ends[1:], strict=True):
        inside = places[(places > left) & (places < right)]
        x = np.concatenate([[left], inside, [right]])
        heights = np.interp(x, places, density)
        polygons.append(np.column_stack([np.r_[x, right, left], np.r_[heights, 0, 0]]))
    return polygons


def _short(total: float) -> str:
    return f"{total:.3g}" if total < 1000 else "over 1,000"
