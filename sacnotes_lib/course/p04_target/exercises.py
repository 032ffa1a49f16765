"""Exercises of notebook 04: the label, and whose next action and next Q it takes."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, policy_and_rows


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


def _label_case(batch_size: int, discount: float, temperature: float) -> tuple:
    """Every pair of the two flags occurs in a batch of four or more."""
    generator = torch.Generator().manual_seed(batch_size)
    reward, next_log_prob = torch.randn(2, batch_size, generator=generator)
    next_q, step = torch.randn(3, batch_size, generator=generator) + 1, torch.arange(batch_size)
    terminated, truncated = (step % 2).float(), (step // 2 % 2).float()
    return reward, terminated, truncated, next_q, next_log_prob, discount, temperature


def _transition_case(batch_size: int, action_dim: int, temperature: float) -> tuple:
    policy, observation, action = policy_and_rows(batch_size, action_dim)
    critics = TrackingCritic(), TrackingCritic(gain=-0.4, height=2.0)
    return policy, *critics, observation, action, 0.8 - observation, temperature


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
    ("terminated", "terminated * truncated",
        "only steps with both flags set taken for an end: terminated alone decides"),
    ("terminated", "(terminated + truncated)",
        "the flags added: a time limit is no end, and where both are set 1 - 2 turns the sign of what is to come"),
    ("1 - terminated", "1 - terminated + truncated",
        "brackets: 1 - terminated + truncated is 2 at a time limit. And a time limit is no end"),
    ("1 - terminated", "truncated", "multiplied by truncated: it then looks ahead only from steps at the time limit"),
    (" - temperature * next_log_prob", "", "discount * (1 - terminated) * next_value",
        "(1 - terminated) * (discount * next_value - temperature * next_log_prob)",
        "the entropy not discounted: γ stands in front of Q̄ and entropy"),
    (" - temperature * next_log_prob", "", "* next_value", "* next_value + temperature * next_log_prob",
        "the entropy outside the brackets and with the wrong sign"),
    ("next_q.amin(0) - temperature", "next_q.amin(0) - (1 - terminated) * temperature", "* (1 - terminated) *", "*",
        "Q̄ not switched off at an end: nothing comes after it, neither Q nor entropy"),
    ("reward + (1 - discount * terminated) * next_value", "1 - γ times terminated: it is γ times (1 - terminated)"),
    ("discount * (1 - terminated) * next_value", "the reward left out"),
    ("reward + ", "reward - ", "the sign of what is to come: it is added to the reward"),
    ("next_q.amin(0) - temperature * next_log_prob", "temperature * (next_q.amin(0) - next_log_prob)",
        "the temperature on Q̄ too: it prices the entropy alone"),
    ("temperature * next_log_prob", "next_log_prob / temperature",
        "log_prob divided by the temperature where it is multiplied"),
    ("temperature * next_log_prob", "temperature * next_log_prob.exp()", "the density where its logarithm belongs"),
    ("* next_log_prob", "* next_log_prob.mean()", "log_prob averaged over the batch: each transition has its own"),
    (".amin(0)", ".amin(-1, keepdim=True)",
        "the smallest of the batch, for each critic: take it over the critics, axis 0"),
    (".amin(0)", ".amin(-1)", "the smallest of the batch, for each critic: take it over the critics, axis 0, not -1"),
    (".amin(0)", ".amin(0, keepdim=True)", "the axis of the critics kept with size 1: [1, B], and [B] was asked for"),
    (".amin(0)", ".sum(0)", "the critics added up, where the smallest was asked for"),
    ("(reward + discount * (1 - terminated) * next_value).mean()",
        "a mean over the batch: each transition has a label"),
    (" - temperature * next_log_prob", "", "terminated) * next_value", "truncated) * next_value - temperature * "
    "next_log_prob",
        "the wrong flag, 1 - truncated, and the entropy outside the brackets"),
    ("discount * ", "discount**2 * ", "the discount squared: what is to come is one step away"),
    ("temperature * next_log_prob", "temperature", "log_prob left out: the bonus is -α log π"),
    ("reward + discount * (1 - terminated) + next_value",
        "added where it is multiplied: γ (1 - terminated) stands in front of all that is to come"),
)  # fmt: skip

NEXT_SOFT_VALUE = exercise(
    next_soft_value,
    (_transition_case(5, 2, 0.2), _transition_case(3, 1, 1.0)),
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
    (" - ", " + ", "the sign of the entropy: minus α log π"),
    ("temperature * ", "", "the temperature left out"),
    ("target_critic(next_observation, next_action)",
        "torch.minimum(*(c(next_observation, next_action) for c in (critic, target_critic)))",
        "the smaller of critic and target critic: the critic in training has no say here"),
    (" - temperature * next_log_prob", "", "the entropy left out"),
    ("policy(next_observation)", "policy(observation)", "target_critic(next_observation", "target_critic(observation",
        "everything at s: the prime is forgotten, and the value of the next observation s' is asked for"),
    ("policy(next_observation)", "policy(observation)", "target_critic(next_observation", "critic(observation",
        "everything at s, and by the critic in training: this is the actor's loss, with the sign turned"),
    ("policy(next_observation).sample()", "action, policy(observation).log_prob(action)",
        "target_critic(next_observation", "target_critic(observation",
        "the buffer's s and a: the value of the next observation s' and of a fresh action is asked for"),
    ("policy(next_observation).sample()", "action, policy(observation).log_prob(action)",
        "target_critic(next_observation", "critic(observation",
        "the buffer's s and a, by the critic in training: what is asked for is the value at s'"),
    ("* next_log_prob", "* policy(observation).log_prob(action)",
        "Q at the fresh action, log_prob of the buffer's, at s"),
    ("* next_log_prob", "* policy(observation).log_prob(next_action)",
        "the fresh action scored by the policy at s: it was drawn at s'"),
    ("next_action, next_log_prob = policy(next_observation).sample()",
        "next_action = policy(next_observation).sample(); next_log_prob = "
        "policy(next_observation).log_prob(next_action)",
        "sample returns a pair: action, log_prob"),
    ("next_action, next_log_prob = policy(next_observation).sample()",
        "next_action = policy(next_observation).sample()",
        "* next_log_prob", "* policy(next_observation).log_prob(next_action)",
        "sample returns a pair, and Q was asked about both: unpack it as action, log_prob"),
    ("target_critic(next_observation, next_action)", "target_critic(next_action, next_observation)",
        "action and observation exchanged in the call of the target critic"),
    ("policy(next_observation).sample()", "policy.sample(next_observation)",
        "the policy has no sample: policy(next_observation) is the distribution that has"),
    ("target_critic(next_observation, next_action)",
        "((critic(next_observation, next_action) + target_critic(next_observation, next_action)) / 2)",
        "the mean of critic and target critic: the critic in training has no say here"),
    ("temperature * next_log_prob - target_critic(next_observation, next_action)",
        "the sign of the whole: this is a loss, and a value is asked for"),
    ("temperature * (target_critic(next_observation, next_action) - next_log_prob)",
        "the temperature on Q too: it prices the entropy alone"),
    ("* next_log_prob", "* next_log_prob.exp()", "the density where its logarithm belongs"),
    ("* next_log_prob", "* next_log_prob.sum(-1)",
        "log_prob summed over the batch: the policy has added up the action's entries already"),
    ("* next_log_prob", "* next_log_prob.mean()", "log_prob averaged over the batch: each transition has its own"),
    ("(target_critic(next_observation, next_action) - temperature * next_log_prob).mean()",
        "one number for the whole batch: each transition has its own"),
    ("policy(next_observation)", "policy(observation)", "next_observation, next_action)", "next_observation, action)",
        "Q at the buffer's action, and log_prob of one drawn at s"),
    ("target_critic(next_observation, next_action)", "target_critic(observation, action)",
        "Q at the buffer's s and a: it is asked at s' and a fresh a'"),
    ("policy(next_observation)", "policy(observation)", "target_critic", "critic",
        "the policy asked at s, and the critic in training at s': both belong to s', and Q to the target critic"),
    ("target_critic(next_observation, action)", "Q at the buffer's action, and the entropy left out"),
    ("next_action, next_log_prob = policy(next_observation)", "next_log_prob, next_action = policy(next_observation)",
        "action and log_prob exchanged: sample returns the action first"),
    others=(
        ("* next_log_prob", "* policy(next_observation).sample()[1]",
            "two draws, one for Q and one for log_prob, where one draw can serve both"),
    ),
)  # fmt: skip
