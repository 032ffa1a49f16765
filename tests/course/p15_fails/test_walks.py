"""Walks to a door, against a formula, against walks that are drawn, and against Gymnasium's own car."""

import gymnasium as gym
import numpy as np
import pytest

from sacnotes_lib.course.p15_fails.walks import (
    arrived_after,
    car_step,
    cars_at_the_flag,
    drawn_walks,
    mean_steps,
    walk,
)


@pytest.mark.parametrize("length", [1, 2, 7, 20])
@pytest.mark.parametrize("keep", [0.3, 0.5, 0.9])
def test_mean_steps_are_those_of_the_formula(length, keep):
    turn = 1 - keep
    assert mean_steps(walk(length, keep))[1] == pytest.approx(length + turn / keep * length * (length - 1))


def test_from_elsewhere_too_a_walk_takes_one_step_and_then_asks_again():
    moves = walk(6, 0.8)
    steps = mean_steps(moves)
    np.testing.assert_allclose(steps, 1 + moves @ steps)
    assert steps[11] < steps[10] < steps[0] + 1  # at the last place, heading for the door or away from it


def test_what_a_row_lacks_goes_through_the_door():
    lacking = 1 - walk(5, 0.7).sum(axis=1)
    expected = np.zeros(10)
    expected[8:] = 0.3, 0.7  # at the last place, reached by a step to the left or to the right
    np.testing.assert_allclose(lacking, expected)


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_drawn_walks_arrive_as_often_as_the_exact_share_says(keep):
    places = drawn_walks(8, keep, steps=120, count=20_000, seed=3)
    assert set(np.abs(np.diff(places, axis=1)).ravel()) <= {0, 1} and places.min() == 0
    at_the_door = (places == 8).mean(axis=0)
    np.testing.assert_allclose(arrived_after(8, keep, 120), at_the_door, atol=0.015)
    assert (np.diff(arrived_after(8, keep, 120)) > -1e-12).all() and at_the_door[7] == 0


def test_drawn_walks_keep_their_direction_that_often_away_from_the_wall():
    places = drawn_walks(1000, 0.7, steps=400, count=500)
    steps, away = np.diff(places, axis=1), places[:, 1:-1] > 0
    assert (steps[:, 1:] == steps[:, :-1])[away].mean() == pytest.approx(0.7, abs=0.01)


def test_the_car_is_gymnasium_s():
    env = gym.make("MountainCarContinuous-v0")
    (x, v), _ = env.reset(seed=0)
    rng = np.random.default_rng(0)
    for step in range(900):
        action = (
            1.5 * np.sign(v) if step > 300 else rng.uniform(-1, 1)
        )  # beyond the bounds, and to the left end
        seen, _, terminated, _, _ = env.step(np.array([action], np.float32))
        x, v = car_step(np.float64(x), np.float64(v), action)
        np.testing.assert_allclose([x, v], seen, atol=1e-4)
        if terminated:
            break
        x, v = seen
    assert terminated and x >= 0.45


def test_a_car_swings_up_only_by_actions_that_are_held():
    shares = [cars_at_the_flag(hold, episodes=300) for hold in (1, 20, 200)]
    assert shares[0] < 0.02 and shares[1] > 0.8 and shares[2] < 0.3
