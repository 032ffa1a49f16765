"""Exercises of notebook 06: the expectation written out, and the error of a critic without its labels' noise."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def expected_label(
    reward: float, next_probs: Tensor, policy: Tensor, next_q: Tensor, discount: float, temperature: float
) -> Tensor:
    """The soft Bellman operator at one (s, a), with nothing sampled (Haarnoja et al. 2018b, equations 2-3).

    r + γ Σ_s' p(s') Σ_a' π(a'|s') (Q̄(s', a') - α log π(a'|s')): next_probs [S], policy and next_q [S, M] -> a number.
    """
    worth = next_q - temperature * policy.log()
    next_value = (policy * worth).sum(-1)
    return reward + discount * (next_probs * next_value).sum()


def true_error(q: Tensor, label: Tensor, other_label: Tensor) -> Tensor:
    """Mean of (q - E[y])^2 over the batch, from two independent labels of each pair: [B] each -> a number.

    Unbiased: (q - y)(q - y') has the mean (q - E[y])^2, since y and y' are independent (Baird 1995).
    """
    return ((q - label) * (q - other_label)).mean()


def _label_case(states: int, actions: int, reward: float, discount: float, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(10 * states + actions)
    return {
        "reward": reward, "next_probs": torch.rand(states, generator=generator).add(0.1).softmax(-1),
        "policy": torch.randn(states, actions, generator=generator).softmax(-1),
        "next_q": 2 * torch.randn(states, actions, generator=generator),
        "discount": discount, "temperature": temperature,
    }  # fmt: skip


def _error_case(batch: int, noise: float) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(batch)
    q, label, other_label = noise * torch.randn(3, batch, generator=generator)
    return {"q": q, "label": label + 1, "other_label": other_label + 1}


EXPECTED_LABEL = exercise(
    expected_label,
    (_label_case(2, 3, 1.0, 0.9, 0.2), _label_case(3, 4, -0.5, 0.98, 1.5), _label_case(1, 2, 0.3, 0.5, 0.7)),
    ("(policy * worth).sum(-1)", "worth.mean(-1)",
        "a plain average over the actions: each counts with its own probability"),
    ("(next_probs * next_value).sum()", "next_value.mean()",
        "a plain average over the next states: each counts with its own probability"),
    ("(policy * worth).sum(-1)", "next_q.amax(-1)",
        "the largest Q where the policy's average belongs: that is the label of Q-learning"),
    ("(policy * worth).sum(-1)", "temperature * (next_q / temperature).logsumexp(-1)",
        "the best policy's soft value, α log Σ exp(Q/α): here the policy is given"),
    ("(policy * worth).sum(-1)", "worth[policy == policy.amax(-1, keepdim=True)]",
        "only the most likely action: an expectation counts them all"),
    (" - ", " + ", "the sign of the entropy: an unlikely action earns a bonus, so minus log π"),
    (" - temperature * policy.log()", "", "the entropy left out"),
    ("(policy * worth).sum(-1)", "(policy * next_q - temperature * policy.log()).sum(-1)",
        "log π not averaged: it stands inside the sum over actions, weighted like Q"),
    ("discount * ", "", "the discount left out"),
    ("reward", "discount * reward", "the reward discounted too: it is earned now"),
    ("(next_probs * next_value).sum()", "next_value", "one number for each next state: their average is still missing"),
)  # fmt: skip

TRUE_ERROR = exercise(
    true_error,
    (_error_case(6, 1.0), _error_case(9, 3.0), _error_case(1, 2.0)),
    ("(q - other_label)", "(q - label)", "the ordinary loss on the first label: it keeps the whole of Var(y)"),
    ("(q - label) * (q - other_label)", "(q - label).square() / 2 + (q - other_label).square() / 2",
        "the average of both losses: it still keeps the whole of Var(y)"),
    ("(q - label) * (q - other_label)", "(q - (label + other_label) / 2).square()",
        "the loss on the average label: it keeps half of Var(y)"),
    ("(q - label) * (q - other_label)", "(q - label).square() - (label - other_label).square() / 2",
        "the loss less half the labels' squared difference: right on average too, but the product is steadier"),
    ("(q - label) * (q - other_label)", "(label - other_label).square() / 2",
        "the difference of the labels: that measures their noise, and q is not in it"),
    ("((q - label) * (q - other_label)).mean()", "(q - label).mean() * (q - other_label).mean()",
        "a product of averages: the two errors of one pair belong together"),
    (".mean()", ".sum()", "a sum over the batch where the mean belongs"),
    (".mean()", "", "one number for each pair: their mean is still missing"),
)  # fmt: skip
