"""Exercises of notebook 01: one probability for a whole action, and one label for one transition."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Independent, MultivariateNormal, Normal

from sacnotes_lib.course.kit.exercise import Exercise


def score_actions(mean: Tensor, std: Tensor, action: Tensor) -> Tensor:
    """Log-density of each action under its own diagonal Gaussian: all [B, A] -> [B]."""
    return Independent(Normal(mean, std), 1).log_prob(action)


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


def _scores(mean, std, action):
    return Normal(mean, std).log_prob(action)


SCORE_ACTIONS = Exercise(
    name="score_actions",
    reference=score_actions,
    cases=(_gaussian_case(4, 3), _gaussian_case(5, 1), _gaussian_case(3, 3)),
    mistakes={
        "a plain Normal: one number for each entry of the action instead of one for the action": _scores,
        "the mean over the action's entries where their sum belongs": lambda m, s, a: _scores(m, s, a).mean(
            -1
        ),
        "a sum over the batch (the first dimension), not over the action (the last)": lambda m, s, a: _scores(
            m, s, a
        ).sum(0),
        "two dimensions read as one event: a single number for the whole batch": lambda m, s, a: Independent(
            Normal(m, s), 2
        ).log_prob(a),
        "the summed dimension kept with size 1: [B, 1] will broadcast against [B]": lambda m, s, a: _scores(
            m, s, a
        ).sum(-1, keepdim=True),
        "the variance passed where Normal wants the standard deviation": lambda m, s, a: score_actions(
            m, s**2, a
        ),
        "the standard deviation passed as a covariance: its diagonal holds variances": lambda m, s, a: (
            MultivariateNormal(m, torch.diag_embed(s)).log_prob(a)
        ),
        "the batch averaged: each action has a log_prob of its own": lambda m, s, a: score_actions(
            m, s, a
        ).mean(),
        "a product of log-probabilities: the log turns the product of densities into a sum": lambda m, s, a: (
            _scores(m, s, a).prod(-1)
        ),
        "the density itself, without the logarithm": lambda m, s, a: score_actions(m, s, a).exp(),
    },
)

SOFT_VALUE = Exercise(
    name="soft_value",
    reference=soft_value,
    cases=(_value_case(5, 0.2), _value_case(3, 1.5), _value_case(1, 0.5)),
    mistakes={
        "[B] against [B, 1] broadcast to [B, B]: every Q met every log_prob": lambda q, p, t: q - t * p,
        "broadcast, then averaged over the first axis: all transitions share one log_prob": lambda q, p, t: (
            q - t * p
        ).mean(0),
        "broadcast, then averaged over the last axis: all transitions share one Q": lambda q, p, t: (
            q - t * p
        ).mean(-1),
        "broadcast, then summed over the last axis: every Q is in every entry": lambda q, p, t: (
            q - t * p
        ).sum(-1),
        "log_prob summed over the batch: each transition has its own": lambda q, p, t: q - t * p.sum(),
        "the sign of the entropy: an unlikely action earns a bonus, so minus log_prob": lambda q, p, t: (
            q + t * p.squeeze(-1)
        ),
        "the temperature left out": lambda q, p, t: q - p.squeeze(-1),
        "q raised to [B, 1] instead of log_prob lowered to [B]": lambda q, p, t: q.unsqueeze(-1) - t * p,
        "one number for the whole batch": lambda q, p, t: (q - t * p.squeeze(-1)).mean(),
    },
)
