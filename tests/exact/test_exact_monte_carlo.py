"""The Monte Carlo soft return against sums done by hand, and its environment models against Gymnasium."""

import gymnasium as gym
import numpy as np
import pytest

from sacnotes_lib.envs import pendulum_observation, pendulum_step
from sacnotes_lib.exact import soft_return


def uniform_policy(observation, rng):
    """Uniform on [-1, 1]: log-probability -log 2 for every action."""
    return rng.uniform(-1, 1, (len(observation), 1)), np.full(len(observation), -np.log(2))


def countdown(state, action, rng):
    """Pays 1 a step; ends when the number in the state has gone down to 0."""
    return state - 1, np.ones(len(state)), state[:, 0] <= 1


def play(step, state, **settings):
    usual = {"discount": 0.9, "temperature": 0.5, "rng": np.random.default_rng(0), "rollouts": 3}
    return soft_return(uniform_policy, step, state, np.zeros((len(state), 1)), **usual | settings)


def test_entropy_counts_from_the_second_step_and_stops_at_termination():
    result = play(countdown, np.array([[1.0], [2.0], [3.0]]))
    bonus = 1 + 0.5 * np.log(2)
    assert result.mean == pytest.approx([1.0, 1 + 0.9 * bonus, 1 + 0.9 * bonus + 0.81 * bonus])
    assert result.standard_error == pytest.approx(0, abs=1e-12)
    assert result.cut_weight == 0


def test_a_world_without_end_is_cut_where_it_says():
    result = play(
        lambda s, a, rng: (s, np.ones(len(s)), np.zeros(len(s), bool)), np.zeros((1, 1)), cut_weight=1e-2
    )
    assert result.cut_weight == pytest.approx(0.9**result.horizon)
    assert 0.9**result.horizon <= 1e-2 < 0.9 ** (result.horizon - 1)
    whole = 1 / 0.1 + 0.5 * np.log(2) * 9
    value_ahead = (1 + 0.5 * np.log(2)) / 0.1
    assert whole - result.mean[0] == pytest.approx(result.cut_weight * value_ahead)


def test_temperature_and_reward_scale():
    state = np.array([[3.0]])
    assert play(countdown, state, temperature=0.0).mean[0] == pytest.approx(1 + 0.9 + 0.81)
    assert play(countdown, state, temperature=0.0, reward_scale=0.1).mean[0] == pytest.approx(0.271)


def test_standard_error_is_that_of_the_mean():
    """Over 200 repetitions the mean must scatter as its standard error says."""

    def noisy(state, action, rng):
        return state, rng.standard_normal(len(state)), np.ones(len(state), bool)

    result = play(noisy, np.zeros((200, 1)), rollouts=50)
    assert result.standard_error.mean() == pytest.approx(1 / np.sqrt(50), rel=0.05)
    assert result.mean.std() == pytest.approx(1 / np.sqrt(50), rel=0.2)


def test_wrong_shapes_are_named():
    usual = {"discount": 0.9, "temperature": 0.1, "rng": np.random.default_rng(0)}
    with pytest.raises(ValueError, match="same B"):
        soft_return(uniform_policy, countdown, np.zeros(3), np.zeros((3, 1)), **usual)

    def not_summed(observation, rng):
        return np.zeros((len(observation), 2)), np.zeros((len(observation), 2))

    with pytest.raises(ValueError, match="summed over action dimensions"):
        soft_return(not_summed, countdown, np.full((1, 1), 5.0), np.zeros((1, 2)), **usual)


def test_pendulums_formula_follows_a_real_episode():
    env, rng = gym.make("Pendulum-v1"), np.random.default_rng(0)
    env.reset(seed=3)
    state = np.array(env.unwrapped.state)[None]
    for action in rng.uniform(-1, 1, (30, 1)):
        observation, reward, *_ = env.step(np.float32(2 * action))
        state, rewards, ended = pendulum_step(state, action[None], rng)
        assert state[0] == pytest.approx(env.unwrapped.state, abs=1e-6)
        assert rewards == pytest.approx([reward], abs=1e-5) and not ended.any()
        assert pendulum_observation(state)[0] == pytest.approx(observation, abs=1e-5)


def test_a_time_limit_does_not_cut_the_return():
    """Pendulum's limit is 200 steps: 250 steps of return must go on past it."""
    hanging = np.array([[np.pi, 0.0]])

    def still(state, rng):
        return np.zeros((len(state), 1)), np.zeros(len(state))

    result = soft_return(
        still, pendulum_step, hanging, np.zeros((1, 1)), discount=0.99, temperature=0.0,
        rng=np.random.default_rng(0), rollouts=1, horizon=250,
    )  # fmt: skip
    assert result.mean[0] == pytest.approx(-(np.pi**2) * (1 - 0.99**250) / 0.01, rel=1e-3)
    assert np.isnan(result.standard_error[0])
