"""Page 14's exercises: that the references are right, and what else passes."""

import torch

from sacnotes_lib import SACConfig
from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p14_price.discrete import DiscreteSAC
from sacnotes_lib.course.p14_price.exercises import DISCRETE_ACTOR_LOSS, DUAL_SLOPE


def test_the_slope_against_autograd_of_the_dual_function():
    for case in DUAL_SLOPE.cases:
        alpha = torch.tensor(case["temperature"], requires_grad=True)
        dual = alpha * (torch.logsumexp(case["rewards"] / alpha, 0) - case["target_entropy"])
        torch.testing.assert_close(DUAL_SLOPE.reference(**case), torch.autograd.grad(dual, alpha)[0])


def test_the_slope_is_asked_on_both_sides_of_the_lowest_point():
    slopes = [DUAL_SLOPE.reference(**case).item() for case in DUAL_SLOPE.cases]
    assert min(slopes) < -0.01 and max(slopes) > 0.01


def test_the_actor_s_loss_against_that_of_the_agent():
    for case in DISCRETE_ACTOR_LOSS.cases:
        critics, batch, buttons = case["q"].shape

        class Agent(DiscreteSAC):
            log_prob = lambda self, observation, logits=case["logits"]: logits.log_softmax(-1)[None]  # noqa: E731
            q_of = lambda self, critic, observation, q=case["q"]: q[None]  # noqa: E731

        agent = Agent(SACConfig(num_critics=critics, temperature=case["temperature"]), 1, 1)
        loss, _ = agent.actor_loss_and_entropy(torch.zeros(1, batch, 1))
        torch.testing.assert_close(DISCRETE_ACTOR_LOSS.reference(**case), loss)


def test_the_solutions_may_be_written_in_other_ways():
    def with_torch(rewards, temperature, target_entropy):
        return torch.distributions.Categorical(logits=rewards / temperature).entropy() - target_entropy

    def with_autograd(rewards, temperature, target_entropy):
        alpha = torch.tensor(temperature, requires_grad=True)
        (alpha * ((rewards / alpha).logsumexp(0) - target_entropy)).backward()
        return alpha.grad

    def in_two_parts(logits, q, temperature):
        policy = torch.distributions.Categorical(logits=logits)
        return -((policy.probs * q.amin(0)).sum(-1) + temperature * policy.entropy()).mean()

    def log_prob_held(logits, q, temperature):  # the mean of log π's own gradient is zero
        prob = logits.softmax(-1)
        return (prob * (temperature * prob.log().detach() - q.amin(0))).sum(-1).mean()

    for answer in (with_torch, with_autograd):
        assert check(answer, DUAL_SLOPE).passed
    for answer in (in_two_parts, log_prob_held):
        assert check(answer, DISCRETE_ACTOR_LOSS).passed
