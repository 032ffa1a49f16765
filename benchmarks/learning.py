"""How soon SAC learns here and in Stable-Baselines3, with the same settings, at equal steps.

    python -m benchmarks.learning                        the two tasks of page 10, and a control of the second
    python -m benchmarks.learning Pendulum-v1 --seeds 8  one of them, on from the seeds that are there already
    python -m benchmarks.learning --long --jobs 2        MuJoCo's tasks for 50,000 steps, two seeds at a time

The two libraries take turns, seed by seed. Both are judged by deterministic episodes from the same starting states.
Page 10 reads results/learning.json; another task is one more entry in TASKS. The long runs go to results/long_run.json,
with a picture of each task in docs; a run that is stopped goes on where it was.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin slow everything where cores are shared

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import gymnasium as gym
import joblib
import numpy as np
import stable_baselines3
from gymnasium.wrappers import TransformReward
from stable_baselines3 import SAC as StableBaselinesSAC
from tqdm import tqdm

from benchmarks.machine import PICTURES, RESULTS, describe_machine, save_result
from sacnotes_lib.course.p10_own_words.measurements import measured_learning
from sacnotes_lib.plots.learning_curves import plot_learning_curves
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import make_environments, play_episodes
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import difference

CART = SACConfig(env_id="InvertedPendulum-v5", discount=0.99, evaluation_interval=500, evaluation_episodes=3)
EXCHANGED = "InvertedPendulum-v5, losses of α exchanged"  # each library with the other's: a control
TASKS = {"Pendulum-v1": SACConfig(), "InvertedPendulum-v5": CART, EXCHANGED: CART}
# The papers' discount, Polyak rate and rewards; networks and batch small enough for two cores, steps a little larger.
LONG = SACConfig(
    discount=0.99, polyak_rate=0.005, learning_rate=1e-3, batch_size=128, hidden_sizes=(64, 64), reward_scale=1.0,
    learning_starts=1000, total_steps=50_000, evaluation_interval=5000,
)  # fmt: skip
LONG_TASKS = {
    "HalfCheetah-v5": LONG.replace(env_id="HalfCheetah-v5"),
    "Hopper-v5": LONG.replace(env_id="Hopper-v5"),
    "InvertedPendulum-v5": LONG.replace(
        env_id="InvertedPendulum-v5", total_steps=15_000, evaluation_interval=1500
    ),
}
# Six of each task; more where a pole stands to the end or falls early, so that six say too little.
SEEDS = {"InvertedPendulum-v5": 18, EXCHANGED: 18}
OURS, THEIRS = "sacnotes", "Stable-Baselines3"


class WithoutFactor(SAC):
    """This library with Stable-Baselines3's loss of the temperature: log α · (entropy - target)."""

    @staticmethod
    def temperature_loss(log_temperature, log_prob, target_entropy):
        return (log_temperature * (-log_prob.detach().mean(-1) - target_entropy)).sum()


class Player:
    """A Stable-Baselines3 model as `play_episodes` asks for an agent: one run, actions in [-1, 1]."""

    runs = 1

    def __init__(self, model: StableBaselinesSAC, seed: int):
        self.model, self.seeds, self.generators = model, [seed], self

    def act(self, observation: np.ndarray, deterministic: bool) -> np.ndarray:
        action, _ = self.model.predict(observation[0], deterministic=deterministic)
        return self.model.policy.scale_action(action)[None]

    def get_state(self) -> None:
        """Nothing to put back: a deterministic episode draws no numbers."""

    def set_state(self, state: None) -> None:
        """See `get_state`."""


def with_factor(model: StableBaselinesSAC) -> StableBaselinesSAC:
    """Stable-Baselines3 with this library's loss of the temperature: its slope in log α is α times as large."""
    model.log_ent_coef.register_hook(lambda slope: slope * model.log_ent_coef.detach().exp())
    return model


