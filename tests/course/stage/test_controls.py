"""Controls: ranges, defaults, and what a page may change about them."""

import math

import numpy as np
import pytest

from sacnotes_lib.course.stage.controls import Choice, Integer, Slider, adjusted_controls

CONTROLS = {
    "temperature": Slider("Temperature", 0.01, 10.0, 0.2, log=True, unit="nat"),
    "batch_size": Integer("Batch size", 2, 12, 6),
    "backup": Choice("Backup", ("min", "mean")),
}


def test_a_single_value_is_another_default_and_what_is_not_named_stays():
    changed = adjusted_controls(CONTROLS, {"temperature": 1, "backup": "mean"})
    assert [changed[name].default for name in ("temperature", "backup")] == [1.0, "mean"]
    assert changed["batch_size"] is CONTROLS["batch_size"] and adjusted_controls(CONTROLS, {}) == CONTROLS


def test_an_unknown_name_lists_the_right_ones():
    with pytest.raises(ValueError, match="'batch'.*temperature, batch_size, backup"):
        adjusted_controls(CONTROLS, {"batch": 3})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 13}, "from 2 to 12; 13 is outside"),
        ({"batch_size": 2.5}, "whole numbers"),
        ({"batch_size": "six"}, "a number from 2 to 12"),
        ({"batch_size": True}, "a number from 2 to 12"),
        ({"temperature": float("nan")}, "a number from 0.01 to 10.0"),
        ({"backup": "max"}, r"\['min', 'mean'\], not 'max'"),
    ],
)
def test_a_wish_that_does_not_fit_says_what_does(change, message):
    with pytest.raises(ValueError, match=message):
        adjusted_controls(CONTROLS, change)


def test_a_control_needs_a_range_or_an_option():
    with pytest.raises(ValueError, match="low < high"):
        Integer("Batch size", 5, 5, 5)
    with pytest.raises(ValueError, match="starts above 0"):
        Slider("Temperature", 0, 1, 0.5, log=True)
    with pytest.raises(ValueError, match="at least one option"):
        Choice("Backup", ())


def test_numpy_numbers_count_as_numbers():
    assert CONTROLS["batch_size"].check(np.int64(3)) == 3
    assert CONTROLS["temperature"].check(np.float32(0.5)) == 0.5


@pytest.mark.parametrize(
    ("slider", "resolution"),
    [
        (Slider("α", 0.01, 10.0, 1.0, log=True), 0.1),
        (Slider("α", 0.01, 10.0, 0.3, log=True), math.log10(30) / 15),
        (Slider("α", 0.01, 10.0, 0.01, log=True), 0.1),
        (Slider("α", 0.01, 10.0, 0.0101, log=True), math.log10(1.01)),
        (Slider("x", 0.0, 1.0, 0.98), 0.01),
        (Slider("x", 0.0, 3.0, 1.0, step=0.4), 0.5),
    ],
)
def test_the_default_is_one_of_the_sliders_positions(slider, resolution):
    assert slider.resolution == pytest.approx(resolution)
    below = math.log10(slider.default / slider.low) if slider.log else slider.default - slider.low
    assert below / slider.resolution == pytest.approx(round(below / slider.resolution))
