"""How `TargetScene` is drawn: the policy and the critics at s', and the label as a waterfall."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sacnotes_lib.scenes import style, target

BARS = ("reward\nr", "min Q̄\n× γ (1−d)", "−α log π\n× γ (1−d)", "label\ny")
BAR_COLORS = (style.COLORS[0], style.COLORS[1], style.COLORS[4], style.COLORS[3])
WIDTH = 0.62
BAD = style.COLORS[2]
ACTIONS = torch.linspace(-0.995, 0.995, 200)


def setup(figure: Figure) -> SimpleNamespace:
    """Two panels about s' on the left, the waterfall on the right; everything that moves is animated."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.35))
    critics, policy = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    marks = _setup_critics(critics) | _setup_policy(policy)
    return SimpleNamespace(**marks, **_setup_waterfall(figure.add_subplot(grid[:, 1])))


def _setup_critics(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-0.6, 1.5), ylabel="Q̄(s′, a′)\n(reward)", xticklabels=[])
    axes.set_title("What the target critics say")
    for index, (values, place) in enumerate(
        zip(target.target_critics(ACTIONS), ((0.8, 0.98), (-0.98, 0.8)), strict=True)
    ):
        color = style.COLORS[(0, 6)[index]]
        axes.plot(ACTIONS, values, color=color, linestyle=style.DASHES[index])
        axes.annotate(f"Q̄{'₁₂'[index]}", place, color=color, fontweight="bold")
    stem = axes.axvline(0, color=style.QUIET, linewidth=2, linestyle=style.DASHES[2], animated=True)
    (smaller,) = axes.plot([], [], "o", color=style.INK, markersize=13, animated=True)
    said = axes.text(0.02, 0.96, "", va="top", transform=axes.transAxes, animated=True)
    return {"critic_stem": stem, "smaller": smaller, "critic_said": said}


def _setup_policy(axes) -> dict:
    density = target.current_policy().log_prob(ACTIONS.unsqueeze(-1)).exp()
    axes.set(xlim=(-1, 1), ylim=(0, 2.6), xlabel="next action a′", ylabel="π(a′ | s′)\n(density)")
    axes.set_title("Where a′ is drawn")
    axes.plot(ACTIONS, density, color=style.COLORS[4])
    axes.axhline(1, color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4])
    axes.annotate("log π = 0", (-1, 1), xytext=(6, 5), textcoords="offset points", color=style.QUIET)
    stem = axes.axvline(0, color=style.QUIET, linewidth=2, linestyle=style.DASHES[2], animated=True)
    (drawn,) = axes.plot([], [], "o", color=style.INK, markersize=13, animated=True)
    said = axes.text(0.02, 0.96, "", va="top", transform=axes.transAxes, animated=True)
    return {"policy_stem": stem, "drawn": drawn, "policy_said": said}


def _setup_waterfall(axes) -> dict:
    axes.set(xlim=(-0.5, 3.5), ylim=(-0.9, 2.7), ylabel="reward", xticks=range(4), xticklabels=BARS)
    axes.set_title("How the label adds up")
    axes.axhline(0, color=style.INK, linewidth=1)
    bars = [
        axes.add_patch(
            Rectangle((k - WIDTH / 2, 0), WIDTH, 0, facecolor=color, edgecolor=style.INK, animated=True)
        )
        for k, color in enumerate(BAR_COLORS)
    ]
    steps = LineCollection([], color=style.QUIET, linewidth=1.5, animated=True)
    right = LineCollection([], color=style.INK, linewidth=3, linestyle=[style.DASHES[2]], animated=True)
    axes.add_collection(steps, autolim=False)
    axes.add_collection(right, autolim=False)
    values = [axes.text(k, 0, "", ha="center", fontweight="bold", animated=True) for k in range(4)]
    verdict = axes.text(
        0.98, 0.98, "", ha="right", va="top", transform=axes.transAxes, fontsize=17, animated=True
    )
    return {"bars": bars, "steps": steps, "right": right, "values": values, "verdict": verdict}


def draw(artists: SimpleNamespace, data: target.Label) -> None:
    """Show one `Label`."""
    a, density = data.next_action, np.exp(data.log_prob)
    artists.critic_stem.set_xdata([a, a])
    artists.policy_stem.set_xdata([a, a])
    artists.smaller.set_data([a], [min(data.next_q)])
    artists.drawn.set_data([a], [density])
    artists.critic_said.set_text(f"min {_signed(min(data.next_q))}")
    artists.policy_said.set_text(f"a′ {_signed(a)}\nlog π {_signed(data.log_prob)}")
    _draw_waterfall(artists, data)


def _draw_waterfall(artists, data) -> None:
    parts = np.array([target.REWARD, data.next_value, data.entropy])
    tops = np.cumsum(parts)
    spans = [*zip(tops - parts, tops, strict=True), (0.0, data.y)]
    for k, (start, end) in enumerate(spans):
        artists.bars[k].set(y=start, height=end - start)
        artists.values[k].set(y=max(start, end) + 0.06, text=_signed(end - start))
    artists.steps.set_segments([[(k, level), (k + 1, level)] for k, level in enumerate(tops)])
    wrong = abs(data.y - data.right) > 5e-4
    artists.bars[3].set(facecolor=BAD if wrong else BAR_COLORS[3], hatch="//" if wrong else "")
    artists.right.set_segments([[(2.6, data.right), (3.46, data.right)]] if wrong else [])
    verdict = f"wrong: right is {_signed(data.right)}, dotted" if wrong else "the right label"
    artists.verdict.set(text=verdict, color=BAD if wrong else style.INK)


def _signed(number: float) -> str:
    """Two decimals with a sign as wide as a digit; no minus in front of a zero."""
    return f"{round(number, 2) + 0.0:+.2f}".replace("-", "−")
