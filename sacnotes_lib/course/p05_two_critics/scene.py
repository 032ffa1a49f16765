"""What a backup over critics makes of noise, when an actor has picked the action that looks best: notebook 05."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.special import ndtr
from torch import Tensor

from sacnotes_lib.course.stage.controls import Choice, Integer, Slider
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from sacnotes_lib.sac.targets import apply_backup, value_for_actor

DRAWS = 2000
MOST_CRITICS = 10
MOST_ACTIONS = 50
SUBSET = 2  # critics in the REDQ subset
SHOWN = 3  # the draw on the left: one whose value lies near the average of the first setting

_Z = np.linspace(-9, 9, 601)
_SHARED_Z = np.linspace(-8, 8, 321)
_SHARED_MASS = np.exp(-(_SHARED_Z**2) / 2) / np.exp(-(_SHARED_Z**2) / 2).sum()

LIMIT = 4.6  # reward; nearly all errors at the noisiest setting stay inside
FLOOR = -6.8  # what lies between -LIMIT and this is kept for words
EDGES = np.linspace(-LIMIT, LIMIT, 70)
ACTOR, LABEL = style.BLUE, style.RED
RING = {"marker": "o", "markersize": 22, "markeredgewidth": 3, "fillstyle": "none"}
MARKS = {
    "critics": {"linestyle": "none", "marker": "o", "markersize": 6, "color": style.GREY},
    "climbed": {"linestyle": "none", "marker": "_", "markersize": 16, "markeredgewidth": 4, "color": ACTOR},
    "pick": {"linestyle": "none", "color": ACTOR} | RING,
    "label": {"linestyle": "none", "marker": "X", "markersize": 14, "color": LABEL},
}
SMALLER = {"pick": {"markersize": 16}, "label": {"markersize": 13}}  # in the legend


def expected_best_of_smallest(actions: int, critics: int = 1, shared: float = 0.0) -> float:
    """E[max over `actions` of (min over `critics` of an error)], for errors that are standard normal.

    Errors at two actions are independent; those of two critics at one action have the correlation `shared`. The
    smallest of N independent ones has the distribution function F = 1 - (1 - Φ)^N, a common part is folded into it,
    and the largest of K such has F^K. The mean of a distribution function G is the integral of (1 - G) above 0 minus
    that of G below 0. With one critic it is about sqrt(2 ln K) for many actions; with one action and two critics that
    share nothing it is -1/sqrt(π).
    """
    if critics == 1 or shared == 1:
        below = ndtr(_Z)
    elif shared == 0:
        below = 1 - ndtr(-_Z) ** critics
    else:
        own = (_Z[:, None] - np.sqrt(shared) * _SHARED_Z) / np.sqrt(1 - shared)
        below = (1 - ndtr(-own) ** critics) @ _SHARED_MASS
    return float(np.trapezoid(np.heaviside(_Z, 0.5) - below**actions, _Z))


def expected_label_error(backup: str, critics: int, actions: int, sigma: float, shared: float = 0.0) -> float:
    """Mean of (Q in the label - true Q), where all actions are worth the same and every critic errs by N(0, sigma²).

    The action is the one that the actor likes best: by the smallest critic for "min", by the average of the critics
    otherwise. Errors of two critics have the correlation `shared`, so the average has the variance
    sigma² (shared + (1 - shared) / N). What a critic or a subset says beside that average is independent of it, and
    so of the choice; that is why "swap" and "single" end where "mean" does.
    """
    return sigma * CLOSED_FORMS[backup](critics, actions, shared)


def _picked(critics: int, actions: int, shared: float) -> float:
    """By the average of the critics."""
    return expected_best_of_smallest(actions) * np.sqrt(shared + (1 - shared) / critics)


CLOSED_FORMS = {
    "single": _picked,
    "swap": _picked,
    "mean": _picked,
    "min": lambda critics, actions, shared: expected_best_of_smallest(actions, critics, shared),
    "redq": lambda critics, actions, shared: (
        _picked(critics, actions, shared) + expected_best_of_smallest(1, min(SUBSET, critics), shared)
    ),
}


@cache
def _errors() -> tuple[Tensor, Tensor]:
    """Standard normal numbers: each critic's own [DRAWS, MOST_CRITICS, MOST_ACTIONS], and common ones [DRAWS, 1, ...].

    Smaller settings keep a part of them.
    """
    generator = torch.Generator().manual_seed(0)
    own = torch.randn(DRAWS, MOST_CRITICS, MOST_ACTIONS, generator=generator)
    return own, torch.randn(DRAWS, 1, MOST_ACTIONS, generator=generator)


def critic_errors(critics: int, actions: int, sigma: float, shared: float) -> Tensor:
    """Errors of `critics` critics at `actions` actions in every draw, [DRAWS, critics, actions], in reward."""
    own, common = (part[:, :critics, :actions] for part in _errors())
    return sigma * ((1 - shared) ** 0.5 * own + shared**0.5 * common)


class BackupScene(Scene):
    """Actions that are all worth the same, critics that err, an actor that picks, a backup that fills the label."""

    size = (11.0, 6.2)
    controls = {
        "backup": Choice("Backup", tuple(CLOSED_FORMS), "mean"),
        "critics": Integer("Critics N", 1, MOST_CRITICS, 2),
        "actions": Integer("Actions K", 1, MOST_ACTIONS, 10),
        "sigma": Slider("Noise σ", 0.1, 1.2, 1.0, step=0.05, unit="reward"),
        "shared": Slider("Shared by all critics", 0.0, 1.0, 0.0, step=0.1, unit="share of σ²"),
    }

    def compute(self, backup: str, critics: int, actions: int, sigma: float, shared: float):
        """Every action is truly worth 0, so each number is an error, in units of reward."""
        noisy_q = critic_errors(critics, actions, sigma, shared)
        subsets = torch.Generator().manual_seed(1)
        labels = apply_backup(noisy_q, backup, min(SUBSET, critics), subsets)
        climbed = value_for_actor(noisy_q, backup)
        picks = climbed.argmax(-1)
        at_pick = labels[torch.arange(DRAWS), :, picks]  # [DRAWS, N]
        first = at_pick[:, 0]
        return SimpleNamespace(
            critics=noisy_q[SHOWN].numpy(),  # [N, K], what the critics say in the draw shown
            climbed=climbed[SHOWN].numpy(),  # [K], the value that the actor compares
            pick=int(picks[SHOWN]),  # the action it takes
            shown=float(first[SHOWN]),  # the first critic's label there
            errors=first.numpy(),  # [DRAWS], that label in every draw
            mean=float(at_pick.mean()),  # of the label, over all critics and draws
            std=float(first.std()),  # of one critic's label
            expected=expected_label_error(backup, critics, actions, sigma, shared),  # the mean by closed form
        )

    def setup(self, figure: Figure) -> SimpleNamespace:
        """Left, what the critics say of each action in one draw; right, the label's error over all draws."""
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.35, 1))
        for axes in (left, right):
            axes.axhline(0, color=style.INK, linewidth=1.5)
            axes.set(ylim=(FLOOR, LIMIT), xticks=[], yticks=[-4, -2, 0, 2, 4])
        left.set(xlabel="action (all are truly worth 0)", ylabel="Q − true Q (reward)", xlim=(0, 1))
        left.set_title("One draw")
        right.set(title="The label, 2,000 draws", xlabel="how often", xlim=(0, 1.12))
        legend = {
            "critics": (0.04, -5.2, "one critic's Q"), "climbed": (0.04, -6.2, "what the actor sees"),
            "pick": (0.56, -5.2, "its pick"), "label": (0.56, -6.2, "first critic's label"),
        }  # fmt: skip
        for name, (x, y, words) in legend.items():
            left.plot(x, y, **MARKS[name] | SMALLER.get(name, {}))
            left.text(x + 0.035, y, words, va="center")
        bars = {"orientation": "horizontal", "fill": True, "color": LABEL, "alpha": 0.35, "animated": True}
        closed = {"color": style.INK, "linestyle": style.DASHES[1], "linewidth": 2.5}
        return SimpleNamespace(
            **{name: moving_line(left, **look) for name, look in MARKS.items()},
            heights=right.stairs(np.zeros(len(EDGES) - 1), EDGES, **bars),
            mean=moving_line(right, [0, 1.12], [0, 0], color=LABEL),
            closed=moving_line(right, [0, 1.12], [0, 0], **closed),
            numbers=right.text(0.05, -LIMIT, "", va="top", linespacing=1.3, fontsize=16, animated=True),
        )

    def draw(self, artists: SimpleNamespace, data) -> None:
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

    def describe(self, parameters, data) -> str:
        number, actions = parameters["critics"], parameters["actions"]
        return (
            f"Backup {parameters['backup']} over {number} critic{'s' * (number > 1)} with noise "
            f"{parameters['sigma']:.3g}, of whose variance all critics share {100 * parameters['shared']:.0f} %; "
            f"{actions} action{'s' * (actions > 1)}, all truly worth 0. In the draw shown the actor picks action "
            f"{data.pick + 1}, which looks worth {data.climbed[data.pick]:+.2f} to it; the first critic's label says "
            f"{data.shown:+.2f}. Over {DRAWS:,} draws the label is {data.mean:+.2f} on average (closed form "
            f"{data.expected:+.2f}), with a spread of {data.std:.2f}."
        )
