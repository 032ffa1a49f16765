"""A point mass in the plane: two action dimensions, so that sum and mean of log-probabilities differ."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..exact import SoftAnswer, SoftSolver
from .soft_lqr import SoftLQREnv, axis_solver


class PointMassEnv(SoftLQREnv):
    """Push a mass to the origin: x' = 0.8 x + 0.5 u + w, reward = -2 (|x|^2 + |u|^2), u in [-1, 1]^2.

    w is Gaussian with std 0.1. The position is the state: the mass hangs on a spring in thick oil, so it
    keeps no speed. Episodes start uniformly in [-1, 1]^2. The two axes have nothing to do with each other, so
    the exact answer, bounds included, is that of one axis on a grid, twice. Where the policy stays clear of
    the bounds (temperature up to about 0.1) it agrees with soft LQR, which has a closed form for the
    temperature at which the entropy meets a target.
    """

    def __init__(self):
        eye = np.eye(2)
        super().__init__(A=0.8 * eye, B=0.5 * eye, Q=2 * eye, R=2 * eye, W=0.01 * eye, bounded=True)

    def exact(self, discount, temperature, policy="boltzmann", entropy_weight=1.0) -> "SeparableAnswer":
        return SeparableAnswer(self.solver.optimal(discount, temperature, policy, entropy_weight))

    def tuned_temperature(self, discount: float, target_entropy: float = -2.0) -> float:
        """The temperature at which the entropy, summed over dimensions, meets the target (soft LQR)."""
        return self.problem(discount, temperature=1.0).temperature_for_entropy(target_entropy)

    @cached_property
    def solver(self) -> SoftSolver:
        """Grid solver of one axis."""
        return axis_solver(A=0.8, B=0.5, Q=2.0, R=2.0, W=0.01, limit=4.0)


@dataclass(frozen=True)
class SeparableAnswer:
    """The answer to a problem that falls apart into equal axes: values and entropies add, actions line up.

    axis: the answer for one axis. States and actions are [..., n]; action i moves state i.
    """

    axis: SoftAnswer

    @property
    def error(self) -> float:
        """Error estimate of one axis; of n axes it is n times that at most."""
        return self.axis.error

    def value(self, state: np.ndarray) -> np.ndarray:
        """V(s), [...]."""
        return self.axis.value(_columns(state)).sum(-1)

    def q_value(self, state: np.ndarray, action: np.ndarray) -> np.ndarray:
        """Q(s, a), [...]."""
        return self.axis.q_value(_columns(state), _columns(action)).sum(-1)

    def mean(self, state: np.ndarray) -> np.ndarray:
        """Mean action, [..., n]."""
        return self.axis.mean(_columns(state))[..., 0]

    def std(self, state: np.ndarray) -> np.ndarray:
        """Standard deviation of each action dimension, [..., n]."""
        return self.axis.std(_columns(state))[..., 0]

    def entropy(self, state: np.ndarray) -> np.ndarray:
        """Entropy of the policy in nats, summed over dimensions, [...]."""
        return self.axis.entropy(_columns(state)).sum(-1)


def _columns(vectors: np.ndarray) -> np.ndarray:
    """[..., n] to [..., n, 1]: each coordinate as a state of its own."""
    return np.asarray(vectors, dtype=float)[..., None]
