"""A contestant in a process of its own, which trains when asked and says how long it took.

So that rounds can go in turns although JAX and PyTorch each bring threads of their own: whoever is not asked sleeps.
The conversation is one line of JSON each way, over a pipe: {"build": problem}, then {"advance": steps, "threads": n}.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.contestants import BY_NAME, Contestant
from benchmarks.problems import Problem

ROOT = Path(__file__).parent.parent


class ContestantFailed(RuntimeError):
    """The other process ended, or its contestant raised an error."""


class Worker:
    """The process of one contestant with so many threads.

    Raises: ContestantFailed, from `build` and `advance`, with the first line of what went wrong.
    """

    def __init__(self, contestant: Contestant, threads: int):
        self.contestant, self.threads, self.process = contestant, threads, None

    def build(self, problem: Problem) -> None:
        """Put up the contestant's networks, memory and environment, in a process that starts at the first time."""
        self.process = self.process or self._start()
        self._ask(build=asdict(problem))

    def advance(self, steps: int, threads: int, clock: str = "seconds") -> float:
        """Train, with this many threads. Returns run-steps a second, of all its runs together.

        Args: clock: "seconds" on the wall, or "cpu_seconds" of its process, which others on the machine disturb less.
        """
        answer = self._ask(advance=steps, threads=threads)
        return self.contestant.runs * answer["steps"] / answer[clock]

    def close(self) -> None:
        """End the process, busy or not."""
        if self.process:
            self.process.terminate()
            self.process.communicate()
            self.process = None

    def _start(self) -> subprocess.Popen:
        environment = os.environ | {"OMP_NUM_THREADS": str(self.threads), "JAX_PLATFORMS": "cpu"}
        if self.contestant.threads_are_fixed and self.threads == 1:
            environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", self.contestant.name, str(self.threads)], cwd=ROOT,
            env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _ask(self, **question) -> dict:
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline() or '{"error": "its process ended"}')
        except BrokenPipeError:
            answer = {"error": "its process ended"}
        if "error" in answer:
            raise ContestantFailed(answer["error"])
        return answer


def answer_questions(name: str, threads: int) -> None:
    """The other end of the pipe: answers until nobody asks any more."""
    pipe = os.fdopen(os.dup(1), "w")  # libraries may print; what they print must not get into the answers
    os.dup2(2, 1)
    if BY_NAME[name].threads_are_fixed and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    advance = None
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "build" in question:
                advance, answer = BY_NAME[name].build(Problem(**question["build"])), {}
            else:
                set_threads(BY_NAME[name], question["threads"])
                began, used = time.perf_counter(), time.process_time()
                steps = advance(question["advance"]) or question["advance"]
                seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - used
                answer = {"steps": steps, "seconds": seconds, "cpu_seconds": cpu_seconds}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        print(json.dumps(answer), file=pipe, flush=True)


def set_threads(contestant: Contestant, threads: int) -> None:
    """PyTorch can change its number of threads at any time."""
    if not contestant.threads_are_fixed:
        import torch

        torch.set_num_threads(threads)


if __name__ == "__main__":
    answer_questions(sys.argv[1], int(sys.argv[2]))
