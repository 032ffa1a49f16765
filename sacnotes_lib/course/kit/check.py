"""Try a learner's function on the cases of an exercise and say what was expected, what came, and what it looks like."""

import traceback
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch

from sacnotes_lib.course.kit.exercise import CheckResult, Exercise, ExerciseTodo, Unfit
from sacnotes_lib.course.kit.progress import PROGRESS
from sacnotes_lib.training.progress import say

_HERE = str(Path(__file__).parents[1])  # the check itself, and an exercise's `adapt` around the answer


def check(answer: Callable | Any, exercise: Exercise) -> CheckResult:
    """Check ``answer``, a function or (where the exercise has no arguments) a value, and print what was found.

    An open exercise prints "not done yet" and nothing is raised, so that a page runs to its end. Shapes are
    compared first, then values, each case in turn; the first case that differs is shown. Returns a `CheckResult`.
    """
    function = answer if callable(answer) else lambda: answer
    outcomes = list(_outcomes(function, exercise))
    todo = next((outcome for outcome in outcomes if isinstance(outcome, ExerciseTodo)), None)
    if todo is not None:
        what = f": {todo}" if str(todo) else "."
        result = CheckResult(False, f"○ {exercise.name}: not done yet{what}", done=False)
    else:
        result = _judged(outcomes, exercise)
    PROGRESS.record_exercise(exercise.name, result.passed)
    say(result.message)
    return result


def _judged(outcomes, exercise: Exercise) -> CheckResult:
    expected = list(_outcomes(exercise.reference, exercise))
    differing = [k for k in range(len(expected)) if not _same(outcomes[k], expected[k], exercise)]
    if not differing:
        return CheckResult(True, f"✓ {exercise.name}: right, on all {len(expected)} cases.")
    first = differing[0]
    lines = [
        f"✗ {exercise.name}: not yet (case {first + 1} of {len(expected)}).",
        f"  called with  {_arguments(exercise.cases[first])}",
        *([f"  compared     {exercise.compared}"] if exercise.compared else []),
        f"  expected     {_shown(expected[first])}",
        f"  got          {_shown(outcomes[first])}",
    ]
    mistake = _known_mistake(outcomes, exercise)
    if mistake:
        lines.append(f"  This looks like: {mistake}.")
    elif problem := _plain_problem(outcomes[first], expected[first]):
        lines.append(f"  {problem}")
    return CheckResult(False, "\n".join(lines), mistake)


def _outcomes(function: Callable, exercise: Exercise) -> Iterator[Any]:
    adapted = exercise.adapt(function)
    return (_outcome(adapted, case) for case in exercise.cases)


def _outcome(function: Callable, case) -> Any:
    """What the function returns for a case, or the exception that it raised. Noise is the same at every call."""
    arguments = deepcopy(dict(case))  # a function that changes its arguments spoils nothing for the next one
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return function(*arguments.values())
    except Exception as error:
        return error


def _known_mistake(outcomes, exercise: Exercise) -> str | None:
    """The mistake whose function gives just these outcomes, errors included, on every case."""
    for name, wrong in exercise.mistakes.items():
        tries = zip(outcomes, _outcomes(wrong, exercise), strict=True)
        if all(_same(got, known, exercise) for got, known in tries):
            return name
    return None


def _same(got: Any, expected: Any, exercise: Exercise) -> bool:
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return type(got) is type(expected)
    got, expected = _as_tensor(got), _as_tensor(expected)
    if got is None or expected is None or got.shape != expected.shape:
        return False
    return torch.allclose(got, expected, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)


def _as_tensor(value: Any) -> torch.Tensor | None:
    """A number, a list of numbers, an array or a tensor as float64; None for anything else."""
    value = _bare(value)
    if not isinstance(value, (torch.Tensor, np.ndarray, np.generic, int, float, list, tuple)):
        return None
    try:
        return torch.as_tensor(value).detach().to("cpu", torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Unfit) else value


def _plain_problem(got: Any, expected: Any) -> str:
    """A hint for what no known mistake explains."""
    if _bare(got) is None:
        return "The function returned nothing: does its last line say return?"
    if isinstance(got, Exception):
        return _where(got)
    if isinstance(got, Unfit):
        return got.wanted
    tensor, wanted = _as_tensor(got), _as_tensor(expected)
    if isinstance(got, tuple) and isinstance(getattr(got, "values", None), torch.Tensor):
        return "min and max along an axis return values and their places: take .values, or call amin or amax."
    if tensor is None:
        return f"A tensor or a number was expected, not {type(got).__name__}."
    if wanted is not None and tensor.shape != wanted.shape:
        return f"The shape should be {list(wanted.shape)}, but it is {list(tensor.shape)}."
    if not torch.isfinite(tensor).all():
        return "Some values are not finite (nan or inf)."
    return "The shape is right, the values differ."


def _where(error: Exception) -> str:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_HERE)
    ]
    if not frames:
        return "The function could not be called with these arguments: compare them with its first line."
    line = f", in the line: {frames[0].line}" if frames[0].line else f", in its line {frames[0].lineno}"
    return f"Your code stopped{line}"


def _shown(value: Any) -> str:
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {str(value).splitlines()[0] if str(value) else ''}".rstrip(": ")
    tensor = _as_tensor(value)
    if tensor is None:
        return repr(_bare(value))[:200]
    numbers = np.array2string(tensor.numpy(), precision=4, threshold=12, edgeitems=2, suppress_small=True)
    return f"shape {list(tensor.shape)}, {' '.join(numbers.split())}"


def _arguments(case) -> str:
    return ", ".join(_argument(name, value) for name, value in case.items()) or "no arguments"


def _argument(name: str, value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{name} {list(value.shape)}"
    says_nothing = type(value).__repr__ is object.__repr__  # but its place in memory
    return f"{name} (a {type(value).__name__})" if says_nothing else f"{name} = {value!r}"
