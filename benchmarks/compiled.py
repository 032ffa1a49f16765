"""When does `torch.compile` pay? The update as it is and compiled, beside each other.

    python -m benchmarks.compiled [--rounds 15]

Printed: seconds until the first compiled update has returned, without and with PyTorch's cache of an earlier process,
the time of an update, and after how many updates the start is paid back. Needs a C++ compiler.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from torch.nn.utils import parameters_to_vector

from benchmarks.machine import command_line, describe_machine, save_result
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.compiled import CannotCompile, CompiledUpdate, require_compiler
from sacnotes_lib.training.guards import keep_freed_memory, single_thread

OBSERVATION, ACTION = 3, 1  # of Pendulum
CASES = ((1, 64, 128), (8, 64, 128), (1, 256, 256), (8, 256, 256))  # runs, width, batch

MEANING = """
weights part: after three updates, the distance between the actor's weights, compiled or not, as a share of the
distance from where they began. Rounding does it. Where the input of a ReLU is so near 0 that rounding opens or closes
it, one transition's gradient comes or goes as a whole, and they part further."""


def make_agent(runs: int, width: int) -> SAC:
    return SAC(SACConfig(hidden_sizes=(width, width)), OBSERVATION, ACTION, runs)


def make_batch(runs: int, size: int) -> Batch:
    generator = torch.Generator().manual_seed(0)
    vectors = [torch.randn(runs, size, width, generator=generator) for width in (OBSERVATION, ACTION)]
    numbers = torch.randn(runs, size, generator=generator)
    return Batch(vectors[0], vectors[1].tanh(), numbers, vectors[0] + 0.1, torch.zeros(runs, size))


def start(runs: int, width: int, size: int) -> tuple[CompiledUpdate, float]:
    """A compiled update that has run, and the seconds until then."""
    update, batch = CompiledUpdate(make_agent(runs, width)), make_batch(runs, size)
    began = time.perf_counter()
    for _ in range(3):  # the first is not compiled yet
        update(batch)
    return update, time.perf_counter() - began


def start_from_cache(*case: int) -> float:
    """Seconds of the same start in a new process, which finds the cache that this one filled."""
    words = [sys.executable, "-m", "benchmarks.compiled", "--case", *map(str, case)]
    return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)


def compare(runs: int, width: int, size: int, rounds: int) -> str:
    """One line: the starts, the two times, their ratio, when the start is paid back, and how far the numbers part."""
    batch, plain = make_batch(runs, size), make_agent(runs, width)
    began_as = parameters_to_vector(plain.actor.parameters()).detach().clone()
    fast, cold = start(runs, width, size)
    for _ in range(3):
        plain.update(batch)
    one, other = (parameters_to_vector(agent.actor.parameters()).detach() for agent in (plain, fast.agent))
    apart = float((one - other).norm() / (one - began_as).norm())
    times = {plain.update: [], fast: []}
    for _ in range(rounds):
        for function, values in times.items():
            used = time.process_time()
            for _ in range(10):
                function(batch)
            values.append((time.process_time() - used) / 10)
    eager, compiled = (statistics.median(values) for values in times.values())
    warm = start_from_cache(runs, width, size)
    paid = f"{cold / (eager - compiled):,.0f} updates" if compiled < eager else "never"
    return (
        f"{runs} run(s), {width}x{width}, batch {size}: {1e3 * eager:6.2f} ms as it is, {1e3 * compiled:6.2f} ms "
        f"compiled, ratio {eager / compiled:.2f}; start {cold:.0f} s, from the cache {warm:.0f} s; "
        f"a cold start is paid back after {paid}; weights part by {100 * apart:.2g} % of their way"
    )


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--case", type=int, nargs=3, help="print the seconds of one start, and end")
    options = parser.parse_args()
    try:
        require_compiler()
    except CannotCompile as missing:
        sys.exit(str(missing))
    keep_freed_memory()
    with single_thread():
        if options.case:
            print(start(*options.case)[1])
            return
        with tempfile.TemporaryDirectory() as cache:
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = (
                cache  # empty at first: the price of a start is in question
            )
            save_result(
                "compiled",
                [
                    describe_machine(),
                    "",
                    *(compare(*case, options.rounds) for case in CASES),
                    *MEANING.splitlines(),
                ],
            )


if __name__ == "__main__":
    main()
