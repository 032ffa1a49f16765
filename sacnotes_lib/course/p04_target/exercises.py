"""Exercises of notebook 04: the label, and whose next action and next Q it takes."""

from __future__ import annotations

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise
from sacnotes_lib.sac.distributions import SquashedGaussian


def soft_label(
    reward: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    next_q: Tensor,
    next_log_prob: Tensor,
    discount,
    temperature,
) -> Tensor:
    """r + γ (1 - terminated) (min Q̄ - α log π): next_q [N, B], everything else [B] -> [B]."""
    next_value = next_q.amin(0) - temperature * next_log_prob
    return reward + discount * (1 - terminated) * next_value


def next_soft_value(
    policy, critic, target_critic, observation, action, next_observation, temperature
) -> Tensor:
    """Q̄(s', a') - α log π(a'|s') at one fresh a': observations [B, D], action [B, A] -> [B]."""
    next_action, next_log_prob = policy(next_observation).sample()
    return target_critic(next_observation, next_action) - temperature * next_log_prob


class TinyPolicy:
    """Observation [B, 2] to a SquashedGaussian with one action dimension."""

    def __call__(self, observation: Tensor) -> SquashedGaussian:
        return SquashedGaussian(observation[:, :1], -0.5 + 0.3 * observation[:, 1:])

    def __repr__(self):
        return "a policy"


class TinyCritic:
    """Observation [B, 2] and action [B, 1] to Q [B]: a parabola in the action, with its top at `peak`."""

    def __init__(self, peak: float):
        self.peak = peak

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        return observation.sum(-1) - 3 * (action[:, 0] - self.peak) ** 2

    def __repr__(self):
        return f"a critic with its peak at {self.peak}"


def _label_case(batch_size: int, discount: float, temperature: float) -> dict:
    """Every pair of the two flags occurs in a batch of four or more."""
    generator = torch.Generator().manual_seed(batch_size)
    reward, next_log_prob = torch.randn(2, batch_size, generator=generator)
    step = torch.arange(batch_size)
    return {
        "reward": reward, "terminated": (step % 2).float(), "truncated": (step // 2 % 2).float(),
        "next_q": torch.randn(3, batch_size, generator=generator) + 1, "next_log_prob": next_log_prob,
        "discount": discount, "temperature": temperature,
    }  # fmt: skip


def _transition_case(batch_size: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(batch_size)
    observation, next_observation = torch.randn(2, batch_size, 2, generator=generator)
    action = 1.6 * torch.rand(batch_size, 1, generator=generator) - 0.8
    return {
        "policy": TinyPolicy(), "critic": TinyCritic(0.6), "target_critic": TinyCritic(-0.4),
        "observation": observation, "action": action, "next_observation": next_observation,
        "temperature": temperature,
    }  # fmt: skip


def _soft(critic, observation, action, log_prob, temperature):
    return critic(observation, action) - temperature * log_prob


def _two_draws(policy, critic, target, s, a, s2, t):
    first, second = policy(s2).sample(), policy(s2).sample()
    return _soft(target, s2, first[0], second[1], t)


def _median(policy, critic, target, s, a, s2, t):
    median = policy(s2).median
    return _soft(target, s2, median, policy(s2).log_prob(median), t)


def _smaller(critic, target, s2, policy, t):
    action, log_prob = policy(s2).sample()
    return torch.minimum(critic(s2, action), target(s2, action)) - t * log_prob


def _with_flag(flag):
    """The label with `flag(terminated, truncated)` in the place of terminated."""
    return lambda r, d, c, q, p, g, t: soft_label(r, flag(d, c), c, q, p, g, t)


SOFT_LABEL = Exercise(
    name="soft_label",
    reference=soft_label,
    cases=(_label_case(4, 0.9, 0.2), _label_case(6, 0.98, 1.5)),
    mistakes={
        "multiplied by terminated, where 1 - terminated belongs: it looks ahead only past the end": _with_flag(
            lambda d, c: 1 - d
        ),
        "a time limit taken for an end: 1 - (terminated or truncated)": _with_flag(torch.maximum),
        "the wrong flag: 1 - truncated": _with_flag(lambda d, c: c),
        "a time limit overrules an end in the same step: the world has ended all the same": _with_flag(
            lambda d, c: d * (1 - c)
        ),
        "the end of an episode left out: it looks ahead from every step": _with_flag(lambda d, c: 0 * d),
        "the sign of the entropy: -log π is the bonus, so the label holds - α log π": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, -p, g, t)
        ),
        "the entropy left out of the label": lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, p, g, 0.0),
        "the entropy outside the brackets: it belongs to the next step, behind γ (1 - terminated)": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, p, g, 0.0) - t * p
        ),
        "the entropy not switched off at an end: after the end no action is drawn": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, p, g, 0.0) - g * t * p
        ),
        "the temperature left out": lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, p, g, 1.0),
        "the discount left out": lambda r, d, c, q, p, g, t: soft_label(r, d, c, q, p, 1.0, t),
        "the smallest value of the whole batch: each transition has its own smallest critic": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q.min().expand(q.shape), p, g, t)
        ),
        "one critic alone, where the smallest of all was asked for": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q[:1], p, g, t)
        ),
        "the reward of the last step thrown away: only what comes after it ends": (
            lambda r, d, c, q, p, g, t: soft_label(r * (1 - d), d, c, q, p, g, t)
        ),
        "the reward discounted too: γ begins with the next step": (
            lambda r, d, c, q, p, g, t: soft_label(g * r, d, c, q, p, g, t)
        ),
        "the largest of the critics where the smallest was asked for": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q.amax(0, keepdim=True), p, g, t)
        ),
        "the mean of the critics where the smallest was asked for": (
            lambda r, d, c, q, p, g, t: soft_label(r, d, c, q.mean(0, keepdim=True), p, g, t)
        ),
        "no smallest taken: one label for each critic, [N, B]": (
            lambda r, d, c, q, p, g, t: r + g * (1 - d) * (q - t * p)
        ),
    },
)

