"""The one-action-or-two scene against closed forms, against sampling and against the exact soft LQR."""

import itertools

import numpy as np
import pytest

from sacnotes_lib.course.p08_temperature.scene import ACTIONS, HIGHEST, LOWEST, STATE, SharedActionScene
from sacnotes_lib.envs import SoftLQREnv

SCENE = SharedActionScene()
DISCOUNT = 0.8
SETTINGS = [
    {"temperature": temperature, "width": width, "offset": offset}
    for temperature, width, offset in itertools.product((0.03, 0.3, 1.0), (0.5, 1.0, 1.5), (-0.5, 0.0, 0.5))
]


def spreads_by_hand(width, offset):
    """Of [log pi*(a) - log pi(a)] in closed form: a is best_mean + best_std (offset + width e), e ~ N(0, 1)."""
    return [
        np.sqrt(offset**2 * width**2 + (1 - width**2) ** 2 / 2),
        np.sqrt(offset**2 * width**2 + width**4 / 2 + 1 / 2),
    ]


def test_spreads_and_average_against_closed_forms():
    for settings in SETTINGS:
        data = SCENE.compute(**settings)
        width, offset = settings["width"], settings["offset"]
        np.testing.assert_allclose(data.spreads, spreads_by_hand(width, offset), atol=1e-7)
        divergence = (width**2 + offset**2 - 1) / 2 - np.log(width)  # of two Gaussians
        assert data.average == pytest.approx(-divergence, abs=1e-9)


@pytest.mark.parametrize("temperature", [0.03, 0.3, 1.0])
def test_at_the_optimum_every_action_says_the_same_and_two_actions_scatter_by_the_temperature(temperature):
    data = SCENE.compute(temperature, 1.0, 0.0)
    np.testing.assert_allclose(data.curves[2], 0, atol=1e-9)
    np.testing.assert_allclose(data.draws[0], 0, atol=1e-9)
    np.testing.assert_allclose(data.spreads, [0, 1], atol=1e-7)
    assert data.average == pytest.approx(0, abs=1e-9)


def test_the_shown_policy_is_the_one_that_is_asked_for():
    data = SCENE.compute(0.3, 0.5, -0.5)
    best = SoftLQREnv(B=1.0, R=0.4).exact(DISCOUNT, 0.3)
    std = best.std(STATE)[0]
    assert (data.best_std, data.std) == (pytest.approx(std), pytest.approx(0.5 * std))
    spacing = ACTIONS[1] - ACTIONS[0]
    assert data.policy.sum() * spacing == pytest.approx(1)
    assert (data.policy * ACTIONS).sum() * spacing == pytest.approx(best.mean(STATE)[0] - 0.5 * std)


def test_drawn_estimates_stay_inside_the_picture_and_show_the_spread():
    for settings in SETTINGS:
        data = SCENE.compute(**settings)
        assert data.draws.min() > LOWEST and data.draws.max() < HIGHEST
        np.testing.assert_allclose(data.draws.mean(1), data.average, atol=0.1)
        np.testing.assert_allclose(data.draws.std(1), data.spreads, rtol=0.15, atol=1e-9)


def test_the_description_states_the_picture_s_numbers():
    settings = {"temperature": 0.3, "width": 1.5, "offset": 0.5}
    data = SCENE.compute(**settings)
    words = SCENE.describe(settings, data)
    for number in (data.std, data.best_std):
        assert f"{number:.3g}" in words
    for number in data.spreads:
        assert f"{number:.2f}" in words and f"{0.3 * number:.3f}" in words
    assert f"−{abs(data.average):.2f}" in words
    assert len({SCENE.describe(s, SCENE.compute(**s)) for s in SETTINGS}) == len(SETTINGS)
