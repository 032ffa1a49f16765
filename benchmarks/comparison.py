"""What `compare` gains from processes, and what it sends to them and gets back. Run it as a module.

Four backups, eight seeds each, on Pendulum: the same comparison by two processes of one thread and by one process, in
turns, because an absolute figure drifts while a ratio of neighbours holds. The first round starts the processes anew,
and so pays for loading PyTorch in each.
"""

import argparse
import pickle
import statistics
import time
from dataclasses import replace

import numpy as np
from joblib.externals.loky import get_reusable_executor

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.jobs import Job, run_job
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig

SEEDS = 8


def backups(steps: int) -> dict[str, SACConfig]:
    """The variants of this benchmark."""
    config = SACConfig(total_steps=steps)
    return {backup: config.replace(backup=backup) for backup in ("single", "mean", "min", "swap")}


def seconds(steps: int, processes: int):
    """How long one comparison takes, and the comparison."""
    began = time.perf_counter()
    comparison = compare(backups(steps), SEEDS, jobs=processes, folder=None)
    return time.perf_counter() - began, comparison


def measure_processes(rounds: int, steps: int) -> list[str]:
    """Seconds with two processes and with one, and their ratio, round by round."""
    lines = [f"{'':18s}{'2 processes':>14s}{'1 process':>12s}{'ratio':>8s}"]
    ratios = []
    get_reusable_executor().shutdown()
    for number in range(rounds):
        two, there = seconds(steps, 2)
        one, here = seconds(steps, 1)
        ratios.append(one / two)
        start = ", cold start" if number == 0 else ""
        lines.append(f"{f'round {number + 1}{start}':18s}{two:12.1f} s{one:10.1f} s{ratios[-1]:8.2f}")
        for name in here:
            np.testing.assert_array_equal(there[name].evaluation_returns, here[name].evaluation_returns)
    lines.append(f"median ratio {statistics.median(ratios):.2f}; the numbers are the same, bit for bit")
    return lines


def measure_sizes(steps: int) -> list[str]:
    """Bytes to a job and back from it, for small and for large networks."""
    lines = [f"{'':42s}{'to the job':>12s}{'back':>12s}{'a seed':>12s}{'with memory':>14s}"]
    for width, length in ((64, steps), (256, 300)):
        config = SACConfig(total_steps=length, hidden_sizes=(width, width))
        job = Job("", config, SAC, range(SEEDS), buffers=True).to_bytes()
        full = run_job(job)
        plain, with_memory = (len(pickle.dumps(result)) for result in (replace(full, buffer=None), full))
        cells = (len(job), plain, plain / SEEDS, with_memory)
        label = f"networks {width}x{width}, {SEEDS} seeds, {length:,} steps"
        lines.append(
            f"{label:42s}"
            + "".join(f"{size / 1000:{room}.1f} kB" for size, room in zip(cells, (9, 9, 9, 11)))
        )
    return [*lines, "back come curves, metrics and weights; memory is what the replay buffers add"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=SACConfig().total_steps)
    options = parser.parse_args()
    lines = [describe_machine(), ""]
    lines += [
        f"Four backups, eight seeds each, Pendulum-v1, {options.steps:,} steps, networks 64x64, batch 128"
    ]
    lines += measure_processes(options.rounds, options.steps)
    lines += ["", "Over the wire"]
    lines += measure_sizes(options.steps)
    save_result("comparison", lines)


if __name__ == "__main__":
    main()