def stable_baselines_model(config: SACConfig, seed: int) -> StableBaselinesSAC:
    """The same settings in Stable-Baselines3.

    Raises: ValueError for a configuration whose choices Stable-Baselines3 does not have.
    """
    c = config
    ours_alone = {
        "backup": "min", "num_critics": 2, "actor_gradient": "reparameterized", "num_actor_samples": 1,
        "entropy_in_target": True, "target_update": "polyak", "squash_actions": True, "target_entropy": "auto",
    }  # fmt: skip
    for name, needed in ours_alone.items():
        if getattr(c, name) != needed:
            raise ValueError(f"{name} = {getattr(c, name)!r}, but Stable-Baselines3 only has {needed!r}")
    env = TransformReward(gym.make(c.env_id, **c.env_kwargs), lambda reward: c.reward_scale * reward)
    alpha = f"auto_{c.initial_temperature}" if c.temperature == "auto" else c.temperature
    return StableBaselinesSAC(
        "MlpPolicy", env, learning_rate=c.learning_rate, buffer_size=c.replay_capacity, batch_size=c.batch_size,
        learning_starts=c.learning_starts, tau=c.polyak_rate, gamma=c.discount, train_freq=1,
        gradient_steps=c.updates_per_step, ent_coef=alpha, policy_kwargs={"net_arch": list(c.hidden_sizes)},
        device="cpu", seed=seed,
    )  # fmt: skip


def train_theirs(config: SACConfig, seed: int, exchanged: bool = False) -> tuple[list[float], float]:
    """Mean return of each evaluation, and the seconds of training without them."""
    model, returns, seconds = stable_baselines_model(config, seed), [], 0.0
    if exchanged:
        with_factor(model)
    envs = make_environments(config.env_id, config.evaluation_episodes, config.env_kwargs)
    for step in range(config.evaluation_interval, config.total_steps + 1, config.evaluation_interval):
        began = time.perf_counter()
        model.learn(config.evaluation_interval, reset_num_timesteps=False)
        seconds += time.perf_counter() - began
        episodes = play_episodes(
            Player(model, seed), envs, config.evaluation_episodes, deterministic=True, occasion=step
        )
        returns.append(float(episodes.mean()))
    return returns, seconds


def train_ours(config: SACConfig, seed: int, exchanged: bool = False) -> tuple[list[float], float]:
    """The same of this library."""
    agent_class = WithoutFactor if exchanged else SAC
    run, seconds, returns = (
        TrainingRun(config.replace(evaluation_interval=10**9), [seed], agent_class),
        0.0,
        [],
    )
    for step in range(config.evaluation_interval, config.total_steps + 1, config.evaluation_interval):
        began = time.perf_counter()
        for _ in run.iterate(step):
            pass
        seconds += time.perf_counter() - began
        returns.append(float(run.evaluate(config.evaluation_episodes).mean()))
    return returns, seconds


def compare(config: SACConfig, seed: int, exchanged: bool = False) -> dict[str, tuple[list[float], float]]:
    """Train both libraries with this seed: name to returns and seconds of training."""
    trainers = {THEIRS: train_theirs, OURS: train_ours}
    with single_thread():
        return {name: trainer(config, seed, exchanged) for name, trainer in trainers.items()}


def add(result: dict, both: dict[str, tuple[list[float], float]]) -> None:
    """Put one more seed into `result`."""
    for name, (returns, seconds) in both.items():
        result[name]["returns"].append([round(value, 2) for value in returns])
        result[name]["seconds"].append(round(seconds, 1))


def begun(config: SACConfig, result: dict | None) -> dict:
    """A result to go on with: the one there is, where its settings are these, else an empty one."""
    settings = asdict(config) | {
        "env_kwargs": dict(config.env_kwargs),
        "hidden_sizes": list(config.hidden_sizes),
    }
    if result and result["settings"] == settings and result["machine"] == machine():
        return result
    steps = range(config.evaluation_interval, config.total_steps + 1, config.evaluation_interval)
    empty = {name: {"returns": [], "seconds": []} for name in (THEIRS, OURS)}
    return {"steps": list(steps), "machine": machine(), "settings": settings, **empty}


