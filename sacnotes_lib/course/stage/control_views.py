"""Controls as ipywidgets, each with a name that a screen reader finds and a value that it can read."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import traitlets

from sacnotes_lib.course.stage.controls import Choice, Control, Integer, Slider

NAME_STYLE = {"description_width": "initial"}


class ControlView:
    """One control on screen: ``box`` is what is shown, ``value`` what it says."""

    def __init__(self, control: Control):
        self.control = control
        self.box, self.source = _build(control)
        self.box.layout.margin = "2px 1.5em 2px 0"

    @property
    def value(self) -> Any:
        return self.control.check(self.source.value)

    @value.setter
    def value(self, value: Any) -> None:
        self.source.value = self.control.check(value)

    def on_change(self, callback: Callable[[Any], None]) -> None:
        """Call ``callback`` after each change of the value, by mouse, by keyboard or by code."""
        self.source.observe(callback, names="value")


class ButtonRow(widgets.HBox):
    """One button for each option; ``value`` is the option chosen.

    Buttons, since JupyterLab takes the arrow keys of a menu or of radio buttons for moves from cell to cell.
    """

    value = traitlets.Any()

    def __init__(self, name: str, options: tuple, value: Any, text: Callable[[Any], str]):
        self._texts = {option: text(option) for option in options}
        self._buttons = {option: widgets.Button(tooltip=f"{name}: {text(option)}") for option in options}
        for option, button in self._buttons.items():
            button.layout.width = "max-content"
            button.on_click(lambda _, option=option: self.set_trait("value", option))
        super().__init__([widgets.Label(name), *self._buttons.values()], value=value)
        self.observe(lambda _: self._mark(), names="value")
        self._mark()

    def _mark(self) -> None:
        for option, button in self._buttons.items():
            chosen = option == self.value
            # The mark is part of the button's name, so that a screen reader hears it too.
            button.description = f"✓ {self._texts[option]}" if chosen else self._texts[option]
            button.button_style = "info" if chosen else ""


def _build(control):
    name = f"{control.label} [{control.unit}]" if control.unit else control.label
    if isinstance(control, Choice):
        source = ButtonRow(name, control.options, control.default, control.text)
        return source, source
    return _named_slider(control, name)


def _named_slider(control: Slider | Integer, name: str):
    """A slider and a number box that share a value.

    The handle of a slider has no name that a screen reader could announce, and a logarithmic one announces its
    exponent. The box beside it has both a name and the value, and takes numbers from the keyboard.
    """
    if isinstance(control, Integer):
        slider = widgets.IntSlider(min=control.low, max=control.high, step=control.step, readout=False)
        number = widgets.BoundedIntText(min=control.low, max=control.high, step=control.step)
    elif control.log:
        slider = widgets.FloatLogSlider(step=control.resolution, readout=False, **_log_range(control))
        number = widgets.BoundedFloatText(min=control.low, max=control.high, step=None)
    else:
        slider = widgets.FloatSlider(
            min=control.low, max=control.high, step=control.resolution, readout=False
        )
        number = widgets.BoundedFloatText(min=control.low, max=control.high, step=control.resolution)
    number.value = slider.value = control.default
    number.description = name
    number.style = NAME_STYLE
    number.layout.width = f"{len(name) + 10}ex"
    slider.layout.width = "14em"
    tidy = _tidy(control)
    widgets.link((number, "value"), (slider, "value"), transform=(lambda value: value, tidy))
    return widgets.HBox([number, slider]), number


def _log_range(control):
    return {"min": math.log10(control.low), "max": math.log10(control.high), "value": control.default}


def _tidy(control):
    """Round a slider's position to the number that the box shows: 10 ** -0.7 becomes 0.2, and 0.2 is what is used."""
    if isinstance(control, Integer):
        return int
    digits = 2 if control.log and control.resolution >= 0.05 else 6
    return lambda value: float(f"{value:.{digits}g}")
