"""Moving text as outlines: where it stands, compared with Matplotlib's own text."""

import numpy as np
import pytest

from sacnotes_lib.course.p01_independent.cells import OutlineText
from sacnotes_lib.plots import style


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
