"""Exercises of notebook 01: one probability for a whole action, and one label for one transition."""

import torch
from torch import Tensor
from torch.distributions import Normal

from sacnotes_lib.course.kit.edits import exercise


def score_actions(mean: Tensor, std: Tensor, action: Tensor) -> Tensor:
    """Log-density of each action under its own diagonal Gaussian: all [B, A] -> [B]."""
    return Normal(mean, std).log_prob(action).sum(-1)


def soft_value(q: Tensor, log_prob: Tensor, temperature: float) -> Tensor:
    """q - temperature * log_prob for each transition: q [B], log_prob [B, 1] -> [B]."""
    return q - temperature * log_prob.squeeze(-1)


def _gaussian_case(batch_size: int, action_dim: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    mean, action = torch.randn(2, batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    return {"mean": mean, "std": std, "action": action}


def _value_case(batch_size: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(batch_size)
    q = torch.randn(batch_size, generator=generator)
    log_prob = torch.randn(batch_size, 1, generator=generator)
    return {"q": q, "log_prob": log_prob, "temperature": temperature}


SCORE_ACTIONS = exercise(
    score_actions,
    (_gaussian_case(4, 3), _gaussian_case(5, 1), _gaussian_case(3, 3)),
    (".sum(-1)", "", "a plain Normal: one number for each entry of the action instead of one for the action"),
    (".sum(-1)", ".mean(-1)", "the mean over the action's entries where their sum belongs"),
    (".sum(-1)", ".sum(0)", "a sum over the batch (the first dimension), not over the action (the last)"),
    (".sum(-1)", ".sum()", "two dimensions read as one event: a single number for the whole batch"),
    (".sum(-1)", ".sum(-1, keepdim=True)", "the summed dimension kept with size 1: [B, 1] will broadcast against [B]"),
    ("std", "std**2", "the variance passed where Normal wants the standard deviation"),
    ("Normal(mean, std).log_prob(action).sum(-1)",
        "torch.distributions.MultivariateNormal(mean, torch.diag_embed(std)).log_prob(action)",
        "the standard deviation passed as a covariance: its diagonal holds variances"),
    (".sum(-1)", ".sum(-1).mean()", "the batch averaged: each action has a log_prob of its own"),
    (".sum(-1)", ".prod(-1)", "a product of log-probabilities: the log turns the product of densities into a sum"),
    (".sum(-1)", ".sum(-1).exp()", "the density itself, without the logarithm"),
)  # fmt: skip

SOFT_VALUE = exercise(
    soft_value,
    (_value_case(5, 0.2), _value_case(3, 1.5), _value_case(1, 0.5)),
    (".squeeze(-1)", "", "[B] against [B, 1] broadcast to [B, B]: every Q met every log_prob"),
    ("q - temperature * log_prob.squeeze(-1)", "(q - temperature * log_prob).mean(0)",
        "broadcast, then averaged over the first axis: all transitions share one log_prob"),
    ("q - temperature * log_prob.squeeze(-1)", "(q - temperature * log_prob).mean(-1)",
        "broadcast, then averaged over the last axis: all transitions share one Q"),
    ("q - temperature * log_prob.squeeze(-1)", "(q - temperature * log_prob).sum(-1)",
        "broadcast, then summed over the last axis: every Q is in every entry"),
    (".squeeze(-1)", ".sum()", "log_prob summed over the batch: each transition has its own"),
    (" - ", " + ", "the sign of the entropy: an unlikely action earns a bonus, so minus log_prob"),
    ("temperature * ", "", "the temperature left out"),
    ("q - temperature * log_prob.squeeze(-1)", "q.unsqueeze(-1) - temperature * log_prob",
        "q raised to [B, 1] instead of log_prob lowered to [B]"),
    ("q - temperature * log_prob.squeeze(-1)", "(q - temperature * log_prob.squeeze(-1)).mean()",
        "one number for the whole batch"),
)  # fmt: skip
