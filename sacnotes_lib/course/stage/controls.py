"""What a viewer can change in a scene: a slider, a whole number, a choice. Descriptions, not widgets."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any


@dataclass(frozen=True)
class Number:
    """What both kinds of number share: a range from ``low`` to ``high``, both included, and a default in it.

    ``step`` is the distance between two positions of the slider, ``unit`` is shown behind the label.
    """

    label: str
    low: float
    high: float
    default: float
    step: float | None = None
    unit: str = ""

    def __post_init__(self):
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{self.label}: needs low < high, but got {self.low} and {self.high}.")
        self.check(self.default)

    def check(self, value: Any) -> float:
        """``value`` as a number inside the range; ``ValueError`` says what is allowed."""
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"{self.label} takes a number from {self.low} to {self.high}, not {value!r}.")
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.label} runs from {self.low} to {self.high}; {value} is outside.")
        return float(value)


@dataclass(frozen=True)
class Slider(Number):
    """A real number.

    With ``log=True`` positions are spread evenly in the exponent (``step`` is then in powers of ten), while every
    value shown or passed on stays the number itself.
    """

    log: bool = False

    def __post_init__(self):
        super().__post_init__()
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


@dataclass(frozen=True)
class Integer(Number):
    """A whole number."""

    step: int = 1

    def check(self, value: Any) -> int:
        """``value`` as an int inside the range; ``ValueError`` says what is allowed."""
        number = super().check(value)
        if number != int(number):
            raise ValueError(f"{self.label} takes whole numbers, not {value!r}.")
        return int(number)


@dataclass(frozen=True)
class Choice:
    """One of several values, picked by a button for each."""

    label: str
    options: tuple
    default: Any = None
    unit: str = ""

    def __post_init__(self):
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


Control = Slider | Integer | Choice


def adjusted_controls(controls: Mapping[str, Control], defaults: Mapping[str, Any]) -> dict[str, Control]:
    """The controls of a scene with other defaults by name.

    Raises ``ValueError`` that lists the right names when a name is unknown, or what is allowed when a default does
    not fit its control.
    """
    unknown = [name for name in defaults if name not in controls]
    if unknown:
        raise ValueError(
            f"No control is called {unknown[0]!r}. This scene's controls are: {', '.join(controls)}."
        )
    return dict(controls) | {
        name: replace(controls[name], default=controls[name].check(value)) for name, value in defaults.items()
    }
