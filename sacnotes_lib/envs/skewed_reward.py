"""Skewed reward noise: the mean and the median of the target differ, and so do squared and absolute error."""

from functools import cached_property

import numpy as np

from ..exact import SoftSolver, finite_model
from .base import SoftEnv


class SkewedRewardEnv(SoftEnv):
    """One state, for ever; reward = 0.2 - (a - 0.25)^2 / 2 + noise_scale * (E - 1), E ~ Exp(1).

    The noise has mean 0 whatever state and action are, so the exact Q does not know of it. Its median is
    noise_scale * (log 2 - 1), below 0: a critic trained with absolute error misses that at every step.

    noise_scale: standard deviation of the noise.
    """

    def __init__(self, noise_scale: float = 0.5):
        super().__init__([-1.0], [1.0])
        self.noise_scale = float(noise_scale)

    @property
    def noise_median(self) -> float:
        """Median of the reward noise."""
        return self.noise_scale * float(np.log(2) - 1)

    def absolute_error_shift(self, discount: float) -> float:
        """How far a critic trained with absolute error ends from the exact Q: noise_median / (1 - discount).

        At the soft-optimal policy Q(a') - temperature log pi(a') = V for every a', so the reward noise is all
        the noise in the target and its median adds up over the steps. With a tanh-Gaussian it holds nearly.
        """
        return self.noise_median / (1 - discount)

    def mean_reward(self, action: np.ndarray) -> np.ndarray:
        """Expected reward; action [..., 1], result [...]."""
        return 0.2 - 0.5 * (action[..., 0] - 0.25) ** 2

    def transition(self, state, action, rng):
        shape = np.shape(state)[:-1]
        noise = self.noise_scale * (rng.standard_exponential(shape) - 1)
        return np.zeros_like(state), self.mean_reward(action) + noise, np.zeros(shape, dtype=bool)

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy."""

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
            return np.broadcast_to(self.mean_reward(action), shape), np.ones((*shape, 1))

        return SoftSolver(finite_model([[0.0]], backup))
