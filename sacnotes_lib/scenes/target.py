"""The critic's label taken apart, term by term, with its slips to be switched on: notebook 04."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.scenes import target_drawing
from sacnotes_lib.scenes.base import Scene
from sacnotes_lib.scenes.controls import Choice, Slider

REWARD = 0.5
MEAN, STD = 0.3, 0.25  # of the current policy at s', before tanh

GOES_ON, TIME_LIMIT, TERMINATED = "goes on", "time limit", "terminated"
RIGHT_FACTOR, TIMES_TERMINATED, TIMES_NOT_DONE = (
    "1 − terminated",
    "terminated",
    "1 − (terminated or truncated)",
)
MINUS_LOG_PROB, LEFT_OUT, PLUS_LOG_PROB = "− α log π", "left out", "+ α log π"


@dataclass(frozen=True)
class Label:
    """One label and its parts, all numbers in units of reward.

    ``next_action`` a'; ``log_prob`` of it, in nats; ``next_q`` what each target critic says of it; ``factor`` what
    stands for (1 - terminated); ``next_value`` and ``entropy``, what the two terms behind γ add to the label;
    ``y``, the label; ``right``, the label without any slip.
    """

    next_action: float
    log_prob: float
    next_q: tuple[float, float]
    factor: int
    next_value: float
    entropy: float
    y: float
    right: float


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


class TargetScene(Scene):
    """Left, where a' comes from and what the target critics say of it; right, how the label adds up."""

    title = "The critic's label, term by term"
    size = (12.0, 6.4)
    controls = {
        "noise": Slider("Draw of a′, noise ε", -2.5, 2.5, 2.0, step=0.1, unit="std"),
        "temperature": Slider("Temperature α", 0.0, 0.5, 0.2, step=0.05, unit="reward per nat"),
        "discount": Slider("Discount γ", 0.0, 1.0, 0.9, step=0.05),
        "ending": Choice("After this step", (GOES_ON, TIME_LIMIT, TERMINATED)),
        "multiply_by": Choice("Multiply by", (RIGHT_FACTOR, TIMES_TERMINATED, TIMES_NOT_DONE)),
        "entropy_term": Choice("Entropy term", (MINUS_LOG_PROB, LEFT_OUT, PLUS_LOG_PROB)),
    }

    def compute(
        self,
        noise: float,
        temperature: float,
        discount: float,
        ending: str,
        multiply_by: str,
        entropy_term: str,
    ) -> Label:
        action, log_prob = current_policy().sample(noise=torch.tensor([noise]))
        next_q = tuple(q.item() for q in target_critics(action))
        factor, log_prob = label_factor(ending, multiply_by), log_prob.item()
        right_factor = label_factor(ending, RIGHT_FACTOR)
        sign = {MINUS_LOG_PROB: -1, LEFT_OUT: 0, PLUS_LOG_PROB: 1}[entropy_term]
        next_value = discount * factor * min(next_q)
        entropy = discount * factor * sign * temperature * log_prob
        right = REWARD + discount * right_factor * (min(next_q) - temperature * log_prob)
        y = REWARD + next_value + entropy
        return Label(action.item(), log_prob, next_q, factor, next_value, entropy, y, right)

    setup = staticmethod(target_drawing.setup)
    draw = staticmethod(target_drawing.draw)

    def describe(self, parameters: Mapping[str, Any], data: Label) -> str:
        entropy = round(data.entropy, 2) + 0.0  # adding 0 turns -0.0 into 0.0
        what = "the right label" if abs(data.y - data.right) < 5e-4 else f"where {data.right:.2f} is right"
        return (
            f"The policy draws a′ = {data.next_action:.2f} with log π = {data.log_prob:.2f}. The target critics say "
            f"{data.next_q[0]:.2f} and {data.next_q[1]:.2f}; the smaller is {min(data.next_q):.2f}. "
            f"After the step: {parameters['ending']}; the part after γ is multiplied by {data.factor}. "
            f"Reward {REWARD:.2f}, next value {data.next_value:+.2f}, entropy term {entropy:+.2f}: "
            f"the label is {data.y:.2f}, {what}."
        )
