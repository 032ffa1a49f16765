"""The scene of page 12, against the scene of page 08 and against other draws."""

import numpy as np
import pytest

from sacnotes_lib.course.p08_temperature.scene import SharedActionScene
from sacnotes_lib.course.p12_papers.scene import MANY, SHOWN, LabelScene

SCENE = LabelScene()


@pytest.mark.parametrize(("temperature", "width"), [(0.3, 1.3), (1.0, 0.6), (0.05, 1.5)])
def test_one_drawn_label_scatters_as_on_page_08(temperature, width):
    one, _ = SharedActionScene().compute(temperature=temperature, width=width, offset=0.0).spreads
    # There the state value of another state is estimated; the spread in units of α depends on the width alone.
    data = SCENE.compute(temperature=temperature, width=width, error=0.1, visits=1)
    assert data.scatter == pytest.approx(one * temperature, rel=1e-6)


@pytest.mark.parametrize("visits", [1, 100, MANY])
def test_averages_lie_around_the_truth_as_far_as_the_curve_says(visits):
    data = SCENE.compute(temperature=0.5, width=1.4, error=0.1, visits=visits)
    assert data.averages.shape == (SHOWN,)
    assert abs(data.averages.mean()) < 4 * data.after / np.sqrt(SHOWN)
    assert data.averages.std() == pytest.approx(data.after, rel=0.6)
    assert data.after == pytest.approx(data.scatter / np.sqrt(visits))


def test_where_both_are_equally_far_off():
    data = SCENE.compute(temperature=0.5, width=1.4, error=0.1, visits=1)
    assert data.scatter / np.sqrt(data.equal) == pytest.approx(0.1)
    for exact in ({"width": 1.0}, {"error": 0.0}):
        settings = SCENE.defaults() | exact
        data = SCENE.compute(**settings)
        assert data.equal is None and "One of the two is exact" in SCENE.describe(settings, data)


def test_the_words_state_the_numbers():
    for change in ({}, {"error": 0.4}, {"temperature": 1.0, "width": 1.5, "visits": 100}):
        settings = SCENE.defaults() | change
        data = SCENE.compute(**settings)
        words = SCENE.describe(settings, data)
        assert f"{data.scatter:.3f}" in words and f"{data.after:.4f}" in words
        told = f"{round(data.equal):,} visits" if data.equal > 1 else "From the first visit on"
        assert told in words
