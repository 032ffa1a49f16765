"""What the course's environments have in common: one definition of the dynamics, and an exact answer."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np


class SoftEnv(gym.Env):
    """A small environment whose soft values are known.

    A subclass writes the dynamics once, as `transition`, for any leading axes. `step` plays it for one state,
    and exact.soft_return takes the same method to play thousands of rollouts at once. The observation is the
    state, as float32. Actions are in [-1, 1]^A. There is no native vector version on purpose: each copy keeps
    its own generator, so that run i among many is the same as run i alone.
    """

    metadata: dict = {"render_modes": []}
    solver: Any  # the exact.SoftSolver of this problem; a subclass makes it

    def __init__(self, low: Sequence[float], high: Sequence[float], action_dim: int = 1):
        self.observation_space = gym.spaces.Box(np.array(low, np.float32), np.array(high, np.float32))
        self.action_space = gym.spaces.Box(-1.0, 1.0, (action_dim,), dtype=np.float32)
        self.state = np.zeros(len(low))

    def initial_state(self, rng: np.random.Generator) -> np.ndarray:
        """State at the start of an episode, [S]."""
        return np.zeros_like(self.state)

    def transition(self, state: np.ndarray, action: np.ndarray, rng: np.random.Generator):
        """(next_state [..., S], reward [...], terminated [...]) from state [..., S] and action [..., A]."""
        raise NotImplementedError

    def truncates(self) -> bool:
        """Whether the watching stops at the present state though the world would go on."""
        return False

    def exact(
        self, discount: float, temperature: float, policy: str = "boltzmann", entropy_weight: float = 1.0
    ):
        """The soft-optimal answer: its methods value, q_value, mean, std and entropy take states [..., S].

        policy: "boltzmann" for the optimum, or "tanh_gaussian" for the best that SAC's actor can represent.
        entropy_weight: 1 adds the next entropy to the Bellman target, 0 leaves it out, -1 subtracts it.
        """
        return self.solver.optimal(discount, temperature, policy, entropy_weight)

    def reset(self, *, seed: int | None = None, options: dict | None = None):
        super().reset(seed=seed)
        self.state = self.initial_state(self.np_random)
        return self.state.astype(np.float32), {}

    def step(self, action: np.ndarray):
        # In float64 throughout: mixed types cost more here than the arithmetic does.
        action = np.asarray(action, dtype=float)
        self.state, reward, terminated = self.transition(self.state, action, self.np_random)
        return self.state.astype(np.float32), float(reward), bool(terminated), self.truncates(), {}
