"""Who takes part in `make bench`: each name builds something that takes n more training steps when asked."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pkgutil import resolve_name

from benchmarks.problems import Problem

RUNS = (1, 2, 4, 8, 16, 32)
SMALL_MEMORY = 5_000  # rows: what rejax does for a batch grows with the memory's capacity

# Takes at least this many environment steps of each run; returns how many, or None for exactly as many.
Advance = Callable[[int], int | None]


@dataclass(frozen=True)
class Contestant:
    """A name, how it is built, and what it needs.

    Attributes:
        build: from a problem to its `Advance`. Imports what it needs by itself, so that others need not have it.
        runs: training runs it advances at once.
        needs: the package without which it cannot take part.
        threads_are_fixed: its number of threads is settled when its process starts.
    """

    name: str
    build: Callable[[Problem], Advance]
    runs: int = 1
    needs: str | None = None
    threads_are_fixed: bool = False

    def missing(self) -> str | None:
        """The package that is not installed, or None."""
        return self.needs if self.needs and importlib.util.find_spec(self.needs) is None else None


def ours(runs: int, compile: bool = False) -> Callable[[Problem], Advance]:
    """This library with so many runs side by side, its update compiled or not."""

    def build(problem: Problem) -> Advance:
        from sacnotes_lib.training.run import TrainingRun

        run = TrainingRun(problem.config(), seeds=runs, compile=compile)

        def advance(steps: int) -> None:
            for _ in run.iterate(run.step + steps):
                pass

        return advance

    return build


def stable_baselines(problem: Problem, jax: bool = False) -> Advance:
    model = their_model(problem, jax, problem.env_id, seed=0)

    def advance(steps: int) -> None:
        model.learn(steps, reset_num_timesteps=False)

    return advance


def sbx(problem: Problem) -> Advance:
    return stable_baselines(problem, jax=True)


def their_model(problem: Problem, jax: bool, env, seed: int):
    """A model of Stable-Baselines3, or of SBX: both take the same arguments."""
    if jax:
        from sbx import SAC
    else:
        from stable_baselines3 import SAC
    return SAC(
        "MlpPolicy", env, learning_rate=problem.learning_rate, buffer_size=problem.replay_capacity,
        learning_starts=problem.learning_starts, batch_size=problem.batch_size, tau=problem.polyak_rate,
        gamma=problem.discount, train_freq=1, gradient_steps=1, ent_coef="auto_1.0", seed=seed,
        policy_kwargs={"net_arch": [problem.width, problem.width]}, **({} if jax else {"device": "cpu"}),
    )  # fmt: skip


def rejax(runs: int, capacity: int | None = None) -> Callable[[Problem], Advance]:
    """Its seeds in one program, with the problem's memory, or one of so many rows."""

    def build(problem: Problem) -> Advance:
        from benchmarks.rejax_sac import RejaxSAC

        return RejaxSAC(replace(problem, replay_capacity=capacity or problem.replay_capacity), runs).advance

    return build


def single_file(problem: Problem) -> Advance:
    from benchmarks.single_file import SingleFileSAC

    return SingleFileSAC(problem).advance


def torchrl(problem: Problem) -> Advance:
    from benchmarks.torchrl_sac import TorchRLSAC

    return TorchRLSAC(problem).advance


def floor(runs: int) -> Callable[[Problem], Advance]:
    """The matrix products of an update and nothing else."""

    def build(problem: Problem) -> Advance:
        from benchmarks.floor import products_of_an_update

        return products_of_an_update(problem, runs)

    return build


def without(names: Sequence[str], runs: int, compile: bool = False) -> Callable[[Problem], Advance]:
    """This library with some of what makes it fast taken back, see `benchmarks/undone.py`."""

    def build(problem: Problem) -> Advance:
        from benchmarks import undone

        for name in names:
            getattr(undone, UNDO[name])()
        return ours(runs, compile)(problem)

    return build


def for_nothing(part: str, runs: int) -> Callable[[Problem], Advance]:
    """This library, compiled, with a part of each step that costs nothing: no change of that part can buy more."""

    def build(problem: Problem) -> Advance:
        from benchmarks.undone import do_once

        owner, function = PARTS[part]
        do_once(resolve_name(owner), function)
        return ours(runs, compile=True)(problem)

    return build


REFERENCE = "Stable-Baselines3"
CONTESTANTS = [
    Contestant(REFERENCE, stable_baselines, needs="stable_baselines3"),
    Contestant("SBX (JAX)", sbx, needs="sbx", threads_are_fixed=True),
    Contestant("single file, as CleanRL", single_file),
    Contestant("TorchRL", torchrl, needs="torchrl"),
    *(
        Contestant(
            f"rejax{note}, {r} run{'s' * (r > 1)}", rejax(r, capacity), r, "rejax", threads_are_fixed=True
        )
        for capacity, note in ((None, ""), (SMALL_MEMORY, ", small memory"))
        for r in (1, 8, 32)
    ),
    *(Contestant(f"sacnotes, {r} run{'s' * (r > 1)}", ours(r), runs=r) for r in RUNS),
    Contestant("sacnotes, 1 run, compiled", ours(1, compile=True), threads_are_fixed=True),
    Contestant("sacnotes, 8 runs, compiled", ours(8, compile=True), runs=8, threads_are_fixed=True),
]
FLOORS = [Contestant(f"products alone, {r} run{'s' * (r > 1)}", floor(r), runs=r) for r in RUNS]

# What makes it fast, by the function of `undone` that takes it back.
UNDO = {
    "memory that stays": "memory_goes_back_to_the_system",
    "one output as a sum": "one_output_as_a_product",
    "Adam without bookkeeping": "torchs_own_adam",
    "kernels called from C++": "kernels_called_from_python",
}
*CHANGES, COMPILED_CHANGE = UNDO
# The parts of a step outside the update: whose method does them, and which.
PARTS = {
    "acting": ("sacnotes_lib.sac.agent:SAC", "act"),
    "environment": ("gymnasium.wrappers.vector:RescaleAction", "step"),
    "sampling": ("sacnotes_lib.sac.replay:ReplayBuffer", "sample"),
}
AS_IT_IS = "as it is"


def ablations(runs: int, compile: bool) -> list[Contestant]:
    """The library as it is, and beside it with one change taken back, or with one part for nothing."""
    built: dict[str, Callable[[Problem], Advance]] = {AS_IT_IS: ours(runs, compile)}
    for name in [COMPILED_CHANGE] if compile else CHANGES:
        built[f"without {name}"] = without((name,), runs, compile)
    if compile:
        built |= {f"{part} for nothing": for_nothing(part, runs) for part in PARTS}
    else:
        built["without all of them"] = without(CHANGES, runs)
    kind = ", compiled" if compile else ""
    return [
        Contestant(f"{title}, {runs}{kind}", build, runs, None, compile) for title, build in built.items()
    ]


ABLATIONS = {(runs, compile): ablations(runs, compile) for runs in (1, 8) for compile in (False, True)}
BY_NAME = {c.name: c for c in (*CONTESTANTS, *FLOORS, *(c for them in ABLATIONS.values() for c in them))}
