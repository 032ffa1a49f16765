"""How `OneUpdateScene` is drawn: the critic's parabola and the labels, the policy's density, and a table of numbers."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.figure import Figure

from sacnotes_lib.course.p10_own_words import slow_motion
from sacnotes_lib.plots import style
from sacnotes_lib.sac.distributions import SquashedGaussian

ACTIONS = torch.linspace(-0.995, 0.995, 161, dtype=torch.float64)
AXIS = ACTIONS.numpy()  # Matplotlib reads a tensor number by number
UNSEEN = np.full(len(AXIS), np.nan)
Q_COLOR, TARGET_COLOR, POLICY_COLOR, MOVED = (
    style.BLUE,
    style.ORANGE,
    style.PURPLE,
    style.RED,
)
ROWS = ("label y", "(Q − y)²", "Q", "π: tanh μ", "π: σ", "α", "Q̄")
UNITS = ("average", "average", "average", "median", "", "", "average")
COLUMNS = (0.0, 0.5, 0.78, 1.06)  # places of a row's name, and of its numbers


def setup(figure: Figure) -> SimpleNamespace:
    """Two panels over the action on the left, the table on the right; everything that moves is animated."""
    grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
    critic, policy = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
    return SimpleNamespace(
        **_setup_critic(critic), **_setup_policy(policy), **_setup_table(figure.add_subplot(grid[:, 1]))
    )


def _setup_critic(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-3.0, 2.4), ylabel="reward", xticklabels=[])
    axes.set_title("Critic, target critic, labels")
    axes.plot(
        AXIS, slow_motion.reward(ACTIONS).numpy(), color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4]
    )
    axes.annotate("r(a)", (-0.7, -1.42), xytext=(6, -16), textcoords="offset points", color=style.QUIET)
    (ghost,) = axes.plot(AXIS, UNSEEN, color=Q_COLOR, linewidth=1.5, linestyle=style.DASHES[2], animated=True)
    (q,) = axes.plot(AXIS, UNSEEN, color=Q_COLOR, animated=True)
    (target,) = axes.plot(AXIS, UNSEEN, color=TARGET_COLOR, linestyle=style.DASHES[1], animated=True)
    (labels,) = axes.plot([], [], "D", color=style.INK, markersize=7, animated=True)
    text = {"fontweight": "bold", "animated": True}
    return {
        "q": q, "q_ghost": ghost, "target": target, "labels": labels,
        "q_name": axes.text(0, 0, "Q", color=Q_COLOR, va="bottom", ha="center", **text),
        "target_name": axes.text(0, 0, "Q̄", color=TARGET_COLOR, va="top", ha="center", **text),
        "label_name": axes.text(0.98, 0.04, "", ha="right", transform=axes.transAxes, **text),
    }  # fmt: skip


def _setup_policy(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-0.35, 3.4), xlabel="action a", ylabel="π(a)\n(density)")
    axes.set_title("Policy and its fresh draws")
    (ghost,) = axes.plot(
        AXIS, UNSEEN, color=POLICY_COLOR, linewidth=1.5, linestyle=style.DASHES[2], animated=True
    )
    (density,) = axes.plot(AXIS, UNSEEN, color=POLICY_COLOR, animated=True)
    (next_draws,) = axes.plot([], [], "|", color=style.INK, markersize=16, markeredgewidth=2.5, animated=True)
    (draws,) = axes.plot([], [], "^", color=POLICY_COLOR, markersize=9, animated=True)
    said = axes.text(0.02, 0.95, "", va="top", transform=axes.transAxes, animated=True)
    return {
        "density": density,
        "density_ghost": ghost,
        "next_draws": next_draws,
        "draws": draws,
        "said": said,
    }


def _setup_table(axes) -> dict:
    axes.set(xlim=(-0.02, 1.1), ylim=(-0.6, len(ROWS) + 1.2))
    axes.axis("off")
    heads = [
        axes.text(place, len(ROWS) - 0.1, "", ha="right", color=style.QUIET, animated=True)
        for place in COLUMNS[1:]
    ]
    names = [
        axes.text(COLUMNS[0], len(ROWS) - 1 - k, name, fontsize=16, animated=True)
        for k, name in enumerate(ROWS)
    ]
    cells = [
        [axes.text(x, len(ROWS) - 1 - k, "", ha="right", fontsize=16, animated=True) for x in COLUMNS[1:]]
        for k in range(len(ROWS))
    ]
    stage = axes.text(0, len(ROWS) + 0.75, "", fontsize=18, fontweight="bold", animated=True)
    return {"heads": heads, "names": names, "cells": cells, "stage": stage}


def draw(artists: SimpleNamespace, data: slow_motion.Moment) -> None:
    """Show one `Moment`."""
    _draw_critic(artists, data)
    _draw_policy(artists, data)
    artists.stage.set_text(f"{data.stage} · {slow_motion.STAGES[data.stage]}")
    before, now, rightly = (learner.numbers() for learner in (data.before, data.now, data.rightly))
    slip = data.slip != slow_motion.RIGHT
    for head, words in zip(artists.heads, ("before", "now", "rightly" if slip else ""), strict=True):
        head.set_text(words)
    for k, name in enumerate(ROWS):
        moved = not math.isnan(now[name]) and now[name] != before[name]
        look = {"color": MOVED if moved else style.INK, "fontweight": "bold" if moved else "normal"}
        artists.names[k].set(text=f"▸ {name}" if moved else name, **look)
        shown = (_text(before[name]), _text(now[name]), _text(rightly[name]) if slip else "")
        for cell, text in zip(artists.cells[k], shown, strict=True):
            cell.set(text=text, **look)
        artists.cells[k][2].set(color=style.QUIET, fontweight="normal")


def _draw_critic(artists, data) -> None:
    now, q = data.now, slow_motion.parabola(data.now.critic, ACTIONS).numpy()
    stepped = not now.critic.equal(data.before.critic)
    artists.q.set_ydata(q)
    artists.q_ghost.set_ydata(
        slow_motion.parabola(data.before.critic, ACTIONS).numpy() if stepped else UNSEEN
    )
    target = slow_motion.parabola(now.target_critic, ACTIONS).numpy()
    artists.target.set_ydata(target)
    artists.q_name.set_position((0.06, q[85].item() + 0.1))
    artists.target_name.set_position((-0.12, target[71].item() - 0.15))
    places = ([], []) if now.labels is None else (slow_motion.BUFFER_ACTIONS.numpy(), now.labels.numpy())
    artists.labels.set_data(*places)
    artists.label_name.set_text("" if now.labels is None else "◆ labels y, at the buffer's actions")


def _draw_policy(artists, data) -> None:
    now, moved = data.now, not data.now.mean.equal(data.before.mean)
    artists.density.set_ydata(_density(now))
    artists.density_ghost.set_ydata(_density(data.before) if moved else UNSEEN)
    for marks, actions in ((artists.next_draws, now.next_actions), (artists.draws, now.actions)):
        shown = [] if actions is None else actions.numpy()
        marks.set_data(shown, np.full(len(shown), -0.17))
    words = ["" if now.next_actions is None else "│ a′", "" if now.actions is None else "▲ a"]
    artists.said.set_text("   ".join(word for word in words if word))


def _density(learner) -> np.ndarray:
    place = torch.ones(len(ACTIONS), 1, dtype=torch.float64)
    policy = SquashedGaussian(learner.mean * place, learner.log_std * place)
    return policy.log_prob(ACTIONS.unsqueeze(-1)).exp().numpy()


def _text(number: float) -> str:
    """Three decimals; a dash for what is not there yet, and a sign as wide as a digit."""
    return "–" if math.isnan(number) else f"{round(number, 3) + 0.0:.3f}".replace("-", "−")
