"""Page 13's exercises: that the references are right, and what else passes."""

import itertools

import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p13_improvement.exercises import IMPROVED_LOG_POLICY, MESSAGE


def test_the_improved_policy_has_the_least_kl_there_is():
    """By descent on E[α log π - Q], which knows nothing of Z."""
    case = IMPROVED_LOG_POLICY.cases[0]
    logits = torch.zeros_like(case["q"], requires_grad=True)
    descent = torch.optim.LBFGS([logits], max_iter=200, tolerance_grad=1e-9)

    def loss():
        descent.zero_grad()
        log_policy = logits.log_softmax(-1)
        value = (log_policy.exp() * (case["temperature"] * log_policy - case["q"])).sum()
        value.backward()
        return value

    descent.step(loss)
    torch.testing.assert_close(
        IMPROVED_LOG_POLICY.reference(**case), logits.detach().log_softmax(-1), atol=1e-3, rtol=0
    )


def test_one_case_overflows_where_exp_comes_first():
    q, temperature = IMPROVED_LOG_POLICY.cases[2].values()
    assert torch.isinf((q / temperature).exp()).any()
    assert torch.isfinite(IMPROVED_LOG_POLICY.reference(q, temperature)).all()


def test_messages_against_every_walk_of_two_steps():
    for case in MESSAGE.cases:
        reward, probs, last, alpha = case.values()
        twice = MESSAGE.reference(reward, probs, MESSAGE.reference(**case), alpha)
        states, actions = reward.shape
        for first in range(states):
            total = 0.0
            for a, s, b, t in itertools.product(range(actions), range(states), range(actions), range(states)):
                chance = probs[first, a, s] * probs[s, b, t]
                total += chance * ((reward[first, a] + reward[s, b] + last[t]) / alpha).exp()
            torch.testing.assert_close(twice[first], alpha * total.log())


def test_the_solutions_may_be_written_in_other_ways():
    def by_log_softmax(q, temperature):
        return (q / temperature).log_softmax(-1)

    def from_the_largest(q, temperature):
        centred = (q - q.amax(-1, keepdim=True)) / temperature
        return centred - centred.exp().sum(-1, keepdim=True).log()

    def all_at_once(reward, next_probs, next_message, temperature):
        exponent = (reward[..., None] + next_message) / temperature + next_probs.log()
        return temperature * exponent.logsumexp((1, 2))

    def without_logsumexp(reward, next_probs, next_message, temperature):
        weight = (reward / temperature).exp() * (next_probs @ (next_message / temperature).exp())
        return temperature * weight.sum(-1).log()

    assert all(check(f, IMPROVED_LOG_POLICY).passed for f in (by_log_softmax, from_the_largest))
    assert all(check(f, MESSAGE).passed for f in (all_at_once, without_logsumexp))
