"""Exercises of notebook 06: the expectation written out, and the error of a critic without its labels' noise."""

from collections.abc import Callable
from itertools import product

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


def _label_case(states: int, actions: int, reward: float, discount: float, temperature: float) -> tuple:
    generator = torch.Generator().manual_seed(10 * states + actions)
    next_probs = torch.rand(states, generator=generator).add(0.1).softmax(-1)
    policy = torch.randn(states, actions, generator=generator).softmax(-1)
    return (
        reward,
        next_probs,
        policy,
        2 * torch.randn(states, actions, generator=generator),
        discount,
        temperature,
    )


def _error_case(batch: int, noise: float) -> tuple:
    q = torch.tensor([0.3, -1.2, 2.0])[:batch]
    errors = torch.tensor([[1.0, -2.0, 0.5], [-0.7, 0.9, 1.5]])[:, :batch]  # both signs, as in a good critic
    return q, *(q - noise * errors)


def on_average(estimate: Callable) -> Callable:
    """An `Exercise.adapt`: what the estimates are on average, so that any one without bias passes.

    Each label is drawn from the two that the case gives, the first twice as often: all pairs of draws are tried.
    """

    def average(q: Tensor, label: Tensor, other_label: Tensor):
        tickets = [label, label, other_label]
        draws = [torch.stack(entries) for entries in product(*torch.stack(tickets, -1))]
        found = [estimate(q, first, second) for first, second in product(draws, repeat=2)]
        if not all(isinstance(one, Tensor) and one.shape == () for one in found):
            return found[0]
        mean = torch.stack(found).mean()
        return {"the average of your estimate, over labels drawn at random from these two": mean}

    return average


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
    ("temperature * policy.log()", "policy.log()", "the temperature left out"),
    ("temperature * policy.log()", "policy.log() / temperature",
        "log π divided by the temperature where it is multiplied"),
    ("temperature * policy.log()", "temperature * policy", "the probability where its logarithm belongs"),
    ("next_q - temperature * policy.log()", "temperature * (next_q - policy.log())",
        "the temperature on Q too: it prices the entropy alone"),
    ("(policy * worth).sum(-1)", "worth.sum(-1)",
        "the actions added up without their probabilities: policy holds them"),
    ("(policy * worth).sum(-1)", "(policy * worth).mean(-1)",
        "divided by the number of actions as well: the probabilities are the weights already"),
    ("(policy * worth).sum(-1)", "worth.amax(-1)",
        "the largest worth, Q with its entropy: an expectation counts all actions"),
    ("(policy * worth).sum(-1)", "(next_q.amax(-1) - temperature * policy.log().amax(-1))",
        "the largest Q and the largest log π: an expectation counts all actions"),
    ("(policy * worth).sum(-1)", "next_q.logsumexp(-1)",
        "log Σ exp(Q), the best policy's soft value at temperature 1: here the policy is given"),
    ("(policy * worth).sum(-1)", "(policy.exp() * worth).sum(-1)",
        "exp of the probabilities: they are no logarithms"),
    ("(policy * worth).sum(-1)", "(policy * worth)[:, 0]", "the first action alone: an expectation counts them all"),
    ("(next_probs * next_value).sum()", "next_value.sum()",
        "the next states added up without their probabilities: next_probs holds them"),
    ("(next_probs * next_value).sum()", "(next_probs * next_value).mean()",
        "divided by the number of next states as well: the probabilities are the weights already"),
    ("reward + discount * next_probs * next_value", "one number for each next state: their sum is still missing"),
    ("(next_probs * next_value).sum()", "next_value[next_probs.argmax()]",
        "only the likeliest next state: an expectation counts them all"),
    ("(next_probs * next_value).sum()", "next_value.amax()", "the best next state: the world decides, by next_probs"),
    ("(policy * worth).sum(-1)", "(policy * worth).sum(0)",
        "added up over the next states (axis 0) first: the actions are the last axis"),
    ("(next_probs * next_value).sum()", "(next_probs * (policy * worth)).sum()",
        "next_probs [S] against [S, M], which pairs next states with actions: average over the actions first"),
    ("discount * (next_probs * next_value).sum()",
        "discount * (next_probs * (policy * next_q).sum(-1)).sum()"
        " - temperature * (next_probs * (policy * policy.log()).sum(-1)).sum()",
        "the entropy undiscounted: it belongs to the next state, behind γ"),
    ("discount * (next_probs * next_value).sum()",
        "discount * (next_probs * (policy * next_q).sum(-1)).sum() - temperature * (policy * policy.log()).sum()",
        "the entropy undiscounted, and not weighed by the chances of the next states"),
    ("discount * (next_probs * next_value).sum()",
        "discount * ((next_probs * (policy * next_q).sum(-1)).sum() - temperature * (policy * policy.log()).sum())",
        "the entropies of the next states not weighed by their chances"),
    ("discount * (next_probs * next_value).sum()",
        "discount * (next_probs * (policy * next_q).sum(-1)).sum() - temperature * policy.log().mean()",
        "a plain average of log π, undiscounted: it is weighted like Q, and stands behind γ"),
    ("reward + ", "", "the reward left out"),
    ("reward + ", "reward - ", "the sign of what is to come: it is added to the reward"),
    ("policy.log()", "policy.log2()", "bits: the logarithm is the natural one, and entropy in nats"),
    ("policy.log()", "policy.log().mean()", "log π averaged over all first: each action's stands beside its own Q"),
    ("(next_probs *", "(next_probs.log() *",
        "the logarithm of the probabilities of the next states: they are the weights"),
)  # fmt: skip

