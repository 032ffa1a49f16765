"""The replay buffer: what the policy has lived through, kept for many updates."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.sac.randomness import RunGenerators


class Batch(NamedTuple):
    """Transitions (s, a, r, s', terminated) for each run."""

    observation: Tensor  # [R, B, observation_dim]
    action: Tensor  # [R, B, A], in [-1, 1]
    reward: Tensor  # [R, B]
    next_observation: Tensor  # [R, B, observation_dim]
    terminated: Tensor  # [R, B], 1 where the episode really ended; truncation does not count


class ReplayBuffer:
    """The last `capacity` transitions of each of R runs, sampled uniformly with replacement.

    A transition is one row of one table, `[R, capacity, row]`: a batch is then a single look-up instead of five.
    """

    def __init__(self, capacity: int, runs: int, observation_dim: int, action_dim: int, device="cpu"):
        self.capacity, self.device = capacity, torch.device(device)
        self._widths = [observation_dim, action_dim, 1, observation_dim, 1]
        self._table = torch.empty(runs, capacity, sum(self._widths), device=device)
        self._added = 0

    def __len__(self) -> int:
        return min(self._added, self.capacity)

    def add(self, observation, action, reward, next_observation, terminated) -> None:
        """Remember one transition of every run: vectors `[R, dim]`, numbers `[R]`, as arrays or tensors."""
        parts = (observation, action, reward, next_observation, terminated)
        row = np.column_stack([np.asarray(part, dtype=np.float32) for part in parts])
        self._table[:, self._added % self.capacity] = torch.as_tensor(row, device=self.device)
        self._added += 1

    def sample(self, batch_size: int, generators: RunGenerators) -> Batch:
        """Draw a batch for every run, each from its own memory by its own random stream.

        Raises:
            ValueError: while the buffer is still empty.
        """
        if len(self) == 0:
            raise ValueError("the replay buffer is empty: add a transition before sampling")
        index = generators.integers(len(self), batch_size)
        run = torch.arange(len(index), device=self.device).unsqueeze(-1)
        return self._batch(self._table[run, index])

    def contents(self) -> Batch:
        """Everything remembered, oldest first, as one batch `[R, len(buffer), ...]`."""
        oldest = self._added % self.capacity if self._added > self.capacity else 0
        return self._batch(self._table[:, : len(self)].roll(-oldest, dims=1))

    def state_dict(self) -> dict:
        return {"added": self._added, "rows": self._table[:, : len(self)].clone()}

    def load_state_dict(self, state: dict) -> None:
        self._added = state["added"]
        self._table[:, : len(self)] = state["rows"]

    def _batch(self, rows: Tensor) -> Batch:
        observation, action, reward, next_observation, terminated = rows.split(self._widths, dim=-1)
        return Batch(observation, action, reward.squeeze(-1), next_observation, terminated.squeeze(-1))
