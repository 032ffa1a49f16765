"""The worlds of page 15: one step by hand, the same world from inside Gymnasium, and what each setting changes."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from sacnotes_lib.course.p15_fails.worlds import STEPS, CorridorEnv, PoleEnv

RNG = np.random.default_rng


@pytest.mark.parametrize("env_id", ["sacnotes/Pole-v0", "sacnotes/Corridor-v0"])
def test_gymnasium_finds_nothing_wrong(env_id):
    check_env(gym.make(env_id).unwrapped)


def test_a_step_of_the_pole_by_hand():
    state, reward, fallen = PoleEnv(price=0.1).transition(np.array([0.5, 1.0, 0.0]), np.array([-2.0]), RNG(0))
    np.testing.assert_allclose(state[:2], [0.5 + 0.2 * 0.7, 0.7])
    assert reward == pytest.approx(1 - 0.64**2 - 0.1 * 4) and not fallen


def test_a_pole_falls_at_a_lean_of_one_to_either_side_and_many_at_once():
    state = np.array([[[0.9, 1.0, 0], [0.9, -1.0, 0]], [[-0.9, -1.0, 0], [0.0, 0.0, 0]]])
    _, reward, fallen = PoleEnv().transition(state, np.zeros((2, 2, 1)), RNG(0))
    assert reward.shape == (2, 2) and fallen.tolist() == [[True, False], [True, False]]


def test_noise_is_on_the_reward_alone_and_has_the_std_and_mean_that_it_says():
    state, action = np.tile([0.1, 0.2, 0.0], (50_000, 1)), np.full((50_000, 1), 0.3)
    (loud, heard, _), (still, plain, _) = (
        PoleEnv(noise=sd).transition(state, action, RNG(1)) for sd in (3.0, 0.0)
    )
    np.testing.assert_array_equal(loud, still)
    assert (heard - plain).mean() == pytest.approx(0, abs=0.05) and (heard - plain).std() == pytest.approx(
        3, rel=0.02
    )


def test_the_barometer_shows_the_weather_in_its_units_and_the_weather_keeps_its_spread():
    state = np.concatenate([np.zeros((40_000, 2)), RNG(2).standard_normal((40_000, 1))], axis=1)
    seen = PoleEnv(pressure=(1000.0, 2.0)).observe(state)
    np.testing.assert_allclose(seen[:, 2], 1000 + 2 * state[:, 2], rtol=1e-5)
    assert PoleEnv().observe(state).shape == (40_000, 2)
    later, _, _ = PoleEnv().transition(state, np.zeros((40_000, 1)), RNG(3))
    assert later[:, 2].std() == pytest.approx(1, abs=0.02)
    assert np.corrcoef(later[:, 2], state[:, 2])[0, 1] == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("limit_ends", [False, True])
def test_watching_stops_after_so_many_steps_and_counts_as_an_end_where_it_is_told_to(limit_ends):
    env = PoleEnv(limit_ends=limit_ends)
    env.reset(seed=0)
    for step in range(1, STEPS + 1):
        env.state[:2] = 0  # held up by hand
        _, _, terminated, truncated, _ = env.step(np.zeros(1))
        assert truncated == (step == STEPS) and terminated == (limit_ends and step == STEPS)


def test_a_wider_reach_is_the_space_of_actions():
    assert PoleEnv(reach=20).action_space.high.tolist() == [20.0]


def test_the_corridor_has_a_wall_and_a_door_that_pays_once():
    state, reward, arrived = CorridorEnv().transition(
        np.array([[0.02], [0.95], [0.85]]), np.array([[-1.0], [1.0], [1.0]]), None
    )
    np.testing.assert_allclose(state[:, 0], [0, 1.05, 0.95])
    assert reward.tolist() == [0, 1, 0] and arrived.tolist() == [False, True, False]