TRUE_ERROR = exercise(
    true_error,
    (_error_case(2, 1.0), _error_case(3, 3.0)),
    ("(q - other_label)", "(q - label)",
        "the ordinary loss, on one label or averaged over both: it keeps the whole of Var(y)"),
    ("((q - (label + other_label) / 2).square()).mean()", "the loss on the average label: it keeps half of Var(y)"),
    ("(q - label) * (q - other_label)", "(label - other_label).square() / 2",
        "the difference of the labels: that measures their noise, and q is not in it"),
    ("(q - label).mean() * (q - other_label).mean()",
        "a product of averages: the two errors of one pair belong together"),
    (".mean()", ".sum()", "a sum over the batch where the mean belongs"),
    (".mean()", "", "one number for each pair: their mean is still missing"),
    ("((q - label) * (q - other_label))", "((q - label) * (q - other_label)).abs()",
        "the size of each product: one may be negative, and it is the mean that has no bias"),
    (".mean()", ".mean().abs()", "the size of the mean: an estimate without bias may be negative"),
    (".mean()", ".mean().abs().sqrt()", "the root of it: the squared error is asked for"),
    (".mean()", ".clamp(min=0).mean()", "negative products cut at 0: they are what takes the bias away"),
    (".mean()", ".mean() / 2", "half of it: the product has no factor 1/2"),
    ("(q - label) * (q - other_label)", "(label - other_label).square()",
        "the difference of the labels, squared: that measures their noise, twice, and q is not in it"),
    ("(q - label) * (q - other_label)", "(q - label) * (label - other_label)",
        "the difference of the labels as a factor: it has the label's noise in it, and both errors are asked for"),
    ("(q - label) * (q - other_label)", "(q - label).square() - (q - other_label).square()",
        "the difference of the two losses: its mean is zero"),
    ("(q - label) * (q - other_label)", "(q - label).square() - (label - other_label).square()",
        "the labels' squared difference is twice Var(y): take away half of it"),
    ("(q - label) * (q - other_label)", "(q - (label + other_label) / 2).square() - (label - other_label).square() / 2",
        "twice too much taken away: the loss on the average label keeps a quarter of the squared difference"),
    ("((q - label) * (other_label - q)).mean()", "the sign of one factor: both are q minus a label"),
    ("(q - label) * (q - other_label)", "(q - label) * (q + other_label)",
        "the sign inside one factor (or q² less the labels' product): both factors are q minus a label"),
    ("(q - label) * (q - other_label)", "(q - label) + (q - other_label)", "the errors added: they are multiplied"),
    ("(q - label) * (q - other_label)", "q - label * other_label", "brackets: (q - label) * (q - other_label)"),
    ("(q - label) * (q - other_label)", "torch.minimum((q - label).square(), (q - other_label).square())",
        "the smaller of the two squared errors: choosing biases it"),
    ("(q - label).mean().square()", "the square of the average error: errors of opposite sign cancel"),
    ("(q - (label + other_label) / 2).mean().square()",
        "the square of the average error on the average label: errors of opposite sign cancel"),
    ("(q - label).square().mean() - label.var()",
        "the variance of the labels over the batch: it is their spread from pair to pair as well"),
    ("((q - label.mean()) * (q - other_label.mean())).mean()",
        "the average label of the batch for every pair: each pair has its own"),
    ("((q - label) * (q - other_label)).sum() / 2", "a sum over the batch, halved, where the mean belongs"),
    ("(q - label) * (q - other_label)", "(q - torch.maximum(label, other_label)).square()",
        "the error against the larger label: choosing biases it"),
    ("(q - label).square().mean() * (q - other_label).square().mean()",
        "two losses multiplied: each of them holds Var(y) already"),
    ("(q - label).mean()", "the average error: it is not squared"),
    adapt=on_average,
)  # fmt: skip
