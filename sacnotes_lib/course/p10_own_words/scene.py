"""One update of SAC in slow motion, under two sliders and a menu of slips: notebook 10."""

import math
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.figure import Figure

from sacnotes_lib.course.p10_own_words.slow_motion import (
    ASSEMBLED,
    BUFFER_ACTIONS,
    RIGHT,
    STAGES,
    UPDATES,
    history,
    parabola,
    reward,
)  # fmt: skip
from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from sacnotes_lib.sac.distributions import SquashedGaussian

ACTIONS = torch.linspace(-0.995, 0.995, 161, dtype=torch.float64)
AXIS = ACTIONS.numpy()  # Matplotlib reads a tensor number by number
UNSEEN = np.full(len(AXIS), np.nan)
Q_COLOR, TARGET_COLOR, POLICY_COLOR, MOVED = style.BLUE, style.ORANGE, style.PURPLE, style.RED
GHOST = {"linewidth": 1.5, "linestyle": style.DASHES[2]}  # a curve as it was before it moved
ROWS = ("label y", "(Q − y)²", "Q", "π: tanh μ", "π: σ", "α", "Q̄")
COLUMNS = (0.0, 0.5, 0.78, 1.06)  # places of a row's name, and of its numbers


def _setup_critic(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-3.0, 2.4), ylabel="reward", xticklabels=[])
    axes.set_title("Critic, target critic, labels")
    paid = reward(ACTIONS).numpy()
    axes.plot(AXIS, paid, color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4])
    axes.annotate("r(a)", (-0.7, -1.42), xytext=(6, -16), textcoords="offset points", color=style.QUIET)
    text = {"ha": "center", "fontweight": "bold", "animated": True}
    return {
        "q_ghost": moving_line(axes, AXIS, UNSEEN, color=Q_COLOR, **GHOST),
        "q": moving_line(axes, AXIS, UNSEEN, color=Q_COLOR),
        "target": moving_line(axes, AXIS, UNSEEN, color=TARGET_COLOR, linestyle=style.DASHES[1]),
        "labels": moving_line(axes, linestyle="none", marker="D", color=style.INK, markersize=7),
        "q_name": axes.text(0, 0, "Q", color=Q_COLOR, va="bottom", **text),
        "target_name": axes.text(0, 0, "Q̄", color=TARGET_COLOR, va="top", **text),
        "label_name": moving_text(axes, 0.98, 0.04, ha="right", fontweight="bold"),
    }


def _setup_policy(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-0.35, 3.4), xlabel="action a", ylabel="π(a)\n(density)")
    axes.set_title("Policy and its fresh draws")
    next_draws = {"marker": "|", "color": style.INK, "markersize": 16, "markeredgewidth": 2.5}
    return {
        "density_ghost": moving_line(axes, AXIS, UNSEEN, color=POLICY_COLOR, **GHOST),
        "density": moving_line(axes, AXIS, UNSEEN, color=POLICY_COLOR),
        "next_draws": moving_line(axes, linestyle="none", **next_draws),
        "draws": moving_line(axes, linestyle="none", marker="^", color=POLICY_COLOR, markersize=9),
        "said": moving_text(axes, 0.02, 0.95, va="top"),
    }


def _setup_table(axes) -> dict:
    axes.set(xlim=(-0.02, 1.1), ylim=(-0.6, len(ROWS) + 1.2))
    axes.axis("off")
    right = {"ha": "right", "animated": True}
    heads = [axes.text(x, len(ROWS) - 0.1, "", color=style.QUIET, **right) for x in COLUMNS[1:]]
    heights = range(len(ROWS) - 1, -1, -1)
    names = [axes.text(COLUMNS[0], y, name, fontsize=16, animated=True) for y, name in zip(heights, ROWS)]
    cells = [[axes.text(x, y, "", fontsize=16, **right) for x in COLUMNS[1:]] for y in heights]
    stage = axes.text(0, len(ROWS) + 0.75, "", fontsize=18, fontweight="bold", animated=True)
    return {"heads": heads, "names": names, "cells": cells, "stage": stage}


def _draw_critic(artists, data) -> None:
    now, q = data.now, parabola(data.now.critic, ACTIONS).numpy()
    stepped = not now.critic.equal(data.before.critic)
    artists.q.set_ydata(q)
    before = parabola(data.before.critic, ACTIONS).numpy()
    artists.q_ghost.set_ydata(before if stepped else UNSEEN)
    target = parabola(now.target_critic, ACTIONS).numpy()
    artists.target.set_ydata(target)
    artists.q_name.set_position((0.06, q[85].item() + 0.1))
    artists.target_name.set_position((-0.12, target[71].item() - 0.15))
    places = ([], []) if now.labels is None else (BUFFER_ACTIONS.numpy(), now.labels.numpy())
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


class OneUpdateScene(Scene):
    """Left, critic, labels and policy; right, seven numbers, and which of them this stage has moved."""

    size = (12.0, 6.4)
    controls = {
        "stage": Integer("Stage of the update", 0, len(STAGES) - 1, 0),
        "update": Integer("Update number", 1, UPDATES, 1),
        "assembled": Choice("Assembled", ASSEMBLED),
    }

    def compute(self, stage: int, update: int, assembled: str) -> SimpleNamespace:
        """The learner at one stage, one earlier (at the first, itself), and where it would be without the slip."""
        stages = history(assembled)[update - 1]
        return SimpleNamespace(
            update=update, stage=stage, slip=assembled,
            before=stages[max(0, stage - 1)], now=stages[stage], rightly=history(RIGHT)[update - 1][stage],
        )  # fmt: skip

    def setup(self, figure: Figure) -> SimpleNamespace:
        """Two panels over the action on the left, the table on the right; everything that moves is animated."""
        grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
        critic, policy = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        table = figure.add_subplot(grid[:, 1])
        return SimpleNamespace(**_setup_critic(critic), **_setup_policy(policy), **_setup_table(table))

    def draw(self, artists: SimpleNamespace, data) -> None:
        _draw_critic(artists, data)
        _draw_policy(artists, data)
        artists.stage.set_text(f"{data.stage} · {STAGES[data.stage]}")
        before, now, rightly = (learner.numbers() for learner in (data.before, data.now, data.rightly))
        slip = data.slip != RIGHT
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

    def describe(self, parameters, data) -> str:
        before, now, rightly = (learner.numbers() for learner in (data.before, data.now, data.rightly))
        known = {name: value for name, value in now.items() if not math.isnan(value)}
        moved = [f"{name} to {value:.3f}" for name, value in known.items() if value != before[name]]
        words = f"Update {data.update}, stage {data.stage}: {STAGES[data.stage]}. "
        words += f"Moved: {', '.join(moved)}. " if moved else "None of the numbers moved. "
        words += "; ".join(f"{name} {value:.3f}" for name, value in known.items()) + "."
        if data.slip != RIGHT:
            beside = ", ".join(f"{name} {rightly[name]:.3f}" for name in known)
            words += f" Assembled with the slip {data.slip}; rightly it would be {beside}."
        return words
