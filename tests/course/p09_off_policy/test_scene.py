"""The off-policy scene against a simulated mass, and against what must hold at its ends."""

import itertools

import numpy as np
import pytest

from sacnotes_lib.course.p09_off_policy import scene as ours
from sacnotes_lib.plots import style

SCENE = ours.OffPolicyScene()


def test_where_a_policy_settles_is_where_many_simulated_masses_end():
    rng = np.random.default_rng(0)
    gain, std = ours.policy_at(np.array([[0], [600], [3000]]))
    x = np.zeros((3, 100_000))
    for _ in range(60):
        a = gain * (ours.GOAL - x) + std * rng.standard_normal(x.shape)
        x = ours.KEEP * x + ours.PUSH * a + ours.NOISE_STD * rng.standard_normal(x.shape)
    mean, spread = ours.visited_states(gain, std)
    np.testing.assert_allclose(x.mean(1), mean[:, 0], atol=0.015)
    np.testing.assert_allclose(x.std(1), spread[:, 0], rtol=0.01)


def test_the_buffer_is_a_mixture_of_its_authors_by_drawing_rows():
    """Rows drawn one by one: an age, the policy of that age, a state where it settles, an action there."""
    rng, count = np.random.default_rng(1), 1_000_000
    gain, std = ours.policy_at(2000 - 1500 * rng.random(count))
    mean, spread = ours.visited_states(gain, std)
    x = mean + spread * rng.standard_normal(count)
    a = gain * (ours.GOAL - x) + std * rng.standard_normal(count)
    data = SCENE.compute(2000, 1500, 0.5)
    near = np.abs(x - 0.5) < 0.05
    for points, density, drawn in (
        (ours.STATES, data.buffer_states, x),
        (ours.ACTIONS, data.buffer_actions, a[near]),
    ):
        mean = np.trapezoid(points * density, points)
        assert drawn.mean() == pytest.approx(mean, abs=0.01)
        assert drawn.std() == pytest.approx(
            np.trapezoid((points - mean) ** 2 * density, points) ** 0.5, rel=0.03
        )


def test_densities_add_up_to_one_and_shares_lie_between_zero_and_one():
    for settings in itertools.product((0, 50, 3000), (10, 3000), (-2.0, 2.0)):
        data = SCENE.compute(*settings)
        for points, quantity in ((ours.STATES, "states"), (ours.ACTIONS, "actions")):
            for density in (getattr(data, f"buffer_{quantity}"), getattr(data, f"present_{quantity}")):
                assert np.trapezoid(density, points) == pytest.approx(1, abs=1e-3), settings
            assert -1e-9 < getattr(data, f"{quantity}_shared") < 1.001, settings


def test_overlap_of_boxes():
    points = np.linspace(0, 4, 4001)
    first, second = ((points > 0) & (points < 2)) / 2, ((points > 1.5) & (points < 3.5)) / 2
    assert ours.overlap(first, second, points) == pytest.approx(0.25, abs=0.002)
    assert ours.overlap(first, first, points) == pytest.approx(1, abs=0.002)


def test_a_tiny_buffer_is_the_present_and_a_large_one_is_not():
    tiny, large = SCENE.compute(2500, 10, 0.0), SCENE.compute(2500, 3000, 0.0)
    assert tiny.states_shared > 0.98 and tiny.actions_shared > 0.98
    assert large.states_shared < 0.7 and large.actions_shared < 0.7
    assert (tiny.kept, large.kept) == (10, 2500)
    assert SCENE.compute(0, 3000, 1.0).states_shared == pytest.approx(1, abs=1e-3)  # nothing old yet


def test_the_fresh_actions_do_not_depend_on_the_buffer():
    small, large = SCENE.compute(2500, 10, -1.0), SCENE.compute(2500, 3000, -1.0)
    np.testing.assert_array_equal(small.present_actions, large.present_actions)
    assert np.abs(small.buffer_actions - large.buffer_actions).max() > 0.1


def test_picture_and_description_state_the_shares_and_the_state():
    artists, settings = SCENE.setup(style.new_figure(*SCENE.size)), SCENE.defaults() | {"x": -0.5}
    data = SCENE.compute(**settings)
    SCENE.draw(artists, data)
    words = SCENE.describe(settings, data)
    for part, share in ((artists.states, data.states_shared), (artists.actions, data.actions_shared)):
        assert part[2].get_text() == f"shared: {100 * share:.0f} %"
        assert f"{100 * share:.0f} %" in words
    assert "last 2500" in words
    assert artists.name.get_text() == "x = -0.5" and list(artists.place.get_xdata()) == [-0.5, -0.5]
