"""What the mean of log_prob in place of the sum does to a policy, for any number of motors: notebook 02."""

from functools import cache
from types import SimpleNamespace

import numpy as np
from matplotlib.lines import Line2D
from scipy.special import erf
from scipy.stats import truncnorm

from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

PRICE = 2.0  # one step; the reward of an action is -PRICE |a|^2, so each motor is best off at 0
MOST_MOTORS = 6
MOTORS = np.arange(1, MOST_MOTORS + 1)
FIXED = {"fixed at 0.1": 0.1, "fixed at 1": 1.0}
TUNED = "tuned"
ACTIONS = np.linspace(-1, 1, 801)
RULES = ("sum", "mean")
LOOKS = {  # colour, dashes, marker and its size at the chosen place
    "sum": (style.BLUE, style.DASHES[0], "o", 19),
    "mean": (style.AMBER, style.DASHES[1], "s", 13),
}


@cache
def best_policies(rule: str, temperature: str) -> SimpleNamespace:
    """The policy that maximises E[reward] - α E[combined log_prob], α fixed or tuned to entropy -A, for every A.

    The motors are independent, so each has the density exp(-PRICE a^2 / T) / Z on [-1, 1], a normal curve of variance
    T / (2 PRICE), cut at the bounds. T = α under the sum and α / A under the mean.
    """
    share = np.ones(MOST_MOTORS) if rule == "sum" else MOTORS
    if temperature == TUNED:
        # log_prob averages to A: under the sum each motor gives 1 nat of it, under the mean all A.
        width = np.exp(-share) / np.sqrt(2 * np.pi * np.e)  # far too narrow to meet the bounds
    else:
        width = np.sqrt(FIXED[temperature] / share / (2 * PRICE))
    motor = truncnorm(-1 / width, 1 / width, scale=width)
    entropy = MOTORS * motor.entropy()
    total = np.ones(MOST_MOTORS) if rule == "sum" else total_of_mean(width, MOTORS)
    return SimpleNamespace(
        width=width,  # standard deviation of the normal curve that the bounds -1 and 1 cut; every array `[MOST_MOTORS]`
        std=motor.std(),  # of one motor's action
        temperature=2 * PRICE * width**2 * share,  # α as the agent holds it
        entropy=entropy,  # of the whole action, in nats
        logged=entropy / share,  # what this agent writes into its log as entropy
        total=total,  # the integral of exp(its log_prob) over all actions
    )


def total_of_mean(width: np.ndarray, motors: np.ndarray) -> np.ndarray:
    """Integral of exp(mean of log_prob) over [-1, 1]^A: the A-th power of the integral of p(a)^(1/A) over a motor.

    p is a normal curve cut at the bounds, and so is p^(1/A), sqrt(A) times as wide. 1 where A = 1, nowhere else.
    """
    return _area(width * np.sqrt(motors)) ** motors / _area(width)


def _area(width):
    """Integral of exp(-a^2 / (2 width^2)) from -1 to 1."""
    return width * np.sqrt(2 * np.pi) * erf(1 / (width * np.sqrt(2)))


