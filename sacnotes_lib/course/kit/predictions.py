"""A question with options, the option chosen, and how it compares with the answer. No widgets here."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any

from sacnotes_lib.course.kit.progress import PROGRESS

# key -> the question as it was asked last; the choice made before is kept
ASKED: dict[str, "Prediction"] = {}


class Prediction:
    """One question of a page. ``choice`` is the option chosen, or None."""

    def __init__(self, key: str, question: str, options: Sequence[str] | Mapping[str, Any]):
        self.values = list(options.values() if isinstance(options, Mapping) else options)
        options = tuple(options)
        different = {option for option in options if isinstance(option, str)}
        if not 2 <= len(different) == len(options):
            raise ValueError(
                f"Prediction {key!r} needs at least two different options as strings, got {options!r}."
            )
        self.key = key
        self.question = question
        self.options = options
        self._shown = False
        self._callbacks: list[Callable[[], None]] = []
        if self.choice not in options:
            PROGRESS.record_prediction(key, None)  # the question was worded anew since it was answered

    @property
    def choice(self) -> str | None:
        return PROGRESS.predictions.get(self.key)

    @property
    def settled(self) -> bool:
        """May the answer be seen?"""
        return self._shown or self.choice is not None

    def choose(self, option: str | None) -> None:
        """Record ``option``; None takes the prediction back. ``ValueError`` lists the options."""
        if option is not None and option not in self.options:
            raise ValueError(f"{option!r} is none of the options of {self.key!r}: {list(self.options)}.")
        if option != self.choice:
            PROGRESS.record_prediction(self.key, option)
            self._tell()

    def show_anyway(self) -> None:
        """Settle it without a choice, for those who will not guess."""
        self._shown = True
        self._tell()

    def on_change(self, callback: Callable[[], None], remove: bool = False) -> None:
        """Call ``callback()`` whenever something is chosen or shown anyway; with ``remove`` no more."""
        self._callbacks = [other for other in self._callbacks if other != callback]
        if not remove:
            self._callbacks.append(callback)

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            callback()

    def right_option(self, found: Any) -> str:
        """The option whose value equals ``found``, or is nearest to it where all are numbers.

        The value of an option that carries none is the option itself. ``ValueError`` for another.
        """
        with suppress(AttributeError, RuntimeError, ValueError):
            found = found.item()  # a number of NumPy or PyTorch
        values, are_numbers = self.values, all(map(_is_number, self.values))
        if are_numbers and _is_number(found):
            within = min(max(found, min(values)), max(values))  # an infinite one is nearest to an end
            return min(zip(values, self.options), key=lambda pair: abs(pair[0] - within))[1]
        if not are_numbers and found in values:
            return self.options[values.index(found)]
        raise ValueError(
            f"The answer {found!r} is none of the options of prediction {self.key!r}. Give one of {values}, "
            f"which stand for {list(self.options)}."
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)


def asked(key: str) -> Prediction:
    """The question asked as ``key``. Raises ``LookupError`` that lists those asked so far."""
    if key not in ASKED:
        known = ", ".join(map(repr, ASKED)) or "none yet"
        raise LookupError(
            f"No prediction is called {key!r}. Run the cell with its predict(...) first. Asked so far: {known}."
        )
    return ASKED[key]
