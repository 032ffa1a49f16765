"""What page 06 measures: exact numbers beside labels, and what whole runs of SAC end with."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.stats import sem

from sacnotes_lib import exact
from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table


def variance_of_labels(env, truth, discount: float, temperature: float) -> float:
    """Var(y) of labels made with the exact Q: of the reward's noise, and of γ times the next action's soft value."""
    next_value = truth.q[0] - temperature * truth.log_policy[0]
    mass = np.exp(truth.log_policy[0]) * truth.nodes.weights
    return float(env.noise_scale**2 + discount**2 * (mass @ next_value**2 - (mass @ next_value) ** 2))


def average_of(draws: ArrayLike) -> tuple[float, float, int]:
    """The mean of many draws, its standard error, and how many there are."""
    drawn = np.asarray(draws)
    return float(drawn.mean()), float(sem(drawn)), len(drawn)


def played_returns(env, policy: SquashedGaussian, state, action, rng, rollouts: int, **prices):
    """`average_of` whole episodes' soft returns from one state and action `[1, dim]` on, never bootstrapped."""

    def play(observation, rng):
        return [part.numpy() for part in policy.sample((len(observation),))]

    whole = exact.soft_return(play, env.transition, state, action, rng=rng, rollouts=rollouts, **prices)
    return float(whole.mean[0]), float(whole.standard_error[0]), rollouts


def table_of_misses(found: dict[str, tuple[float, float, int]], truth: float) -> ResultTable:
    """How far each mean lies from the truth, its standard error, and how far one draw scatters."""
    rows = {
        name: {"mean - Q^π": mean - truth, "standard error": error, "spread of one": error * count**0.5}
        for name, (mean, error, count) in found.items()
    }
    return table(rows, form={"mean - Q^π": ".3f", "standard error": ".3f"})


def learned_and_exact(run: TrainingRun, best) -> tuple[np.ndarray, np.ndarray]:
    """For all that a run has in its buffer: what its critics say, and the exact Q; `[seeds, steps]` each."""
    batch = run.buffer.contents()
    learned = run.agent.critic(batch.observation, batch.action).mean(1).detach().numpy()
    return learned, best.q_value(batch.observation.numpy(), batch.action.numpy())


def missed(run: TrainingRun, best) -> np.ndarray:
    """Q minus exact Q of each seed, on average over its buffer; `[seeds]`."""
    learned, exact_q = learned_and_exact(run, best)
    return (learned - exact_q).mean(-1)


def table_of_ends(runs: dict[str, TrainingRun], missed: dict[str, np.ndarray]) -> ResultTable:
    """How far Q ended from the exact one, and the median action that was learned."""
    rows = {}
    for name, run in runs.items():
        chosen = run.agent.actor(torch.zeros(len(run.seeds), 1, 1)).median.flatten().detach().numpy()
        off = interquartile_mean(missed[name]), missed[name].min(), missed[name].max()
        rows[name] = {"Q - exact (seeds)": off, "median action": interquartile_mean(chosen)}
    return table(rows, form=".2f")


def noise_remembered(run: TrainingRun, env) -> np.ndarray:
    """The mean noise of the rewards that each seed remembers; `[seeds]`."""
    batch = run.buffer.contents()
    return (batch.reward.numpy() - env.mean_reward(batch.action.numpy())).mean(-1)