class SummingScene(Scene):
    """Above, the numbers of both rules; left, what one motor does; right, how wide it spreads with more motors."""

    size = (11.0, 6.2)
    controls = {
        "motors": Integer("Motors A", 1, MOST_MOTORS, 2),
        "temperature": Choice("Temperature α", (*FIXED, TUNED)),
    }

    def compute(self, motors: int, temperature: str) -> SimpleNamespace:
        policies = {rule: best_policies(rule, temperature) for rule in RULES}

        def chosen(rule: str, quantity: str) -> float:
            """One quantity at the chosen number of motors."""
            return float(getattr(policies[rule], quantity)[motors - 1])

        return SimpleNamespace(policies=policies, motors=motors, chosen=chosen)

    def setup(self, figure) -> SimpleNamespace:
        figure.set_layout_engine("none")
        shape = figure.add_axes((0.085, 0.13, 0.37, 0.45))
        shape.set(title="What one motor does", xlabel="action of one motor", ylabel="density ÷ its peak")
        shape.set(xlim=(-1, 1), ylim=(0, 1.05))
        spread = figure.add_axes((0.575, 0.13, 0.35, 0.45))
        spread.set(xlabel="motors A", ylabel="std of a motor's action", xlim=(0.7, 6.3), yscale="log")
        spread.set(ylim=(4e-4, 1), xticks=MOTORS, yticks=[0.001, 0.01, 0.1, 1])
        spread.set(title="How wide it spreads", yticklabels=["0.001", "0.01", "0.1", "1"])
        curves, stds, here, names = {}, {}, {}, {}
        for rule, (color, dashes, marker, size) in LOOKS.items():
            curves[rule] = moving_line(shape, color=color, linestyle=dashes, linewidth=4)
            stds[rule] = moving_line(spread, color=color, linestyle=dashes, marker=marker, markersize=7)
            here[rule] = moving_line(spread, color=color, marker=marker, markersize=size)
            names[rule] = spread.text(6.4, 0, rule, color=color, weight="bold", va="center", animated=True)
        return SimpleNamespace(curves=curves, stds=stds, here=here, names=names, cells=_setup_table(figure))

    def draw(self, artists: SimpleNamespace, data) -> None:
        for rule, policies in data.policies.items():
            width = data.chosen(rule, "width")
            artists.curves[rule].set_data(ACTIONS, np.exp(-0.5 * (ACTIONS / width) ** 2))
            artists.stds[rule].set_data(MOTORS, policies.std)
            artists.here[rule].set_data([data.motors], [data.chosen(rule, "std")])
            artists.names[rule].set_y(policies.std[-1])
            for cell, number in zip(artists.cells[rule], numbers(data, rule), strict=True):
                cell.set_text(number)

    def describe(self, parameters, data) -> str:
        count = parameters["motors"]
        said = [f"{count} motor{'s' if count > 1 else ''}, temperature {parameters['temperature']}."]
        for rule in RULES:
            alpha, logged, entropy, total = numbers(data, rule)
            said.append(
                f"With the {rule}: α is {alpha}, the log says entropy {logged} nats, the action's true entropy "
                f"is {entropy} nats, a motor's std is {data.chosen(rule, 'std'):.2g}, and exp(log_prob) adds up "
                f"to {total}."
            )
        return " ".join(said)


def numbers(data, rule: str) -> list[str]:
    """The row of one rule as it is shown: α, entropy in the log, true entropy, total."""
    quantities = ("temperature", "logged", "entropy", "total")
    alpha, logged, entropy, total = (data.chosen(rule, quantity) for quantity in quantities)
    texts = (
        f"{alpha:.2g}",
        f"{logged:.2f}",
        f"{entropy:.2f}",
        f"{total:.2f}" if total > 0.005 else f"{total:.0e}",
    )
    return [text.replace("-", "−") for text in texts]


def _setup_table(figure) -> dict[str, list]:
    """Two rows of numbers above the axes, one for each rule; the line beside a rule's name is its curve's."""
    heads = {
        0.32: "temperature α",
        0.49: "entropy\nin its log",
        0.68: "true entropy\nof the action",
        0.87: "exp(log_prob)\nadds up to",
    }
    for x, head in heads.items():
        figure.text(x, 0.98, head, ha="center", va="top", fontsize=15, color=style.QUIET)
    cells = {}
    for rule, y in zip(RULES, (0.825, 0.735), strict=True):
        color, dashes, *_ = LOOKS[rule]
        sample = {"color": color, "linestyle": dashes, "linewidth": 4, "transform": figure.transFigure}
        figure.add_artist(Line2D((0.04, 0.1), (y, y), **sample))
        figure.text(0.115, y, rule, color=color, weight="bold", fontsize=19, va="center")
        place = {"fontsize": 19, "ha": "center", "va": "center", "animated": True}
        cells[rule] = [figure.text(x, y, "", **place) for x in heads]
    return cells
