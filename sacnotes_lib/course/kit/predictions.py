"""A question with options, the option chosen, and how it compares with the answer. No widgets here."""

import operator
from collections.abc import Callable, Sequence
from contextlib import suppress

from sacnotes_lib.course.kit.progress import PROGRESS


class Prediction:
    """One question of a page. ``choice`` is the option chosen, or None."""

    def __init__(self, key: str, question: str, options: Sequence[str]):
        options = tuple(options)
        different = {option for option in options if isinstance(option, str)}
        if not 2 <= len(different) == len(options):
            raise ValueError(
                f"Prediction {key!r} needs at least two different options as strings, got {options!r}."
            )
        self.key = key
        self.question = question
        self.options = options
        self._callbacks: list[Callable[[], None]] = []
        if self.choice not in options:
            PROGRESS.record_prediction(key, None)  # the question was worded anew since it was answered

    @property
    def choice(self) -> str | None:
        return PROGRESS.predictions.get(self.key)

    def choose(self, option: str | None) -> None:
        """Record ``option``; None takes the prediction back. ``ValueError`` lists the options."""
        if option is not None and option not in self.options:
            raise ValueError(f"{option!r} is none of the options of {self.key!r}: {list(self.options)}.")
        if option == self.choice:
            return
        PROGRESS.record_prediction(self.key, option)
        for callback in list(self._callbacks):
            callback()

    def on_change(self, callback: Callable[[], None], remove: bool = False) -> None:
        """Call ``callback()`` after each change of the choice; with ``remove`` no more."""
        if remove:
            self._callbacks.remove(callback)
        else:
            self._callbacks.append(callback)

    def right_option(self, answer: str | int) -> str:
        """``answer`` as one of the options: given as the option itself or as its place, counted from 0."""
        by_place = dict(enumerate(self.options))
        option = answer
        if not isinstance(answer, (str, bool)):
            with suppress(TypeError):
                option = by_place.get(operator.index(answer))
        if isinstance(option, str) and option in self.options:
            return option
        raise ValueError(
            f"The answer {answer!r} is none of the options of prediction {self.key!r}. Give one of "
            f"{list(self.options)}, or its place from 0 to {len(self.options) - 1}."
        )
