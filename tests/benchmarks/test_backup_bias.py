"""The closed forms and the measurement of `benchmarks.backup_bias`, against answers found another way."""

import gymnasium as gym
import numpy as np
import pytest
import torch

from benchmarks.backup_bias import BASE, VARIANTS, bias_at_rest, expected_minimum, label_shift, measure
from sacnotes_lib.sac.targets import apply_backup
from sacnotes_lib.training.run import TrainingRun


def test_expected_minimum_agrees_with_the_closed_form_and_with_drawing():
    assert expected_minimum(2) == pytest.approx(-1 / np.sqrt(np.pi))
    draws = np.random.default_rng(0).standard_normal((200_000, 5)).min(-1)
    assert expected_minimum(5) == pytest.approx(draws.mean(), abs=4 * draws.std() / 200_000**0.5)


def test_a_constant_shift_of_every_label_ends_where_iterating_ends():
    bias = 0.0
    for _ in range(400):
        bias = 0.9 * (bias - 0.02)
    assert bias_at_rest(-0.02, 0.9) == pytest.approx(bias)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_shift_is_that_of_the_backup_itself(name):
    change = VARIANTS[name]
    targets = torch.randn(2, change["num_critics"], 50, generator=torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(1)
    times = 3000 if change["backup"] == "redq" else 1
    labels = [apply_backup(targets, change["backup"], 2, generator).mean((-2, -1)) for _ in range(times)]
    played = torch.stack(labels).mean(0) - targets.mean((-2, -1))
    assert label_shift(targets.numpy(), change["backup"]) == pytest.approx(played.numpy(), abs=0.02)


def test_a_critic_that_is_off_by_a_constant_has_that_bias():
    run = TrainingRun(BASE, 2)
    env = gym.make(BASE.env_id, **BASE.env_kwargs).unwrapped
    exact, agent = measure(run, env, np.random.default_rng(0))["bias"], run.agent
    right_critic = agent.critic
    agent.critic = lambda state, action: right_critic(state, action) + 0.5
    assert measure(run, env, np.random.default_rng(0))["bias"] == pytest.approx(exact + 0.5, abs=1e-5)
    # Against the untrained policy's Q by hand: one reward now, and V for ever after.
    answer = env.solver.evaluate_tanh_gaussian(
        *(part[0, :1, 0].detach().numpy() for part in _parameters(agent)), BASE.discount, BASE.temperature
    )
    agent.critic = lambda state, action: _by_hand(env, answer, action)
    assert measure(run, env, np.random.default_rng(0))["bias"][0] == pytest.approx(0, abs=1e-5)


def _parameters(agent):
    policy = agent.actor(torch.zeros(agent.runs, 1, 1))
    return policy.mean, policy.log_std


def _by_hand(env, answer, action):
    reward = env.mean_reward(action.numpy())
    return torch.as_tensor(reward + BASE.discount * answer.value(np.zeros(1))).unsqueeze(-2)
