"""Page 07's exercises: that the references are right, and what else passes."""

import pytest
import torch
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.judged_by_gradient import gradient_of
from sacnotes_lib.course.p07_gradients.exercises import (
    LEAVE_ONE_OUT,
    REPARAMETERIZED,
    SCORE_FUNCTION,
    reparameterized_loss,
    score_function_loss,
)
from sacnotes_lib.sac.losses import actor_loss_reparameterized, actor_loss_score_function


@pytest.mark.parametrize("case", SCORE_FUNCTION.cases, ids=lambda case: str(list(case["noise"].shape)))
def test_the_score_function_is_the_score_by_hand_times_the_worth(case):
    """d log π / d mean = noise / std and d log π / d log_std = noise² - 1 at a held action; π from torch's own tanh."""
    mean, std, noise = case["policy"].mean, case["policy"].log_std.exp(), case["noise"]
    squashed = TransformedDistribution(Normal(mean, std), TanhTransform(cache_size=1))
    action = torch.tanh(mean + std * noise)
    log_prob = Independent(squashed, 1).log_prob(action)
    worth = (case["critic"](action) - case["temperature"] * log_prob).unsqueeze(-1)
    by_hand = [-(score * worth).mean(0) / len(mean) for score in (noise / std, noise**2 - 1)]
    (got,) = gradient_of(score_function_loss)(*case.values()).values()
    torch.testing.assert_close(got, torch.stack(by_hand), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("case", REPARAMETERIZED.cases, ids=lambda case: str(list(case["noise"].shape)))
def test_the_reparameterized_gradient_is_the_chain_rule_by_hand(case):
    """Through a = tanh(u): dQ/da (1 - a²), and of log π: -du-part 2 a (from log(1 - a²)), and -1 for log_std."""
    mean, std, noise = case["policy"].mean, case["policy"].log_std.exp(), case["noise"]
    action = torch.tanh(mean + std * noise)
    d_pre_tanh = (
        case["temperature"] * 2 * action + 2 * (action - case["critic"].target) * (1 - action**2)
    ) / len(mean)
    d_mean = d_pre_tanh.mean(0)
    d_log_std = (d_pre_tanh * std * noise).mean(0) - case["temperature"] / len(mean)
    (got,) = gradient_of(reparameterized_loss)(*case.values()).values()
    torch.testing.assert_close(got, torch.stack([d_mean, d_log_std]), rtol=1e-3, atol=1e-5)


def test_the_references_are_what_sac_trains_with():
    for case in SCORE_FUNCTION.cases:
        samples = len(case["noise"])  # a sum over the leading axis K in the library, a mean here

        def library_score(policy, noise, critic, temperature, samples=samples):
            action, log_prob = policy.sample(noise=noise)
            return actor_loss_score_function(critic(action), log_prob, temperature) / samples

        def library_path(policy, noise, critic, temperature, samples=samples):
            action, log_prob = policy.rsample(noise=noise)
            return actor_loss_reparameterized(critic(action), log_prob, temperature) / samples

        for library, mine in ((library_score, score_function_loss), (library_path, reparameterized_loss)):
            pair = (gradient_of(loss)(*case.values()) for loss in (library, mine))
            torch.testing.assert_close(*pair)


def test_leave_one_out_one_by_one():
    for case in LEAVE_ONE_OUT.cases:
        rows = case["worth"].tolist()
        expected = [
            [
                sum(rows[j][b] for j in range(len(rows)) if j != k) / (len(rows) - 1)
                for b in range(len(rows[0]))
            ]
            for k in range(len(rows))
        ]
        torch.testing.assert_close(LEAVE_ONE_OUT.reference(**case), torch.tensor(expected))


def test_the_solutions_may_be_written_in_other_ways():
    def detached_action(policy, noise, critic, temperature):
        action = policy.rsample(noise=noise)[0].detach()
        log_prob = policy.log_prob(action)
        return -(log_prob * (critic(action) - temperature * log_prob.detach())).mean((0, 1))

    def two_means(policy, noise, critic, temperature):
        action, log_prob = policy.rsample(noise=noise)
        return temperature * log_prob.mean() - critic(action).mean()

    assert check(detached_action, SCORE_FUNCTION).passed
    assert check(two_means, REPARAMETERIZED).passed
    others = lambda w: torch.stack([torch.cat([w[:k], w[k + 1 :]]).mean(0) for k in range(len(w))])  # noqa: E731
    assert check(others, LEAVE_ONE_OUT).passed
