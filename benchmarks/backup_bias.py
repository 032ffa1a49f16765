"""How each way of combining critics biases Q, where the policy's own Q is known exactly at every checkpoint.

    python -m benchmarks.backup_bias

One state, for ever, with noise on the reward. Labels come from the critic as it is now (polyak_rate 1) and steps are
large, so that the critics disagree all the time. At every checkpoint the present policy's Q is solved exactly, and the
critics are compared with it at actions of that policy.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin slow everything where cores are shared

import time
from itertools import combinations

import gymnasium as gym
import numpy as np
import torch
from scipy.integrate import quad
from scipy.stats import bootstrap, norm
from tqdm import tqdm

from benchmarks.machine import describe_machine, save_result
from sacnotes_lib.envs import SkewedRewardEnv
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun

SEEDS = 16
BASE = SACConfig(
    env_id="sacnotes/SkewedReward-v0", env_kwargs={"noise_scale": 0.2}, temperature=0.1, discount=0.9,
    reward_scale=1.0, hidden_sizes=(32, 32), batch_size=32, learning_starts=100, total_steps=1500,
    learning_rate=1e-2, polyak_rate=1.0, evaluation_interval=10**9,
)  # fmt: skip
# The problem tried first, in which the noise that all critics share hides the difference.
NOISIER = BASE.replace(
    env_kwargs={"noise_scale": 1.0}, replay_capacity=500, learning_rate=3e-3, polyak_rate=0.04
)
FIRST_CHECKPOINT, CHECKPOINT_INTERVAL = 500, 25  # environment steps
ACTIONS = 64  # of the current policy, at each checkpoint

VARIANTS = {
    "single": {"backup": "single", "num_critics": 2},
    "swap": {"backup": "swap", "num_critics": 2},
    "mean of 2": {"backup": "mean", "num_critics": 2},
    "min of 2": {"backup": "min", "num_critics": 2},
    "mean of 5": {"backup": "mean", "num_critics": 5},
    "min of 5": {"backup": "min", "num_critics": 5},
    "redq, 2 of 5": {"backup": "redq", "num_critics": 5, "redq_subset_size": 2},
}


MINIMUM_OVER = {"min of 2": 2, "min of 5": 5, "redq, 2 of 5": 2}  # critics; the others take no minimum
REFERENCE = "mean of 2"


def expected_minimum(count: int) -> float:
    """E[min of `count` independent N(0, 1)]: -1 / sqrt(pi) = -0.564 for two, -1.163 for five."""
    return quad(lambda z: z * count * norm.pdf(z) * norm.sf(z) ** (count - 1), -10, 10)[0]


def bias_at_rest(label_shift: float, discount: float) -> float:
    """Where Q's bias comes to rest if every label's next Q is shifted by label_shift.

    bias = discount * (bias + label_shift), so bias = discount * label_shift / (1 - discount).
    """
    return discount * label_shift / (1 - discount)


@torch.no_grad()
def measure(run: TrainingRun, env: SkewedRewardEnv, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Compare every run's critics with the exact Q of its own policy as it stands. Each entry is [R]:

    bias: mean critic minus exact Q, averaged over actions of the policy.
    sigma: standard deviation between the target critics at one action, RMS over actions.
    shift: how far the Q in the label lies below the mean target critic, averaged over actions.
    """
    agent, c = run.agent, run.config
    state = torch.zeros(agent.runs, ACTIONS, 1)
    policy = agent.actor(state)
    action = policy.action_at(torch.as_tensor(rng.standard_normal(policy.mean.shape), dtype=torch.float32))
    parameters = policy.mean[:, 0].numpy(), policy.log_std[:, 0].numpy()
    exact_q = np.stack([
        env.solver.evaluate_tanh_gaussian(mean, log_std, c.discount, c.temperature).q_value(s, a)
        for mean, log_std, s, a in zip(*parameters, state.numpy(), action.numpy(), strict=True)
    ])  # fmt: skip
    targets = agent.target_critic(state, action).numpy()
    return {
        "bias": (agent.critic(state, action).mean(-2).numpy() - exact_q).mean(-1),
        "sigma": np.sqrt(targets.var(axis=-2, ddof=1).mean(-1)),
        "shift": label_shift(targets, c.backup, c.redq_subset_size),
    }


def label_shift(targets: np.ndarray, backup: str, subset_size: int = 2) -> np.ndarray:
    """Label's Q minus the mean critic, averaged over actions (and over subsets, for redq); [R, N, B] to [R]."""
    if backup not in ("min", "redq"):
        return np.zeros(len(targets))
    count = targets.shape[-2]
    subsets = combinations(range(count), count if backup == "min" else subset_size)
    smallest = np.mean([targets[:, list(subset)].min(-2) for subset in subsets], axis=0)
    return (smallest - targets.mean(-2)).mean(-1)


