"""What page 12 measures: both sides of an equation, what a detail changes seed by seed, and the algorithm's box."""

import inspect
from collections.abc import Callable, Mapping

import numpy as np
import torch
from IPython.display import display
from scipy.optimize import minimize, minimize_scalar
from scipy.special import entr

from sacnotes_lib.comparison.results import SCORES, Result
from sacnotes_lib.course.p12_papers.with_value import SACWithV
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.networks import polyak_update
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import difference, interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

LEARNED = -600  # on Pendulum: about halfway up


class QuickV(SACWithV):
    """The control: V takes ten steps, each on fresh actions, where every other network takes one."""

    value_steps = 10


class TargetFirst(SAC):
    """The slow critics move at the beginning of an update and not at its end."""

    def __init__(self, config, *sizes, **how):
        never = {"target_update": "hard", "hard_update_period": 10**9}
        super().__init__(config.replace(**never), *sizes, **how)

    def update(self, batch):
        polyak_update(self.target_critic, self.critic, self.config.polyak_rate)
        return super().update(batch)


class LossInLogAlpha(SAC):
    """The loss of α with log α in front, where the second paper prints α."""

    @staticmethod
    def temperature_loss(log_temperature, log_prob, target_entropy):
        return (log_temperature * (-log_prob.detach().mean(-1) - target_entropy)).sum()


class FirstCritic(SAC):
    """The actor climbs the first critic, where both papers take the smaller one."""

    @staticmethod
    def value_for_actor(q, kind):
        return q[..., 0, :]


class TimesTwenty(SACWithV):
    """The control: Q and V are twenty times what their networks put out, so that the networks learn small numbers."""

    def __init__(self, *settings, **how):
        super().__init__(*settings, **how)
        for network in (self.critic, self.target_critic, self.value, self.target_value):
            network.register_forward_hook(lambda network, inputs, output: 20 * output)


def two_sides(equations: Mapping[str, tuple]) -> ResultTable:
    """Both sides of each equation, computed in two ways; AssertionError where they are apart.

    equations: name to (left, right), or (left, right, by how much they may differ); 1e-5 unless said.
    """
    rows = {}
    for name, (left, right, *within) in equations.items():
        left, right = (np.asarray(side, dtype=float).item() for side in (left, right))
        np.testing.assert_allclose(left, right, atol=within[0] if within else 1e-5, rtol=0)
        rows[name] = {"left": left, "right": right}
    return table(rows, "equation", ".4f")


def is_below(numbers: np.ndarray, others: np.ndarray) -> bool:
    """Whether one variant's numbers lie below another's, seed by seed, by more than the luck of the seeds."""
    return difference(numbers, others, paired=True).high < 0


def behind_both(runs: Mapping[str, Result]) -> tuple[bool, ...]:
    """For each variant, whether it ends below every other one; empty where none has learned."""
    found = {name: SCORES["end"][1](run) for name, run in runs.items()}
    if max(map(interquartile_mean, found.values())) < LEARNED:
        return ()
    return tuple(
        all(is_below(mine, other) for key, other in found.items() if key != name)
        for name, mine in found.items()
    )


def apart(errors: Mapping[str, np.ndarray], *bases: str) -> ResultTable:
    """How far Q − exact Q spreads over each variant's seeds, and how far those after a base lie from it, by seed."""
    rows = {name: {"spread over seeds": error.std(ddof=1)} for name, error in errors.items()}
    form = {"spread over seeds": ".2f"}
    for base in bases:
        column = f"minus {base} (95 % interval)"
        form[column] = "+.2f"
        for name in list(errors)[list(errors).index(base) + 1 :]:
            rows[name][column] = difference(errors[name], errors[base], paired=True)
    return table(rows, "Q − exact Q (reward)", form)


# Each line of the second paper's box, in our words: the function of ours, and the line in it that does this.
BOX: tuple[tuple[str, Callable, str], ...] = (
    ("slow critics begin as copies", SAC.__init__, "self.target_critic ="),
    ("draw an action from the policy", TrainingRun._collect, "action = self._action()"),
    ("let the world answer", TrainingRun._collect, "self.envs.step(action)"),
    ("store what happened", TrainingRun._collect, "self.buffer.add("),
    ("step both critics down J_Q", SAC.update, "self.critic_optimizer.descend"),
    ("step the actor down J_π", SAC.update, "self.actor_optimizer.descend"),
    ("step α down J(α)", SAC.update, "self.temperature_optimizer.descend"),
    ("move the slow critics by τ", SAC.update, "polyak_update("),
)


def show_box() -> None:
    """Show the box line by line, each beside the one line of the library that does it.

    Raises: LookupError where a line is not found exactly once.
    """
    shown = ["| the box | our function | its line |", "|---|---|---|"]
    for words, where, piece in BOX:
        lines = [
            line.split("  #")[0].strip() for line in inspect.getsource(where).splitlines() if piece in line
        ]
        if len(lines) != 1:
            raise LookupError(f"{piece!r} stands in {where.__qualname__} {len(lines)} times, not once")
        shown.append(f"| {words} | `{where.__qualname__}` | `{lines[0]}` |")
    text = "\n".join(shown)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def lowest(dual: Callable[[float], float]) -> tuple[float, float]:
    """The height of a dual function's lowest point, and its α, between 0.02 and 5."""
    found = minimize_scalar(dual, bounds=(0.02, 5), method="bounded", options={"xatol": 1e-10})
    return found.fun, found.x


def two_steps_at_once(gains: np.ndarray, wanted: float) -> float:
    """The most reward of two steps, each with an entropy of at least `wanted` on average. No α: all chances at once.

    The first step's two buttons pay `gains` and lead to a state each; the second step's pay 1 and 0 in either state.
    """

    def reward(chances):  # of the first button, at first and in both states
        first, *second = chances
        return np.array([first, 1 - first]) @ (gains + second)

    def surplus(chances):
        first, *second = entr(chances) + entr(1 - np.asarray(chances))
        return np.array([first, [chances[0], 1 - chances[0]] @ np.array(second)]) - wanted

    found = minimize(
        lambda chances: -reward(chances), [0.4, 0.6, 0.7], bounds=[(1e-9, 1 - 1e-9)] * 3,
        constraints={"type": "ineq", "fun": surplus}, options={"ftol": 1e-12},
    )  # fmt: skip
    return float(reward(found.x))


def falls(steps: int = 1000) -> ResultTable:
    """Where α comes to from 1 while the entropy lies one nat above its target, by each loss and by Adam's memory."""
    rows = {}
    for name, factor, forgets in (
        ("loss in log α", lambda log_alpha: log_alpha, 0.999),
        ("loss in α", torch.exp, 0.999),
        ("loss in α, Adam forgets sooner", torch.exp, 0.9),
    ):
        log_alpha = torch.zeros(1, requires_grad=True)
        adam = torch.optim.Adam([log_alpha], lr=3e-3, betas=(0.9, forgets))
        for _ in range(steps):
            adam.zero_grad()
            factor(log_alpha).sum().backward()
            adam.step()
        rows[name] = {f"α after {steps:,} steps": log_alpha.exp()}
    return table(rows, "surplus held at 1 nat", ".3f")
