"""Two peaks: a one-step bandit in which the temperature decides which peak counts."""

from functools import cached_property

import numpy as np

from ..exact import SoftSolver, action_nodes, finite_model
from .base import SoftEnv


class TwoPeaksEnv(SoftEnv):
    """One state, one step; the reward is a tall narrow peak at a = 0.3 and a lower broad one at a = -0.5.

    Q(a) = reward(a), so discount and entropy_weight play no part. At a low temperature the soft-optimal
    policy stands on the tall peak and at a high one it covers both. In between it has two humps, which no
    tanh-Gaussian has: near temperature 0.2 the nearest one and a second-best one (see nearest_tanh_gaussian)
    sit on different peaks.

    peaks: (height, centre, width) of each; reward is the sum of height * exp(-(a - centre)^2 / (2 width^2)).
    """

    def __init__(self, peaks: tuple = ((1.0, 0.3, 0.15), (0.7, -0.5, 0.4))):
        super().__init__([-1.0], [1.0])
        self.peaks = tuple(tuple(float(x) for x in peak) for peak in peaks)

    def mean_reward(self, action: np.ndarray) -> np.ndarray:
        """Q(a); action [..., 1], result [...]."""
        a = action[..., 0]
        peaks = [height * np.exp(-0.5 * ((a - centre) / width) ** 2) for height, centre, width in self.peaks]
        return np.sum(peaks, axis=0)

    def transition(self, state, action, rng):
        return np.zeros_like(state), self.mean_reward(action), np.ones(np.shape(state)[:-1], dtype=bool)

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy."""

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
            return np.broadcast_to(self.mean_reward(action), shape), np.zeros((*shape, 1))

        # Fine nodes: at low temperatures the policy is far narrower than the peak.
        return SoftSolver(finite_model([[0.0]], backup), nodes=action_nodes(1, spacing=0.005))
