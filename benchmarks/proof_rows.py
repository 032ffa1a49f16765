"""Learned against exact: what is compared, in which scale an error is measured, and the lines of the table."""

from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.proof_points import Points
from sacnotes_lib.exact import tanh_gaussian_entropy, tanh_gaussian_mean, tanh_gaussian_std
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.training.statistics import interquartile_mean, middle

QUANTITIES = ("Q", "policy mean", "policy std", "entropy")
GOAL = 5.0  # per cent of the scale


@torch.no_grad()
def learned_quantities(agent: SAC, points: Points) -> dict[str, np.ndarray]:
    """What every run's networks say at the points: Q (mean over critics) and entropy [R, P], mean and std [R, P, A].

    Mean, std and entropy of a tanh-Gaussian are integrals over its noise, so nothing here is sampled.
    """
    state, action = (torch.as_tensor(part, dtype=torch.float32) for part in points)
    state, action = (part.expand(agent.runs, *part.shape) for part in (state, action))
    policy = agent.actor(state)
    mean, log_std = policy.mean.double().numpy(), policy.log_std.double().numpy()
    learned = {"Q": agent.critic(state, action).mean(-2).double().numpy()}
    return learned | policy_quantities(mean, log_std, squashed=isinstance(policy, SquashedGaussian))


def policy_quantities(mean: np.ndarray, log_std: np.ndarray, squashed: bool) -> dict[str, np.ndarray]:
    """Mean and std of the action [..., A] and entropy in nats [...], from the Gaussian's mean and log_std [..., A]."""
    if squashed:
        functions = (tanh_gaussian_mean, tanh_gaussian_std, tanh_gaussian_entropy)
        return {name: f(mean, log_std) for name, f in zip(QUANTITIES[1:], functions, strict=True)}
    entropy = (log_std + 0.5 * np.log(2 * np.pi * np.e)).sum(-1)
    return {"policy mean": mean, "policy std": np.exp(log_std), "entropy": entropy}


def exact_quantities(answer, points: Points) -> dict[str, np.ndarray]:
    """The same of an exact answer: Q and entropy [P], mean and std [P, A]."""
    return {
        "Q": answer.q_value(*points),
        "policy mean": answer.mean(points.states),
        "policy std": answer.std(points.states),
        "entropy": answer.entropy(points.states),
    }


def scales(exact: dict[str, np.ndarray]) -> dict[str, float]:
    """What 100 % means for each quantity.

    Q and std: the root mean square (RMS) of the exact one over the points. Mean: the RMS size of the exact policy's
    actions, sqrt(mean^2 + std^2), which is not 0 where the mean is. Entropy: 1 nat, whose hundredth is a hundredth
    of the policy's width.
    """
    return {
        "Q": rms(exact["Q"]),
        "policy mean": float(np.hypot(rms(exact["policy mean"]), rms(exact["policy std"]))),
        "policy std": rms(exact["policy std"]),
        "entropy": 1.0,
    }


def rms(values: np.ndarray) -> float:
    """Root mean square over everything."""
    return float(np.sqrt(np.mean(np.square(values))))


@dataclass(frozen=True)
class Row:
    """One quantity of one experiment.

    Attributes:
        label, temperature, quantity: which.
        learned: average over the points of each run, [R] (of the mean's size, which else would cancel out).
        exact: the same of the best policy that the actor can represent.
        optimum: the same of the soft-optimal policy.
        errors: RMS over the points of learned - exact, in per cent of the scale, [R].
        note: the measured reason, where the row misses its goal.
    """

    label: str
    temperature: float
    quantity: str
    learned: np.ndarray
    exact: float
    optimum: float
    errors: np.ndarray
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the interquartile mean of the error is within the goal."""
        return bool(interquartile_mean(self.errors) <= GOAL)


def compare(label: str, temperature: float, learned: dict, exact: dict, optimum: dict) -> list[Row]:
    """The rows of one experiment: `learned` has a run axis in front, `exact` and `optimum` have not.

    Raises ValueError if their shapes do not fit: broadcasting would compare each state with every other.
    """
    rows = []
    for quantity, scale in scales(exact).items():
        if learned[quantity].shape[1:] != exact[quantity].shape:
            raise ValueError(
                f"{quantity}: learned has shape {learned[quantity].shape} and exact {exact[quantity].shape}; "
                "learned must have the run axis in front and then the same"
            )
        runs = len(learned[quantity])
        gap = (learned[quantity] - exact[quantity]).reshape(runs, -1)
        shown = np.abs if quantity == "policy mean" else np.asarray
        rows.append(
            Row(
                label,
                temperature,
                quantity,
                learned=shown(learned[quantity]).reshape(runs, -1).mean(-1),
                exact=float(shown(exact[quantity]).mean()),
                optimum=float(shown(optimum[quantity]).mean()),
                errors=100 * np.sqrt(np.mean(gap**2, axis=-1)) / scale,
            )  # fmt: skip
        )
    return rows


HEADER = (
    f"{'environment':23s}{'temp.':>6s}  {'quantity':12s}{'learned':>9s}{'band':>19s}{'exact':>9s}{'optimum':>9s}"
    f"{'error %':>9s}  {'band':>16s}"
)


def table_line(row: Row) -> str:
    """One line: interquartile means over runs, each with its 95 % bootstrap band."""
    learned, low, high = middle(row.learned)
    error, low_error, high_error = middle(row.errors)
    quantity = "|mean|" if row.quantity == "policy mean" else row.quantity
    return (
        f"{row.label:23s}{row.temperature:6.2f}  {quantity:12s}{learned:9.3f}{f'{low:.3f} .. {high:.3f}':>19s}"
        f"{row.exact:9.3f}{row.optimum:9.3f}{error:9.1f}  {f'{low_error:.1f} .. {high_error:.1f}':>16s}"
        f"  {'ok' if row.reached else 'MISSES: ' + row.note}"
    )
