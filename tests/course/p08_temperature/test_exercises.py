"""Page 08's exercises: that the reference is right, and what else passes."""

import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p08_temperature.exercises import SOFT_Q, TEMPERATURE_STEP
from sacnotes_lib.sac.losses import temperature_loss
from sacnotes_lib.sac.targets import soft_bellman_target


def test_soft_q_against_one_bellman_step_after_another():
    """Backwards through the episode with the library's own label: the last step has no successor."""
    for case in SOFT_Q.cases:
        rewards, log_probs = case["rewards"], case["log_probs"]
        q = rewards[-1:]
        for t in reversed(range(len(rewards) - 1)):
            q = soft_bellman_target(
                rewards[t : t + 1], torch.zeros(1), q.reshape(1, 1), log_probs[t + 1 : t + 2],
                discount=case["discount"], temperature=case["temperature"],
            )[0]  # fmt: skip
        torch.testing.assert_close(SOFT_Q.reference(**case), q[0])


def test_the_temperature_step_against_autograd_of_the_library_s_loss():
    for case in TEMPERATURE_STEP.cases:
        start = case["log_temperature"].clone().requires_grad_()
        loss = temperature_loss(start, case["log_prob"], case["target_entropy"])
        (gradient,) = torch.autograd.grad(loss, start)
        torch.testing.assert_close(
            TEMPERATURE_STEP.reference(**case), start.detach() - case["learning_rate"] * gradient
        )


def test_the_temperature_step_is_tried_above_and_below_the_target():
    surpluses = [-case["log_prob"].mean() - case["target_entropy"] for case in TEMPERATURE_STEP.cases]
    assert min(surpluses) < -0.1 and max(surpluses) > 0.1


def test_the_solution_may_be_written_in_other_ways():
    def backwards(rewards, log_probs, discount, temperature):
        value = 0.0
        for t in reversed(range(1, len(rewards))):
            value = rewards[t] - temperature * log_probs[t] + discount * value
        return rewards[0] + discount * value

    def with_autograd(log_temperature, log_prob, target_entropy, learning_rate):
        parameter = log_temperature.clone().requires_grad_()
        (parameter.exp() * (-log_prob - target_entropy)).mean().backward()
        return parameter - learning_rate * parameter.grad

    assert check(backwards, SOFT_Q).passed
    assert check(with_autograd, TEMPERATURE_STEP).passed
