"""Other right ways through the exercises of page 12, and the slips that matter most."""

import pytest
import torch

from sacnotes_lib import check
from sacnotes_lib.course.p12_papers.exercises import TEMPERATURE_LOSSES, VALUE_LOSS


def test_other_right_ways_are_not_refused():
    def by_torch(value, q, log_prob, temperature):
        with torch.no_grad():
            label = torch.minimum(q.min(0).values, q.min(0).values) - temperature * log_prob
        return torch.nn.functional.mse_loss(value, label) / 2

    def as_a_list(log_alpha, log_prob, target):
        return [-(factor * (log_prob.detach() + target)).mean() for factor in (log_alpha.exp(), log_alpha)]

    assert check(by_torch, VALUE_LOSS).passed
    assert check(as_a_list, TEMPERATURE_LOSSES).passed


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (lambda a, p, t: a.exp() * (-p.detach().mean() - t), "Two losses are asked for"),
        (lambda a, p, t: (1.0, 2.0), "should be a tensor"),
        (lambda a, p, t: (a.exp() * (-p.mean() - t), a * (-p.mean() - t)), "log_prob not held constant"),
    ],
)
def test_what_is_told_of_losses_that_are_not_two(found, told):
    result = check(found, TEMPERATURE_LOSSES)
    assert not result.passed and told in result.message
