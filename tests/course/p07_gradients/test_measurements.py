"""The arrival of seeds, on runs made up for it."""

import math
from types import SimpleNamespace

import torch

from sacnotes_lib.course.p07_gradients.measurements import Arrival


def arrival(*distances):
    """After one update for each row of distances, a column for each seed."""
    watch = Arrival(lambda run: torch.tensor(run.distances), near=0.3, seeds=len(distances[0]))
    for update, now in enumerate(distances, start=1):
        watch(SimpleNamespace(distances=now, agent=SimpleNamespace(updates_done=update)))
    return watch


def test_a_seed_arrives_once_and_may_leave_again():
    updates = arrival([0.9, 0.2, 0.9], [0.1, 0.9, 0.3], [0.9, 0.1, 0.5]).updates
    assert updates.tolist() == [2, 1, math.inf]


def test_how_many_times_as_late():
    soon, late, never = arrival([0.1]), arrival([0.9], [0.9], [0.1]), arrival([0.9])
    assert late.times_as_late_as(soon) == 3
    assert never.times_as_late_as(soon) == never.times_as_late_as(never) == math.inf
    assert late.times_as_late_as(late) == 1
