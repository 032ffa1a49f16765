"""Controls as widgets: named, linked, in range."""

import ipywidgets as widgets
import pytest

from sacnotes_lib.course.stage.control_views import ControlView
from sacnotes_lib.course.stage.controls import Choice, Integer, Slider

TEMPERATURE = Slider("Temperature", 0.01, 10.0, 0.2, log=True, unit="nat")
BACKUP = Choice("Backup", ("min", "mean"))


def parts(view):
    """Its number box and its slider."""
    return view.box.children


@pytest.mark.parametrize(
    ("control", "kind", "value"),
    [
        (Integer("B", 2, 12, 6), widgets.IntSlider, 7),
        (Slider("x", -1, 1, 0), widgets.FloatSlider, 0.5),
        (TEMPERATURE, widgets.FloatLogSlider, 1.0),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_a_slider_has_a_number_box_with_its_name_and_range_and_one_move_is_one_change(control, kind, value):
    view = ControlView(control)
    number, slider = parts(view)
    assert type(slider) is kind
    assert number.description == control.label + (f" [{control.unit}]" if control.unit else "")
    assert (number.min, number.max, number.value) == (control.low, control.high, control.default)
    seen = []
    view.on_change(lambda change: seen.append(change["new"]))
    slider.value = value
    assert seen == [value]


def test_a_log_slider_gives_the_value_not_the_exponent_and_follows_a_typed_number():
    view = ControlView(TEMPERATURE)
    number, slider = parts(view)
    assert (slider.min, slider.max) == (-2, 1)
    slider.value = 10**-0.7
    assert number.value == view.value == 0.2
    number.value = 0.123456  # kept to the last digit
    assert view.value == 0.123456
    assert slider.value == pytest.approx(0.123456)


def test_the_ends_of_a_log_slider_stay_in_range():
    for low, high in ((0.003, 3.3), (1 / 300, 10 / 3)):
        view = ControlView(Slider("x", low, high, 1.0, log=True))
        _, slider = parts(view)
        slider.value = 10**slider.min
        assert low <= view.value == pytest.approx(low, rel=0.02)
        slider.value = 10**slider.max
        assert high >= view.value == pytest.approx(high, rel=0.02)


def test_steps_of_a_tenth_do_not_add_up_rounding_errors():
    view = ControlView(Slider("x", 0, 1, 0, step=0.1))
    parts(view)[1].value = 0.1 + 0.2
    assert view.value == 0.3
    view = ControlView(Slider("x", -1.5, 0.75, 0.5, step=0.01))
    parts(view)[1].value = -1.5 + 150 * 0.01 - 2**-52  # a browser's zero
    assert view.value == 0


def test_a_choice_is_a_row_of_buttons_that_say_which_is_chosen():
    view = ControlView(BACKUP)
    _, first, second = view.box.children
    assert [first.description, second.description] == ["✓ min", "mean"]
    second.click()
    assert view.value == "mean"
    assert [first.description, second.description] == ["min", "✓ mean"]
    assert second.tooltip == "Backup: mean"


def test_a_value_out_of_range_is_refused():
    for control in (TEMPERATURE, BACKUP):
        with pytest.raises(ValueError):
            ControlView(control).value = 99.0


def test_a_whole_number_that_is_typed_with_a_point_is_rounded_and_not_read_without_its_point():
    view = ControlView(Integer("B", 2, 200, 6))
    number, slider = parts(view)
    number.value = 12.7  # as a browser sends it
    assert (number.value, slider.value, view.value) == (13, 13, 13)
    number.value = 1e9
    assert view.value == 200
