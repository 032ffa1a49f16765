"""Learned widths of a policy on the exact line of soft LQR: the picture at the end of notebook 08."""

from collections.abc import Mapping

import numpy as np

from sacnotes_lib.exact import SoftLQR
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.training.statistics import middle

TEMPERATURES = np.geomspace(0.002, 10, 61)


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
