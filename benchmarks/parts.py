"""Where a step's time goes: environment, acting, sampling, forward, backward, optimizer."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager

import torch

from benchmarks.problems import PROBLEMS, Problem
from sacnotes_lib.sac import agent as agent_module
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun

PARTS = ("environment", "acting", "memory", "sampling", "forward", "backward", "Adam", "Polyak", "the rest")
CASES = (("small", 1), ("small", 8), ("cheetah", 1), ("cheetah", 8))


class Stopwatch:
    """Seconds of the process by part. A part inside another one counts for itself alone."""

    def __init__(self):
        self.seconds, self._open = defaultdict(float), []

    @contextmanager
    def part(self, name: str):
        began = time.process_time()
        self._open.append(0.0)
        try:
            yield
        finally:
            took = time.process_time() - began
            self.seconds[name] += took - self._open.pop()
            if self._open:
                self._open[-1] += took

    def watch(self, owner, attribute: str, name: str) -> None:
        """Replace a function of an object or a module by one whose time counts for this part."""
        function = getattr(owner, attribute)

        def watched(*args, **kwargs):
            with self.part(name):
                return function(*args, **kwargs)

        setattr(owner, attribute, watched)


def seconds_by_part(problem: Problem, runs: int, steps: int) -> dict[str, float]:
    """Seconds of one core for a step, by part, averaged over so many steps."""
    run, watch = TrainingRun(problem.config(), seeds=runs), Stopwatch()
    whole_update, grad, polyak = run.agent.update, torch.autograd.grad, agent_module.polyak_update
    with single_thread():
        for _ in run.iterate(problem.learning_starts + 20):
            pass
        for owner, attribute, name in (
            (run.envs, "step", "environment"),
            (run.agent, "act", "acting"),
            (run.buffer, "add", "memory"),
            (run.buffer, "sample", "sampling"),
            (run.agent.critic_optimizer, "descend", "Adam"),
            (run.agent.actor_optimizer, "descend", "Adam"),
            (run.agent.temperature_optimizer, "descend", "Adam"),
            (torch.autograd, "grad", "backward"),
            (agent_module, "polyak_update", "Polyak"),
            (run.agent, "update", "forward"),  # what of the update is none of the above
        ):
            watch.watch(owner, attribute, name)
        try:
            with watch.part("the rest"):
                for _ in run.iterate(run.step + steps):
                    pass
        finally:
            torch.autograd.grad, agent_module.polyak_update = grad, polyak
            run.agent.update = whole_update
    return {part: watch.seconds[part] / steps for part in PARTS}


def parts_table(steps: int = 60) -> list[str]:
    """Microseconds of one core by part and in all, and each part's share."""
    columns = {}
    for name, runs in CASES:
        problem = PROBLEMS[name]
        columns[f"{problem.width}, {runs} run{'s' * (runs > 1)}"] = seconds_by_part(problem, runs, steps)
    lines = [f"{'microseconds a step':20s}" + "".join(f"{title:>18s}" for title in columns)]
    for part in PARTS:
        shown = [f"{1e6 * c[part]:8.0f} ({100 * c[part] / sum(c.values()):4.1f} %)" for c in columns.values()]
        lines.append(f"{part:20s}" + "".join(f"{cell:>18s}" for cell in shown))
    return [*lines, f"{'in all':20s}" + "".join(f"{1e6 * sum(c.values()):18.0f}" for c in columns.values())]
