"""Exercises of notebook 01: one probability for a whole action, and one label for one transition."""

import math  # noqa: F401, for mistakes

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


def _gaussian_case(batch_size: int, action_dim: int) -> tuple:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    mean, action = torch.randn(2, batch_size, action_dim, generator=generator)
    std = torch.empty(batch_size, action_dim).uniform_(0.3, 1.5, generator=generator)
    return mean, std, action


def _value_case(batch_size: int, temperature: float) -> tuple:
    generator = torch.Generator().manual_seed(batch_size)
    q = torch.randn(batch_size, generator=generator)
    return q, torch.randn(batch_size, 1, generator=generator), temperature


SCORE_ACTIONS = exercise(
    score_actions,
    (_gaussian_case(4, 3), _gaussian_case(5, 1), _gaussian_case(3, 3)),
    (".sum(-1)", "", "a plain Normal: one number for each entry of the action instead of one for the action"),
    (".sum(-1)", ".mean(-1)", "the mean over the action's entries where their sum belongs"),
    (".sum(-1)", ".sum(0)", "a sum over the batch (the first dimension), not over the action (the last)"),
    (".sum(-1)", ".sum()", "two dimensions read as one event: a single number for the whole batch"),
    (".sum(-1)", ".sum(-1, keepdim=True)", "the summed dimension kept with size 1: [B, 1] will broadcast against [B]"),
    ("std", "std**2", "the variance passed where Normal wants the standard deviation"),
    ("torch.distributions.MultivariateNormal(mean, torch.diag_embed(std)).log_prob(action)",
        "std taken for a variance (a covariance's diagonal holds variances, and their roots are the std)"),
    (".sum(-1)", ".sum(-1).mean()", "the batch averaged: each action has a log_prob of its own"),
    (".sum(-1)", ".prod(-1)", "a product of log-probabilities: the log turns the product of densities into a sum"),
    (".sum(-1)", ".sum(-1).exp()", "the density itself, without the logarithm"),
    ("(mean, std)", "(mean, std.exp())", "std taken for its logarithm: it is the standard deviation already"),
    ("(mean, std)", "(mean, std.log())",
        "the logarithm of std passed where Normal wants the standard deviation itself"),
    ("(mean, std)", "(std, mean)", "mean and std exchanged: Normal wants the mean first"),
    ("(mean, std)", "(torch.zeros_like(mean), torch.ones_like(std))",
        "the standard normal asked: each action has its own mean and std"),
    ("(mean, std)", "(mean, 1.0)", "std left out"),
    (".log_prob(action).sum(-1)", ".log_prob(action).exp().sum(-1).log()",
        "the logarithm of a sum of densities: densities of independent entries multiply, so their logarithms add"),
    (".sum(-1)", ".exp().sum(-1)", "a sum of densities: they multiply, and their logarithms add"),
    ("(action)", "(Normal(mean, std).sample())", "a fresh sample scored in place of the given action"),
    ("(action)", "(mean)", "the mean scored in place of the given action"),
    ("log_prob(action)", "entropy()",
        "the entropy, which says how surprising actions are on average: the given one was asked about"),
    ("log_prob(action)", "cdf(action).log()", "the chance to fall below the action, where the density at it belongs"),
    (".sum(-1)", "[:, 0]", "the first entry of each action alone"),
    (".sum(-1)", ".amax(-1)", "the likeliest entry of each action alone"),
    (".sum(-1)", ".sum(0, keepdim=True)", "a sum over the batch (the first dimension), kept with size 1"),
    ("(-((action - mean) / std) ** 2 / 2).sum(-1)", "the exponent alone: log std and half of log 2π are missing"),
    ("Normal(mean, std).log_prob(action)", "(-((action - mean) / std) ** 2 / 2 - math.log(2 * math.pi) / 2)",
        "log std left out: a wide density is a low one"),
    ("(-((action - mean) / std) ** 2 / 2 - std.log()).sum(-1)", "half of log 2π left out, for each entry"),
    ("Normal(mean, std).log_prob(action)",
        "(-((action - mean) / std) ** 2 - std.log() - math.log(2 * math.pi) / 2)",
        "the factor 1/2 in front of the square left out"),
    ("Normal(mean, std).log_prob(action)",
        "(-((action - mean) / std) ** 2 / 2 - std.log() - math.log(2 * math.pi))",
        "log 2π where half of it belongs: the density has the square root of 2π"),
    ("Normal(mean, std).log_prob(action)",
        "(-(action - mean) ** 2 / std / 2 - std.log() - math.log(2 * math.pi) / 2)",
        "divided by std where its square belongs"),
    ("(-(action - mean) ** 2 / 2 - std.log() - math.log(2 * math.pi) / 2).sum(-1)", "the distance not divided by std"),
    ("torch.distributions.MultivariateNormal(mean, std).log_prob(action)",
        "std passed as a covariance matrix: each action needs one of its own, [A, A]"),
    (".sum(-1)", ".mean()", "one number for the whole batch, averaged over the action's entries too"),
    (".sum(-1)", ".mean(0)", "the mean over the batch (the first dimension), where the sum over the action belongs"),
    ("(action)", "(action - mean)", "the mean subtracted twice: Normal does it already"),
    ("Normal(mean, std).log_prob(action).log().sum(-1)", "a logarithm too many: log_prob is one already"),
)  # fmt: skip

