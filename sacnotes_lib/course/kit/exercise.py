"""What an exercise is: a right solution, cases to try it on, and the mistakes that are known by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


class ExerciseTodo(Exception):
    """Raised by the placeholder of an exercise: ``raise ExerciseTodo``. `check` then says "not done yet"."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of a page.

    ``name``       what it is called in messages and in the record of progress
    ``reference``  a right solution
    ``cases``      the arguments of each try, as dictionaries: argument name -> value, in the order of the function
    ``mistakes``   what went wrong, in a few words -> a function that goes wrong in just that way; see `edits.altered`
    ``others``     another estimator of the same thing, in a few words -> a function; right, though not what was asked
    ``adapt``      makes of a solution, right or wrong, the function that is tried and compared; left out: itself.
                   That function may return a dictionary: what is compared, in a few words -> its value
    ``rtol``, ``atol``  how far a right answer may be from the reference, relative and absolute
    """

    name: str
    reference: Callable
    cases: tuple[Mapping[str, Any], ...]
    mistakes: Mapping[str, Callable] = field(default_factory=dict)
    others: Mapping[str, Callable] = field(default_factory=dict)
    adapt: Callable[[Callable], Callable] = lambda solution: solution
    rtol: float = 1e-4
    atol: float = 1e-5


@dataclass(frozen=True)
class Unfit:
    """What an ``adapt`` returns where what a solution returned, or how, cannot be right: that, and a sentence on it."""

    value: Any
    wanted: str


@dataclass(frozen=True)
class CheckResult:
    """What `check` found. ``mistake`` says what went wrong where that is known, else None."""

    passed: bool
    message: str
    mistake: str | None = None
    done: bool = True

    def _ipython_display_(self) -> None:
        """Nothing: `check` has printed the message already."""