def train_and_measure(config: SACConfig, seeds: int = SEEDS) -> dict[str, np.ndarray]:
    """bias, sigma and shift [R], averaged over the checkpoints of one training run."""
    env = gym.make(config.env_id, **config.env_kwargs).unwrapped
    rng, records = np.random.default_rng(0), []
    run = TrainingRun(config, seeds)
    with single_thread():
        for _ in run.iterate(config.total_steps):
            if run.step >= FIRST_CHECKPOINT and run.step % CHECKPOINT_INTERVAL == 0:
                records.append(measure(run, env, rng))
    return {name: np.mean([record[name] for record in records], axis=0) for name in records[0]}


def variant_line(name: str, result: dict[str, np.ndarray], reference: dict[str, np.ndarray]) -> str:
    """One line of the table, averages over seeds; the closed form takes the measured sigma."""
    sigma = result["sigma"].mean()
    shift = expected_minimum(MINIMUM_OVER[name]) * sigma if name in MINIMUM_OVER else 0.0
    difference = result["bias"] - reference["bias"]
    low, high = bootstrap_mean(difference) if np.any(difference) else (0.0, 0.0)
    return (
        f"{name:14s}{result['bias'].mean():8.3f}{result['bias'].std(ddof=1):8.3f}{sigma:8.4f}"
        f"{result['shift'].mean():10.4f}{shift:10.4f}{difference.mean():10.3f}{f'{low:.3f} .. {high:.3f}':>18s}"
        f"{bias_at_rest(result['shift'].mean(), BASE.discount):10.3f}{bias_at_rest(shift, BASE.discount):10.3f}"
    )


def bootstrap_mean(values: np.ndarray) -> tuple[float, float]:
    """95 % bootstrap interval of the mean over seeds."""
    interval = bootstrap(
        (values,), np.mean, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return float(interval.low), float(interval.high)


HEADER = (
    f"{'':14s}{'bias':>8s}{'spread':>8s}{'sigma':>8s}{'shift':>10s}{'closed':>10s}"
    f"{'paired':>10s}{'95 % band':>18s}{'at rest':>10s}{'closed':>10s}"
)
MEANING = f"""
bias: mean critic - exact Q of the present policy at its own actions, averaged over {SEEDS} seeds and the
    checkpoints from step {FIRST_CHECKPOINT} to {BASE.total_steps}. spread: its standard deviation over seeds.
sigma: standard deviation between the target critics at one action.
shift: label's Q - mean target critic, measured. closed: E[min of n], which is -0.564 sigma for two (-1/sqrt(pi)) and
    -1.163 sigma for five; 0 without a minimum.
paired: bias - that of the mean of as many critics, seed by seed: equal seeds meet the same reward noise.
at rest: discount / (1 - discount) * shift, where a constant shift of every label ends; closed: of the closed shift.
"""


def table(results: dict[str, dict[str, np.ndarray]]) -> list[str]:
    """A line for each backup; results has the names of VARIANTS."""
    mean_of = {name: results[f"mean of {VARIANTS[name]['num_critics']}"] for name in results}
    return [HEADER, *(variant_line(name, result, mean_of[name]) for name, result in results.items())]


def conclusion(
    decided: dict[str, dict[str, np.ndarray]], undecided: dict[str, dict[str, np.ndarray]]
) -> list[str]:
    """What the two problems show, in numbers of these runs."""
    spread = {name: f"{result['bias'].std(ddof=1):.3f}" for name, result in decided.items()}
    first = undecided["min of 2"]["bias"].mean() - undecided[REFERENCE]["bias"].mean()
    first_spread = undecided[REFERENCE]["bias"].std(ddof=1)
    drop = decided["min of 2"]["bias"] - decided[REFERENCE]["bias"]
    low, high = bootstrap_mean(drop)
    at_rest = bias_at_rest(decided["min of 2"]["shift"].mean(), BASE.discount)
    return [
        f"What decided it. On the noisier problem the minimum moved the bias by {first:.3f}, inside a spread over",
        f"seeds of {first_spread:.3f}: only pairs by seed show it. More reward noise does not help: all critics of a",
        "run learn from the same noise and share its error, and a minimum only sees what they do not share (sigma).",
        "Less noise, larger steps and labels from the critic as it is now raise sigma against the spread:",
        f"min of 2 moves Q by {drop.mean():.3f} (band {low:.3f} to {high:.3f}), and its shift predicts {at_rest:.3f}.",
        "The spread over seeds does not fall with the number of critics",
        f"({', '.join(f'{name} {spread[name]}' for name in ('single', 'mean of 2', 'mean of 5'))}):",
        "sigma^2 / N is for independent errors.",
    ]


def main() -> None:
    began, used = time.perf_counter(), time.process_time()
    decided = {name: train_and_measure(BASE.replace(**change)) for name, change in tqdm(VARIANTS.items())}
    undecided = {
        name: train_and_measure(NOISIER.replace(**VARIANTS[name])) for name in (REFERENCE, "min of 2")
    }
    clock = f"{time.perf_counter() - began:.0f} s, {time.process_time() - used:.0f} s of one core"
    first = "The noisier problem: noise_scale 1, replay_capacity 500, learning_rate 3e-3, polyak_rate 0.04"
    lines = [describe_machine(), clock, "", *table(decided), "", first, "", *table(undecided), MEANING]
    save_result("backup_bias", [*lines, *conclusion(decided, undecided)])


if __name__ == "__main__":
    main()
