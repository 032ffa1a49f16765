"""Exercises of notebook 03: the log_prob of a squashed action, and the entropy that torch does not give."""

import math

import torch
from torch import Tensor
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution  # noqa: F401
from torch.nn.functional import softplus

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.sac.distributions import log_tanh_slope  # noqa: F401, for mistakes


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


def _score_case(batch_size: int, action_dim: int, middle: float) -> tuple:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    mean = middle + torch.randn(batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    return mean + std * torch.randn(batch_size, action_dim, generator=generator), mean, std


def _entropy_case(samples: int, batch_size: int, scale: list[float]) -> tuple:
    action_dim = len(scale)
    generator = torch.Generator().manual_seed(100 * samples + 10 * batch_size + action_dim)
    mean = torch.randn(batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    noise = torch.randn(samples, batch_size, action_dim, generator=generator)
    return mean, std, noise, torch.tensor(scale)


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
        "u looked for again by atanh, yours or torch's own, which is infinite at a saturated action: score the u "
        "that you hold"),
    (_SLOPE, "torch.log(1 - torch.tanh(pre_tanh) ** 2)",
        "1 - tanh(u)^2 rounds to zero at a saturated action, and its logarithm is minus infinity"),
    *((_SLOPE, f"torch.log(1 - torch.tanh(pre_tanh) ** 2 + {inside})",
        f"{inside} inside the logarithm, added or as its lower edge: finite, but wrong at a saturated action")
        for inside in (1e-6, 1e-7, 1e-8)),
    (".sum(-1)", "", "one number for each entry of the action instead of one for the action"),
    (".sum(-1)", ".mean(-1)", "the mean over the action's entries where their sum belongs"),
    ("Normal(mean, std).log_prob(pre_tanh) - log_tanh_slope(pre_tanh)",
        "log_tanh_slope is summed over the action already, [B], and the Gaussian's log_prob is still [B, A]"),
    ("Normal(mean, std).log_prob(pre_tanh).sum(-1) - log_slope",
        "the Gaussian's log_prob summed over the action, the correction not: sum both"),
    ("Normal(mean, std).log_prob(pre_tanh).sum(-1) - log_slope.sum()",
        "the correction summed over the batch as well: each action has its own"),
    ("Normal(mean, std).log_prob(pre_tanh).sum(-1) - log_slope.mean(-1)",
        "the correction averaged over the action's entries where their sum belongs"),
    ("(log_slope).sum(-1)", "the correction alone: the Gaussian's log_prob is missing"),
    *((_SLOPE, f"torch.log(1 - torch.tanh(pre_tanh).clamp(-{edge}, {edge}) ** 2)",
        f"the action clamped to ±{edge}: finite, but wrong at a saturated action")
        for edge in (0.999, 0.9999, 0.99999, 0.999999, 0.9999999)),
    (_SLOPE, "torch.log(torch.tanh(pre_tanh) ** 2 - 1)", "tanh(u)² - 1 is negative: the slope is 1 - tanh(u)²"),
    (_SLOPE, "torch.log(1 - torch.tanh(pre_tanh))", "1 - tanh(u) where 1 - tanh(u)² belongs"),
    (_SLOPE, "torch.log(1 - pre_tanh ** 2)", "1 - u², where the slope at u is 1 - tanh(u)²"),
    (_SLOPE, "torch.tanh(pre_tanh).log()", "the logarithm of the action, where that of the slope belongs"),
    (_SLOPE, "2 * torch.log(1 - torch.tanh(pre_tanh) ** 2)",
        "the naive slope, twice, and its logarithm is minus infinity at a saturated action"),
    ("Normal(mean, std).log_prob(pre_tanh) - log_slope", "Normal(mean, std).log_prob(pre_tanh) / log_slope.exp()",
        "the log-density divided by the slope: the density is, so its logarithm loses the slope's logarithm"),
    ("log_prob(pre_tanh) - log_slope", "log_prob(torch.tanh(pre_tanh))",
        "the Gaussian scored at the action tanh(u), and no correction"),
    ("- pre_tanh", "+ pre_tanh", "the sign of u in the stable form: log 2 - u - softplus(-2u)"),
    ("softplus(-2 * pre_tanh)", "softplus(-pre_tanh)", "the factor 2 inside softplus left out: softplus(-2u)"),
    (" - softplus", " + softplus", "the sign of softplus in the stable form: log 2 - u - softplus(-2u)"),
    ("(math.log(2) - pre_tanh", "(2 - pre_tanh", "2 where log 2 belongs"),
    ("(math.log(2) - pre_tanh", "(-pre_tanh", "log 2 left out of the stable form"),
    ("(math.log(2) - pre_tanh", "(pre_tanh", "log 2 and the sign of u lost from the stable form"),
    ("(math.log(2) - pre_tanh - softplus(-2 * pre_tanh))", "math.log(2) - pre_tanh - softplus(-2 * pre_tanh)",
        "the factor 2 on log 2 alone: it stands in front of the whole bracket"),
    ("log_slope =", "pre_tanh = torch.atanh(pre_tanh); log_slope =",
        "atanh of u: what was handed over is u already, not the action"),
    ("log_slope =", "pre_tanh = torch.atanh(torch.tanh(pre_tanh).clamp(-0.999999, 0.999999)); log_slope =",
        "u looked for again by atanh of a clamped action: finite, but wrong at a saturated one"),
    ("TransformedDistribution(Independent(Normal(mean, std), 1), [TanhTransform()]).log_prob(pre_tanh)",
        "the squashed distribution scored at u: it wants the action tanh(u)"),
    ("Normal(mean, std)", "Normal(mean, std**2)", "the variance passed where Normal wants the standard deviation"),
    ("Normal(mean, std)", "Normal(mean, std.exp())",
        "std taken for its logarithm: it is the standard deviation already"),
    (".sum(-1)", ".sum(0)", "a sum over the batch (the first dimension), not over the action (the last)"),
    (".sum(-1)", ".sum()", "one number for the whole batch: each action has a log_prob of its own"),
    (".sum(-1)", ".sum(-1).exp()", "the density itself, without the logarithm"),
    ("- log_slope)", "- log_tanh_slope(pre_tanh))",
        "log_tanh_slope is summed over the action already, [B], and here it meets [B, A]"),
    ("Normal(mean, std).log_prob(pre_tanh) - log_slope", "Normal(mean, std).log_prob(pre_tanh) / (1 - "
    "torch.tanh(pre_tanh) ** 2)",
        "the log-density divided by the slope, which rounds to zero: the density is divided, its logarithm subtracts"),
    (_SLOPE, "-torch.log(1 - torch.tanh(pre_tanh) ** 2)",
        "the naive logarithm, and added where it is subtracted: it is infinite at a saturated action"),
    (_SLOPE, "torch.log(1 + torch.tanh(pre_tanh) ** 2)", "the sign inside the slope: it is 1 - tanh(u)²"),
    (_SLOPE, "torch.log(torch.cosh(pre_tanh))", "log cosh(u) where -2 log cosh(u) belongs"),
    ("softplus(-2 * pre_tanh)", "softplus(-2 * pre_tanh).exp()",
        "exp of the softplus: it is a logarithm that stays one"),
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
    ("-log_prob.mean(0)", "log_prob.mean(0)", "the minus forgotten: entropy is minus the average log_prob"),
    ("-log_prob.mean(0)", "Normal(mean, std).entropy().sum(-1) - log_tanh_slope(mean + std * noise).mean(0)",
        "the Gaussian's entropy less the log-slope: tanh narrows, so its log-slope, a negative number, is added"),
    (".log().sum()", ".log()", "log(scale) not summed over the action: one number for each entry does not fit [B]"),
    (".log().sum()", ".prod()", "the product of the scales, without the logarithm"),
    ("scale.log()", "(2 * scale).log()",
        "the full width of the range: scale is half of it, and [-1, 1] has half-width 1"),
    (" + scale.log().sum()", " * scale.prod()", "multiplied by the scale: a change of units adds its logarithm"),
    (" + scale.log().sum()", " + log_prob.shape[0] * scale.log().sum()", "log(scale) counted once for each sample"),
    ("squashed_log_prob(mean + std * noise, mean, std)",
        "squashed_log_prob(scale * torch.tanh(mean + std * noise), mean, std)",
        "the stretched action scored as if it were u"),
    ("squashed_log_prob(mean + std * noise, mean, std)", "squashed_log_prob(scale * (mean + std * noise), mean, std)",
        "u stretched by the scale before tanh: the scale comes after it"),
    ("squashed_log_prob(mean + std * noise, mean, std)",
        "squashed_log_prob(mean + std * noise, scale * mean, scale * std)",
        "mean and std stretched by the scale: they are those of u, before tanh"),
    ("squashed_log_prob(mean + std * noise, mean, std)",
        "squashed_log_prob(mean + std * noise, scale * mean, scale * std)", " + scale.log().sum()", "",
        "mean and std stretched by the scale: they are those of u, and the change of units adds log(scale) at the end"),
    ("mean + std * noise", "mean + noise", "noise without its std"),
    ("mean + std * noise", "std * noise", "the mean left out of u = mean + std * noise"),
    ("mean + std * noise", "mean + std**2 * noise", "noise times the variance, where the standard deviation belongs"),
    ("mean + std * noise", "mean + std.exp() * noise",
        "std taken for its logarithm: it is the standard deviation already"),
    ("log_prob = squashed_log_prob(mean + std * noise, mean, std)", "log_prob = squashed_log_prob(mean, mean, "
    "std)[None]",
        "the mean action alone scored: it is the least surprising one, and all K samples are asked about"),
    ("mean + std * noise", "mean + std * noise[:1]", "the first sample alone"),
    ("mean + std * noise", "mean + std * torch.randn(noise.shape)", "dice of its own: noise holds those to use"),
    ("mean + std * noise", "(mean + std * torch.randn_like(mean))[None]",
        "one draw with dice of its own: noise holds K of them"),
    ("-log_prob.mean(0)", "-(log_prob.exp() * log_prob).sum(0)",
        "a sum of p log p over the samples: the draws follow p already, their plain mean is the expectation"),
    ("-log_prob.mean(0)", "-log_prob.exp().mean(0).log()",
        "the logarithm of the average density: the average of the logarithms is asked for"),
    ("-log_prob.mean(0)", "-log_prob.exp().mean(0)", "the average density, where the average log-density belongs"),
    ("-log_prob.mean(0)", "-log_prob.median(0).values", "the median over the samples where their mean belongs"),
    ("scale.log()", "2 * scale.log()", "log(scale) counted twice"),
    ("mean + std * noise", "mean * std + noise", "mean and noise exchanged: u = mean + std * noise"),
    ("squashed_log_prob(mean + std * noise, mean, std)",
        "squashed_log_prob(noise, torch.zeros_like(mean), torch.ones_like(std))",
        "the noise scored by a standard normal: what is drawn is u, from mean and std"),
    others=(
        ("-log_prob.mean(0)", "Normal(mean, std).entropy().sum(-1) + log_tanh_slope(mean + std * noise).mean(0)",
            "the Gaussian's exact entropy, and only what tanh changes averaged over the samples"),
    ),
)  # fmt: skip
