"""Constant reward: nothing that the agent does matters, and Q is known by hand."""

import numpy as np

from .base import OneStateEnv


class ConstantRewardEnv(OneStateEnv):
    """One state, the same reward for every action, for ever (episodes are truncated, never terminated).

    Q(s, a) = reward / (1 - discount) + discount * temperature * H / (1 - discount), where H is the policy's
    entropy: log 2 for the soft-optimal policy, which is uniform, and 0.6836 for the widest tanh-Gaussian.

    reward: reward of each step.
    """

    def __init__(self, reward: float = 0.1):
        super().__init__()
        self.reward = float(reward)

    def mean_reward(self, action):
        return np.full(np.shape(action)[:-1], self.reward)
