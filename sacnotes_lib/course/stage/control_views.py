"""Controls as ipywidgets, each with a name that a screen reader finds and a value that it can read."""

import math
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
import traitlets

from sacnotes_lib.course.stage.controls import Choice, Control, Integer, Slider


class ControlView:
    """One control on screen: ``box`` is what is shown, ``value`` what it says."""

    def __init__(self, control: Control):
        self.control = control
        name = f"{control.label} [{control.unit}]" if control.unit else control.label
        if isinstance(control, Choice):
            self.box = self.source = ButtonRow(name, control.options, control.default)
        else:
            self.box, self.source = _named_slider(control, name)
        # A rule beside each control, so that on a narrow page, where buttons wrap, it is seen what belongs together.
        self.box.layout.margin, self.box.layout.padding = "2px 1.5em 2px 0", "0 0 0 0.6em"
        self.box.layout.border_left = "3px solid var(--jp-border-color2, #e0e0e0)"

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

    def __init__(self, name: str, options: tuple, value: Any):
        self._buttons = {option: widgets.Button(tooltip=f"{name}: {option}") for option in options}
        for option, button in self._buttons.items():
            # Of its full width in any row: a narrow page wraps, and cuts no name.
            button.layout.width, button.layout.flex = "max-content", "0 0 auto"
            button.on_click(lambda _, option=option: self.set_trait("value", option))
        label = widgets.Label(name, layout={"flex": "0 0 auto"})
        super().__init__([label, *self._buttons.values()], value=value, layout={"flex_flow": "row wrap"})
        self.observe(lambda _: mark_chosen(self._buttons, self.value), names="value")
        mark_chosen(self._buttons, value)


def mark_chosen(buttons: dict[Any, widgets.Button], chosen: Any) -> None:
    """Write each option on its button, and mark the one that is chosen."""
    for option, button in buttons.items():
        # The mark is part of the button's name, so that a screen reader hears it too.
        button.description = f"✓ {option}" if option == chosen else str(option)
        button.button_style = "info" if option == chosen else ""


class WholeNumber(widgets.BoundedFloatText):
    """A box for a whole number that rounds what is typed. A box for integers drops points: 12.7 becomes 127."""

    @traitlets.validate("value")
    def _validate_value(self, proposal):
        return round(super()._validate_value(proposal))


def _named_slider(control: Slider | Integer, name: str):
    """A slider and a number box that share a value.

    The handle of a slider has no name that a screen reader could announce, and a logarithmic one announces its
    exponent. The box beside it has both a name and the value, and takes numbers from the keyboard.
    """
    ends = {"min": control.low, "max": control.high}
    look: dict[str, Any] = {
        "description": name,
        "tooltip": f"from {control.low:g} to {control.high:g}",
        "style": {"description_width": "initial"},
        "layout": {"width": f"{len(name) + 10}ex"},
    }
    if isinstance(control, Integer):
        slider = widgets.IntSlider(**ends, step=control.step, readout=False)
        number = WholeNumber(**ends, step=control.step, **look)
    elif control.log:
        exponents = {end: math.log10(value) for end, value in ends.items()}
        slider = widgets.FloatLogSlider(control.default, **exponents, step=control.resolution, readout=False)
        number = widgets.BoundedFloatText(**ends, step=None, **look)
    else:
        slider = widgets.FloatSlider(**ends, step=control.resolution, readout=False)
        number = widgets.BoundedFloatText(**ends, step=control.resolution, **look)
    number.value = slider.value = control.default
    slider.layout.width = "14em"
    tidy = _tidy(control)
    widgets.link((number, "value"), (slider, "value"), transform=(lambda value: value, tidy))
    return widgets.HBox([number, slider]), number


def _tidy(control):
    """Round a slider's position to the number that the box shows: 10 ** -0.7 becomes 0.2, and 0.2 is what is used."""
    if isinstance(control, Integer):
        return int
    digits = 2 if control.log and control.resolution >= 0.05 else 6
    nothing = 0 if control.log else 1e-9 * (control.high - control.low)  # a browser's zero may be -2e-16
    return lambda value: float(f"{value:.{digits}g}") if abs(value) > nothing else 0.0
