"""The critic's label taken apart, term by term, with its slips to be switched on: notebook 04."""

from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from torch import Tensor

from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from sacnotes_lib.sac.distributions import SquashedGaussian

REWARD = 0.5
MEAN, STD = 0.3, 0.25  # of the current policy at s', before tanh

GOES_ON, TIME_LIMIT, TERMINATED = "goes on", "time limit", "terminated"
RIGHT_FACTOR, TIMES_TERMINATED = "1 − terminated", "terminated"
TIMES_NOT_DONE = "1 − (terminated or truncated)"
MINUS_LOG_PROB, LEFT_OUT, PLUS_LOG_PROB = "− α log π", "left out", "+ α log π"

BARS = ("reward\nr", "min Q̄\n× γ (1−d)", "−α log π\n× γ (1−d)", "label\ny")
BAR_COLORS = (style.BLUE, style.AMBER, style.PURPLE, style.GREY)
WIDTH = 0.62
BAD = style.RED
ACTIONS = torch.linspace(-0.995, 0.995, 200)


def current_policy() -> SquashedGaussian:
    """The imagined policy at s'."""
    return SquashedGaussian(torch.tensor([MEAN]), torch.tensor([STD]).log())


def target_critics(next_action: Tensor) -> tuple[Tensor, Tensor]:
    """Q̄ of two imagined target critics at s'; they agree near 0 and differ elsewhere."""
    return 1.0 - 1.2 * (next_action - 0.4) ** 2, 0.9 - 0.5 * (next_action + 0.1) ** 2


def label_factor(ending: str, multiply_by: str) -> int:
    """What the next value is multiplied by, besides γ: 0 or 1."""
    terminated, truncated = ending == TERMINATED, ending == TIME_LIMIT
    done = {
        RIGHT_FACTOR: terminated,
        TIMES_TERMINATED: not terminated,
        TIMES_NOT_DONE: terminated or truncated,
    }
    return int(not done[multiply_by])


def _setup_critics(axes) -> dict:
    axes.set(xlim=(-1, 1), ylim=(-0.6, 1.5), ylabel="Q̄(s′, a′)\n(reward)", xticklabels=[])
    axes.set_title("What the target critics say")
    names = (("Q̄₁", (0.8, 0.98)), ("Q̄₂", (-0.98, 0.8)))
    for values, (name, place), color, dashes in zip(target_critics(ACTIONS), names, style.PAIR, style.DASHES):
        axes.plot(ACTIONS, values, color=color, linestyle=dashes)
        axes.annotate(name, place, color=color, fontweight="bold")
    return _setup_marks(axes, "critic_stem", "smaller", "critic_said")


def _setup_policy(axes) -> dict:
    density = current_policy().log_prob(ACTIONS.unsqueeze(-1)).exp()
    axes.set(xlim=(-1, 1), ylim=(0, 2.6), xlabel="next action a′", ylabel="π(a′ | s′)\n(density)")
    axes.set_title("Where a′ is drawn")
    axes.plot(ACTIONS, density, color=style.PURPLE)
    axes.axhline(1, color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4])
    axes.annotate("log π = 0", (-1, 1), xytext=(6, 5), textcoords="offset points", color=style.QUIET)
    return _setup_marks(axes, "policy_stem", "drawn", "policy_said")


def _setup_marks(axes, stem: str, dot: str, said: str) -> dict:
    """What both panels show of a', under these names: a line at it, a dot and words."""
    return {
        stem: axes.axvline(0, color=style.QUIET, linewidth=2, linestyle=style.DASHES[2], animated=True),
        dot: moving_line(axes, linestyle="none", marker="o", color=style.INK, markersize=13),
        said: moving_text(axes, 0.02, 0.96, va="top"),
    }


def _setup_waterfall(axes) -> dict:
    axes.set(xlim=(-0.5, 3.5), ylim=(-0.9, 2.7), ylabel="reward", xticks=range(4), xticklabels=BARS)
    axes.set_title("How the label adds up")
    axes.axhline(0, color=style.INK, linewidth=1)
    bars = axes.bar(range(4), 0, WIDTH, color=BAR_COLORS, edgecolor=style.INK, animated=True)
    steps = LineCollection([], color=style.QUIET, linewidth=1.5, animated=True)
    right = LineCollection([], color=style.INK, linewidth=3, linestyle=[style.DASHES[2]], animated=True)
    axes.add_collection(steps, autolim=False)
    axes.add_collection(right, autolim=False)
    values = [axes.text(k, 0, "", ha="center", fontweight="bold", animated=True) for k in range(4)]
    verdict = moving_text(axes, 0.98, 0.98, ha="right", va="top", fontsize=17)
    return {"bars": bars, "steps": steps, "right": right, "values": values, "verdict": verdict}


