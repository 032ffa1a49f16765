"""What page 08 measures: how far log α is tuned; how wide a learned policy is beside the best one, as a picture too."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from sacnotes_lib.exact import SoftLQR, gaussian_log_density
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean, middle
from sacnotes_lib.training.tables import ResultTable, table

STATES = torch.linspace(-1, 1, 41)  # where a learned policy is looked at
TEMPERATURES = np.geomspace(0.002, 10, 61)  # of the exact line


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


class CoolingSAC(SAC):
    """SAC, one update a step, whose learning rates fall to zero over the second half of its steps."""

    def update(self, batch: Batch) -> Metrics:
        step = self.config.learning_starts + self.updates_done
        rate = self.config.learning_rate * min(1, 2 - 2 * step / self.config.total_steps)
        for optimizer in (self.actor_optimizer, self.critic_optimizer, self.temperature_optimizer):
            optimizer.learning_rate = rate
        return super().update(batch)


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


def best_std(problem: SoftLQR, temperature: float) -> float:
    """Standard deviation of the soft-optimal action at this temperature, sqrt(α / (2 (R + γ B'PB))).

    The problem has one action dimension; its own temperature plays no part.
    """
    solution = problem.solve()
    return float(np.sqrt(solution.Sigma.item() * temperature / problem.temperature))


def plot_std_line(learned: Mapping[str, tuple[np.ndarray, np.ndarray]], problem: SoftLQR) -> Picture:
    """The policy's std against the temperature: the exact line, and what each variant learned.

    Args:
        learned: name to (temperatures [R], stds [R]) over R of at least 2 seeds. Drawn at the median temperature,
            with the interquartile mean of the stds and its 95 % bootstrap band. Names that begin with "tuned" get a
            mark of their own.
        problem: the soft LQR problem, of one action dimension, that they learned on.

    Returns: a Picture, which shows itself as the last line of a cell.
    """
    with style.context():
        figure = style.new_figure(10, 6)
        axes = figure.add_subplot()
        axes.plot(TEMPERATURES, [best_std(problem, t) for t in TEMPERATURES], color=style.INK, linewidth=2)
        axes.annotate(
            "exact: √(α / (2(R + γB²P)))", (0.17, best_std(problem, 0.17)), xytext=(-14, 14),
            textcoords="offset points", ha="right", color=style.INK,
        )  # fmt: skip
        said, tuned_marks = [], 0
        for name, values in learned.items():
            tuned_marks += name.startswith("tuned")
            # Two tuned variants end at about the same place: the second one's name goes to the other side.
            left = tuned_marks == 2 and name.startswith("tuned")
            said.append(_point(axes, problem, name, *values, left=left))
        axes.set(xscale="log", yscale="log", xlim=(0.002, 10), ylim=(0.022, 1.9))
        axes.set_xticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        axes.set_yticks([0.05, 0.1, 0.2, 0.5, 1], ["0.05", "0.1", "0.2", "0.5", "1"])
        axes.minorticks_off()
        axes.set(xlabel="temperature α (reward per nat)", ylabel="std of the policy's action")
        counts = sorted({len(stds) for _, stds in learned.values()})
        axes.set_title(f"Middle half of {' or '.join(map(str, counts))} seeds, 95 % band")
        return figure_picture(
            figure, "Standard deviation of the policy against temperature. " + " ".join(said)
        )


def _point(axes, problem, name: str, temperatures: np.ndarray, stds: np.ndarray, *, left: bool) -> str:
    """Draw one variant; the sentence that states its numbers."""
    tuned = name.startswith("tuned")
    temperature, (learned, low, high) = float(np.median(temperatures)), middle(stds)
    color = style.ORANGE if tuned else style.BLUE
    axes.errorbar(
        temperature, learned, [[learned - low], [high - learned]], color=color, marker="D" if tuned else "o",
        markersize=12, markerfacecolor="white", markeredgewidth=3, elinewidth=3, capsize=7, capthick=3, zorder=5,
    )  # fmt: skip
    axes.annotate(
        name, (temperature, learned), xytext=(-15, 12) if left else (15, -12), textcoords="offset points",
        ha="right" if left else "left", va="bottom" if left else "top", color=color, fontweight="bold",
    )  # fmt: skip
    exact = best_std(problem, temperature)
    where = f" at α = {temperature:.3g}" if tuned else ""
    return f"{name}: learned {learned:.3g}{where} (band {low:.3g} to {high:.3g}), exact {exact:.3g}."
