"""How fast SAC trains here, beside other libraries and beside its own matrix products. Run it with `make bench`.

    python -m benchmarks.speed [--problems small wide cheetah] [--rounds 5] [--seconds 1] [--only "sacnotes, 1 run" ...]

Every contestant is a process of its own; they train in turns, round after round, with one and with two threads.
Steps per second count environment step and update together, of every run. About twenty minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import time

import numpy as np

from benchmarks.contestants import CONTESTANTS, FLOORS, REFERENCE
from benchmarks.floor import operations
from benchmarks.machine import describe_machine, save_result
from benchmarks.parts import parts_table
from benchmarks.problems import PROBLEMS, Problem
from benchmarks.rounds import Key, Rounds

PEERS = {
    "stable_baselines3": REFERENCE, "sbx-rl": "SBX", "rejax": "rejax", "jax": "JAX", "torchrl": "TorchRL",
}  # fmt: skip
FLOOR_SHARE = 0.3  # of the others' seconds: products alone vary little

MEANING = """
run-steps/s: median over rounds of environment steps with their updates, of all runs together; lowest, highest.
ratio: to Stable-Baselines3 on the number of threads that suits it best, median over rounds; then lowest, highest.
of floor: share of the speed of the update's matrix products alone, same runs and threads, median over rounds. Those
  are PyTorch's products; JAX multiplies with code of its own, so its share is a comparison and no bound.
start: seconds on the wall until the first updates are done, imports and compiling included; not part of the speed.
rejax counts the end of an episode by its time limit as a real end (it multiplies by 1 - done), has Pendulum compiled
  in, and draws a batch without replacement, at a cost that grows with the memory. "Small memory" has 5,000 rows,
  all others 100,000."""


def table(
    problem: Problem,
    rates: dict[Key, list[float]],
    absent: dict[str, str],
    starts: dict[Key, float] | None = None,
) -> list[str]:
    """The lines of one problem: everybody's speed, ratio to the reference, share of the floor, and seconds to start."""
    floors = {floor.runs: floor.name for floor in FLOORS}
    references = [key for key in rates if key[0] == REFERENCE]
    best = max(references, key=lambda key: np.median(rates[key])) if references else None
    lines = [
        str(problem),
        f"{'':30s}{'threads':>8s}{'run-steps/s':>12s}{'in rounds':>14s}{'ratio':>8s}{'in rounds':>14s}"
        f"{'of floor':>10s}{'start':>8s}",
    ]
    for contestant in CONTESTANTS:
        keys = [key for key in rates if key[0] == contestant.name]
        for key in keys:
            values = np.array(rates[key])
            line = f"{key[0]:30s}{key[1]:8d}{np.median(values):12.0f}{band(values, '.0f'):>14s}"
            if best:
                ratios = values / rates[best]  # neighbours in one round
                line += f"{np.median(ratios):8.2f}{band(ratios, '.2f'):>14s}"
            if under := rates.get((floors[contestant.runs], key[1])):
                line += f"{100 * np.median(values / under):8.0f} %"
            if key in (starts or {}):
                line += f"{starts[key]:6.0f} s"
            lines.append(line)
        if contestant.name in absent:
            lines.append(f"{contestant.name:30s}{absent[contestant.name]}")
    return [*lines, *floor_lines(problem, rates)]


def band(values: np.ndarray, form: str) -> str:
    return f"{values.min():{form}}-{values.max():{form}}"


def floor_lines(problem: Problem, rates: dict[Key, list[float]]) -> list[str]:
    """How fast the products alone are, in updates and in operations a second."""
    work = operations(problem)
    lines = [f"products alone, {work / 1e6:.1f} million operations for each run's update:"]
    for threads in sorted({threads for _, threads in rates}):
        found = [(f.runs, np.median(rates[f.name, threads])) for f in FLOORS if (f.name, threads) in rates]
        shown = ", ".join(f"{runs}: {rate:.0f}/s" for runs, rate in found)
        if found:
            fastest = max(rate for _, rate in found)
            lines.append(
                f"  {threads} thread(s), by runs: {shown}; at best {fastest * work / 1e9:.0f} GFLOP/s"
            )
    return lines


def versions() -> str:
    """The other libraries' versions, or that they are not here."""
    shown = []
    for package, name in PEERS.items():
        try:
            shown.append(f"{name} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            shown.append(f"{name} not installed")
    return ", ".join(shown)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", nargs="+", choices=PROBLEMS, default=list(PROBLEMS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
    parser.add_argument("--only", nargs="+", choices=[c.name for c in CONTESTANTS], help="a few contestants")
    options = parser.parse_args()
    entered = [c for c in CONTESTANTS if not options.only or c.name in options.only]
    floors = [floor for floor in FLOORS if floor.runs in {c.runs for c in entered}]
    thread_counts = (1, 2) if (os.cpu_count() or 1) > 1 else (1,)
    turns = len(entered) + FLOOR_SHARE * len(floors)
    of_turns = len(options.problems) * options.rounds * options.seconds * len(thread_counts) * turns
    print(f"About {(of_turns + 240 * len(options.problems)) / 60:.0f} minutes on two idle cores", flush=True)
    began = time.perf_counter()
    lines = [describe_machine(), versions(), ""]
    rounds = Rounds(entered + floors, thread_counts)
    share = {floor.name: FLOOR_SHARE for floor in floors}
    try:
        for name in options.problems:
            rates = rounds.measure(PROBLEMS[name], options.rounds, options.seconds, share)
            of_one = table(PROBLEMS[name], rates, rounds.absent, rounds.starts)
            print("\n".join(of_one), flush=True)  # now already, in case somebody stops it before the end
            lines += [*of_one, ""]
    finally:
        rounds.close()
    lines += ["Where a step's time goes, one thread", *parts_table(), *MEANING.splitlines()]
    lines += [
        f"{options.rounds} rounds, turns of {options.seconds:g} s; {time.perf_counter() - began:.0f} s in all"
    ]
    save_result("speed", lines)


if __name__ == "__main__":
    main()
