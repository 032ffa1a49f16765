"""Two routes: with entropy in the target one is better, without it the other."""

from functools import cached_property

import numpy as np
from scipy.special import expit

from ..exact import SoftSolver, finite_model
from .base import SoftEnv


class TwoRoutesEnv(SoftEnv):
    """A fork, then `length` steps on one of two routes, then the end.

    State (progress, route): (0, 0) at the fork; each step adds 1 / (length + 1) to progress, and at 1 the episode
    terminates. route is 1 on the narrow, -1 on the wide route. At the fork the action chooses: P(narrow) = 1 / (1 +
    exp(-4 a)); it pays nothing. A step on the narrow route pays bonus - price * a^2: it pays more, to those who keep
    a near 0. A step on the wide route pays 0 whatever a is, and there the policy may be as random as it likes.

    With the default constants and a temperature around 0.2 a target that counts the entropy to come prefers the wide
    route, and one that does not prefers the narrow route; either way the policy on each route is the same.
    """

    def __init__(self, length: int = 5, bonus: float = 0.22, price: float = 5.0):
        if not length >= 1:
            raise ValueError(f"length = {length!r}: must be at least 1")
        super().__init__([0.0, -1.0], [1.0, 1.0])
        self.length, self.bonus, self.price = int(length), float(bonus), float(price)
        self._stride = 1 / (self.length + 1)
        # Between the last two states, so that adding up strides may round.
        self._last = 1 - 1.5 * self._stride

    @staticmethod
    def narrow_probability(action: np.ndarray) -> np.ndarray:
        """Probability that an action at the fork leads to the narrow route; [..., 1] to [...]."""
        return expit(4 * action[..., 0])

    def mean_reward(self, state: np.ndarray, action: np.ndarray) -> np.ndarray:
        """Reward, which is not random; [..., 2] and [..., 1] to [...]."""
        return (state[..., 1] > 0) * (self.bonus - self.price * action[..., 0] ** 2)

    def transition(self, state, action, rng):
        reward = self.mean_reward(state, action)
        progress, route = state[..., 0], state[..., 1]
        drawn = np.sign(self.narrow_probability(action) - rng.random(route.shape))
        next_state = np.empty_like(state)
        next_state[..., 0] = progress + self._stride
        # route is 0 at the fork and only there.
        next_state[..., 1] = route + (route == 0) * drawn
        return next_state, reward, progress > self._last

    @property
    def states(self) -> np.ndarray:
        """All states, [1 + 2 length, 2]: the fork, the narrow route, the wide route."""
        progress = np.arange(1, self.length + 1) * self._stride
        narrow, wide = (np.stack([progress, np.full(self.length, route)], axis=-1) for route in (1.0, -1.0))
        return np.concatenate([np.zeros((1, 2)), narrow, wide])

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy."""
        narrow_row, wide_row = 1, 1 + self.length

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape[:-1], action.shape[:-1])
            progress, route = np.broadcast_to(state[..., 0], shape), np.broadcast_to(state[..., 1], shape)
            step = np.rint(progress / self._stride).astype(int)
            narrow = np.where(step == 0, self.narrow_probability(action), route > 0)
            goes_on = step < self.length
            row = np.minimum(step, self.length - 1)
            one_hot = np.eye(len(self.states))
            weights = (
                narrow[..., None] * one_hot[narrow_row + row]
                + (1 - narrow)[..., None] * one_hot[wide_row + row]
            )
            return np.broadcast_to(self.mean_reward(state, action), shape), weights * goes_on[..., None]

        return SoftSolver(finite_model(self.states, backup))
