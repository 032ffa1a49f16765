"""Exercises of notebook 11: an actor's loss and a label to be mended; the third is in `thermostat`."""

from itertools import combinations

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, judged_by_gradient, policy_and_rows


class TwoCritics:
    """Two critics that each are the smaller one somewhere, `[2, B]`."""

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        return torch.stack([TrackingCritic(gain)(observation, action) for gain in (0.5, -0.5)])


def mended_actor_loss(policy, critics, observation, temperature) -> Tensor:
    """E[α log π - min Q] at one fresh action for each observation, drawn by rsample."""
    action, log_prob = policy(observation).rsample()
    return (temperature * log_prob - critics(observation, action).amin(0)).mean()


def mended_label(
    reward: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    next_q: Tensor,
    next_log_prob: Tensor,
    discount: float,
    temperature: float,
) -> Tensor:
    """r + γ (1 - terminated) (min Q̄ - α log π): next_q [2, B], next_log_prob [B, A], everything else [B] -> [B]."""
    next_value = next_q.amin(0) - temperature * next_log_prob.sum(-1)
    return reward + discount * (1 - terminated) * next_value


def _actor_case(batch_size: int, action_dim: int, temperature: float) -> dict:
    policy, observation, _ = policy_and_rows(batch_size, action_dim)
    return {"policy": policy, "critics": TwoCritics(), "observation": observation, "temperature": temperature}


MENDED_ACTOR_LOSS = judged_by_gradient(
    mended_actor_loss,
    (_actor_case(6, 2, 0.3), _actor_case(8, 1, 0.05)),
    ("rsample", "sample", "temperature * ", "",
        "still as it was: the draw is held constant, and log_prob has no price"),
    ("rsample", "sample", "one of two: α is there now, but `sample` still closes the way from Q to the policy"),
    ("temperature * ", "", "one of two: the draw is right now, but log_prob still has no price"),
    ("log_prob - critics(observation, action).amin(0)", "(log_prob - critics(observation, action).amin(0))",
        "α around Q as well: the temperature is the price of log_prob alone"),
    ("(temperature", "(-temperature", "a new defect, the sign: α log π is a cost, so plus"),
    ("amin", "mean", "a new defect: the mean of the critics where the smaller one stood"),
    ("* log_prob", "* log_prob.detach()", "a new defect, log_prob detached: its gradient is the entropy bonus"),
)  # fmt: skip


def _label_case(batch_size: int, action_dim: int, discount: float, temperature: float) -> dict:
    """Every pair of the two flags occurs in a batch of four or more."""
    generator = torch.Generator().manual_seed(batch_size)
    step = torch.arange(batch_size)
    return {
        "reward": torch.randn(batch_size, generator=generator), "terminated": (step % 2).float(),
        "truncated": (step // 2 % 2).float(), "next_q": torch.randn(2, batch_size, generator=generator) + 1,
        "next_log_prob": torch.randn(batch_size, action_dim, generator=generator) + 0.3,
        "discount": discount, "temperature": temperature,
    }  # fmt: skip


_DEFECTS = (
    ("terminated", "torch.maximum(terminated, truncated)", "a time limit still counts as an end"),
    (".sum(-1)", ".mean(-1)", "log_prob is still averaged over the action"),
    (" - temperature", " + temperature", "the entropy still has the wrong sign"),
)
# Every way to leave one, two or all three of them in.
_STILL_ILL = [
    (*(text for *pair, _ in left for text in pair), "; ".join(what for *_, what in left))
    for many in (1, 2, 3)
    for left in combinations(_DEFECTS, many)
]

MENDED_LABEL = exercise(
    mended_label,
    (_label_case(4, 2, 0.9, 0.2), _label_case(6, 3, 0.98, 1.5)),
    *_STILL_ILL,
    ("terminated", "truncated", "only `truncated` switched off what is to come: that is the flag to leave out"),
    ("(1 - terminated) * ", "", "no end at all: `terminated` must still switch off what is to come"),
    (".sum(-1)", ".sum()", "log_prob summed over the batch: it is summed over the action, its last axis"),
)  # fmt: skip
