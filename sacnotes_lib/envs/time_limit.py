"""Truncation against termination: the same trajectory, two meanings, two values."""

from functools import cached_property

import numpy as np

from ..exact import SoftSolver, finite_model
from .base import SoftEnv

ENDS = ("truncated", "terminated")


class TimeLimitEnv(SoftEnv):
    """A clock that ticks `length` times and pays the same at each tick, whatever the agent does.

    After the last tick the hand is back at 0 and the episode ends. Observations and rewards do not depend on
    `end`; only the flag does. "terminated": the world stops, and what is left to earn shrinks with every
    tick. "truncated": only the watching stops, the clock would go on, and every tick is worth the same.

    length: ticks in an episode. reward: reward of each tick. end: "truncated" or "terminated".
    """

    def __init__(self, length: int = 10, reward: float = 0.1, end: str = "truncated"):
        if end not in ENDS:
            raise ValueError(f"end = {end!r}: choose one of {', '.join(ENDS)}")
        if not length >= 2:
            raise ValueError(f"length = {length!r}: must be at least 2")
        super().__init__([0.0], [1.0])
        self.length, self.reward, self.end = int(length), float(reward), end

    def transition(self, state, action, rng):
        hand = np.rint(state[..., 0] * self.length) + 1
        at_end = hand == self.length
        next_state = np.asarray(hand % self.length / self.length)[..., None]
        return next_state, np.full(at_end.shape, self.reward), at_end & (self.end == "terminated")

    def truncates(self) -> bool:
        return self.end == "truncated" and bool(self.state[0] == 0)

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy; states are 0, 1/length, 2/length, ..."""
        states = np.arange(self.length)[:, None] / self.length

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape, action.shape)
            next_state, reward, terminated = self.transition(np.broadcast_to(state, shape), action, None)
            hand = np.rint(next_state[..., 0] * self.length).astype(int)
            return reward, np.eye(self.length)[hand] * ~terminated[..., None]

        return SoftSolver(finite_model(states, backup))
