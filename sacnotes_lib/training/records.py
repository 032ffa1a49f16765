"""What a run writes down on its way: at some steps, a few named numbers for each seed."""

from collections.abc import Mapping

import numpy as np


class Records:
    """Rows of one table that grows by doubling: a long run then keeps its numbers, and not a million small objects.

    Args:
        runs: R, the seeds that each number is recorded for.
    """

    def __init__(self, runs: int):
        self.names: tuple[str, ...] = ()
        self._count = 0
        self._steps, self._table = np.empty(0, dtype=int), np.empty((0, 0, runs))

    def __len__(self) -> int:
        return self._count

    def add(self, step: int, numbers: Mapping[str, np.ndarray]) -> None:
        """Write down numbers `[R]` by name; the first row settles the names."""
        if not self._count:
            self.names = tuple(numbers)
            kind = np.result_type(*numbers.values()) if numbers else float
            self._table = np.empty((0, len(self.names), self._table.shape[-1]), dtype=kind)
        if self._count == len(self._steps):
            more = max(16, self._count)
            self._steps = np.concatenate([self._steps, np.empty(more, dtype=int)])
            room = np.empty((more, *self._table.shape[1:]), dtype=self._table.dtype)
            self._table = np.concatenate([self._table, room])
        self._steps[self._count] = step
        for place, name in enumerate(self.names):
            self._table[self._count, place] = numbers[name]
        self._count += 1

    @property
    def steps(self) -> np.ndarray:
        """`[rows]`."""
        return self._steps[: self._count].copy()

    def columns(self) -> dict[str, np.ndarray]:
        """Name to `[R, rows]`."""
        table = self._table[: self._count]
        return {name: table[:, place].T.copy() for place, name in enumerate(self.names)}

    def last(self, name: str) -> np.ndarray:
        """The latest numbers `[R]` of this name. Raises IndexError where nothing is written yet."""
        if not self._count:
            raise IndexError("nothing is recorded yet")
        return self._table[self._count - 1, self.names.index(name)].copy()

    def state_dict(self) -> dict:
        return {"names": self.names, "steps": self.steps, "table": self._table[: self._count].copy()}

    def load_state_dict(self, state: dict) -> None:
        self.names, self._steps, self._table = tuple(state["names"]), state["steps"], state["table"]
        self._count = len(self._steps)
