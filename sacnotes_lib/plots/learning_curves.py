"""Learning curves over seeds: the interquartile mean, with a bootstrap band that says how far to trust it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture, in_words
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean

REFERENCE = {"color": style.QUIET, "linewidth": 1.5, "linestyle": (0, (2, 3))}
QUANTITIES = {"return": "return of one episode (reward)"} | {
    name: label for name, (_, label) in Metrics.FORMULAS.items()
}


class Curves(Protocol):
    """What can be drawn: a TrainingRun, a variant of a Comparison, or numbers of your own under these names.

    Attributes:
        seeds: R of them.
        evaluation_steps: `[evaluations]`; evaluation_returns: `[R, evaluations]`.
        metric_steps: `[records]`; metrics: name to `[R, records]`.
    """

    seeds: Sequence[int]
    evaluation_steps: np.ndarray
    evaluation_returns: np.ndarray
    metric_steps: np.ndarray
    metrics: Mapping[str, np.ndarray]


def plot_learning_curves(
    runs_by_name: Curves | Mapping[str, Curves],
    quantity: str = "return",
    reference: Mapping[str, float] | None = None,
) -> Picture:
    """Curves of several variants: interquartile mean over seeds, with a 95 % bootstrap band.

    Args:
        runs_by_name: name to TrainingRun, or one TrainingRun; a Comparison is such a mapping too. Of its variants,
            those that failed or were not finished are named.
        quantity: "return" (deterministic evaluation), "entropy", "temperature", "q" or "critic_loss".
        reference: name to a level drawn as a thin line, such as {"solved": -200}.

    Returns: a Picture, which shows itself as the last line of a cell.

    Raises:
        ValueError: for an unknown quantity, where there is nothing to draw, or nothing was recorded yet.
    """
    if quantity not in QUANTITIES:
        raise ValueError(f'there is no quantity "{quantity}" to plot. Choose one of: {", ".join(QUANTITIES)}')
    if not isinstance(runs_by_name, Mapping):
        runs_by_name = {"SAC": runs_by_name}
    if not runs_by_name:
        raise ValueError(f"there is no run to plot: {runs_by_name!r}")
    failed = [name for name in getattr(runs_by_name, "failures", ()) if name not in runs_by_name]
    missing = ", ".join([*failed, *getattr(runs_by_name, "unfinished", ())])
    with style.context():
        figure = style.new_figure(10, 5)
        axes = figure.add_subplot()
        lines, said = {}, []
        for index, (name, run) in enumerate(runs_by_name.items()):
            line, sentence = _curve(axes, index, name, run, quantity)
            lines[line] = name
            said.append(sentence)
        left, right = axes.get_xlim()
        last = max(line.get_xdata()[-1] for line in lines)
        for name, level in (reference or {}).items():
            # The line ends where the curves end, so that it does not run through their names.
            axes.axhline(level, xmax=(last - left) / (right - left), **REFERENCE)
            label = axes.annotate(
                name, (0, level), xycoords=("axes fraction", "data"), xytext=(6, 5), textcoords="offset points",
                color=style.QUIET, zorder=4,
            )  # fmt: skip
            label.set_path_effects([withStroke(linewidth=5, foreground="white")])
            said.append(f"The thin line marks {name}, {in_words(level)}.")
        low, high = axes.get_ylim()
        # A name stands above its line; under the upper edge it would stand in the title.
        axes.set_ylim(top=max([high, *(level + 0.1 * (high - low) for level in (reference or {}).values())]))
        style.label_line_ends(axes, lines)
        counts = sorted({len(run.seeds) for run in runs_by_name.values()})
        seeds = " or ".join(map(str, counts))
        axes.set(xlabel="environment steps of each seed", ylabel=QUANTITIES[quantity])
        title = f"Middle half of {seeds} seeds, 95 % band" if max(counts) > 1 else "One seed"
        if missing:
            title += f" · failed or not finished: {missing}"
            said.append(f"Failed or not finished: {missing}.")
        axes.set_title(title)
        return figure_picture(figure, f"{QUANTITIES[quantity]} against steps. " + " ".join(said))


def _curve(axes, index: int, name: str, run: Curves, quantity: str) -> tuple[Line2D, str]:
    """Draw one variant; its line, and where it went in words."""
    if quantity == "return":
        steps, values = run.evaluation_steps, run.evaluation_returns
    else:
        steps, values = run.metric_steps, run.metrics.get(quantity, np.empty((len(run.seeds), 0)))
    if len(steps) == 0:
        raise ValueError(f'"{name}" has no record of the {quantity} yet: train for longer first')
    middle = interquartile_mean(values)
    look = style.line_style(index)
    (line,) = axes.plot(steps, middle, **look, markevery=max(1, len(steps) // 10))
    band = ""
    if len(values) > 1:
        low, high = bootstrap_band(values)
        axes.fill_between(steps, low, high, color=look["color"], alpha=0.2, linewidth=0)
        band = f" (band {in_words(low[-1])} to {in_words(high[-1])})"
    start, end = in_words(middle[0]), in_words(middle[-1])
    return line, f"{name}: from {start} at step {steps[0]:,} to {end}{band} at step {steps[-1]:,}."
