"""When each seed of a run first came near to what is wanted: notebook 07's full run."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from sacnotes_lib.training.run import TrainingRun


class Arrival:
    """A callback for `train` that notes the update at which each seed was near for the first time.

    Attributes:
        updates: `[R]`, infinite for a seed that never was.
    """

    def __init__(self, distance: Callable[[TrainingRun], Tensor], near: float, seeds: int):
        self._distance, self._near = distance, near
        self.updates = torch.full((seeds,), math.inf)

    def __call__(self, run: TrainingRun) -> None:
        newly_near = (self._distance(run) < self._near) & self.updates.isinf()
        self.updates[newly_near] = run.agent.updates_done

    def times_as_late_as(self, other: "Arrival") -> float:
        """The ratio of the median seeds' updates; infinite where half of the seeds here never arrived."""
        mine, theirs = self.updates.median().item(), other.updates.median().item()
        return math.inf if math.isinf(mine) else mine / theirs
