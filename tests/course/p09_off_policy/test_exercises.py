"""Page 09's exercises: that the references are right, and what else passes."""

import itertools

import numpy as np
import pytest
import torch

from sacnotes_lib.course.kit.check import _outcome, check
from sacnotes_lib.course.kit.judged_by_gradient import ProportionalPolicy, TrackingCritic, gradient_of
from sacnotes_lib.course.p09_off_policy.exercises import (
    N_STEP_WEIGHT,
    OFF_POLICY_ACTOR_LOSS,
    n_step_weight,
    off_policy_actor_loss,
)
from sacnotes_lib.exact import tanh_gaussian_entropy_gradient
from sacnotes_lib.sac.losses import actor_loss_reparameterized


def test_the_gradient_against_quadrature():
    """Over many draws: dH by the exact layer, dQ by the trapezoidal rule over the noise."""
    gain, log_std, s, temperature, copies = 0.6, -0.5, 0.7, 0.4, 400_000
    noise = np.linspace(-9, 9, 4001)
    weights = np.exp(-0.5 * noise**2) / np.sqrt(2 * np.pi) * (noise[1] - noise[0])
    critic = TrackingCritic()
    action = np.tanh(gain * s + np.exp(log_std) * noise)
    d_pre_tanh = -2 * (action - critic.gain * s) * (1 - action**2)
    d_q = np.array([(d_pre_tanh * s) @ weights, (d_pre_tanh * np.exp(log_std) * noise) @ weights])
    d_mean, d_log_std = tanh_gaussian_entropy_gradient(np.array([gain * s]), np.array([log_std]))
    d_entropy = np.array([d_mean[0] * s, d_log_std[0]])
    case = {
        "policy": ProportionalPolicy(torch.tensor([gain]), torch.tensor([log_std])), "critic": critic,
        "observation": torch.full((copies, 1), s), "action": torch.zeros(copies, 1), "temperature": temperature,
    }  # fmt: skip
    (got,) = _outcome(gradient_of(off_policy_actor_loss), case).values()
    np.testing.assert_allclose(got[:, 0], -temperature * d_entropy - d_q, atol=0.005)


def test_the_reference_is_what_sac_trains_with():
    def library(policy, critic, observation, action, temperature):
        fresh, log_prob = policy(observation).rsample()
        return actor_loss_reparameterized(critic(observation, fresh), log_prob, temperature)

    for case in OFF_POLICY_ACTOR_LOSS.cases:
        expected = _outcome(gradient_of(off_policy_actor_loss), case)
        torch.testing.assert_close(_outcome(gradient_of(library), case), expected)


def test_weights_turn_the_old_policy_s_average_into_the_present_one_s():
    """Three actions out of {0, 1, 2}, the first given: every sequence added up under both policies."""
    now, then = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.2, 0.3, 0.5])
    for first in range(3):
        present = old = 0.0
        for rest in itertools.product(range(3), repeat=2):
            actions = torch.tensor([first, *rest])
            worth = 1 + rest[0] + 3 * rest[0] * rest[1] + first
            weight = n_step_weight(now[actions, None].log(), then[actions, None].log()).item()
            present += now[list(rest)].prod().item() * worth
            old += then[list(rest)].prod().item() * weight * worth
        assert old == pytest.approx(present, rel=1e-5)


def test_other_ways_to_write_the_solutions_pass():
    def two_means(policy, critic, observation, action, temperature):
        fresh, log_prob = policy(observation).rsample()
        return temperature * log_prob.mean() - critic(observation, fresh).mean()

    assert check(two_means, OFF_POLICY_ACTOR_LOSS).passed
    assert check(lambda now, then: (now.exp() / then.exp())[1:].prod(0), N_STEP_WEIGHT).passed
