"""Exercises of notebook 07: two losses judged by their gradients, and a baseline that stays unbiased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise
from sacnotes_lib.course.kit.judged_by_gradient import gradients_at
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian


@dataclass(frozen=True)
class QuadraticCritic:
    """Q(a) = height - |a - target|²: `[..., A]` to `[...]`. What the exercises climb."""

    target: float = 0.5
    height: float = 1.0

    def __call__(self, action: Tensor) -> Tensor:
        return self.height - (action - self.target).square().sum(-1)


def gradient_of(actor_loss: Callable) -> Callable:
    """The gradient of an actor loss with respect to the policy's mean and log_std, as a function of plain tensors.

    Args: actor_loss(policy, noise, critic, temperature), which returns a scalar.
    Returns: a function of (mean, log_std, noise, critic, temperature), all `[B, A]` but noise `[K, B, A]`, that
        returns `[2, B, A]`: d loss / d mean, then d loss / d log_std. Zeros where the loss leads to neither.
    """

    def gradient(mean, log_std, noise, critic, temperature):
        def loss_of(mean, log_std):
            return actor_loss(SquashedGaussian(mean, log_std), noise, critic, temperature)

        return gradients_at(loss_of, mean, log_std)

    return gradient


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
    critic = QuadraticCritic()
    return {"mean": mean, "log_std": log_std, "noise": noise, "critic": critic, "temperature": temperature}


_POLICY_CASES = (_policy_case(3, 4, 2, 0.3), _policy_case(1, 5, 1, 0.7), _policy_case(4, 2, 3, 0.1))


def _scored(draw: str, loss: Callable) -> Callable:
    """gradient_of a loss written in (log_prob, q, temperature), at actions from `sample` or `rsample`."""

    def actor_loss(policy, noise, critic, temperature):
        action, log_prob = getattr(policy, draw)(noise=noise)
        return loss(log_prob, critic(action), temperature)

    return gradient_of(actor_loss)


SCORE_FUNCTION = Exercise(
    name="score_function_loss",
    reference=gradient_of(score_function_loss),
    cases=_POLICY_CASES,
    mistakes={
        "the actions not held constant: rsample lets a second gradient in, through the action": _scored(
            "rsample", lambda lp, q, t: -(lp * (q - t * lp).detach()).mean()
        ),
        "nothing held constant, neither the action (rsample) nor its worth: detach the worth, and sample": _scored(
            "rsample", lambda lp, q, t: -(lp * (q - t * lp)).mean()
        ),
        "a loss for each action: their mean, over samples and batch, is still missing": _scored(
            "sample", lambda lp, q, t: -(lp * (q - t * lp).detach())
        ),
        "what the action is worth not held constant: the entropy's gradient counts twice": _scored(
            "sample", lambda lp, q, t: -(lp * (q - t * lp)).mean()
        ),
        "the sign: a loss is climbed down, so minus log_prob times worth": _scored(
            "sample", lambda lp, q, t: (lp * (q - t * lp).detach()).mean()
        ),
        "the entropy left out of what an action is worth: Q alone": _scored(
            "sample", lambda lp, q, t: -(lp * q).mean()
        ),
        "the loss itself instead of log_prob times it: Q has no way to the policy any more": _scored(
            "sample", lambda lp, q, t: (t * lp - q).mean()
        ),
        "averaged before multiplying: each log_prob belongs to its own action's worth": _scored(
            "sample", lambda lp, q, t: -lp.mean() * (q - t * lp).detach().mean()
        ),
        "the sum over samples and batch where the mean belongs": _scored(
            "sample", lambda lp, q, t: -(lp * (q - t * lp).detach()).sum()
        ),
        "the density where its logarithm belongs": _scored(
            "sample", lambda lp, q, t: -(lp.exp() * (q - t * lp).detach()).mean()
        ),
    },
)


def _with_sampled_entropy(policy, noise, critic, temperature):
    action, _ = policy.rsample(noise=noise)
    _, log_prob = policy.sample(noise=noise)
    return (temperature * log_prob - critic(action)).mean()


REPARAMETERIZED = Exercise(
    name="reparameterized_loss",
    reference=gradient_of(reparameterized_loss),
    cases=_POLICY_CASES,
    mistakes={
        "sample instead of rsample: the way through Q is closed, and what is left is noise": _scored(
            "sample", lambda lp, q, t: (t * lp - q).mean()
        ),
        "log_prob from sample, Q from rsample: the entropy's gradient becomes noise around zero": gradient_of(
            _with_sampled_entropy
        ),
        "a loss for each action: their mean, over samples and batch, is still missing": _scored(
            "rsample", lambda lp, q, t: t * lp - q
        ),
        "log_prob detached: the entropy has a value and no gradient": _scored(
            "rsample", lambda lp, q, t: (t * lp.detach() - q).mean()
        ),
        "Q detached: only the entropy is climbed": _scored(
            "rsample", lambda lp, q, t: (t * lp - q.detach()).mean()
        ),
        "the sign of the entropy: α log π is a cost, so plus": _scored(
            "rsample", lambda lp, q, t: (-t * lp - q).mean()
        ),
        "the sign of the whole: a loss is climbed down, so α log π minus Q": _scored(
            "rsample", lambda lp, q, t: (q - t * lp).mean()
        ),
        "the score-function loss: the same gradient on average, not the one asked for": gradient_of(
            score_function_loss
        ),
        "the sum over samples and batch where the mean belongs": _scored(
            "rsample", lambda lp, q, t: (t * lp - q).sum()
        ),
    },
)


def _worth_case(samples: int, batch_size: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * samples + batch_size)
    return {"worth": torch.randn(samples, batch_size, generator=generator) - 2.0}


LEAVE_ONE_OUT = Exercise(
    name="leave_one_out",
    reference=leave_one_out,
    cases=(_worth_case(4, 3), _worth_case(2, 5), _worth_case(5, 5)),
    mistakes={
        "the mean over all K actions: each action is compared with itself too, which biases the gradient": (
            lambda w: w.mean(0).expand_as(w)
        ),
        "the mean over the batch: other observations say nothing about this one's actions": (
            lambda w: w.mean(1, keepdim=True).expand_as(w)
        ),
        "the other observations of the batch, where the other actions belong": lambda w: (
            (w.sum(1, keepdim=True) - w) / (w.shape[1] - 1)
        ),
        "the sum of the others, not divided by their number": lambda w: w.sum(0) - w,
        "divided by K, and the others are K - 1": lambda w: (w.sum(0) - w) / len(w),
        "its own worth not taken out of the sum": lambda w: w.sum(0).expand_as(w) / (len(w) - 1),
        "the worth less the mean of all K: return the baseline alone, made of the others": lambda w: (
            w - w.mean(0)
        ),
        "the worth with the baseline already subtracted: return the baseline alone": lambda w: (
            w - leave_one_out(w)
        ),
        "one number for the whole batch": lambda w: w.mean().expand_as(w),
    },
)
