"""Cells: colours by value, marks on top, numbers as written. Moving text as outlines, beside Matplotlib's own text."""

import numpy as np
import pytest

from sacnotes_lib.course.p01_independent.cells import Block, Cells, OutlineText, _one_decimal
from sacnotes_lib.plots import style


@pytest.fixture
def drawn():
    axes = style.new_figure(4, 4).add_axes((0, 0, 1, 1), xlim=(0, 4), ylim=(0, 4))
    return axes, Cells(axes, -1.0, 1.0)


def test_equal_values_have_equal_colours(drawn):
    axes, cells = drawn
    cells.show([Block(0, 4, np.array([[0.5, -0.5], [0.5, 0.9]]))], 1.0, numbers=False)
    colors = axes.collections[0].get_facecolor()
    assert len(colors) == 4
    np.testing.assert_array_equal(colors[0], colors[2])
    assert (colors[0] != colors[1]).any()


def test_marked_cells_come_last_and_keep_their_colour(drawn):
    axes, cells = drawn
    values = np.array([[0.5, 0.5]])
    cells.show([Block(0, 4, values, np.array([[True, False]]))], 1.0, numbers=False)
    widths, colors = axes.collections[0].get_linewidth(), axes.collections[0].get_facecolor()
    assert list(widths) == [1.0, 4.0]
    assert colors[0][:3].sum() > colors[1][:3].sum()  # the unmarked one fades


def test_numbers_come_and_go_inside_their_cells(drawn):
    axes, cells = drawn
    block = Block(1.0, 3.0, np.array([[-0.9]]))
    cells.show([block], 0.5, numbers=True)
    (box,) = [patch.get_path().get_extents() for patch in axes.patches if len(patch.get_path().vertices)]
    assert 1.0 < box.x0 < box.x1 < 1.5 and 2.5 < box.y0 < box.y1 < 3.0
    cells.show([block], 0.5, numbers=False)
    assert not any(len(patch.get_path().vertices) for patch in axes.patches)


def test_zero_has_no_sign():
    assert [_one_decimal(value) for value in (-0.04, 0.04, -0.06, 1.25)] == ["0.0", "0.0", "-0.1", "1.2"]


@pytest.fixture
def axes():
    return style.new_figure(4, 2).add_axes((0, 0, 1, 1), xlim=(0, 4), ylim=(0, 2))


def box(text):
    return text.get_path().get_extents()


def test_text_begins_ends_or_has_its_middle_where_it_is_told(axes):
    text = OutlineText(axes, 18)
    for align in (0.0, 0.5, 1.0):
        text.write("HOH", 2.0, 1.0, align=align)
        assert box(text).x0 + align * box(text).width == pytest.approx(2.0, abs=0.03)
        assert (box(text).y0 + box(text).y1) / 2 == pytest.approx(1.0, abs=0.02)


def test_upright_text_reads_upwards_and_ends_left_of_its_place(axes):
    text = OutlineText(axes, 18)
    text.write("HOHOH", 2.0, 1.0, upright=True)
    lying = OutlineText(axes, 18)
    lying.write("HOHOH", 2.0, 1.0)
    assert box(text).height == pytest.approx(box(lying).width)
    assert box(text).x1 <= 2.0 and (box(text).y0 + box(text).y1) / 2 == pytest.approx(1.0, abs=0.03)


def test_it_is_as_large_as_a_text_artist(axes):
    outline = OutlineText(axes, 24, "DejaVu Sans Mono", "bold")
    outline.write("MMMMMMMMMMMM", 0.5, 1.0)
    artist = axes.text(0.5, 1.0, "MMMMMMMMMMMM", fontsize=24, family="DejaVu Sans Mono", fontweight="bold")
    artist_box = artist.get_window_extent(axes.figure.canvas.get_renderer())
    np.testing.assert_allclose(box(outline).width * style.DPI, artist_box.width, rtol=0.05)
