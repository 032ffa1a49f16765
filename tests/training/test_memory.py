"""A long run needs no more memory than a short one, once its buffer is full: all that grows is what it records."""

import gc
import tracemalloc

import pytest
import torch

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import METRICS_INTERVAL, TrainingRun

BYTES_A_RECORD = 100  # a row has 40; one Python object with its number has more than the rest
RECORDS = 40
STRETCHES = 6  # caches of Python and NumPy fill in the first ones; what piles up, piles up in each


def live_tensors() -> tuple[int, int]:
    """How many tensors live in this process, and their bytes."""
    gc.collect()
    tensors = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor)]
    return len(tensors), sum(t.untyped_storage().nbytes() for t in tensors)


def train_on(run: TrainingRun, steps: int) -> int:
    """The bytes that are taken after these steps and were not before."""
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    run.replay([], run.step + steps)
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - before


@pytest.mark.slow
def test_neither_tensors_nor_python_objects_pile_up():
    config = SACConfig(
        hidden_sizes=(8, 8), batch_size=16, replay_capacity=50, learning_starts=20, evaluation_interval=10**6
    )
    run = TrainingRun(config, seeds=2).replay([], 3 * METRICS_INTERVAL)  # the buffer is full
    tensors, records = live_tensors(), len(run.metric_steps)
    tracemalloc.start()
    try:
        growth = [train_on(run, RECORDS * METRICS_INTERVAL) for _ in range(STRETCHES)]
    finally:
        tracemalloc.stop()
    assert len(run.metric_steps) - records == STRETCHES * RECORDS
    assert live_tensors() == tensors
    assert min(growth) < RECORDS * BYTES_A_RECORD
