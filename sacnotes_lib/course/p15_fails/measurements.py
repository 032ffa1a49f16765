"""What page 15 measures: the signs of a failure, small first actions alone, and three ways to play two peaks."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from sacnotes_lib.envs import TwoPeaksEnv
from sacnotes_lib.exact import nearest_tanh_gaussian, tanh_gaussian_at_nodes
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, steps_to_take
from sacnotes_lib.training.statistics import interquartile_mean, middle
from sacnotes_lib.training.tables import ResultTable, table

FIRST = 100  # steps of each seed that are looked at before anything is learned
TWO_PEAKS = TwoPeaksEnv(((1.0, -0.7, 0.2), (1.0, 0.7, 0.2)))
DRAWN = 64  # actions of each seed


def gaps(run: Any) -> np.ndarray:
    """Q - what it earns, `[R]`, of a run or a result; rewards are played without their noise, which has mean 0."""
    quiet = {name: value for name, value in run.config.env_kwargs.items() if name != "noise"}
    config = run.config.replace(env_kwargs=quiet)
    found = check_q(SimpleNamespace(config=config, agent=run.agent, seeds=run.seeds, step=run.step))
    return found.q - found.monte_carlo


def signs(run: Any) -> dict[str, Any]:
    """What `first_try` reads, of a run or a result with its memory: see there."""
    kept = run.buffer.contents()
    reward = (run.config.reward_scale * kept.reward[:, :FIRST]).numpy()
    observation = kept.observation[:, :FIRST].flatten(0, 1).abs().amax(0).numpy()
    return {
        "same": float((reward == np.median(reward)).mean()),
        "sizes": observation,
        "spread": float(reward.std()),
        "gaps": gaps(run),
    }


def vital_signs(runs: Mapping[str, Any], evaluations: int = 3) -> ResultTable:
    """A row for each run: its return over the last evaluations with a band, α, entropy beside its target, loss, Q."""
    rows = {}
    for name, run in runs.items():
        last = {key: interquartile_mean(values[:, -1]) for key, values in run.metrics.items()}
        rows[name] = {
            "return": middle(run.evaluation_returns[:, -evaluations:].mean(axis=1)),
            "α": _two_digits(last["temperature"]),
            "entropy − target (nats)": f"{last['entropy'] - run.agent.target_entropy:.1f}",
            "critic loss (scaled reward²)": _two_digits(last["critic_loss"]),
            "Q − earned (scaled reward)": _two_digits(interquartile_mean(gaps(run))),
        }
    return table(rows, form={"return": ".1f"})


def _two_digits(value: float) -> str:
    """Two digits that count, and no power of ten for a large number: 0.038, 5.1, 3,700."""
    return f"{float(f'{value:.2g}'):,.9g}"


class SmallFirstActions(TrainingRun):
    """A run whose random first actions reach a share of the bounds; later ones all of them."""

    share = 0.05

    def _action(self) -> np.ndarray:
        drawn = super()._action()
        return self.share * drawn if self.step < self.config.learning_starts else drawn


def with_small_first_actions(config: SACConfig, seeds: int | Sequence[int] = 8) -> TrainingRun:
    """Train with first actions in a twentieth of the bounds, and nothing else changed."""
    run = SmallFirstActions(config, seeds)
    return run.resume(steps_to_take(config), progress="steps")


def late_and_early(run: Any) -> float:
    """The return, over all evaluations: it tells how soon as well as how well."""
    return float(interquartile_mean(run.evaluation_returns.mean(axis=1)))


def best_for_two_peaks(temperature: float) -> tuple[float, float]:
    """Of the best tanh-Gaussian at an α, exactly: what its draws pay on average, and what its mean action pays."""
    nodes = TWO_PEAKS.nodes
    pays = TWO_PEAKS.mean_reward(nodes.actions)
    fit = nearest_tanh_gaussian(pays[None], temperature, nodes)
    mass = np.exp(tanh_gaussian_at_nodes(fit.mean, fit.log_std, nodes)) * nodes.weights
    return float((mass @ pays).item()), float(TWO_PEAKS.mean_reward(np.tanh(fit.mean[0])))


@torch.no_grad()
def played(run: Any, candidates: int = 8) -> dict[str, np.ndarray]:
    """What each seed's policy earns on two peaks, `[R]`: by its mean action, tanh(mean), by draws, by the best draw.

    The best of `candidates` draws is the one that the critics, on average, say most of.
    """
    generator = torch.Generator().manual_seed(0)
    state = torch.zeros(len(run.seeds), DRAWN * candidates, 1)
    policy = run.agent.actor(state)
    drawn = policy.action_at(torch.randn(policy.mean.shape, generator=generator))
    q = run.agent.critic(state, drawn).mean(1).reshape(-1, DRAWN, candidates)
    grouped = drawn.reshape(-1, DRAWN, candidates)
    chosen = grouped.gather(-1, q.argmax(-1, keepdim=True))
    pay = TWO_PEAKS.mean_reward
    return {
        "mean action": pay(policy.median[:, 0].numpy()),
        "draws": pay(drawn.numpy()).mean(-1),
        f"best of {candidates} draws, by Q": pay(chosen.numpy()).mean(-1),
    }
