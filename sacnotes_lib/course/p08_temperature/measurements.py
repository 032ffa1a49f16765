"""What page 08 measures: how far log α is tuned, and how wide a learned policy is beside the best one."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.course.p08_temperature.std_line import best_std
from sacnotes_lib.exact import SoftLQR, gaussian_log_density
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

STATES = torch.linspace(-1, 1, 41)  # where a learned policy is looked at


def draw_action(answer, state: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One action of the best soft policy for each state [N, 1], and its log density [N]."""
    mean, std = answer.mean(state), answer.std(state)
    action = mean + std * rng.standard_normal(mean.shape)
    return action, gaussian_log_density(action, mean, np.log(std))


def travelled(
    start: float,
    surplus: float,
    term: Callable[[Tensor], Tensor],
    optimizer: type[torch.optim.Optimizer],
    steps: int = 200,
) -> float:
    """How far log α goes from log `start` on the loss term(log α) · surplus, the surplus of entropy being fixed."""
    log_alpha = torch.tensor(start).log().requires_grad_()
    descent = optimizer([log_alpha], lr=3e-3)
    for _ in range(steps):
        descent.zero_grad()
        (term(log_alpha) * surplus).backward()
        descent.step()
    return log_alpha.item() - float(np.log(start))


def learned_std(run: TrainingRun) -> np.ndarray:
    """Std of each seed's policy on a problem with one state entry, averaged over states in [-1, 1]: [R]."""
    states = STATES.view(1, -1, 1).expand(len(run.seeds), -1, -1)
    with torch.no_grad():
        return run.agent.actor(states).log_std.exp().mean((1, 2)).numpy()


def cool_down(run: TrainingRun) -> None:
    """A callback for `train`: all learning rates fall to zero over the second half."""
    rate = run.config.learning_rate * min(1, 2 - 2 * run.step / run.config.total_steps)
    agent = run.agent
    for optimizer in (agent.actor_optimizer, agent.critic_optimizer, agent.temperature_optimizer):
        optimizer.learning_rate = rate


def beside_the_line(learned: Mapping[str, tuple[np.ndarray, np.ndarray]], problem: SoftLQR) -> ResultTable:
    """Of each variant: std against the best at the same α, entropy, and α where it is tuned.

    `learned` is name to (temperatures [R], stds [R]), as for `plot_std_line`; the target entropy is -1.
    """
    goal, rows = problem.temperature_for_entropy(-1.0), {}
    for name, (alphas, stds) in learned.items():
        best = np.array([best_std(problem, float(alpha)) for alpha in alphas])
        rows[name] = {
            "learned / best std": interquartile_mean(stds / best),
            "entropy (nats)": interquartile_mean(np.log(2 * np.pi * np.e * stds**2) / 2),
            "α / exact α": interquartile_mean(alphas / goal) if "tuned" in name else None,
        }
    return table(rows, form=".2f")
