"""How fast SAC trains here, beside Stable-Baselines3, and how soon it solves Pendulum. Run it with `make bench`.

Everything is measured in turns within one process, round after round, because an absolute figure drifts from hour
to hour while a ratio of neighbours holds. Steps per second count environment step and update together, of every run.
"""

import argparse
import statistics
import time

import numpy as np
import stable_baselines3
import torch
from stable_baselines3 import SAC as StableBaselinesSAC
from tqdm import trange

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.guards import single_thread
from sacnotes_lib.sac.training import TrainingRun

SOLVED = -200.0  # mean undiscounted return of Pendulum-v1 that counts as solved
WARM_UP = 300  # steps before the clock starts: the random ones, and the first updates


def ours(runs: int):
    """A function that trains n more steps of this many runs."""
    run = TrainingRun(SACConfig(learning_starts=200, evaluation_interval=10**9), seeds=runs)

    def advance(steps: int) -> None:
        with single_thread():
            for _ in run.iterate(run.step + steps):
                pass

    return advance


def stable_baselines(threads: int):
    """The same settings in Stable-Baselines3."""
    c = SACConfig()
    model = StableBaselinesSAC(
        "MlpPolicy", c.env_id, learning_rate=c.learning_rate, buffer_size=c.replay_capacity, learning_starts=200,
        batch_size=c.batch_size, tau=c.polyak_rate, gamma=c.discount, train_freq=1, gradient_steps=1,
        ent_coef="auto_1.0", policy_kwargs={"net_arch": list(c.hidden_sizes)}, device="cpu", seed=0,
    )  # fmt: skip

    def advance(steps: int) -> None:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        model.learn(steps, reset_num_timesteps=False)
        torch.set_num_threads(before)

    return advance


def measure_speed(rounds: int, steps: int) -> list[str]:
    """Steps per second of each contestant in turns: median over rounds, and the ratio to the reference."""
    contestants = {
        "Stable-Baselines3, 1 thread": (1, stable_baselines(1)),
        "Stable-Baselines3, 2 threads": (1, stable_baselines(2)),
        "sacnotes, 1 run": (1, ours(1)),
        "sacnotes, 8 runs": (8, ours(8)),
    }
    for _, advance in contestants.values():
        advance(WARM_UP)
    rates = {name: [] for name in contestants}
    for _ in trange(rounds, desc="rounds"):
        for name, (runs, advance) in contestants.items():
            began = time.perf_counter()
            advance(steps)
            rates[name].append(runs * steps / (time.perf_counter() - began))
    references = [name for name in contestants if name.startswith("Stable")]
    best = max(references, key=lambda name: statistics.median(rates[name]))
    lines = [f"{'':30s}{'run-steps/s':>12s}{'lowest':>8s}{'highest':>8s}{'ratio':>8s}{'in rounds':>14s}"]
    for name, values in rates.items():
        ratios = np.array(values) / np.array(rates[best])  # neighbours in one round
        lines.append(
            f"{name:30s}{statistics.median(values):12.0f}{min(values):8.0f}{max(values):8.0f}"
            f"{np.median(ratios):8.2f}{ratios.min():7.2f}-{ratios.max():.2f}"
        )
    return [*lines, f"ratio: to {best}, median over {rounds} rounds of {steps} steps each"]


def measure_learning(seeds, label: str) -> list[str]:
    """At which step, and after how many seconds, each seed first passes an evaluation; evaluations are included."""
    run = TrainingRun(SACConfig(), seeds)
    began, clock = time.perf_counter(), []
    with single_thread():
        for _ in run.iterate(run.config.total_steps):
            if run.step % run.config.evaluation_interval == 0:
                clock.append(time.perf_counter() - began)
    passed = run.evaluation_returns > SOLVED
    first = [row.argmax() if row.any() else None for row in passed]
    solved = [index for index in first if index is not None]
    if not solved:
        return [f"{label}: none passed"]
    steps = [int(run.evaluation_steps[index]) for index in solved]
    return [
        f"{label}: {len(solved)} of {len(first)} seeds pass {SOLVED:.0f}, at steps {steps}; "
        f"the last after {clock[max(solved)]:.1f} s; all {run.step} steps take {clock[-1]:.1f} s; "
        f"last three evaluations, mean over seeds: {run.evaluation_returns[:, -3:].mean(0).round().astype(int)}"
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    lines = [describe_machine(), f"Stable-Baselines3 {stable_baselines3.__version__}", ""]
    lines += ["Training speed, Pendulum-v1, networks 64x64, batch 128, one update per step"]
    lines += measure_speed(options.rounds, options.steps)
    lines += ["", "Learning, Pendulum-v1, default configuration"]
    for seed in (0, 1, 2):
        lines += measure_learning([seed], f"one run, seed {seed}")
    lines += measure_learning(8, "eight runs at once, seeds 0-7")
    lines += measure_learning(range(8, 16), "eight runs at once, seeds 8-15")
    save_result("speed", lines)


if __name__ == "__main__":
    main()
