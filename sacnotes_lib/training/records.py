"""What a run writes down on its way: at some steps, a few named numbers for each seed."""

from array import array
from collections.abc import Mapping

import numpy as np


class Records:
    """Columns of one table in arrays that grow: a long run then keeps its numbers, and not a million small objects.

    Args:
        runs: R, the seeds that each number is recorded for.
    """

    def __init__(self, runs: int):
        self._runs = runs
        self._steps, self._columns = array("q"), dict[str, array]()

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: int, numbers: Mapping[str, np.ndarray]) -> None:
        """Write down numbers `[R]` by name; the first row settles the names, and the precision of each."""
        if not self._steps:
            kinds = {name: np.result_type(values, np.float32).char for name, values in numbers.items()}
            self._columns = {name: array(kind) for name, kind in kinds.items()}
        for name, column in self._columns.items():
            column.extend(numbers[name])
        self._steps.append(step)

    @property
    def steps(self) -> np.ndarray:
        """`[rows]`."""
        return np.array(self._steps)

    def columns(self) -> dict[str, np.ndarray]:
        """Name to `[R, rows]`."""
        return {
            name: np.array(column).reshape(-1, self._runs).T.copy() for name, column in self._columns.items()
        }

    def last(self, name: str) -> np.ndarray:
        """The latest numbers `[R]` of this name. Raises IndexError where nothing is written yet."""
        if not self._steps:
            raise IndexError("nothing is recorded yet")
        return np.array(self._columns[name][-self._runs :])

    def state_dict(self) -> dict:
        return {"steps": self.steps, "columns": self.columns()}

    def load_state_dict(self, state: dict) -> None:
        self._steps = array("q", state["steps"].tolist())
        columns = state["columns"].items()
        self._columns = {
            name: array(values.dtype.char, values.T.ravel().tolist()) for name, values in columns
        }
