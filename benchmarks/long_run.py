"""Longer learning on MuJoCo's tasks, ours beside Stable-Baselines3: equal settings, equal steps, several seeds each.

    python -m benchmarks.long_run [--problems HalfCheetah-v5 Hopper-v5 InvertedPendulum-v5] [--steps N] [--seeds 4]

Settings are those of the papers (networks 256x256, batch 256, learning rate 3e-4, discount 0.99, polyak 0.005, α tuned
from 1). Returns are undiscounted, of deterministic episodes in environments of their own. The result is written after
each task, so that a run that is cut short keeps what it has. The two train side by side, a process and a thread each:
about seven minutes for 8,000 steps of a task with four seeds.
"""

from __future__ import annotations

import argparse
import time

import gymnasium as gym
import joblib
import numpy as np
import stable_baselines3
import torch
from scipy.stats import bootstrap
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

from benchmarks.machine import describe_machine, save_result
from benchmarks.problems import Problem
from sacnotes_lib.sac.guards import single_thread
from sacnotes_lib.sac.training import TrainingRun

TASKS = {"HalfCheetah-v5": 8_000, "Hopper-v5": 8_000, "InvertedPendulum-v5": 4_000}  # and their steps
EPISODES = 5  # in one evaluation
LEARNING_STARTS = 1000


def ours(problem: Problem, steps: int, interval: int, seeds: int) -> np.ndarray:
    """Returns `[seeds, evaluations]`."""
    run = TrainingRun(
        problem.config().replace(evaluation_interval=interval, evaluation_episodes=EPISODES), seeds
    )
    with single_thread():
        for _ in run.iterate(steps):
            pass
    return run.evaluation_returns


class Evaluations(BaseCallback):
    """Evaluates now and then, as our training does."""

    def __init__(self, env_id: str, interval: int, seed: int):
        super().__init__()
        self.env, self.interval, self.returns = Monitor(gym.make(env_id)), interval, []
        self.env.reset(seed=10_000 + seed)

    def _on_step(self) -> bool:
        if self.num_timesteps % self.interval == 0:
            mean, _ = evaluate_policy(self.model, self.env, EPISODES, deterministic=True)
            self.returns.append(mean)
        return True


def theirs(problem: Problem, steps: int, interval: int, seeds: int) -> np.ndarray:
    """Returns `[seeds, evaluations]`, one seed after the other."""
    rows = []
    with single_thread():
        for seed in range(seeds):
            callback = Evaluations(problem.env_id, interval, seed)
            stable_baselines3.SAC(
                "MlpPolicy", problem.env_id, learning_rate=problem.learning_rate, seed=seed, device="cpu",
                buffer_size=problem.replay_capacity, learning_starts=problem.learning_starts,
                batch_size=problem.batch_size, tau=problem.polyak_rate, gamma=problem.discount,
                ent_coef="auto_1.0", policy_kwargs={"net_arch": [problem.width, problem.width]},
            ).learn(steps, callback=callback)  # fmt: skip
            rows.append(callback.returns)
    return np.array(rows)


def timed(train, *arguments) -> tuple[np.ndarray, float]:
    """What `train` returns, and the seconds of one core that it took."""
    torch.set_num_threads(1)
    used = time.process_time()
    return train(*arguments), time.process_time() - used


def lines_for(name: str, returns: np.ndarray, seconds: float, interval: int) -> list[str]:
    """Mean over seeds and 95 % bootstrap band at four points of the run."""
    evaluations = returns.shape[1]
    shown = sorted({max(0, round(evaluations * part) - 1) for part in (0.25, 0.5, 0.75, 1)})
    cells = []
    for index in shown:
        values = returns[:, index]
        cell = f"{(index + 1) * interval:,}: {values.mean():.0f}"
        if len(values) > 1 and np.ptp(values) > 0:
            low, high = bootstrap(
                (values,), np.mean, method="percentile", rng=np.random.default_rng(0)
            ).confidence_interval
            cell += f" ({low:.0f} to {high:.0f})"
        cells.append(cell)
    return [f"  {name:20s}{', '.join(cells)}; {seconds:.0f} s of one core for {len(returns)} seeds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", nargs="+", default=list(TASKS))
    parser.add_argument("--steps", type=int, help="for every task; each its own when left out")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--evaluations", type=int, default=8)
    options = parser.parse_args()
    lines = [describe_machine(), f"Stable-Baselines3 {stable_baselines3.__version__}"]
    lines += [f"{options.seeds} seeds each, evaluations of {EPISODES} episodes", ""]
    lines += ["step: mean return over seeds (95 % bootstrap band of that mean)"]
    for env_id in options.problems:
        steps = options.steps or TASKS.get(env_id, 8_000)
        problem = Problem(env_id, 256, 256, learning_starts=min(LEARNING_STARTS, steps // 4))
        interval = max(1, steps // options.evaluations)
        lines += [str(problem)]
        both = joblib.Parallel(2)(
            joblib.delayed(timed)(train, problem, steps, interval, options.seeds) for train in (ours, theirs)
        )
        for name, (returns, seconds) in zip(("sacnotes", "Stable-Baselines3"), both, strict=True):
            lines += lines_for(name, returns, seconds, interval)
        save_result("long_run", lines)


if __name__ == "__main__":
    main()
