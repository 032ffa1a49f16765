"""Page 06's exercises: that the references are right, and what else passes."""

import itertools

import pytest
import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p06_expectation.exercises import EXPECTED_LABEL, TRUE_ERROR
from sacnotes_lib.sac.targets import soft_bellman_target


@pytest.mark.parametrize("case", EXPECTED_LABEL.cases)
def test_the_expected_label_is_every_sample_s_label_weighed_by_its_chance(case):
    total = 0.0
    states, actions = case["policy"].shape
    for s, a in itertools.product(range(states), range(actions)):
        label = soft_bellman_target(
            torch.tensor([case["reward"]]),
            torch.zeros(1),
            case["next_q"][s, a].reshape(1, 1),
            case["policy"][s, a].log().reshape(1),
            discount=case["discount"],
            temperature=case["temperature"],
        )
        total += (case["next_probs"][s] * case["policy"][s, a] * label).item()
    assert EXPECTED_LABEL.reference(**case).item() == pytest.approx(total, abs=1e-5)


def test_the_true_error_has_no_bias_and_the_ordinary_loss_keeps_the_variance():
    torch.manual_seed(0)
    q, mean, noise = torch.tensor([0.0, 2.0, -1.0]), torch.tensor([1.0, 1.5, -1.0]), 2.0
    labels = mean + noise * torch.randn(2, 100_000, 3)
    many = [q.expand(100_000, 3).flatten(), labels[0].flatten(), labels[1].flatten()]
    exact = (q - mean).square().mean().item()
    assert TRUE_ERROR.reference(*many).item() == pytest.approx(exact, abs=0.05)
    assert (many[0] - many[1]).square().mean().item() == pytest.approx(exact + noise**2, abs=0.05)


def test_the_solutions_may_be_written_in_other_ways():
    def in_two_steps(reward, next_probs, policy, next_q, discount, temperature):
        entropy = -(policy * policy.log()).sum(-1)
        value = torch.einsum("sm,sm->s", policy, next_q) + temperature * entropy
        return reward + discount * next_probs @ value

    assert check(in_two_steps, EXPECTED_LABEL).passed
    assert check(lambda q, y, z: torch.dot(q - y, q - z) / len(q), TRUE_ERROR).passed
