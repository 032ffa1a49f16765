"""Exercises of notebook 03: the log_prob of a squashed action, and the entropy that torch does not give."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution
from torch.nn.functional import softplus

from sacnotes_lib.course.kit.exercise import Exercise


def squashed_log_prob(pre_tanh: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """log π(tanh(u)) with u normal, exact however large u is: all [B, A] -> [B].

    Haarnoja et al. 2018b, appendix C.
    """
    return (_gaussian(pre_tanh, mean, std) - _log_slope(pre_tanh)).sum(-1)


def estimate_entropy(mean: Tensor, std: Tensor, noise: Tensor, scale: Tensor) -> Tensor:
    """Entropy of the action scale * tanh(mean + std * noise), in nats: minus the average log_prob over K samples.

    mean, std [B, A]; noise [K, B, A]; scale [A], half the width of the environment's range; returns [B].
    """
    return -squashed_log_prob(mean + std * noise, mean, std).mean(0) + scale.log().sum()


def _gaussian(pre_tanh, mean, std):
    return Normal(mean, std).log_prob(pre_tanh)


def _log_slope(u):
    return 2 * (math.log(2) - u - softplus(-2 * u))


def _rounded_log_slope(u, inside=0.0):
    return torch.log(1 - torch.tanh(u) ** 2 + inside)


def _weighted_again(log_prob):
    return (log_prob.exp() * log_prob).mean(0)


def _score_case(batch_size: int, action_dim: int, middle: float) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    mean = middle + torch.randn(batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    pre_tanh = mean + std * torch.randn(batch_size, action_dim, generator=generator)
    return {"pre_tanh": pre_tanh, "mean": mean, "std": std}


def _entropy_case(samples: int, batch_size: int, scale: list[float]) -> dict[str, Tensor]:
    action_dim = len(scale)
    generator = torch.Generator().manual_seed(100 * samples + 10 * batch_size + action_dim)
    mean = torch.randn(batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    noise = torch.randn(samples, batch_size, action_dim, generator=generator)
    return {"mean": mean, "std": std, "noise": noise, "scale": torch.tensor(scale)}


SQUASHED_LOG_PROB = Exercise(
    name="squashed_log_prob",
    reference=squashed_log_prob,
    # The last case is saturated: tanh rounds to 1 there.
    cases=(_score_case(4, 3, 0.0), _score_case(5, 1, 0.5), _score_case(3, 2, 15.0)),
    mistakes={
        "the correction left out: this is the log-density of u, not of the action": lambda u, m, s: _gaussian(
            u, m, s
        ).sum(-1),
        "the correction added where it is subtracted: a narrow slice is dense": lambda u, m, s: (
            _gaussian(u, m, s) + _log_slope(u)
        ).sum(-1),
        "the correction subtracted twice": lambda u, m, s: (_gaussian(u, m, s) - 2 * _log_slope(u)).sum(-1),
        "tanh applied twice: the slope taken at tanh(u), it belongs to u": lambda u, m, s: (
            _gaussian(u, m, s) - _log_slope(torch.tanh(u))
        ).sum(-1),
        "the slope without its logarithm": lambda u, m, s: (_gaussian(u, m, s) - _log_slope(u).exp()).sum(-1),
        "the factor 2 of the stable form left out": lambda u, m, s: (
            _gaussian(u, m, s) - _log_slope(u) / 2
        ).sum(-1),
        "the sign inside softplus: it is softplus(-2u)": lambda u, m, s: (
            _gaussian(u, m, s) - 2 * (math.log(2) - u - softplus(2 * u))
        ).sum(-1),
        "the Gaussian scored at the action tanh(u): it is the density of u": lambda u, m, s: (
            _gaussian(torch.tanh(u), m, s) - _log_slope(u)
        ).sum(-1),
        "u looked for again by atanh, which is infinite at a saturated action: score the u that you hold": (
            lambda u, m, s: TransformedDistribution(Independent(Normal(m, s), 1), [TanhTransform()]).log_prob(
                torch.tanh(u)
            )
        ),
        "1 - tanh(u)^2 rounds to zero at a saturated action, and its logarithm is minus infinity": lambda u, m, s: (
            (_gaussian(u, m, s) - _rounded_log_slope(u)).sum(-1)
        ),
    }
    | {
        f"{inside:g} inside the logarithm: finite, but wrong at a saturated action": lambda u, m, s, inside=inside: (
            (_gaussian(u, m, s) - _rounded_log_slope(u, inside)).sum(-1)
        )
        for inside in (1e-6, 1e-7, 1e-8)
    }
    | {
        "one number for each entry of the action instead of one for the action": lambda u, m, s: (
            _gaussian(u, m, s) - _log_slope(u)
        ),
        "the mean over the action's entries where their sum belongs": lambda u, m, s: (
            _gaussian(u, m, s) - _log_slope(u)
        ).mean(-1),
    },
)

ESTIMATE_ENTROPY = Exercise(
    name="estimate_entropy",
    reference=estimate_entropy,
    cases=(
        _entropy_case(6, 4, [2.0, 0.5, 3.0]),
        _entropy_case(10, 5, [2.0]),
        _entropy_case(3, 2, [0.4, 0.3]),
    ),
    mistakes={
        "the Gaussian's own entropy: tanh has changed it": lambda m, s, e, k: (
            Normal(m, s).entropy().sum(-1) + k.log().sum()
        ),
        "samples scored without the correction for tanh": lambda m, s, e, k: (
            -_gaussian(m + s * e, m, s).sum(-1).mean(0) + k.log().sum()
        ),
        "the noise scored in place of u = mean + std * noise": lambda m, s, e, k: (
            -squashed_log_prob(e, m, s).mean(0) + k.log().sum()
        ),
        "the action tanh(u) scored as if it were u": lambda m, s, e, k: (
            -squashed_log_prob(torch.tanh(m + s * e), m, s).mean(0) + k.log().sum()
        ),
        "weighted by the density again: the draws follow it already, their plain mean is the expectation": (
            lambda m, s, e, k: k.log().sum() - _weighted_again(squashed_log_prob(m + s * e, m, s))
        ),
        "the logarithm of the summed scale, where the sum of the logarithms belongs": lambda m, s, e, k: (
            -squashed_log_prob(m + s * e, m, s).mean(0) + k.sum().log()
        ),
        "no average: one number for each sample": lambda m, s, e, k: (
            -squashed_log_prob(m + s * e, m, s) + k.log().sum()
        ),
        "the sign: entropy is minus the average log_prob": lambda m, s, e, k: -estimate_entropy(m, s, e, k),
        "the sum over the samples where their mean belongs": lambda m, s, e, k: (
            -squashed_log_prob(m + s * e, m, s).sum(0) + k.log().sum()
        ),
        "the average over the batch, not over the samples": lambda m, s, e, k: (
            -squashed_log_prob(m + s * e, m, s).mean(1) + k.log().sum()
        ),
        "one number for the whole batch": lambda m, s, e, k: estimate_entropy(m, s, e, k).mean(),
        "the scale left out: this is the entropy in units of [-1, 1]": lambda m, s, e, k: estimate_entropy(
            m, s, e, torch.ones_like(k)
        ),
        "the sign of log(scale): a wider range holds more entropy": lambda m, s, e, k: estimate_entropy(
            m, s, e, 1 / k
        ),
        "the scale itself, without the logarithm": lambda m, s, e, k: estimate_entropy(m, s, e, torch.exp(k)),
        "log(scale) averaged over the action's entries where their sum belongs": lambda m, s, e, k: (
            estimate_entropy(m, s, e, torch.ones_like(k)) + k.log().mean()
        ),
    },
)
