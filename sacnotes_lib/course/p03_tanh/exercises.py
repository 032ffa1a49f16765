"""Exercises of notebook 03: the log_prob of a squashed action, and the entropy that torch does not give."""

import math

import torch
from torch import Tensor
from torch.distributions import Normal
from torch.nn.functional import softplus

from sacnotes_lib.course.kit.edits import exercise


def squashed_log_prob(pre_tanh: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """log π(tanh(u)) with u normal, exact however large u is: all [B, A] -> [B].

    Haarnoja et al. 2018b, appendix C.
    """
    log_slope = 2 * (math.log(2) - pre_tanh - softplus(-2 * pre_tanh))
    return (Normal(mean, std).log_prob(pre_tanh) - log_slope).sum(-1)


def estimate_entropy(mean: Tensor, std: Tensor, noise: Tensor, scale: Tensor) -> Tensor:
    """Entropy of the action scale * tanh(mean + std * noise), in nats: minus the average log_prob over K samples.

    mean, std [B, A]; noise [K, B, A]; scale [A], half the width of the environment's range; returns [B].
    """
    log_prob = squashed_log_prob(mean + std * noise, mean, std)
    return -log_prob.mean(0) + scale.log().sum()


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


_SLOPE = "2 * (math.log(2) - pre_tanh - softplus(-2 * pre_tanh))"

SQUASHED_LOG_PROB = exercise(
    squashed_log_prob,
    # The last case is saturated: tanh rounds to 1 there.
    (_score_case(4, 3, 0.0), _score_case(5, 1, 0.5), _score_case(3, 2, 15.0)),
    (" - log_slope", "", "the correction left out: this is the log-density of u, not of the action"),
    (" - log_slope", " + log_slope", "the correction added where it is subtracted: a narrow slice is dense"),
    (" - log_slope", " - 2 * log_slope", "the correction subtracted twice"),
    (_SLOPE, _SLOPE.replace("pre_tanh", "torch.tanh(pre_tanh)"),
        "tanh applied twice: the slope taken at tanh(u), it belongs to u"),
    (" - log_slope", " - log_slope.exp()", "the slope without its logarithm"),
    ("= 2 * ", "= ", "the factor 2 of the stable form left out"),
    ("softplus(-2", "softplus(2", "the sign inside softplus: it is softplus(-2u)"),
    ("log_prob(pre_tanh)", "log_prob(torch.tanh(pre_tanh))",
        "the Gaussian scored at the action tanh(u): it is the density of u"),
    ("log_slope =", "pre_tanh = torch.atanh(torch.tanh(pre_tanh)); log_slope =",
        "u looked for again by atanh, which is infinite at a saturated action: score the u that you hold"),
    (_SLOPE, "torch.log(1 - torch.tanh(pre_tanh) ** 2)",
        "1 - tanh(u)^2 rounds to zero at a saturated action, and its logarithm is minus infinity"),
    *((_SLOPE, f"torch.log(1 - torch.tanh(pre_tanh) ** 2 + {inside})",
        f"{inside} inside the logarithm: finite, but wrong at a saturated action")
        for inside in (1e-6, 1e-7, 1e-8)),
    (".sum(-1)", "", "one number for each entry of the action instead of one for the action"),
    (".sum(-1)", ".mean(-1)", "the mean over the action's entries where their sum belongs"),
)  # fmt: skip

ESTIMATE_ENTROPY = exercise(
    estimate_entropy,
    (_entropy_case(6, 4, [2.0, 0.5, 3.0]), _entropy_case(10, 5, [2.0]), _entropy_case(3, 2, [0.4, 0.3])),
    ("-log_prob.mean(0)", "Normal(mean, std).entropy().sum(-1)", "the Gaussian's own entropy: tanh has changed it"),
    ("squashed_log_prob(mean + std * noise, mean, std)", "Normal(mean, std).log_prob(mean + std * noise).sum(-1)",
        "samples scored without the correction for tanh"),
    ("mean + std * noise", "noise", "the noise scored in place of u = mean + std * noise"),
    ("mean + std * noise", "torch.tanh(mean + std * noise)", "the action tanh(u) scored as if it were u"),
    ("-log_prob.mean(0)", "-(log_prob.exp() * log_prob).mean(0)",
        "weighted by the density again: the draws follow it already, their plain mean is the expectation"),
    (".log().sum()", ".sum().log()", "the logarithm of the summed scale, where the sum of the logarithms belongs"),
    (".mean(0)", "", "no average: one number for each sample"),
    ("-log_prob.mean(0) + scale", "log_prob.mean(0) - scale", "the sign: entropy is minus the average log_prob"),
    (".mean(0)", ".sum(0)", "the sum over the samples where their mean belongs"),
    (".mean(0)", ".mean(1)", "the average over the batch, not over the samples"),
    (".mean(0)", ".mean()", "one number for the whole batch"),
    (" + scale.log().sum()", "", "the scale left out: this is the entropy in units of [-1, 1]"),
    (" + scale", " - scale", "the sign of log(scale): a wider range holds more entropy"),
    (".log().sum()", ".sum()", "the scale itself, without the logarithm"),
    (".log().sum()", ".log().mean()", "log(scale) averaged over the action's entries where their sum belongs"),
)  # fmt: skip
