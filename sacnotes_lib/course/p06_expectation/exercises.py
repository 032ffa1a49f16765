"""Exercises of notebook 06: the expectation written out, and the error of a critic without its labels' noise."""

from __future__ import annotations

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise


def expected_label(
    reward: float, next_probs: Tensor, policy: Tensor, next_q: Tensor, discount: float, temperature: float
) -> Tensor:
    """The soft Bellman operator at one (s, a), with nothing sampled (Haarnoja et al. 2018b, equations 2-3).

    r + γ Σ_s' p(s') Σ_a' π(a'|s') (Q̄(s', a') - α log π(a'|s')): next_probs [S], policy and next_q [S, M] -> a number.
    """
    next_value = (policy * (next_q - temperature * policy.log())).sum(-1)
    return reward + discount * (next_probs * next_value).sum()


def true_error(q: Tensor, label: Tensor, other_label: Tensor) -> Tensor:
    """Mean of (q - E[y])^2 over the batch, from two independent labels of each pair: [B] each -> a number.

    Unbiased: (q - y)(q - y') has the mean (q - E[y])^2, since y and y' are independent (Baird 1995).
    """
    return ((q - label) * (q - other_label)).mean()


def _label_case(states: int, actions: int, reward: float, discount: float, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(10 * states + actions)
    return {
        "reward": reward,
        "next_probs": torch.rand(states, generator=generator).add(0.1).softmax(-1),
        "policy": torch.randn(states, actions, generator=generator).softmax(-1),
        "next_q": 2 * torch.randn(states, actions, generator=generator),
        "discount": discount,
        "temperature": temperature,
    }


def _error_case(batch: int, noise: float) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(batch)
    q, label, other_label = noise * torch.randn(3, batch, generator=generator)
    return {"q": q, "label": label + 1, "other_label": other_label + 1}


def _most_likely(p, q, a):
    """Per next state, what its most likely action is worth."""
    best = p.argmax(-1, keepdim=True)
    return (q - a * p.log()).gather(-1, best).squeeze(-1)


EXPECTED_LABEL = Exercise(
    name="expected_label",
    reference=expected_label,
    cases=(
        _label_case(2, 3, 1.0, 0.9, 0.2),
        _label_case(3, 4, -0.5, 0.98, 1.5),
        _label_case(1, 2, 0.3, 0.5, 0.7),
    ),
    mistakes={
        "a plain average over the actions: each counts with its own probability": lambda r, s, p, q, g, a: (
            r + g * (s * (q - a * p.log()).mean(-1)).sum()
        ),
        "a plain average over the next states: each counts with its own probability": lambda r, s, p, q, g, a: (
            r + g * (p * (q - a * p.log())).sum(-1).mean()
        ),
        "the largest Q where the policy's average belongs: that is the label of Q-learning": (
            lambda r, s, p, q, g, a: r + g * (s * q.amax(-1)).sum()
        ),
        "the best policy's soft value, α log Σ exp(Q/α): here the policy is given": lambda r, s, p, q, g, a: (
            r + g * (s * a * (q / a).logsumexp(-1)).sum()
        ),
        "only the most likely action: an expectation counts them all": lambda r, s, p, q, g, a: (
            r + g * (s * _most_likely(p, q, a)).sum()
        ),
        "the sign of the entropy: an unlikely action earns a bonus, so minus log π": lambda r, s, p, q, g, a: (
            r + g * (s * (p * (q + a * p.log())).sum(-1)).sum()
        ),
        "the entropy left out": lambda r, s, p, q, g, a: r + g * (s * (p * q).sum(-1)).sum(),
        "log π not averaged: it stands inside the sum over actions, weighted like Q": lambda r, s, p, q, g, a: (
            r + g * (s * ((p * q).sum(-1) - a * p.log().sum(-1))).sum()
        ),
        "the discount left out": lambda r, s, p, q, g, a: expected_label(r, s, p, q, 1.0, a),
        "the reward discounted too: it is earned now": lambda r, s, p, q, g, a: (
            g * expected_label(r, s, p, q, 1.0, a)
        ),
        "one number for each next state: their average is still missing": lambda r, s, p, q, g, a: (
            r + g * (p * (q - a * p.log())).sum(-1)
        ),
    },
)

TRUE_ERROR = Exercise(
    name="true_error",
    reference=true_error,
    cases=(_error_case(6, 1.0), _error_case(9, 3.0), _error_case(1, 2.0)),
    mistakes={
        "the ordinary loss on the first label: it keeps the whole of Var(y)": lambda q, y, z: (
            (q - y).square().mean()
        ),
        "the average of both losses: it still keeps the whole of Var(y)": lambda q, y, z: (
            ((q - y).square().mean() + (q - z).square().mean()) / 2
        ),
        "the loss on the average label: it keeps half of Var(y)": lambda q, y, z: (
            (q - (y + z) / 2).square().mean()
        ),
        "the loss less half the labels' squared difference: right on average too, but the product is steadier": (
            lambda q, y, z: (q - y).square().mean() - (y - z).square().mean() / 2
        ),
        "the difference of the labels: that measures their noise, and q is not in it": lambda q, y, z: (
            (y - z).square().mean() / 2
        ),
        "a product of averages: the two errors of one pair belong together": lambda q, y, z: (
            (q - y).mean() * (q - z).mean()
        ),
        "a sum over the batch where the mean belongs": lambda q, y, z: ((q - y) * (q - z)).sum(),
        "one number for each pair: their mean is still missing": lambda q, y, z: (q - y) * (q - z),
    },
)
