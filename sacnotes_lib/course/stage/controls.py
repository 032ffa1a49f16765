"""What a viewer can change in a scene: a slider, a whole number, a choice, a toggle. Descriptions, not widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any


@dataclass(frozen=True)
class Slider:
    """A real number from ``low`` to ``high``.

    ``step`` is the distance between two positions of the slider; with ``log=True`` positions are spread evenly
    in the exponent (``step`` is then in powers of ten), while every value shown or passed on stays the number
    itself. ``unit`` is shown behind the label.
    """

    label: str
    low: float
    high: float
    default: float
    step: float | None = None
    log: bool = False
    unit: str = ""

    def __post_init__(self):
        _require_range(self)
        if self.log and self.low <= 0:
            raise ValueError(f"{self.label}: a log slider starts above 0, but its low end is {self.low}.")

    @property
    def resolution(self) -> float:
        """Distance between two positions: ``step``, or a hundredth of the range (a tenth of a power of ten).

        A little more or less where the default would else lie between two positions: a browser would move it there.
        """
        wanted = self.step if self.step is not None else (0.1 if self.log else (self.high - self.low) / 100)
        below = math.log10(self.default / self.low) if self.log else self.default - self.low
        positions = max(1, round(below / wanted))
        is_one = below == 0 or math.isclose(positions * wanted, below, rel_tol=1e-6)
        return wanted if is_one else below / positions

    def check(self, value: Any) -> float:
        """``value`` as a float inside the range; ``ValueError`` says what is allowed."""
        return float(_require_inside(self, _require_number(self, value)))

    def adjusted(self, change: Any) -> Slider:
        """The same slider with another range ``(low, high)`` or ``(low, high, step)``, or another default."""
        return _adjusted_number(self, change)

    def text(self, value: float) -> str:
        return f"{value:.3g}"


@dataclass(frozen=True)
class Integer:
    """A whole number from ``low`` to ``high``, both included, in steps of ``step``."""

    label: str
    low: int
    high: int
    default: int
    step: int = 1
    unit: str = ""

    def __post_init__(self):
        _require_range(self)

    def check(self, value: Any) -> int:
        """``value`` as an int inside the range; ``ValueError`` says what is allowed."""
        number = _require_number(self, value)
        if number != int(number):
            raise ValueError(f"{self.label} takes whole numbers, not {value!r}.")
        return int(_require_inside(self, number))

    def adjusted(self, change: Any) -> Integer:
        """The same control with another range ``(low, high)`` or ``(low, high, step)``, or another default."""
        return _adjusted_number(self, change)

    def text(self, value: int) -> str:
        return str(value)


@dataclass(frozen=True)
class Choice:
    """One of several values, picked from a menu. A single option fixes the value: no menu is shown for it."""

    label: str
    options: tuple
    default: Any = None
    unit: str = ""

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        if not self.options:
            raise ValueError(f"{self.label}: a choice needs at least one option.")
        if self.default is None:
            object.__setattr__(self, "default", self.options[0])
        self.check(self.default)

    def check(self, value: Any) -> Any:
        """``value`` if it is one of the options; ``ValueError`` lists them."""
        if value not in self.options:
            raise ValueError(f"{self.label} is one of {list(self.options)}, not {value!r}.")
        return value

    def adjusted(self, change: Any) -> Choice:
        """The same menu with other options (a list), or another default (a single value)."""
        if isinstance(change, list):
            default = self.default if self.default in change else None
            return replace(self, options=tuple(change), default=default)
        return replace(self, default=self.check(change))

    def text(self, value: Any) -> str:
        return str(value)


Control = Slider | Integer | Choice


def adjusted_controls(controls: dict[str, Control], changes: dict[str, Any]) -> dict[str, Control]:
    """The controls of a scene after a page's wishes: name -> range, list of options, default, or a new control.

    Raises ``ValueError`` that lists the right names when a name is unknown, or what is allowed when a wish does
    not fit its control.
    """
    unknown = [name for name in changes if name not in controls]
    if unknown:
        raise ValueError(
            f"No control is called {unknown[0]!r}. This scene's controls are: {', '.join(controls)}."
        )
    return {name: _with_change(control, changes[name]) if name in changes else control
            for name, control in controls.items()}  # fmt: skip


def _with_change(control: Control, change: Any) -> Control:
    if isinstance(change, Control):
        return change
    if isinstance(change, list) and not isinstance(control, Choice):
        # A list turns a number into a menu of those numbers.
        options = tuple(control.check(value) for value in change)
        default = control.default if control.default in options else None
        return Choice(control.label, options, default, unit=control.unit)
    return control.adjusted(change)


def _require_range(control):
    if not (math.isfinite(control.low) and math.isfinite(control.high) and control.low < control.high):
        raise ValueError(f"{control.label}: needs low < high, but got {control.low} and {control.high}.")
    _require_inside(control, control.default)


def _require_number(control, value):
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(
            f"{control.label} takes a number from {control.low} to {control.high}, not {value!r}."
        )
    return value


def _require_inside(control, value):
    if not control.low <= value <= control.high:
        raise ValueError(f"{control.label} runs from {control.low} to {control.high}; {value} is outside.")
    return value


def _adjusted_number(control, change):
    if isinstance(change, tuple):
        if len(change) not in (2, 3):
            raise ValueError(
                f"{control.label}: write a range as (low, high) or (low, high, step), not {change!r}."
            )
        low, high = change[0], change[1]
        default = min(max(control.default, low), high)  # the nearest end, where the old default falls outside
        step = change[2] if len(change) == 3 else control.step
        return replace(control, low=low, high=high, default=default, step=step)
    return replace(control, default=control.check(change))
