"""The painter: what is painted over a kept background equals a fresh drawing."""

import numpy as np
import pytest

from sacnotes_lib.scenes.painter import Painter
from tests.scenes.toy_scenes import DEFAULTS, CurveScene

SCENE = CurveScene()


def data(**changes):
    return SCENE.compute(**(DEFAULTS | changes))


def test_size_in_pixels():
    assert Painter(SCENE).paint(data()).shape == (300, 500, 4)


@pytest.mark.parametrize(
    "change", [{"amplitude": 5.0}, {"limit": 6}, {"title": "two"}, {"shift": 0.5, "limit": 2}]
)
def test_there_and_back_again_leaves_no_trace(change):
    painter = Painter(SCENE)
    first = painter.paint(data())
    assert (painter.paint(data(**change)) != first).any()
    np.testing.assert_array_equal(painter.paint(data()), first)


def test_a_kept_background_equals_a_full_drawing():
    painter = Painter(SCENE)
    painter.paint(data(amplitude=3.0, shift=1.0))
    np.testing.assert_array_equal(painter.paint(data(shift=0.3)), Painter(SCENE).paint(data(shift=0.3)))


def test_the_background_is_drawn_once_while_only_the_curve_moves(monkeypatch):
    painter = Painter(SCENE)
    painter.paint(data())
    drawn = []
    original = painter.figure.draw
    monkeypatch.setattr(painter.figure, "draw", lambda renderer: (drawn.append(1), original(renderer)))
    painter.paint(data(amplitude=2.0))
    assert drawn == []
    painter.paint(data(limit=6))
    assert drawn == [1]


def test_the_layout_is_frozen_after_the_first_picture():
    painter = Painter(SCENE)
    painter.paint(data())
    before = painter.figure.axes[0].get_position().bounds
    painter.paint(data(limit=1))  # "-0.5" is wider than "-10"
    assert painter.figure.axes[0].get_position().bounds == before


def test_the_pixels_belong_to_the_caller():
    painter = Painter(SCENE)
    first = painter.paint(data())
    kept = first.copy()
    painter.paint(data(amplitude=9.0))
    np.testing.assert_array_equal(first, kept)
