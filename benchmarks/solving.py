"""How long a learner waits: seconds from the call until every seed has solved Pendulum, everything included.

    python -m benchmarks.solving [--seeds 1 8] [--only "sacnotes" ...]

Each contestant is a new process on one core, with the default configuration of this library: imports, compiling,
training, and an evaluation of five deterministic episodes at every 250th step. It ends when all its seeds have passed
once. Who trains one seed at a time trains them one after another. About four minutes on two idle cores.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks.problems import Problem

SOLVED = -200.0  # mean undiscounted return of Pendulum-v1 that counts as solved
REWARD_SCALE, EVERY, EPISODES, LAST_STEP = 0.1, 250, 5, 5000
PROBLEM = Problem("Pendulum-v1", 64, 128, learning_rate=3e-3, discount=0.98, polyak_rate=0.04)

Returns = Iterator[tuple[int, list[float]]]  # step, and each seed's mean return then


def ours(seeds: list[int], compile: bool = False) -> Returns:
    from sacnotes_lib.training.guards import single_thread
    from sacnotes_lib.training.run import TrainingRun

    config = PROBLEM.config().replace(
        reward_scale=REWARD_SCALE, evaluation_interval=EVERY, evaluation_episodes=EPISODES
    )
    with single_thread():
        run = TrainingRun(config, seeds, compile=compile)
        for _ in run.iterate(LAST_STEP):
            if run.step % EVERY == 0:
                yield run.step, run.evaluation_returns[:, -1].tolist()


def rejax(seeds: list[int]) -> Returns:
    """With a memory as large as needed and no larger, which suits it best."""
    from benchmarks.rejax_sac import RejaxSAC

    problem = dataclasses.replace(PROBLEM, replay_capacity=LAST_STEP)
    model = RejaxSAC(problem, len(seeds), seeds[0], REWARD_SCALE)
    for step in range(EVERY, LAST_STEP + 1, EVERY):
        model.advance(EVERY)
        yield step, model.returns(EPISODES)


def stable_baselines(seeds: list[int], jax: bool = False) -> Returns:
    """Stable-Baselines3, or SBX, of one seed."""
    import gymnasium as gym
    from stable_baselines3.common.evaluation import evaluate_policy

    from benchmarks.contestants import their_model

    (seed,) = seeds
    env = gym.wrappers.TransformReward(gym.make(PROBLEM.env_id), lambda reward: REWARD_SCALE * reward)
    model, judge = their_model(PROBLEM, jax, env, seed), gym.make(PROBLEM.env_id)
    judge.reset(seed=seed)
    for step in range(EVERY, LAST_STEP + 1, EVERY):
        model.learn(EVERY, reset_num_timesteps=False)
        yield step, [evaluate_policy(model, judge, EPISODES, warn=False)[0]]


# Name to how it trains, and whether all seeds go at once.
FIRST_TIME, CACHED = "sacnotes, compiled, first time", "sacnotes, compiled, from the cache"
CONTESTANTS = {
    "sacnotes": (ours, True),
    FIRST_TIME: (lambda seeds: ours(seeds, compile=True), True),
    CACHED: (lambda seeds: ours(seeds, compile=True), True),
    "rejax": (rejax, True),
    "SBX (JAX)": (lambda seeds: stable_baselines(seeds, jax=True), False),
    "Stable-Baselines3": (stable_baselines, False),
}


def first_passes(name: str, seeds: list[int]) -> list[int | None]:
    """The step at which each seed first passes an evaluation; no step is taken once all have."""
    train, at_once = CONTESTANTS[name]
    passed: dict[int, int] = {}
    for together in [seeds] if at_once else [[seed] for seed in seeds]:
        for step, returns in train(together):
            passed = {seed: step for seed, value in zip(together, returns) if value > SOLVED} | passed
            if passed.keys() >= set(together):
                break
    return [passed.get(seed) for seed in seeds]


def measure(name: str, seeds: int, cache: str) -> str:
    """The line of one contestant, which trains in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.solving", "--train", name, str(seeds)]
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu", "TORCHINDUCTOR_CACHE_DIR": cache,
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    }  # fmt: skip
    began, used = time.perf_counter(), cpu_seconds_of_children()
    told = subprocess.run(words, env=environment, text=True, capture_output=True)
    seconds, used = time.perf_counter() - began, cpu_seconds_of_children() - used
    if told.returncode:
        return f"{name:36s}{(told.stderr.strip() or 'it ended').splitlines()[-1][:80]}"
    steps = json.loads(told.stdout.splitlines()[-1])
    passed = [step for step in steps if step is not None]
    return f"{name:36s}{len(passed)} of {seeds}{seconds:9.1f}{used:13.1f}   {steps}"


def cpu_seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument(
        "--train", nargs=2, help="a contestant's name and its seeds: print the steps, and end"
    )
    options = parser.parse_args()
    if options.train:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
        print(json.dumps(first_passes(options.train[0], list(range(int(options.train[1]))))))
        return
    from benchmarks.machine import describe_machine, save_result  # here: it brings PyTorch along

    lines = [describe_machine(), f"{PROBLEM}: until every seed passes {SOLVED:.0f}, one core", ""]
    for seeds in options.seeds:
        lines.append(f"{f'{seeds} seed(s)':36s}passed  seconds  CPU seconds   at steps")
        with tempfile.TemporaryDirectory() as cache:
            for place, name in enumerate(options.only):
                if name == CACHED and FIRST_TIME not in options.only[:place]:
                    measure(FIRST_TIME, seeds, cache)  # which fills it
                lines.append(measure(name, seeds, cache))
                print(lines[-1], flush=True)
        lines.append("")
    save_result("solving", [*lines, *MEANING.splitlines()])


MEANING = """seconds: on the wall, from the start of its process to the end; CPU seconds: compilers' too.
None: a seed that did not pass within the 5000 steps that everybody has. Evaluations differ a little: each library
judges by its own episodes. rejax takes a time limit for a real end."""

if __name__ == "__main__":
    main()
