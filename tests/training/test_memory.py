"""A long run needs no more memory than a short one, once its buffer is full: all that grows is what it records."""

import gc
import tracemalloc

import torch

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import METRICS_INTERVAL, TrainingRun

BYTES_A_RECORD = 100  # a row has 40; one Python object with its number has more than the rest
RECORDS = 40
STRETCHES = 5  # caches of Python and NumPy fill in the first ones; what piles up, piles up in each


def live_tensors() -> tuple[int, int]:
    """How many tensors live in this process, and their bytes."""
    gc.collect()
    tensors = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor)]
    return len(tensors), sum(t.untyped_storage().nbytes() for t in tensors)


def test_neither_tensors_nor_python_objects_pile_up():
    config = SACConfig(
        hidden_sizes=(8, 8), batch_size=16, replay_capacity=50, learning_starts=20, evaluation_interval=10**6
    )
    run = TrainingRun(config, seeds=2)
    for _ in run.iterate(3 * METRICS_INTERVAL):  # the buffer is full, and everything has happened once
        pass
    (tensors, their_bytes), records = live_tensors(), len(run.metric_steps)
    growth = []
    tracemalloc.start()
    try:
        for _ in run.iterate(run.step + 1):
            pass
        for _ in range(STRETCHES):
            gc.collect()
            before, _ = tracemalloc.get_traced_memory()
            for _ in run.iterate(run.step + RECORDS * METRICS_INTERVAL):
                pass
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
            growth.append(after - before)
    finally:
        tracemalloc.stop()
    new = len(run.metric_steps) - records
    assert new >= STRETCHES * RECORDS
    assert live_tensors() == (tensors, their_bytes)
    assert min(growth) < RECORDS * BYTES_A_RECORD
