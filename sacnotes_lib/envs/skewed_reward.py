"""Skewed reward noise: the mean and the median of the target differ, and so do squared and absolute error."""

import numpy as np

from .base import OneStateEnv


class SkewedRewardEnv(OneStateEnv):
    """One state, for ever; reward = 0.2 - (a - 0.25)^2 / 2 + noise_scale * (E - 1), E ~ Exp(1).

    The noise has mean 0 whatever state and action are, so the exact Q does not know of it. Its median is
    noise_scale * (log 2 - 1), below 0: a critic trained with absolute error misses that at every step, and so
    ends at about the exact Q plus noise_median / (1 - discount).

    noise_scale: standard deviation of the noise.
    """

    def __init__(self, noise_scale: float = 0.5):
        super().__init__()
        self.noise_scale = float(noise_scale)

    @property
    def noise_median(self) -> float:
        """Median of the reward noise."""
        return self.noise_scale * float(np.log(2) - 1)

    def mean_reward(self, action):
        return 0.2 - 0.5 * (action[..., 0] - 0.25) ** 2

    def reward_noise(self, shape, rng):
        return self.noise_scale * (rng.standard_exponential(shape) - 1)