NEXT_SOFT_VALUE = Exercise(
    name="next_soft_value",
    reference=next_soft_value,
    cases=(_transition_case(5, 0.2), _transition_case(3, 1.0)),
    mistakes={
        "the buffer's action a in place of a fresh one, for Q and for log_prob": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s2, a, policy(s2).log_prob(a), t)
        ),
        "Q at the buffer's action, log_prob of the fresh one": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s2, a, policy(s2).sample()[1], t)
        ),
        "Q at the fresh action, log_prob of the buffer's": (
            lambda policy, critic, target, s, a, s2, t: _soft(
                target, s2, policy(s2).sample()[0], policy(s2).log_prob(a), t
            )
        ),
        "the policy asked at s, where the next observation s' belongs": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s2, *policy(s).sample(), t)
        ),
        "the target critic asked at s, where the next observation s' belongs": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s, *policy(s2).sample(), t)
        ),
        "the critic in training, where the target critic belongs": (
            lambda policy, critic, target, s, a, s2, t: _soft(critic, s2, *policy(s2).sample(), t)
        ),
        "the median action, where a draw belongs: it is never surprising, so its log_prob is too high": _median,
        "two draws, one for Q and one for log_prob: right on average, but here one draw serves both": _two_draws,
        "the sign of the entropy: minus α log π": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s2, *policy(s2).sample(), -t)
        ),
        "the temperature left out": (
            lambda policy, critic, target, s, a, s2, t: _soft(target, s2, *policy(s2).sample(), 1.0)
        ),
        "the smaller of critic and target critic: the critic in training has no say here": (
            lambda policy, critic, target, s, a, s2, t: _smaller(critic, target, s2, policy, t)
        ),
        "the entropy left out": (
            lambda policy, critic, target, s, a, s2, t: target(s2, policy(s2).sample()[0])
        ),
    },
)