SOFT_VALUE = exercise(
    soft_value,
    (_value_case(5, 0.2), _value_case(3, 1.5), _value_case(1, 0.5)),
    (".squeeze(-1)", "", "[B] against [B, 1] broadcast to [B, B]: every Q met every log_prob"),
    ("(q - temperature * log_prob).mean(0)",
        "all transitions share one log_prob: averaged over the batch, or a broadcast averaged over the first axis"),
    ("(q - temperature * log_prob).mean(-1)",
        "broadcast, then averaged over the last axis: all transitions share one Q"),
    ("(q - temperature * log_prob).sum(-1)", "broadcast, then summed over the last axis: every Q is in every entry"),
    (".squeeze(-1)", ".sum()", "log_prob summed over the batch: each transition has its own"),
    (" - ", " + ", "the sign of the entropy: an unlikely action earns a bonus, so minus log_prob"),
    ("temperature * ", "", "the temperature left out"),
    ("q.unsqueeze(-1) - temperature * log_prob", "q raised to [B, 1] instead of log_prob lowered to [B]"),
    ("(q - temperature * log_prob.squeeze(-1)).mean()",
        "one number for the whole batch (and a mean hides a broadcast to [B, B], if there was one)"),
    ("(q - temperature * log_prob)[0]",
        "all transitions share the first log_prob, as in the first row of a broadcast [B, B]"),
    ("(q - temperature * log_prob)[:, 0]",
        "broadcast to [B, B], then the first column: all transitions share the first Q"),
    ("(q - temperature * log_prob).sum(0)",
        "broadcast, then summed over the first axis: every log_prob is in every entry"),
    ("(q - temperature * log_prob).T",
        "[B] against [B, 1] broadcast to [B, B], then turned: every Q still met every log_prob"),
    ("(q.unsqueeze(0) - temperature * log_prob.T)", "both made [1, B]: the right numbers, with an axis too many"),
    (".squeeze(-1)", ".squeeze(0)", "squeeze(0) removes nothing, for the axis of length one is the last: [B, B] again"),
    (".squeeze(-1)", ".squeeze(-1).exp()", "the density where its logarithm belongs"),
    (" * log_prob.squeeze(-1)", " / log_prob.squeeze(-1)", "divided by log_prob where it is multiplied"),
    ("q - log_prob.squeeze(-1) / temperature", "log_prob divided by the temperature where it is multiplied"),
    (" * log_prob.squeeze(-1)", "", "log_prob left out"),
    ("temperature * (q - log_prob.squeeze(-1))", "the temperature on Q too: it prices the entropy alone"),
    ("q / temperature - log_prob.squeeze(-1)", "Q divided by the temperature: the value is in units of reward"),
    ("temperature * log_prob.squeeze(-1) - q",
        "the sign of the whole: this is the actor's loss, and a value is asked for"),
    ("(q - temperature * log_prob)[-1]",
        "broadcast to [B, B], then the last row: all transitions share the last log_prob"),
    ("temperature * q - log_prob.squeeze(-1)", "the temperature on Q: it is the price of log_prob"),
)  # fmt: skip
