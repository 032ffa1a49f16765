"""What each thing that makes the update fast buys: the library as it is, beside itself with one of them taken back.

    python -m benchmarks.changes [--rounds 25] [--seconds 0.3]

Seconds are those of the processor in one thread, which others on the machine disturb less. About eight minutes.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.contestants import ABLATIONS
from benchmarks.machine import describe_machine, save_result
from benchmarks.problems import PROBLEMS
from benchmarks.rounds import Rounds

CASES = (("small", 1), ("small", 8), ("cheetah", 1), ("cheetah", 8))
MEANING = """ratio: speed as it is to speed without, median over rounds, then lowest and highest; 1 buys nothing.
predicted: before any of this was run, from the time of single calls; a dash where nothing was predicted."""
# What each change was predicted to buy, by case in the order of CASES.
PREDICTED = {
    "memory that stays": (1, 1.2, 1, 1.3),
    "ReLU in place": (1.01, 1.01, 1.01, 1.01),
    "one output as a sum": (1.02, 1.07, 1.04, 1.06),
    "metrics when read": (1.01, None, None, None),
    "one row a transition": (1.01, None, None, None),
    "one look-up a batch": (1, 1, None, None),
    "Adam without bookkeeping": (1.15, None, None, None),
    "Polyak in one call": (1.02, None, None, None),
}


def measure(name: str, runs: int, rounds: int, seconds: float) -> list[str]:
    """A line for each change: the factor that it is worth."""
    contestants = ABLATIONS[runs]
    turns = Rounds(contestants, (1,), clock="cpu_seconds")
    try:
        rates = turns.measure(PROBLEMS[name], rounds, seconds, {})
    finally:
        turns.close()
    as_it_is = np.array(rates[contestants[0].name, 1])
    lines = [str(PROBLEMS[name]), f"{runs} run(s)".ljust(36) + "   ratio   in rounds     predicted"]
    case = CASES.index((name, runs))
    for contestant in contestants[1:]:
        ratios = as_it_is / rates[contestant.name, 1]
        title = contestant.name.rpartition(",")[0]
        predicted = PREDICTED.get(title.removeprefix("without "), (None,) * len(CASES))[case]
        lines.append(
            f"{title:36s}{np.median(ratios):8.3f}   {ratios.min():.3f}-{ratios.max():.3f}"
            f"{predicted or '–':>14}"
        )
    return [*lines, f"as it is: {np.median(as_it_is):.0f} run-steps a second of one core", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each turn")
    options = parser.parse_args()
    lines = [describe_machine(), ""]
    for name, runs in CASES:
        lines += measure(name, runs, options.rounds, options.seconds)
    save_result(
        "changes", [*lines, *MEANING.splitlines(), f"{options.rounds} rounds, turns of {options.seconds:g} s"]
    )


if __name__ == "__main__":
    main()
