"""Exercises of notebook 02: the loss that sums along the action, and settings carried from a mean to a sum."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def actor_loss(q: Tensor, log_prob: Tensor, temperature: float) -> Tensor:
    """Mean over the batch of temperature * log π(a) - q: q [B], log_prob of each entry [B, A] -> a number."""
    return (temperature * log_prob.sum(-1) - q).mean()


def settings_for_the_sum(temperature: float, target_entropy: float, action_dim: int) -> tuple[float, float]:
    """(temperature, target_entropy) with which summing log_prob does what averaging it does with the given two."""
    return temperature / action_dim, target_entropy * action_dim


def _batch_case(batch_size: int, action_dim: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    q = torch.randn(batch_size, generator=generator)
    log_prob = torch.randn(batch_size, action_dim, generator=generator)
    return {"q": q, "log_prob": log_prob, "temperature": temperature}


ACTOR_LOSS = exercise(
    actor_loss,
    (_batch_case(5, 2, 0.2), _batch_case(3, 6, 1.5), _batch_case(4, 4, 0.5)),
    (".sum(-1)", ".mean()", "a mean over everything: log_prob is averaged over the action's entries too"),
    (".mean()", ".sum()", "a sum over the batch too: the loss would grow with the batch size"),
    (".sum(-1)", "", "no sum at all: [B, A] against [B] fails, or, where B = A, pairs entries with other transitions"),
    (".mean()", "", "no mean over the batch: one number was asked for"),
    ("(temperature", "-(temperature", "the sign of the whole: a loss is lowered, and Q should rise"),
    ("temperature", "-temperature", "the sign of the entropy term: minus log_prob would be punished"),
    ("temperature * ", "", "the temperature left out"),
    (".sum(-1)", ".sum(0)", "a sum over the batch (the first dimension), not over the action: [A] meets [B]"),
    ("temperature * log_prob.sum(-1) - q", "temperature * (log_prob.sum(-1) - q)",
        "the temperature on Q too: it prices the entropy alone"),
    ("- q", "+ q", "the sign of Q: the loss is lowered, and Q should rise"),
    (".sum(-1) - q)", " - q.unsqueeze(-1)).sum(-1)", "q subtracted from every entry before the sum: it counts A times"),
)  # fmt: skip

SETTINGS_FOR_THE_SUM = exercise(
    settings_for_the_sum,
    (
        {"temperature": 0.2, "target_entropy": -1.0, "action_dim": 6},
        {"temperature": 1.0, "target_entropy": -0.5, "action_dim": 2},
        {"temperature": 0.3, "target_entropy": -2.0, "action_dim": 1},
    ),
    ("temperature / action_dim, target_entropy * action_dim", "temperature * action_dim, target_entropy / action_dim",
        "both directions reversed: this is what averaging needs to do as summing does"),
    (" * action_dim", "", "the target left as it was: it was the entropy of one entry, and there are A"),
    (" / action_dim", "", "the temperature left as it was: a sum is A times the mean, so α must be A times smaller"),
    (" / ", " * ", "the temperature multiplied: α · mean is (α / A) · sum"),
    (" * ", " / ", "the target divided: entropies of independent entries add up"),
    ("target_entropy * action_dim", "-float(action_dim)",
        "the usual -A taken instead of A times the target that was given"),
    (" * action_dim", " * action_dim**2", "the target times A squared: a sum is A times the mean, not more"),
    ("target_entropy", "-target_entropy", "the sign of the target: A times a negative entropy is negative"),
    ("temperature / action_dim, target_entropy * action_dim", "temperature, target_entropy",
        "nothing changed: the two are the same only where A = 1"),
    ("temperature / action_dim, target_entropy * action_dim", "target_entropy * action_dim, temperature / action_dim",
        "target and temperature in the wrong order"),
)  # fmt: skip
