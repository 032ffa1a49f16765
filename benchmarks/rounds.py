"""Contestants in turns, round after round: an absolute figure drifts from hour to hour, a ratio of neighbours holds."""

from __future__ import annotations

import time

from tqdm import tqdm

from benchmarks.contestants import Contestant
from benchmarks.problems import Problem
from benchmarks.worker import ContestantFailed, Worker

FEWEST_STEPS = 3  # in one turn, however slow
Key = tuple[str, int]  # contestant's name, threads


class Rounds:
    """The processes of all contestants, and their turns.

    Attributes:
        absent: name to the reason why somebody does not take part, or stopped.
        starts: key to the seconds, on the wall, from the call until the first updates of the latest problem are done.
    """

    def __init__(self, contestants: list[Contestant], thread_counts: tuple[int, ...], clock: str = "seconds"):
        self.thread_counts, self.absent, self._clock = thread_counts, {}, clock
        self.starts: dict[Key, float] = {}
        self._workers: dict[Key, Worker] = {}
        for contestant in contestants:
            if missing := contestant.missing():
                self.absent[contestant.name] = f"not installed ({missing})"
                continue
            shared = Worker(contestant, max(thread_counts)) if not contestant.threads_are_fixed else None
            for threads in thread_counts:
                self._workers[contestant.name, threads] = shared or Worker(contestant, threads)

    def measure(
        self, problem: Problem, rounds: int, seconds: float, share: dict[str, float]
    ) -> dict[Key, list[float]]:
        """Run-steps a second of everybody in every round, in turns of about `seconds` each.

        Args: share: by name, where a contestant's turns last this share of the others'.
        """
        turns = self._warm_up(problem, seconds, share)
        rates = {key: [] for key in turns}
        for _ in tqdm(range(rounds), desc=f"rounds of {problem}"):
            for key, steps in turns.items():
                if (rate := self._turn(key, steps)) is not None:
                    rates[key].append(rate)
        return {key: values for key, values in rates.items() if len(values) == rounds}

    def _warm_up(self, problem: Problem, seconds: float, share: dict[str, float]) -> dict[Key, int]:
        """Everybody past the random steps and the first, slow updates. Returns the steps of each one's turn."""
        turns = {}
        for key in tqdm(self._workers, desc=f"warm-up for {problem}"):
            worker, first = self._workers[key], key[1] == self.thread_counts[0]
            try:
                if first or worker.contestant.threads_are_fixed:
                    began = time.perf_counter()
                    worker.close()  # a new process: what it imports is part of its start
                    worker.build(problem)
                    worker.advance(problem.learning_starts + FEWEST_STEPS, key[1])
                    self.starts[key] = time.perf_counter() - began
                steps = FEWEST_STEPS
                # A second time, longer: what each call costs once would else count too much.
                for _ in range(2):
                    steps_a_second = worker.advance(steps, key[1]) / worker.contestant.runs
                    steps = max(FEWEST_STEPS, round(seconds * share.get(key[0], 1) * steps_a_second))
            except ContestantFailed as failure:
                self.absent.setdefault(key[0], str(failure))  # the first reason tells most
                continue
            turns[key] = steps
        return turns

    def _turn(self, key: Key, steps: int) -> float | None:
        try:
            return self._workers[key].advance(steps, key[1], self._clock)
        except ContestantFailed as failure:
            self.absent.setdefault(key[0], str(failure))  # the first reason tells most
            return None

    def close(self) -> None:
        for worker in dict.fromkeys(self._workers.values()):
            worker.close()
