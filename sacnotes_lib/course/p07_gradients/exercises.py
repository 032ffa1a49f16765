"""Exercises of notebook 07: two losses judged by their gradients, and a baseline that stays unbiased."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import judged_by_gradient
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian


@dataclass(frozen=True)
class QuadraticCritic:
    """Q(a) = height - |a - target|²: `[..., A]` to `[...]`. What the exercises climb."""

    target: float = 0.5
    height: float = 1.0

    def __call__(self, action: Tensor) -> Tensor:
        return self.height - (action - self.target).square().sum(-1)


def score_function_loss(policy: Gaussian, noise: Tensor, critic: Callable, temperature: float) -> Tensor:
    """Its gradient is the score-function estimate of that of E[α log π - Q], averaged over K actions and the batch."""
    action, log_prob = policy.sample(noise=noise)
    worth = critic(action) - temperature * log_prob
    return -(log_prob * worth.detach()).mean()


def reparameterized_loss(policy: Gaussian, noise: Tensor, critic: Callable, temperature: float) -> Tensor:
    """E[α log π - Q], averaged over K actions and the batch; the gradient runs through the actions."""
    action, log_prob = policy.rsample(noise=noise)
    return (temperature * log_prob - critic(action)).mean()


def leave_one_out(worth: Tensor) -> Tensor:
    """For each of K actions the mean worth of the other K - 1 at the same observation: [K, B] -> [K, B]."""
    return (worth.sum(0) - worth) / (len(worth) - 1)


def _policy_case(samples: int, batch_size: int, action_dim: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(100 * samples + 10 * batch_size + action_dim)
    mean = 0.7 * torch.randn(batch_size, action_dim, generator=generator)
    log_std = -0.5 + 0.3 * torch.randn(batch_size, action_dim, generator=generator)
    noise = torch.randn(samples, batch_size, action_dim, generator=generator)
    policy = SquashedGaussian(mean, log_std)
    return {"policy": policy, "noise": noise, "critic": QuadraticCritic(), "temperature": temperature}


_POLICY_CASES = (_policy_case(3, 4, 2, 0.3), _policy_case(1, 5, 1, 0.7), _policy_case(4, 2, 3, 0.1))


SCORE_FUNCTION = judged_by_gradient(
    score_function_loss,
    _POLICY_CASES,
    ("sample", "rsample", "the actions not held constant: rsample lets a second gradient in, through the action"),
    ("sample", "rsample", ".detach()", "",
        "nothing held constant, neither the action (rsample) nor its worth: detach the worth, and sample"),
    (".mean()", "", "a loss for each action: their mean, over samples and batch, is still missing"),
    (".detach()", "", "what the action is worth not held constant: the entropy's gradient counts twice"),
    ("-(log_prob", "(log_prob", "the sign: a loss is climbed down, so minus log_prob times worth"),
    (" - temperature * log_prob", "", "the entropy left out of what an action is worth: Q alone"),
    ("(log_prob * worth.detach())", "worth",
        "the loss itself instead of log_prob times it: Q has no way to the policy any more"),
    ("(log_prob * worth.detach()).mean()", "log_prob.mean() * worth.detach().mean()",
        "averaged before multiplying: each log_prob belongs to its own action's worth"),
    (".mean()", ".sum()", "the sum over samples and batch where the mean belongs"),
    ("(log_prob", "(log_prob.exp()", "the density where its logarithm belongs"),
)  # fmt: skip

REPARAMETERIZED = judged_by_gradient(
    reparameterized_loss,
    _POLICY_CASES,
    ("rsample", "sample", "sample instead of rsample: the way through Q is closed, and what is left is noise"),
    ("* log_prob", "* policy.sample(noise=noise)[1]",
        "log_prob from sample, Q from rsample: the entropy's gradient becomes noise around zero"),
    (".mean()", "", "a loss for each action: their mean, over samples and batch, is still missing"),
    ("* log_prob", "* log_prob.detach()", "log_prob detached: the entropy has a value and no gradient"),
    ("critic(action)", "critic(action).detach()", "Q detached: only the entropy is climbed"),
    ("(temperature", "(-temperature", "the sign of the entropy: α log π is a cost, so plus"),
    ("(temperature", "-(temperature", "the sign of the whole: a loss is climbed down, so α log π minus Q"),
    (".mean()", ".sum()", "the sum over samples and batch where the mean belongs"),
    ("rsample", "sample", "(temperature * log_prob - critic(action))",
        "(log_prob * (temperature * log_prob - critic(action)).detach())",
        "the score-function loss: the same gradient on average, not the one asked for"),
)  # fmt: skip


def _worth_case(samples: int, batch_size: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * samples + batch_size)
    return {"worth": torch.randn(samples, batch_size, generator=generator) - 2.0}


LEAVE_ONE_OUT = exercise(
    leave_one_out,
    (_worth_case(4, 3), _worth_case(2, 5), _worth_case(5, 5)),
    ("(worth.sum(0) - worth) / (len(worth) - 1)", "worth.mean(0).expand_as(worth)",
        "the mean over all K actions: each action is compared with itself too, which biases the gradient"),
    ("(worth.sum(0) - worth) / (len(worth) - 1)", "worth.mean(1, keepdim=True).expand_as(worth)",
        "the mean over the batch: other observations say nothing about this one's actions"),
    ("sum(0)", "sum(1, keepdim=True)", "len(worth)", "worth.shape[1]",
        "the other observations of the batch, where the other actions belong"),
    (" / (len(worth) - 1)", "", "the sum of the others, not divided by their number"),
    ("(len(worth) - 1)", "len(worth)", "divided by K, and the others are K - 1"),
    ("(worth.sum(0) - worth)", "worth.sum(0).expand_as(worth)", "its own worth not taken out of the sum"),
    ("(worth.sum(0) - worth) / (len(worth) - 1)", "worth - worth.mean(0)",
        "the worth less the mean of all K: return the baseline alone, made of the others"),
    ("return ", "return worth - ", "the worth with the baseline already subtracted: return the baseline alone"),
    ("(worth.sum(0) - worth) / (len(worth) - 1)", "worth.mean().expand_as(worth)", "one number for the whole batch"),
)  # fmt: skip
