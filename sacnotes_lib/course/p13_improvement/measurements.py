"""What page 13 measures: rounds of improvement with tanh-Gaussians, and SAC's V while it trains, all on two routes."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import minimize

from sacnotes_lib.course.p13_improvement.path import PAYS, PLACES, Path
from sacnotes_lib.course.p13_improvement.variants import PRICES, ROUTES, states_of_each
from sacnotes_lib.exact import (
    SoftAnswer,
    boltzmann_log_density,
    nearest_tanh_gaussian,
    tanh_gaussian_at_nodes,
)
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

SHOWN = {"fork": 0, "narrow, first step": 1, "wide, first step": 6}  # rows of ROUTES.states
FALL = 1e-3  # a smaller change of V is not called a fall
FELL, BELOW = "falls added up (reward)", "below the best (reward)"  # columns


class Form(NamedTuple):
    """A tanh-Gaussian in each of the 11 states: mean and log_std before tanh, [11, 1] each."""

    mean: np.ndarray
    log_std: np.ndarray


def by_place(columns: Mapping[str, np.ndarray]) -> ResultTable:
    """Numbers of each place of the path: name of a column to one for each place, [4]."""
    rows = {
        place: {name: numbers[row] for name, numbers in columns.items()} for row, place in enumerate(PLACES)
    }
    return table(rows, "place", ".2f")


def slopes(
    losses: Mapping[str, torch.Tensor], mean: torch.Tensor, log_std: torch.Tensor
) -> dict[str, np.ndarray]:
    """For each loss [S]: the gradient of its sum with respect to mean and log_std of each state, [S, 2]."""
    found = {}
    for name, loss in losses.items():
        by_mean, by_log_std = torch.autograd.grad(loss.sum(), (mean, log_std), retain_graph=True)
        found[name] = np.column_stack([by_mean.flatten(), by_log_std.flatten()])
    return found


def compared(gradients: Mapping[str, np.ndarray]) -> str:
    """What tells the second loss's gradients [S, 2] from the first's: "nothing", "scaled" or "turned"."""
    first, second = gradients.values()
    if np.allclose(first, second, atol=1e-8):
        return "nothing"
    ratios = second / first
    return "scaled" if np.allclose(ratios[:, 0], ratios[:, 1]) else "turned"


def partition_table(
    losses: Mapping[str, torch.Tensor], gradients: Mapping[str, np.ndarray], height
) -> ResultTable:
    """Slopes by mean and by log_std, and values, in two states; `height` [2] is α log Z."""
    rows = {}
    for state in (0, 1):
        for name, gradient in gradients.items():
            seen = dict(zip(("slope by mean", "slope by log std"), gradient[state], strict=True))
            rows[f"state {state + 1}: {name}"] = seen | {"value": losses[name][state].detach()}
        rows[f"state {state + 1}: α log Z"] = {"value": height[state]}
    return table(rows, form=".4f")


def start() -> Form:
    """Mean 0 and std 1 before tanh, in every state."""
    return Form(np.zeros((11, 1)), np.zeros((11, 1)))


def judged(form: Form) -> SoftAnswer:
    """Soft V and Q of this policy, exactly."""
    return ROUTES.solver.evaluate_tanh_gaussian(*form, **PRICES)


def nearest_in_each(q: np.ndarray) -> Form:
    """In every state the tanh-Gaussian nearest to exp(Q / temperature) / Z."""
    fit = nearest_tanh_gaussian(q, PRICES["temperature"], ROUTES.solver.nodes)
    return Form(fit.mean, fit.log_std)


def nearest_shared(q: np.ndarray) -> Form:
    """The one tanh-Gaussian, the same in all states, with the least average KL."""

    def average_kl(parameters):
        return kl(_same(*parameters), q).mean()

    return _same(
        *minimize(average_kl, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}).x
    )


def kl(form: Form, q: np.ndarray) -> np.ndarray:
    """KL(policy || exp(Q / temperature) / Z) in each state, [11]."""
    nodes = ROUTES.solver.nodes
    log_policy = tanh_gaussian_at_nodes(*form, nodes)
    gap = log_policy - boltzmann_log_density(q, PRICES["temperature"], nodes)
    return (np.exp(log_policy) * nodes.weights * gap).sum(-1)


def _same(mean: float, log_std: float) -> Form:
    return Form(np.full((11, 1), mean), np.full((11, 1), log_std))


def rounds(project, count: int) -> list[np.ndarray]:
    """V [11] of the starting policy, and after each of `count` rounds of `project`, a function of Q [11, M]."""
    form, found = start(), []
    for _ in range(count):
        answer = judged(form)
        found.append(answer.values)
        form = project(answer.q)
    return [*found, judged(form).values]


def rounds_table(values: list[np.ndarray]) -> ResultTable:
    """Of each policy: V in three states, and the smallest change since the last one over all 11; then the best."""
    rows, least = {}, "smallest change in 11 states"
    for k, now in enumerate(values):
        rows[f"after round {k}"] = {name: now[row] for name, row in SHOWN.items()}
        change = (now - values[k - 1]).min() if k else np.nan
        rows[f"after round {k}"][least] = round(change, 3) + 0.0  # no minus in front of a zero
    best = ROUTES.exact(**PRICES).values
    rows["soft-optimal"] = {name: best[row] for name, row in SHOWN.items()}
    return table(rows, "V", dict.fromkeys(SHOWN, ".3f") | {least: "+.3f"})


def kl_table() -> ResultTable:
    """The KL before and after the first of these rounds with one policy for all: average, and on both routes."""
    q = judged(start()).q
    found = {"before round 1": kl(start(), q), "after round 1": kl(nearest_shared(q), q)}
    columns = {"all states": slice(None), "narrow route": slice(1, 6), "wide route": slice(6, None)}
    rows = {name: {column: d[at].mean() for column, at in columns.items()} for name, d in found.items()}
    return table(rows, "average KL (nats)", ".2f")


def best_of_this_form() -> np.ndarray:
    """V [11] of the best policy that is a tanh-Gaussian in each state."""
    return ROUTES.exact(**PRICES, policy="tanh_gaussian").values


class Looks:
    """A callback for `train`: keeps the policy of every seed every 25 steps, from the first update on."""

    def __init__(self):
        self.steps: list[int] = []
        self.forms: list[list[Form]] = []

    def __call__(self, run: TrainingRun) -> None:
        if run.step >= run.config.learning_starts and run.step % 25 == 0:
            with torch.no_grad():
                policy = run.agent.actor(states_of_each(len(run.seeds)))
            self.steps.append(run.step)
            pairs = zip(policy.mean.double().numpy(), policy.log_std.double().numpy(), strict=True)
            self.forms.append([Form(mean.copy(), log_std.copy()) for mean, log_std in pairs])


class Progress(NamedTuple):
    """V at each look, [looks, R, 11], and from look to look how much nearer the policy came, [looks - 1, R, 11].

    nearer: KL of the old policy minus KL of the new one, to exp(Q / temperature) / Z with the old policy's exact Q.
    """

    steps: np.ndarray
    values: np.ndarray
    nearer: np.ndarray


def judged_looks(looks: Looks) -> Progress:
    """The exact soft values of every policy that was kept."""
    answers = [[judged(form) for form in forms] for forms in looks.forms]
    values = np.array([[answer.values for answer in row] for row in answers])
    nearer = [
        [kl(old, answer.q) - kl(new, answer.q) for old, new, answer in zip(*three, strict=True)]
        for three in zip(looks.forms[:-1], looks.forms[1:], answers[:-1], strict=True)
    ]
    return Progress(np.array(looks.steps), values, np.array(nearer))


def falling_share(progress: Progress) -> float:
    """The share of intervals, of all seeds, in which V falls somewhere."""
    return float((np.diff(progress.values, axis=0).min(-1) < -FALL).mean())


def falls(progress: Progress) -> float:
    """All falls of V from look to look added up: mean over states and seeds."""
    return float(-np.minimum(np.diff(progress.values, axis=0), 0).sum(0).mean())


def taken_away(found: Mapping[str, Progress]) -> tuple[bool, ...]:
    """Whether the second variant, and whether the third, falls by less than half of what the first does.

    Of a run with fewer than 20 intervals, (): too short to tell.
    """
    before, second, third, *_ = map(falls, found.values())
    too_short = len(next(iter(found.values())).steps) <= 20
    return () if too_short else (second < before / 2, third < before / 2)


def variants_table(found: Mapping[str, Progress]) -> ResultTable:
    """For each variant: how often V fell somewhere, all falls added up, and how far below the best it ended."""
    rows = {}
    for name, progress in found.items():
        below = (best_of_this_form() - progress.values[-1]).mean()
        rows[name] = {"V fell somewhere": falling_share(progress), FELL: falls(progress)}
        rows[name][BELOW] = below
    return table(rows, "", {"V fell somewhere": ".0%", FELL: ".4f", BELOW: ".4f"})


def falling_table(progress: Progress) -> ResultTable:
    """How often V fell somewhere, beside whether the policy came nearer in every state."""
    fell = np.diff(progress.values, axis=0).min(-1) < -FALL
    everywhere = progress.nearer.min(-1) >= 0
    policy = {"nearer to exp(Q/α)/Z in every state": everywhere, "farther in some state": ~everywhere}
    rows = {
        name: {"V fell somewhere": (fell & which).sum(), "V fell nowhere": (~fell & which).sum()}
        for name, which in policy.items()
    }
    return table(rows, "intervals of 25 steps, all seeds")


def plot_values(progress: Progress) -> Picture:
    """How far V lies below the best of the policy's form: middle half of the seeds, 95 % band; up is better."""
    below = np.maximum(best_of_this_form() - progress.values, 2e-4)
    with style.context():
        figure = style.new_figure(10, 5)
        axes, lines, said = figure.add_subplot(), {}, []
        axes.set(yscale="log", ylim=(20, 2e-4), xlabel="environment steps of each seed")
        style.plain_log_ticks(axes)
        axes.set_ylabel("below the best V (reward, log scale)")
        for index, (name, row) in enumerate(SHOWN.items()):
            look, gap = style.line_style(index), below[..., row].T
            middle, (low, high) = interquartile_mean(gap), bootstrap_band(gap)
            (line,) = axes.plot(progress.steps, middle, **look, markevery=4)
            axes.fill_between(progress.steps, low, high, color=look["color"], alpha=0.2, linewidth=0)
            lines[line] = name
            said.append(
                f"{name}: {middle[0]:.3g} below the best at step {progress.steps[0]:,}, at most {middle.max():.3g}, "
                f"{middle[-1]:.3g} (band {low[-1]:.2g} to {high[-1]:.2g}) at step {progress.steps[-1]:,}."
            )
        # On this axis height goes with minus the logarithm.
        ends = {line: -np.log10(line.get_ydata()[-1]) for line in lines}
        for line, height in style.moved_apart(ends, 0.35, -np.log10(3e-4)).items():
            label = style.label_line_end(axes, line, lines[line])
            label.xy = (label.xy[0], 10**-height)
        axes.set_title(f"Middle half of {below.shape[1]} seeds, 95 % band")
        return figure_picture(figure, "How far V lies below the best, against steps. " + " ".join(said))


def worlds_table(found: Mapping[float, tuple[float, float]]) -> ResultTable:
    """For each slip: how often good walks begin with a climb, and how often the soft-optimal policy climbs."""
    columns = "walks kept that begin with a climb", "the soft-optimal policy climbs"
    rows = {f"{slip:.1f}": dict(zip(columns, shares, strict=True)) for slip, shares in found.items()}
    return table(rows, "chance to slip", ".1%")


def value_of(path: Path, policies: np.ndarray, temperature: float, place: int = 1) -> float:
    """Reward and entropy from `place` on under policies [T, 4, 2], one for each step; undiscounted."""
    values = np.zeros(4)
    for policy in policies[::-1]:
        q = path.reward + path.next_probs @ values
        values = (policy * (q - temperature * np.log(policy))).sum(1)
    return float(values[place])


def paid(places: np.ndarray) -> np.ndarray:
    """Sum of the rewards of walks, places [N, steps + 1] to [N]; the last place is not paid any more."""
    return PAYS[places[:, :-1]].sum(1)
