"""The scene of page 13: what its legend promises, over all of its settings."""

import itertools

import numpy as np
import pytest

from sacnotes_lib.course.p13_improvement.path import Path
from sacnotes_lib.course.p13_improvement.scene import ALL, DEPTHS, EACH, STARTS, ImprovementScene

SCENE = ImprovementScene()
SETTINGS = [
    {"start": start, "step": step, "temperature": temperature, "slip": slip}
    for start, step, temperature, slip in itertools.product(
        STARTS, (1, 2, 6), (0.1, 0.5, 2.0), (0.0, 0.2, 0.3)
    )
]


def test_with_a_policy_for_each_place_v_rises_everywhere_up_to_the_best():
    for settings in SETTINGS:
        data = SCENE.compute(**settings, form=EACH)
        assert (data.values[1] >= data.values[0] - 1e-9).all() and not data.falls.any(), settings
        assert (data.values <= data.best + 1e-9).all(), settings
        np.testing.assert_array_equal(data.climbs[1], data.wanted)


@pytest.mark.parametrize("form", [EACH, ALL])
def test_every_value_is_inside_the_picture(form):
    lowest = [min((d := SCENE.compute(**s, form=form)).values.ravel() - np.tile(d.best, 2)) for s in SETTINGS]
    assert min(lowest) > -DEPTHS[-1]


def test_a_step_begins_where_the_one_before_ended():
    settings = SCENE.defaults() | {"form": ALL}
    first, second = (SCENE.compute(**settings | {"step": step}) for step in (1, 2))
    np.testing.assert_array_equal(first.values[1], second.values[0])
    np.testing.assert_array_equal(first.climbs[1], second.climbs[0])


def test_what_the_page_says_to_try():
    """Two steps and V stands still; one policy for all falls everywhere but in the ditch, and ends below its start."""
    third = SCENE.compute(**SCENE.defaults() | {"step": 3})
    assert np.abs(np.diff(third.values, axis=0)).max() < 0.005
    second = SCENE.compute(**SCENE.defaults() | {"step": 2})
    assert np.diff(second.values, axis=0).min() > 0.005
    shared = [SCENE.compute(**SCENE.defaults() | {"step": step, "form": ALL}) for step in (1, 2, 3)]
    assert [data.falls.tolist() for data in shared] == [
        [False, True, True, True],
        [False] * 4,
        [False, True, True, True],
    ]
    end = SCENE.compute(**SCENE.defaults() | {"step": 6, "form": ALL}).values
    assert ((end[1] < shared[0].values[0] - 0.05) == [False, True, True, True]).all()
    assert np.abs(end[1] - end[0]).max() < 0.005


def test_the_words_state_the_numbers():
    settings = SCENE.defaults() | {"form": ALL}
    data = SCENE.compute(**settings)
    words = SCENE.describe(settings, data)
    values, _ = Path(0.2).evaluate(np.full((4, 2), 0.5), 0.5)
    for number in (*values, *data.values[1], *data.best):
        assert f"{number:.2f}" in words
    assert words.endswith("V falls in: bank, slope, top.")
