"""Page 02's exercises: that the references are right, and what else passes."""

import pytest
import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p02_summing.exercises import ACTOR_LOSS, SETTINGS_FOR_THE_SUM
from sacnotes_lib.sac.losses import actor_loss_reparameterized, temperature_loss


def test_the_actor_loss_is_the_library_s():
    for case in ACTOR_LOSS.cases:
        expected = actor_loss_reparameterized(case["q"], case["log_prob"].sum(-1), case["temperature"])
        torch.testing.assert_close(ACTOR_LOSS.reference(**case), expected)


@pytest.mark.parametrize("case", SETTINGS_FOR_THE_SUM.cases, ids=str)
def test_an_agent_that_sums_with_these_settings_does_what_averaging_did(case):
    action_dim, entries = case["action_dim"], torch.randn(64, case["action_dim"])
    q, summed, averaged = torch.randn(64), entries.sum(-1), entries.mean(-1)
    alpha, target = SETTINGS_FOR_THE_SUM.reference(**case)
    torch.testing.assert_close(
        actor_loss_reparameterized(q, summed, alpha),
        actor_loss_reparameterized(q, averaged, case["temperature"]),
    )
    log_alpha = torch.tensor(0.0)
    surplus = temperature_loss(log_alpha, summed, target)  # zero for the one where it is for the other
    torch.testing.assert_close(
        surplus, action_dim * temperature_loss(log_alpha, averaged, case["target_entropy"])
    )


def test_the_solutions_may_be_written_in_other_ways():
    assert check(lambda q, p, t: t * p.sum() / len(q) - q.mean(), ACTOR_LOSS).passed
    assert check(lambda t, h, a: [t / a, h * a], SETTINGS_FOR_THE_SUM).passed