def machine() -> str:
    """What ran it, with the other library's version."""
    return f"{describe_machine()}, Stable-Baselines3 {stable_baselines3.__version__}"


def table(task: str, result: dict) -> list[str]:
    """Lowest, median and highest return of the seeds at each evaluation, and the seconds."""
    lines = [f"{task}, {len(result[OURS]['returns'])} seeds, {result['machine']}"]
    lines += [
        f"{'step':>8s}" + "".join(f"{name + ': lowest, median, highest':>50s}" for name in (THEIRS, OURS))
    ]
    for index, step in enumerate(result["steps"]):
        line = f"{step:8d}"
        for name in (THEIRS, OURS):
            values = np.array(result[name]["returns"])[:, index]
            line += f"{values.min():30.0f}{np.median(values):10.0f}{values.max():10.0f}"
        lines.append(line)
    seconds = ", ".join(f"{name} {np.median(result[name]['seconds']):.0f}" for name in (THEIRS, OURS))
    return [
        *lines,
        *differences(result),
        f"seconds of training, median over seeds, without evaluation: {seconds}",
        "",
    ]


def differences(result: dict) -> list[str]:
    """Ours minus theirs, interquartile means over seeds with 95 % bootstrap intervals; nothing for one seed."""
    ours, theirs = (np.array(result[name]["returns"]) for name in (OURS, THEIRS))
    if len(ours) < 2:
        return []
    last = difference(ours[:, -1], theirs[:, -1], paired=False)
    whole = difference(ours.mean(axis=1), theirs.mean(axis=1), paired=False)
    return [
        f"{OURS} minus {THEIRS}, interquartile mean over seeds (95 % bootstrap interval): "
        f"at the end {last.value:+.0f} ({last.low:+.0f} to {last.high:+.0f}), "
        f"over all evaluations {whole.value:+.0f} ({whole.low:+.0f} to {whole.high:+.0f})"
    ]


def draw(file: Path) -> None:
    """Learning curves of both libraries in docs, for each task that has two seeds or more."""
    ours, theirs = (measured_learning(name, file) for name in (OURS, THEIRS))
    for task in ours:
        picture = plot_learning_curves({OURS: ours[task], THEIRS: theirs[task]})
        (PICTURES / f"long_{task}.png").write_bytes(picture.png)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tasks", nargs="*", metavar="TASK", help=", ".join({**TASKS, **LONG_TASKS}))
    parser.add_argument("--long", action="store_true", help="the long runs instead of page 10's")
    parser.add_argument("--seeds", type=int, help="of each task; left out, as many as SEEDS says, or 6")
    parser.add_argument(
        "--jobs", type=int, default=1, help="how many seeds train at a time, each on one thread"
    )
    options = parser.parse_args()
    name, known = ("long_run", LONG_TASKS) if options.long else ("learning", TASKS)
    tasks = options.tasks or list(known)
    if unknown := set(tasks) - set(known):
        parser.error(f"no task {', '.join(sorted(unknown))}. Choose from {', '.join(known)}")
    file = RESULTS / f"{name}.json"
    results = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for task in tasks:
        results[task] = begun(known[task], results.get(task))
    wanted = {task: options.seeds or SEEDS.get(task, 6) for task in tasks}
    missing = [
        (task, seed)
        for seed in range(max(wanted.values()))
        for task in tasks
        if len(results[task][OURS]["returns"]) <= seed < wanted[task]
    ]
    pairs = joblib.Parallel(options.jobs, return_as="generator")(
        joblib.delayed(compare)(known[task], seed, task == EXCHANGED) for task, seed in missing
    )
    for (task, _), both in zip(missing, tqdm(pairs, total=len(missing)), strict=True):
        add(results[task], both)
        file.write_text(json.dumps(results) + "\n", "utf-8")  # a run that is stopped goes on from here
    save_result(name, [line for task, result in results.items() for line in table(task, result)])
    if options.long:
        draw(file)


if __name__ == "__main__":
    main()