def _draw_waterfall(artists, data) -> None:
    parts = np.array([REWARD, data.next_value, data.entropy])
    tops = np.cumsum(parts)
    spans = [*zip(tops - parts, tops, strict=True), (0.0, data.y)]
    for k, (start, end) in enumerate(spans):
        artists.bars[k].set(y=start, height=end - start)
        artists.values[k].set(y=max(start, end) + 0.06, text=_signed(end - start))
    artists.steps.set_segments([[(k, level), (k + 1, level)] for k, level in enumerate(tops)])
    wrong = abs(data.y - data.right) > 5e-4
    artists.bars[3].set(facecolor=BAD if wrong else BAR_COLORS[3], hatch="//" if wrong else "")
    artists.right.set_segments([[(2.6, data.right), (3.46, data.right)]] if wrong else [])
    verdict = f"wrong: right is {_signed(data.right)}, dashed" if wrong else _said_of_a_right(data)
    artists.verdict.set(text=verdict, color=BAD if wrong else style.INK)


def _said_of_a_right(data) -> str:
    return "right here, by a wrong formula" if data.slips else "the right label"


def _signed(number: float) -> str:
    """Two decimals with a sign as wide as a digit; no minus in front of a zero."""
    return f"{round(number, 2) + 0.0:+.2f}".replace("-", "−")


class TargetScene(Scene):
    """Left, where a' comes from and what the target critics say of it; right, how the label adds up."""

    size = (12.0, 6.4)
    controls = {
        "noise": Slider("Draw of a′, noise ε", -2.5, 2.5, 2.0, step=0.1, unit="std"),
        "temperature": Slider("Temperature α", 0.0, 0.5, 0.2, step=0.05, unit="reward per nat"),
        "discount": Slider("Discount γ", 0.0, 1.0, 0.9, step=0.05),
        "ending": Choice("After this step", (GOES_ON, TIME_LIMIT, TERMINATED)),
        "multiply_by": Choice("Multiply by", (RIGHT_FACTOR, TIMES_TERMINATED, TIMES_NOT_DONE)),
        "entropy_term": Choice("Entropy term", (MINUS_LOG_PROB, LEFT_OUT, PLUS_LOG_PROB)),
    }

    def compute(self, noise, temperature, discount, ending, multiply_by, entropy_term) -> SimpleNamespace:
        """One label and its parts, all numbers in units of reward."""
        action, log_prob = current_policy().sample(noise=torch.tensor([noise]))
        next_q = tuple(q.item() for q in target_critics(action))
        factor, log_prob = label_factor(ending, multiply_by), log_prob.item()
        right_factor = label_factor(ending, RIGHT_FACTOR)
        sign = {MINUS_LOG_PROB: -1, LEFT_OUT: 0, PLUS_LOG_PROB: 1}[entropy_term]
        next_value = discount * factor * min(next_q)
        entropy = discount * factor * sign * temperature * log_prob
        right = REWARD + discount * right_factor * (min(next_q) - temperature * log_prob)
        y = REWARD + next_value + entropy
        return SimpleNamespace(
            next_action=action.item(),
            log_prob=log_prob,  # in nats
            next_q=next_q,  # what each target critic says of the next action
            factor=factor,  # what stands for (1 - terminated)
            next_value=next_value,  # what the two terms behind γ add to the label
            entropy=entropy,
            y=y,
            right=right,  # the label without any slip
            slips=(multiply_by, entropy_term) != (RIGHT_FACTOR, MINUS_LOG_PROB),  # whether one is on
        )

    def setup(self, figure: Figure) -> SimpleNamespace:
        """Two panels about s' on the left, the waterfall on the right; everything that moves is animated."""
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.35))
        critics, policy = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        marks = _setup_critics(critics) | _setup_policy(policy)
        return SimpleNamespace(**marks, **_setup_waterfall(figure.add_subplot(grid[:, 1])))

    def draw(self, artists: SimpleNamespace, data) -> None:
        a, density = data.next_action, np.exp(data.log_prob)
        artists.critic_stem.set_xdata([a, a])
        artists.policy_stem.set_xdata([a, a])
        artists.smaller.set_data([a], [min(data.next_q)])
        artists.drawn.set_data([a], [density])
        artists.critic_said.set_text(f"min {_signed(min(data.next_q))}")
        artists.policy_said.set_text(f"a′ {_signed(a)}\nlog π {_signed(data.log_prob)}")
        _draw_waterfall(artists, data)

    def describe(self, parameters, data) -> str:
        entropy = round(data.entropy, 2) + 0.0  # adding 0 turns -0.0 into 0.0
        is_right = abs(data.y - data.right) < 5e-4
        what = _said_of_a_right(data) if is_right else f"where {data.right:.2f} is right"
        return (
            f"The policy draws a′ = {data.next_action:.2f} with log π = {data.log_prob:.2f}. The target critics say "
            f"{data.next_q[0]:.2f} and {data.next_q[1]:.2f}; the smaller is {min(data.next_q):.2f}. "
            f"After the step: {parameters['ending']}; the part after γ is multiplied by {data.factor}. "
            f"Reward {REWARD:.2f}, next value {data.next_value:+.2f}, entropy term {entropy:+.2f}: "
            f"the label is {data.y:.2f}, {what}."
        )
