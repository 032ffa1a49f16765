"""Exercises of notebook 04: the label, and whose next action and next Q it takes."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
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


SOFT_LABEL = exercise(
    soft_label,
    (_label_case(4, 0.9, 0.2), _label_case(6, 0.98, 1.5)),
    ("1 - terminated", "terminated",
        "multiplied by terminated, where 1 - terminated belongs: it looks ahead only past the end"),
    ("terminated", "torch.maximum(terminated, truncated)",
        "a time limit taken for an end: 1 - (terminated or truncated)"),
    ("terminated", "truncated", "the wrong flag: 1 - truncated"),
    ("terminated", "terminated * (1 - truncated)",
        "a time limit overrules an end in the same step: the world has ended all the same"),
    ("(1 - terminated) * ", "", "the end of an episode left out: it looks ahead from every step"),
    (" - temperature", " + temperature", "the sign of the entropy: -log π is the bonus, so the label holds - α log π"),
    (" - temperature * next_log_prob", "", "the entropy left out of the label"),
    (" - temperature * next_log_prob", "", "* next_value", "* next_value - temperature * next_log_prob",
        "the entropy outside the brackets: it belongs to the next step, behind γ (1 - terminated)"),
    (" - temperature * next_log_prob", "", "* next_value", "* next_value - discount * temperature * next_log_prob",
        "the entropy not switched off at an end: after the end no action is drawn"),
    ("temperature * ", "", "the temperature left out"),
    ("discount * ", "", "the discount left out"),
    (".amin(0)", ".min()", "the smallest value of the whole batch: each transition has its own smallest critic"),
    (".amin(0)", "[0]", "one critic alone, where the smallest of all was asked for"),
    ("reward", "(1 - terminated) * reward", "the reward of the last step thrown away: only what comes after it ends"),
    ("reward", "discount * reward", "the reward discounted too: γ begins with the next step"),
    ("amin", "amax", "the largest of the critics where the smallest was asked for"),
    ("amin", "mean", "the mean of the critics where the smallest was asked for"),
    (".amin(0)", "", "no smallest taken: one label for each critic, [N, B]"),
)  # fmt: skip

NEXT_SOFT_VALUE = exercise(
    next_soft_value,
    (_transition_case(5, 0.2), _transition_case(3, 1.0)),
    ("policy(next_observation).sample()", "action, policy(next_observation).log_prob(action)",
        "the buffer's action a in place of a fresh one, for Q and for log_prob"),
    ("next_observation, next_action)", "next_observation, action)",
        "Q at the buffer's action, log_prob of the fresh one"),
    ("* next_log_prob", "* policy(next_observation).log_prob(action)",
        "Q at the fresh action, log_prob of the buffer's"),
    ("policy(next_observation)", "policy(observation)", "the policy asked at s, where the next observation s' belongs"),
    ("target_critic(next_observation", "target_critic(observation",
        "the target critic asked at s, where the next observation s' belongs"),
    ("target_critic", "critic", "the critic in training, where the target critic belongs"),
    ("sample()", "sample(noise=torch.zeros_like(action))",
        "the median action, where a draw belongs: it is never surprising, so its log_prob is too high"),
    ("* next_log_prob", "* policy(next_observation).sample()[1]",
        "two draws, one for Q and one for log_prob: right on average, but here one draw serves both"),
    (" - ", " + ", "the sign of the entropy: minus α log π"),
    ("temperature * ", "", "the temperature left out"),
    ("target_critic(next_observation, next_action)",
        "torch.minimum(*(c(next_observation, next_action) for c in (critic, target_critic)))",
        "the smaller of critic and target critic: the critic in training has no say here"),
    (" - temperature * next_log_prob", "", "the entropy left out"),
)  # fmt: skip
