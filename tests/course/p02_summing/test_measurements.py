"""What page 02 measures, on runs whose numbers are known."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib import SquashedGaussian
from sacnotes_lib.course.p02_summing.exercises import SETTINGS_FOR_THE_SUM
from sacnotes_lib.course.p02_summing.measurements import learned_beside_exact, same_actors
from sacnotes_lib.exact import tanh_gaussian_entropy
from sacnotes_lib.sac.losses import actor_loss_reparameterized, temperature_loss


def test_one_weight_that_differs_is_seen():
    one, other = (SimpleNamespace(agent=SimpleNamespace(actor=torch.nn.Linear(1, 1))) for _ in range(2))
    other.agent.actor.load_state_dict(one.agent.actor.state_dict())
    assert same_actors(one, other)
    torch.nn.init.constant_(other.agent.actor.weight, 1.0 + 2**-20)
    assert not same_actors(one, other)


def test_the_table_shows_the_true_entropy_and_the_last_temperatures():
    std, seeds = 0.5, 4

    def actor(observation):
        mean = torch.zeros(*observation.shape[:2], 2)
        return SquashedGaussian(mean, torch.full_like(mean, math.log(std)))

    run = SimpleNamespace(
        agent=SimpleNamespace(actor=actor),
        buffer=SimpleNamespace(contents=lambda: SimpleNamespace(observation=torch.zeros(seeds, 600, 3))),
        metrics={"temperature": np.tile(np.r_[np.full(5, 9.0), np.full(10, 0.25)], (seeds, 1))},
    )
    true = tanh_gaussian_entropy(np.zeros(2), np.full(2, math.log(std)))
    _, entropy, alpha = learned_beside_exact({"sum": run}, {"sum": (-2.0, 0.04)})
    assert entropy == ["sum: entropy", f"{true:.4f} ({true:.4f} to {true:.4f})", "-2.0000"]
    assert alpha == ["sum: α", "0.2500 (0.2500 to 0.2500)", "0.0400"]


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
