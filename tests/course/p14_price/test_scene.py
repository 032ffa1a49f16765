"""The price scene: its lowest point, its policy, and what it says where there is none."""

import numpy as np
import pytest

from sacnotes_lib.course.p14_price.scene import ACTIONS, ANY, DRAWN, LINE, SQUASHED, PriceScene

SCENE = PriceScene()


@pytest.mark.parametrize(("target", "kind"), [(-1.5, SQUASHED), (0.0, ANY), (0.0, SQUASHED), (0.6, SQUASHED)])
def test_the_policy_shown_has_the_entropy_asked_for_where_the_curves_cross(target, kind):
    data = SCENE.compute(target, kind)
    mass = data.policy * DRAWN.weights
    assert mass.sum() == pytest.approx(1, abs=1e-4)
    assert -(mass * np.log(np.maximum(data.policy, 1e-300))).sum() == pytest.approx(target, abs=2e-3)
    crossing = np.flatnonzero(np.diff(np.sign(data.dual - data.rewards)))
    assert LINE[crossing[0]] <= data.alpha <= LINE[crossing[0] + 1]
    assert (mass * (2 - 5 * (ACTIONS - 0.25) ** 2)).sum() == pytest.approx(data.reward, abs=5e-3)
    words = SCENE.describe({"target": target, "kind": kind}, data)
    assert f"α = {data.alpha:.3g}." in words and f"earns {data.reward:.3f}" in words


def test_an_alpha_beyond_the_axis_is_told_with_its_own_reward():
    at_the_end, beyond = (SCENE.compute(target, SQUASHED) for target in (0.6830, 0.6836))
    assert beyond.alpha > LINE[-1] > at_the_end.alpha and beyond.reward < at_the_end.reward


def test_a_target_between_the_two_reaches_settles_for_any_density_alone():
    assert SCENE.compute(0.69, ANY).settles
    data = SCENE.compute(0.69, SQUASHED)
    assert not data.settles and (np.diff(data.dual) < 0).all()
    assert "without end" in SCENE.describe({"target": 0.69, "kind": SQUASHED}, data)


def test_a_zero_has_no_sign():
    data = SCENE.compute(-1e-17, SQUASHED)
    assert SCENE.describe({"target": -1e-17, "kind": SQUASHED}, data).startswith("Target entropy 0.00 nats")
