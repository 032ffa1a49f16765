"""Constant reward: nothing that the agent does matters, and Q is known by hand."""

from functools import cached_property

import numpy as np

from ..exact import SoftSolver, finite_model
from .base import SoftEnv


class ConstantRewardEnv(SoftEnv):
    """One state, the same reward for every action, for ever (episodes are truncated, never terminated).

    Q(s, a) = reward / (1 - discount) + discount * temperature * H / (1 - discount), where H is the policy's
    entropy: log 2 for the soft-optimal policy, which is uniform, and 0.6836 for the widest tanh-Gaussian.

    reward: reward of each step.
    """

    def __init__(self, reward: float = 0.1):
        super().__init__([-1.0], [1.0])
        self.reward = float(reward)

    def transition(self, state, action, rng):
        shape = np.shape(state)[:-1]
        return np.zeros_like(state), np.full(shape, self.reward), np.zeros(shape, dtype=bool)

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy."""

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
            return np.full(shape, self.reward), np.ones((*shape, 1))

        return SoftSolver(finite_model([[0.0]], backup))
