"""How soon the default configuration solves Pendulum here, in steps and in seconds: single runs, and eight at once.

python -m benchmarks.solving
"""

from __future__ import annotations

import time

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun

SOLVED = -200.0  # mean undiscounted return of Pendulum-v1 that counts as solved


def measure_learning(seeds, label: str) -> str:
    """At which step, and after how many seconds, each seed first passes an evaluation; evaluations are included."""
    run = TrainingRun(SACConfig(), seeds)
    began, clock = time.perf_counter(), []
    with single_thread():
        for _ in run.iterate(run.config.total_steps):
            if run.step % run.config.evaluation_interval == 0:
                clock.append(time.perf_counter() - began)
    passed = run.evaluation_returns > SOLVED
    first = [row.argmax() if row.any() else None for row in passed]
    solved = [index for index in first if index is not None]
    if not solved:
        return f"{label}: none passed"
    steps = [int(run.evaluation_steps[index]) for index in solved]
    return (
        f"{label}: {len(solved)} of {len(first)} seeds pass {SOLVED:.0f}, at steps {steps}; "
        f"the last after {clock[max(solved)]:.1f} s; all {run.step} steps take {clock[-1]:.1f} s; "
        f"last three evaluations, mean over seeds: {run.evaluation_returns[:, -3:].mean(0).round().astype(int)}"
    )


def main() -> None:
    lines = [describe_machine(), "Learning, Pendulum-v1, default configuration", ""]
    lines += [measure_learning([seed], f"one run, seed {seed}") for seed in (0, 1, 2)]
    lines += [measure_learning(8, "eight runs at once, seeds 0-7")]
    lines += [measure_learning(range(8, 16), "eight runs at once, seeds 8-15")]
    save_result("solving", lines)


if __name__ == "__main__":
    main()
