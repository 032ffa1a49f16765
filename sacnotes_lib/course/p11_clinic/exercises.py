"""Exercises of notebook 11: an actor's loss and a label to be mended; the third is in `thermostat`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, gradients_at, proportional_policy


def gradient_of(actor_loss: Callable) -> Callable:
    """The gradient of an actor loss, as a function of plain tensors.

    Args: actor_loss(policy, critics, observation, temperature), which returns a scalar. The policy it gets is tanh of a
        Gaussian with mean gain·s and its own log_std; critics(s, a) is `[2, B]`.
    Returns: a function of (gain, log_std, observation, temperature), gain and log_std `[A]`, that returns `[2, A]`:
        d loss / d gain, then d loss / d log_std. Zeros where the loss leads to neither.
    """

    def gradient(gain, log_std, observation, temperature):
        def loss_of(gain, log_std):
            return actor_loss(proportional_policy(gain, log_std), _two_critics, observation, temperature)

        return gradients_at(loss_of, gain, log_std)

    return gradient


def _two_critics(observation: Tensor, action: Tensor) -> Tensor:
    """Two critics that each are the smaller one somewhere, `[2, B]`."""
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
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    draw = lambda *shape: torch.rand(*shape, generator=generator)  # noqa: E731
    return {
        "gain": 0.3 + draw(action_dim), "log_std": -0.8 + 0.4 * draw(action_dim),
        "observation": 2 * draw(batch_size, action_dim) - 1, "temperature": temperature,
    }  # fmt: skip


def _actor_variant(draw: str, combine: Callable, over: Callable = lambda q: q.amin(0)) -> Callable:
    """gradient_of a loss with its own draw, its own way to join log_prob and Q, and one to join the critics."""

    def actor_loss(policy, critics, observation, temperature):
        action, log_prob = getattr(policy(observation), draw)()
        return combine(log_prob, over(critics(observation, action)), temperature)

    return gradient_of(actor_loss)


MENDED_ACTOR_LOSS = Exercise(
    name="mended_actor_loss",
    reference=gradient_of(mended_actor_loss),
    cases=(_actor_case(6, 2, 0.3), _actor_case(8, 1, 0.05)),
    mistakes={
        "still as it was: the draw is held constant, and log_prob has no price": _actor_variant(
            "sample", lambda lp, q, t: (lp - q).mean()
        ),
        "one of two: α is there now, but `sample` still closes the way from Q to the policy": _actor_variant(
            "sample", lambda lp, q, t: (t * lp - q).mean()
        ),
        "one of two: the draw is right now, but log_prob still has no price": _actor_variant(
            "rsample", lambda lp, q, t: (lp - q).mean()
        ),
        "α around Q as well: the temperature is the price of log_prob alone": _actor_variant(
            "rsample", lambda lp, q, t: (t * (lp - q)).mean()
        ),
        "a new defect, the sign: α log π is a cost, so plus": _actor_variant(
            "rsample", lambda lp, q, t: (-t * lp - q).mean()
        ),
        "a new defect: the mean of the critics where the smaller one stood": _actor_variant(
            "rsample", lambda lp, q, t: (t * lp - q).mean(), lambda q: q.mean(0)
        ),
        "a new defect, log_prob detached: its gradient is the entropy bonus": _actor_variant(
            "rsample", lambda lp, q, t: (t * lp.detach() - q).mean()
        ),
    },
)


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


def _ill_label(flag: bool, axis: bool, sign: bool) -> Callable:
    """The label with some of the three defects still in it."""

    def label(r, d, c, q, p, g, t):
        end = torch.maximum(d, c) if flag else d
        log_prob = p.mean(-1) if axis else p.sum(-1)
        return r + g * (1 - end) * (q.amin(0) + (t if sign else -t) * log_prob)

    return label


_DEFECTS = (
    "a time limit still counts as an end",
    "log_prob is still averaged over the action",
    "the entropy still has the wrong sign",
)


def _still_ill() -> dict[str, Callable]:
    """Every way to leave one, two or all three defects in."""
    ways = (left for left in product((True, False), repeat=3) if any(left))
    return {
        "; ".join(name for name, is_left in zip(_DEFECTS, left, strict=True) if is_left): _ill_label(*left)
        for left in ways
    }


MENDED_LABEL = Exercise(
    name="mended_label",
    reference=mended_label,
    cases=(_label_case(4, 2, 0.9, 0.2), _label_case(6, 3, 0.98, 1.5)),
    mistakes={
        **_still_ill(),
        "only `truncated` switched off what is to come: that is the flag to leave out": (
            lambda r, d, c, q, p, g, t: mended_label(r, c, d, q, p, g, t)
        ),
        "no end at all: `terminated` must still switch off what is to come": (
            lambda r, d, c, q, p, g, t: mended_label(r, 0 * d, c, q, p, g, t)
        ),
        "log_prob summed over the batch: it is summed over the action, its last axis": (
            lambda r, d, c, q, p, g, t: mended_label(r, d, c, q, p.sum().expand_as(p[:, :1]), g, t)
        ),
    },
)
