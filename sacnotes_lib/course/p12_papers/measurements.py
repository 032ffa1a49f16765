"""What page 12 measures: both sides of an equation, what a detail changes seed by seed, and the algorithm's box."""

import inspect
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch

from sacnotes_lib.course.p12_papers.with_value import SACWithV
from sacnotes_lib.envs import TwoPeaksEnv
from sacnotes_lib.exact import action_nodes, boltzmann_log_density, density_entropy, soft_value
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.networks import polyak_update
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean

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


def two_sides(equation: str, left, right, within: float = 1e-5) -> None:
    """Print both sides of an equation, computed in two ways, and stop where they are farther apart than `within`."""
    left, right = (np.asarray(side, dtype=float).ravel() for side in (left, right))
    words = ["  ".join(f"{number:9.4f}" for number in side) for side in (left, right)]
    print(f"{equation:32s}{words[0]}   |{words[1]}")
    np.testing.assert_allclose(left, right, atol=within, rtol=0)


def last_three(run: TrainingRun) -> np.ndarray:
    """The mean of each seed's last three evaluations, `[R]`: a measure of how soon and how far it learned."""
    return run.evaluation_returns[:, -3:].mean(axis=1)


def mean_and_error(numbers: np.ndarray, form: str = "+.0f") -> str:
    """The mean of one number for each seed, with its standard error."""
    return f"{numbers.mean():{form}} ± {numbers.std(ddof=1) / np.sqrt(len(numbers)):{form[1:]}}"


def is_below(numbers: np.ndarray) -> bool:
    """Whether the mean of one number for each seed lies below 0 by more than two standard errors."""
    return bool(numbers.mean() < -2 * numbers.std(ddof=1) / np.sqrt(len(numbers)))


def behind_both(runs: Mapping[str, TrainingRun]) -> tuple[bool, ...]:
    """For each run, whether it lies below every other one, seed by seed; empty where none has learned."""
    found = {name: last_three(run) for name, run in runs.items()}
    if max(interquartile_mean(run.evaluation_returns)[-1] for run in runs.values()) < LEARNED:
        return ()
    return tuple(
        all(is_below(mine - other) for key, other in found.items() if key != name)
        for name, mine in found.items()
    )


def pairs(runs: Mapping[str, TrainingRun], base: str) -> Iterator[str]:
    """A line for each run: where it ends, its α, and its distance from `base`, seed by seed."""
    for name, run in runs.items():
        found, alpha = last_three(run), run.agent.temperature.mean().item()
        apart = "" if name == base else f"   minus {base}: {mean_and_error(found - last_three(runs[base]))}"
        yield f"{name:24s} {interquartile_mean(found):6.0f}   α {alpha:.3f}{apart}"


def errors_table(errors: Mapping[str, np.ndarray], base: str) -> Iterator[str]:
    """A line for each variant: the mean and the spread of Q − exact Q over seeds, and the distance from `base`."""
    for name, error in errors.items():
        apart = "" if name == base else f"   minus {base}: {mean_and_error(error - errors[base], '+.2f')}"
        yield f"{name:14s} mean {mean_and_error(error, '+.2f')}   spread {error.std(ddof=1):.2f}{apart}"


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


def box_lines() -> Iterator[str]:
    """The box line by line, each beside the one line of the library that does it.

    Raises: LookupError where a line is not found exactly once.
    """
    for words, where, piece in BOX:
        lines = [
            line.split("  #")[0].strip() for line in inspect.getsource(where).splitlines() if piece in line
        ]
        if len(lines) != 1:
            raise LookupError(f"{piece!r} stands in {where.__qualname__} {len(lines)} times, not once")
        yield f"{words:32s}{where.__qualname__:22s}{lines[0]}"


NODES = action_nodes(1, spacing=0.005)
PEAKS = TwoPeaksEnv().mean_reward(NODES.actions)  # what each action pays, in one step


def best_at(temperature: float) -> tuple[float, float]:
    """Mean reward and entropy of the best policy on two peaks at this α: equation 14's π*."""
    log_density = boltzmann_log_density(PEAKS, temperature, NODES)
    reward = (np.exp(log_density) * NODES.weights) @ PEAKS
    return float(reward), float(density_entropy(log_density, NODES))


def dual(temperature: float, wanted: float) -> float:
    """The right side of equation 13 at one α, before its min: max over π of E[r − α log π] − α wanted."""
    return float(soft_value(PEAKS, temperature, NODES)) - temperature * wanted


def falls(steps: int = 1000) -> Iterator[str]:
    """Where α comes to from 1 while the entropy lies one nat above its target, by each loss and by Adam's memory."""
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
        yield f"surplus held at 1: {name:32s} α {log_alpha.exp().item():.3f}"
