"""What is timed: an environment, networks and a batch, the same for everybody."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import gymnasium as gym


@dataclass(frozen=True)
class Problem:
    """An environment with the sizes of networks and batch; one update of everything after each step.

    Attributes:
        env_id: of Gymnasium.
        width: of each of the two hidden layers, of the actor and of both critics.
        batch_size: transitions in an update.
        learning_starts: random steps before the first update.
    """

    env_id: str
    width: int
    batch_size: int
    learning_starts: int = 200
    learning_rate: float = 3e-4
    discount: float = 0.99
    polyak_rate: float = 0.005
    replay_capacity: int = 100_000

    def __str__(self) -> str:
        return f"{self.env_id}, networks {self.width}x{self.width}, batch {self.batch_size}"

    def config(self):
        """The same as a `SACConfig`, without evaluations."""
        from sacnotes_lib.sac.config import (
            SACConfig,
        )  # here: the other libraries' processes need none of ours

        sizes = asdict(self)
        width = sizes.pop("width")
        return SACConfig(**sizes, hidden_sizes=(width, width), reward_scale=1.0, evaluation_interval=10**9)

    def dimensions(self) -> tuple[int, int]:
        """Sizes of the environment's observation and action."""
        env = gym.make(self.env_id)
        return env.observation_space.shape[0], env.action_space.shape[0]


PROBLEMS = {
    "small": Problem("Pendulum-v1", 64, 128),
    "wide": Problem("Pendulum-v1", 256, 256),
    "cheetah": Problem("HalfCheetah-v5", 256, 256),
}
