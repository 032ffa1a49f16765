"""What each thing that makes the update fast buys: the library as it is, beside itself with one of them taken back.

    python -m benchmarks.changes [--rounds 25] [--seconds 0.3]
    python -m benchmarks.changes --compiled

Seconds are those of the processor in one thread, which others on the machine disturb less. Five minutes, and three.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.contestants import ABLATIONS, AS_IT_IS
from benchmarks.machine import describe_machine, save_result
from benchmarks.problems import PROBLEMS
from benchmarks.rounds import Rounds

CASES = (
    ("small", 1, False), ("small", 8, False), ("cheetah", 1, False), ("cheetah", 8, False),
    ("small", 1, True), ("small", 8, True),
)  # fmt: skip
MEANING = """ratio: speed as it is to speed without, median over rounds, then lowest and highest; 1 buys nothing.
for nothing: speed with a part of the step that costs nothing to speed as it is; no change of that part buys more.
predicted: before any of this was run, from the time of single calls; a dash where nothing was predicted."""
# What each change was predicted to buy, by case in the order of CASES: eager ones, and compiled ones.
PREDICTED = {
    "memory that stays": (1, 1.2, 1, 1.3),
    "one output as a sum": (1.02, 1.07, 1.04, 1.06),
    "Adam without bookkeeping": (1.15, None, None, None),
}
PREDICTED_COMPILED = {
    "kernels called from C++": (1.15, 1.04),
    "acting": (1.11, 1.04),
    "environment": (1.10, 1.08),
    "sampling": (1.06, 1.03),
}


def measure(case: tuple[str, int, bool], rounds: int, seconds: float) -> list[str]:
    """A line for each change: the factor that it is worth."""
    name, runs, compile = case
    contestants = ABLATIONS[runs, compile]
    turns = Rounds(contestants, (1,), clock="cpu_seconds")
    try:
        rates = turns.measure(PROBLEMS[name], rounds, seconds, {})
    finally:
        turns.close()
    as_it_is = np.array(rates[contestants[0].name, 1])
    title = f"{runs} run(s)" + ", compiled" * compile
    lines = [str(PROBLEMS[name]), title.ljust(36) + "   ratio   in rounds     predicted"]
    predictions = PREDICTED_COMPILED if compile else PREDICTED
    place = [other for other in CASES if other[2] == compile].index(case)
    for contestant in contestants[1:]:
        theirs = np.array(rates[contestant.name, 1])
        title = contestant.name.partition(f", {runs}")[0]
        part, free, _ = title.partition(" for nothing")
        ratios = theirs / as_it_is if free else as_it_is / theirs
        predicted = predictions.get(part.removeprefix("without "), (None,) * len(CASES))[place]
        lines.append(
            f"{title:36s}{np.median(ratios):8.3f}   {ratios.min():.3f}-{ratios.max():.3f}"
            f"{predicted or '–':>14}"
        )
    return [*lines, f"{AS_IT_IS}: {np.median(as_it_is):.0f} run-steps a second of one core", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each turn")
    parser.add_argument(
        "--compiled", action="store_true", help="what buys how much once an update is compiled"
    )
    options = parser.parse_args()
    lines = [describe_machine(), ""]
    for case in [case for case in CASES if case[2] == options.compiled]:
        lines += measure(case, options.rounds, options.seconds)
    save_result(
        "changes_compiled" if options.compiled else "changes",
        [*lines, *MEANING.splitlines(), f"{options.rounds} rounds, turns of {options.seconds:g} s"],
    )


if __name__ == "__main__":
    main()
