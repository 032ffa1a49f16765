"""The common look: it stays among our pictures, and can be read."""

import threading

import matplotlib
import matplotlib.style
import pytest

from sacnotes_lib.plots import style


def test_the_style_ends_with_its_block_even_after_an_error():
    before = matplotlib.rcParams["font.size"]
    with pytest.raises(ZeroDivisionError), style.context():
        assert matplotlib.rcParams["font.size"] == style.RC["font.size"] != before
        _ = 1 / 0
    assert matplotlib.rcParams["font.size"] == before


def test_what_a_page_sets_while_another_thread_draws_stays_set():
    drawing, done = threading.Event(), threading.Event()

    def draw():
        with style.context():
            drawing.set()
            done.wait(10)

    with matplotlib.rc_context({"font.size": 7, "lines.linewidth": 9}):
        thread = threading.Thread(target=draw)
        thread.start()
        drawing.wait(10)
        matplotlib.rcParams["font.size"] = 8
        matplotlib.rcParams["axes.grid"] = True  # as both had it before
        done.set()
        thread.join()
        now = {name: matplotlib.rcParams[name] for name in ("font.size", "lines.linewidth", "axes.grid")}
    assert now == {"font.size": 8, "lines.linewidth": 9, "axes.grid": True}


def test_neighbouring_curves_differ_in_colour_dashes_and_marker():
    first, second = style.line_style(0), style.line_style(1)
    assert all(first[key] != second[key] for key in ("color", "linestyle", "marker"))


@pytest.mark.skipif("petroff10" not in matplotlib.style.library, reason="Matplotlib has had them since 3.10")
def test_the_colours_are_matplotlib_s_petroff10():
    cycle = matplotlib.style.library["petroff10"]["axes.prop_cycle"].by_key()["color"]
    assert [color.lower() for color in cycle] == list(style.COLORS)


def test_type_for_the_back_row():
    sizes = {key: value for key, value in style.OURS.items() if key.endswith(("size", "labelsize"))}
    del sizes["lines.markersize"]
    assert min(sizes.values()) >= 14


def test_a_label_stands_at_the_last_finite_point_and_a_line_without_points_has_none():
    axes = style.new_figure().subplots()
    (line,) = axes.plot([0, 1, 2, 3], [5, 6, 7, float("nan")], color="red")
    text = style.label_line_end(axes, line, "seven")
    assert text.xy == (2, 7)
    assert text.get_color() == "red"
    with pytest.raises(ValueError, match="'empty'"):
        style.label_line_end(axes, *axes.plot([], []), "empty")


def test_ink_stands_out():
    inks = {"white": "black", "#ffa90e": "black", "black": "white", "#440154": "white"}
    assert {color: style.readable_on(color) for color in inks} == inks


@pytest.mark.parametrize(
    "theirs", ["dark_background", "Solarize_Light2", {"text.usetex": True, "font.family": "monospace"}]
)
def test_a_persons_own_style_changes_no_picture(theirs):
    def drawn():
        with style.context():
            figure = style.new_figure(3, 2)
            figure.subplots().plot([1, 2], label="α")
            figure.canvas.draw()
        return bytes(figure.canvas.buffer_rgba())

    plain = drawn()
    with matplotlib.style.context(theirs):
        before = dict(matplotlib.rcParams)
        assert drawn() == plain
        assert dict(matplotlib.rcParams) == before
