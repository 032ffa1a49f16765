"""Does a long run need more and more memory? Resident memory while eight runs train on after their buffer is full.

python -m benchmarks.memory [--steps 20000] [--runs 8]
"""

from __future__ import annotations

import argparse
import gc

import numpy as np
import psutil
import torch

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun

CAPACITY = 1000  # transitions: full long before the first look
LOOKS = 12


def live_tensors() -> tuple[int, int]:
    """How many tensors are alive in this process, and the bytes behind them."""
    tensors = [thing for thing in gc.get_objects() if issubclass(type(thing), torch.Tensor)]
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return len(tensors), sum(storages.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=8)
    options = parser.parse_args()
    run = TrainingRun(SACConfig(replay_capacity=CAPACITY), options.runs)
    interval, rows = max(1, options.steps // LOOKS), []
    with single_thread():
        for _ in run.iterate(options.steps):
            if run.step % interval == 0 and run.step > CAPACITY:
                rows.append((run.step, psutil.Process().memory_info().rss / 1e6, *live_tensors()))
    steps, resident = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    slope = 1e3 * np.polyfit(steps, resident, 1)[0]
    lines = [
        describe_machine(),
        f"{options.runs} runs, Pendulum-v1, buffer of {CAPACITY:,} transitions each",
        "",
    ]
    lines += [f"{'step':>8s}{'resident MB':>13s}{'tensors':>9s}{'their MB':>10s}"]
    lines += [f"{step:8,d}{mb:13.1f}{count:9d}{size / 1e6:10.2f}" for step, mb, count, size in rows]
    save_result("memory", [*lines, f"a line through them rises by {slope:.3f} MB in 1,000 steps"])


if __name__ == "__main__":
    main()
