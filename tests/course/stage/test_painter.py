"""The painter: what is painted over a kept background equals a fresh drawing."""

import numpy as np
import pytest

from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.course.stage.scene import Scene
from tests.course.stage.toy_scenes import DEFAULTS, CurveScene

pytestmark = pytest.mark.long

SCENE = CurveScene()


def data(**changes):
    return SCENE.compute(**(DEFAULTS | changes))


@pytest.mark.parametrize(
    "change", [{"amplitude": 5.0}, {"limit": 6}, {"title": "two"}, {"shift": 0.5, "limit": 2}]
)
def test_there_and_back_again_leaves_no_trace(change):
    painter = Painter(SCENE)
    first = painter.paint(data())
    kept = first.copy()
    assert (painter.paint(data(**change)) != first).any()
    np.testing.assert_array_equal(first, kept)  # its pixels belong to the caller
    np.testing.assert_array_equal(painter.paint(data()), first)


def test_a_kept_background_equals_a_full_drawing():
    painter = Painter(SCENE)
    painter.paint(data(amplitude=3.0, shift=1.0))
    np.testing.assert_array_equal(painter.paint(data(shift=0.3)), Painter(SCENE).paint(data(shift=0.3)))


def test_the_background_is_drawn_once_while_only_the_curve_moves(monkeypatch):
    painter = Painter(SCENE)
    painter.paint(data())
    (axes,) = painter.figure.axes
    drawn = []
    original = axes.draw
    monkeypatch.setattr(axes, "draw", lambda renderer: (drawn.append(1), original(renderer)))
    painter.paint(data(amplitude=2.0))
    assert drawn == []
    painter.paint(data(limit=6))
    assert drawn == [1]


class FourPanels(Scene):
    """Every panel has its own limit; the second has a twin that lies over it."""

    size = (8.0, 5.0)

    def __init__(self, with_words=False):
        self.with_words = with_words

    def setup(self, figure):
        panels = list(figure.subplots(2, 2).flat)
        figure.get_layout_engine().set(w_pad=0.2, h_pad=0.2)
        twin = panels[1].twinx()
        twin.set(ylabel="twin", ylim=(0, 7))
        for axes in panels:
            axes.set(xlabel="x", ylabel="y")
        self.words = figure.text(0.5, 0.5, "words", ha="center") if self.with_words else None
        return [(axes, axes.plot([0, 1], [0, 1], animated=k % 2 == 0)[0]) for k, axes in enumerate(panels)]

    def draw(self, artists, data):
        limits, words = data
        for (axes, line), limit in zip(artists, limits, strict=True):
            if axes.get_ylim() != (0, limit):
                axes.set_ylim(0, limit)
                line.set_ydata([0, limit / 2])
        if self.words and self.words.get_text() != words:
            self.words.set_text(words)


@pytest.mark.parametrize(
    ("then", "with_words"),
    [
        (((1, 1, 1, 2e-4), "a"), False),
        (((1, 3000, 1, 1), "a"), False),
        (((9, 1, 50, 1), "a"), False),
        (((5, 5, 5, 5), "a"), False),
        (((1, 1, 1, 1), "b"), True),
        (((5, 5, 5, 5), "b"), True),
    ],
)
def test_panels_that_changed_are_drawn_anew_and_look_as_in_a_full_drawing(then, with_words):
    mended, full = Painter(FourPanels(with_words)), Painter(FourPanels(with_words))
    first = (1, 1, 1, 1), "a"
    for painter in (mended, full):
        painter.paint(first)
        painter.paint(((1, 1, 1, 100_000), "a"))
    full._mend_background = full._draw_background
    for view in (then, first, then):
        np.testing.assert_array_equal(mended.paint(view), full.paint(view))


def test_panels_that_stayed_as_they_were_are_not_drawn_again(monkeypatch):
    painter, drawn = Painter(FourPanels()), []
    for limit in (1, 2):
        painter.paint(((1, 1, limit, 1), "a"))
    for number, axes in enumerate(painter.figure.axes):
        original = axes.draw
        monkeypatch.setattr(
            axes, "draw", lambda renderer, n=number, o=original: (drawn.append(n), o(renderer))
        )
    painter.paint(((3, 1, 1, 1), "a"))
    assert set(drawn) == {0, 2}


def test_the_layout_is_frozen_after_the_first_picture():
    painter = Painter(SCENE)
    painter.paint(data())
    before = painter.figure.axes[0].get_position().bounds
    painter.paint(data(limit=1))  # "-0.5" is wider than "-10"
    assert painter.figure.axes[0].get_position().bounds == before
