"""Try a learner's function on the cases of an exercise and say what was expected, what came, and what it looks like."""

import inspect
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
        result = CheckResult(False, f"○ {exercise.name}: not done yet{_open(todo, function)}", done=False)
    else:
        result = _judged(function, outcomes, exercise)
    PROGRESS.record_exercise(exercise.name, result.passed)
    say(result.message)
    return result


def _open(todo: ExerciseTodo, function: Callable) -> str:
    """What is still to do: here, or in another exercise whose function this one calls."""
    raised_in = traceback.extract_tb(todo.__traceback__)[-1].name
    if raised_in != getattr(function, "__name__", raised_in):
        return f": it calls `{raised_in}`, an exercise that is still open."
    return f": {todo}" if str(todo) else "."


def _judged(function: Callable, outcomes: list, exercise: Exercise) -> CheckResult:
    expected = list(_outcomes(exercise.reference, exercise))
    differing = [k for k in range(len(expected)) if not _same(outcomes[k], expected[k], exercise)]
    if not differing:
        return CheckResult(True, f"✓ {exercise.name}: right, on all {len(expected)} cases.")
    if other := _alike(outcomes, exercise.others, exercise):
        said = f"✓ {exercise.name}: correct, but another estimator than asked: {other}."
        return CheckResult(True, said)
    first = differing[0]
    mistake = _alike(outcomes, exercise.mistakes, exercise)
    problem = mistake or _plain_mistake(outcomes, expected, exercise)
    lines = [
        f"✗ {exercise.name}: not yet (case {first + 1} of {len(expected)}).",
        f"  called with  {_arguments(exercise.cases[first])}",
        *_comparison(outcomes[first], expected[first], exercise),
        f"  This looks like: {mistake}."
        if mistake
        else f"  {problem or _unknown(function, first, outcomes[first], expected[first], exercise)}",
    ]
    return CheckResult(False, "\n".join(lines), problem)


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


def _alike(outcomes: list, known: dict[str, Callable], exercise: Exercise) -> str | None:
    """The name of the known function that gives just these outcomes, errors included, on every case."""
    for name, function in known.items():
        tries = zip(outcomes, _outcomes(function, exercise), strict=True)
        if all(_same(got, told, exercise) for got, told in tries):
            return name
    return None


def _same(got: Any, expected: Any, exercise: Exercise) -> bool:
    if isinstance(got, Exception) or isinstance(expected, Exception):
        return type(got) is type(expected) and str(got) == str(expected)
    if isinstance(got, Unfit) or isinstance(expected, Unfit):
        alike = isinstance(got, Unfit) and isinstance(expected, Unfit) and got.wanted == expected.wanted
        return alike and (got.value is expected.value or _same(got.value, expected.value, exercise))
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(_same(got[name], expected[name], exercise) for name in expected)
    got, expected = _as_tensor(got), _as_tensor(expected)
    if got is None or expected is None or got.shape != expected.shape:
        return False
    return torch.allclose(got, expected, rtol=exercise.rtol, atol=exercise.atol, equal_nan=True)


def _as_tensor(value: Any) -> torch.Tensor | None:
    """A number, a list of numbers, an array or a tensor as float64; None for anything else."""
    value = _bare(value)
    if isinstance(value, torch.Tensor):
        return value.detach().to("cpu", torch.float64)
    if isinstance(value, (list, tuple)):
        value = [item.detach() if isinstance(item, torch.Tensor) else item for item in value]
    elif not isinstance(value, (np.ndarray, np.generic, int, float)):
        return None
    try:
        return torch.as_tensor(value, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return None


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Unfit) else value


def _comparison(got: Any, expected: Any, exercise: Exercise) -> list[str]:
    """The lines that set what came beside what was expected; of several values the first that differs."""
    lines = []
    if isinstance(expected, dict) and isinstance(got, dict):
        what = next(name for name in expected if not _same(got[name], expected[name], exercise))
        lines, got, expected = [f"  compared     {what}"], got[what], expected[what]
    if not isinstance(expected, dict) and not isinstance(got, Unfit):
        lines.append(f"  expected     {_shown(expected)}")
    lines.append(f"  got          {_shown(got)}")
    pair = _as_tensor(got), _as_tensor(expected)
    if None not in pair and pair[0].shape == pair[1].shape and _cannot_be_seen(*pair):
        apart = (pair[0] - pair[1]).abs()
        place = [int(k) for k in np.unravel_index(int(apart.argmax()), apart.shape)]
        lines.append(f"  apart        by up to {float(apart.max()):.2g}{f', at {place}' if place else ''}")
    return lines


def _cannot_be_seen(got: torch.Tensor, expected: torch.Tensor) -> bool:
    return got.numel() > _PRINTED_IN_FULL or _shown(got) == _shown(expected)


def _plain_mistake(outcomes: list, expected: list, exercise: Exercise) -> str | None:
    """What can be told of any function: a sentence, or None."""
    got, wanted = next((g, w) for g, w in zip(outcomes, expected) if not _same(g, w, exercise))
    if _bare(got) is None:
        return "The function returned nothing here: does every way through it end with return?"
    if isinstance(got, Unfit):
        return got.wanted
    if "torch.return_types" in f"{type(got)} {got}":
        return "min and max along an axis return values and their places: take .values, or call amin or amax."
    if isinstance(wanted, tuple) and not isinstance(got, (tuple, list, Exception)):
        return (
            f"{len(wanted)} values are asked for, in their order and with commas between them: return a, b."
        )
    return _related(list(_tensors(outcomes)), list(_tensors(expected)), exercise)


def _tensors(outcomes: list) -> Iterator[torch.Tensor | None]:
    for outcome in outcomes:
        yield from map(_as_tensor, outcome.values() if isinstance(outcome, dict) else [outcome])


def _related(got: list, wanted: list, exercise: Exercise) -> str | None:
    """A plain relation between all that came and all that was wanted, where there is one."""
    if len(got) != len(wanted) or any(value is None for value in got):
        return None
    pairs = list(zip(got, wanted))
    if all(g.shape == w.shape and w.any() and g.isfinite().all() for g, w in pairs):
        factors = [(g * w).sum() / w.square().sum() for g, w in pairs]
        if factors[0] and all(_same(g, factors[0] * w, exercise) for g, w in pairs):
            times = (
                "has the wrong sign" if factors[0] == -1 else f"is {factors[0]:.3g} times what it should be"
            )
            return f"Everything {times}."
    if all(g.numel() == w.numel() and _same(g.reshape(w.shape), w, exercise) for g, w in pairs):
        return (
            "The numbers are right, the axes are not: an axis of length one is too many and would broadcast."
        )
    for name, reduced in (("mean", torch.mean), ("sum", torch.sum)):
        if any(w.shape for w in wanted) and all(_same(g, reduced(w), exercise) for g, w in pairs):
            return f"This is the {name} of what was asked for, one number where there should be several."
    return None


def _unknown(function: Callable, case: int, got: Any, expected: Any, exercise: Exercise) -> str:
    """What can be said where nothing is known."""
    if isinstance(got, Exception):
        return _where(got, function, exercise.cases[case])
    if isinstance(expected, dict) and isinstance(got, dict):
        return f"What differs: {'; '.join(n for n in expected if not _same(got[n], expected[n], exercise))}."
    tensor, wanted = _as_tensor(got), _as_tensor(expected)
    if tensor is None:
        return f"A tensor or a number was expected, not {type(got).__name__}."
    if wanted is not None and tensor.shape != wanted.shape:
        return f"The shape should be {list(wanted.shape)}, but it is {list(tensor.shape)}."
    if not torch.isfinite(tensor).all():
        return "Some values are not finite (nan or inf)."
    return "The shape is right, the values differ."


def _where(error: Exception, function: Callable, case) -> str:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_HERE)
    ]
    if frames:
        line = f", in the line: {frames[0].line}" if frames[0].line else f", in its line {frames[0].lineno}"
        return f"Your code stopped{line}"
    try:
        inspect.signature(function).bind(*case.values())
    except (TypeError, ValueError):  # ValueError: a built-in function that tells no signature
        return "The function could not be called with these arguments: compare them with its first line."
    return "The check could do nothing with what the function returned."


_PRINTED_IN_FULL = 12  # numbers of a tensor


def _shown(value: Any) -> str:
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {str(value).splitlines()[0] if str(value) else ''}".rstrip(": ")
    tensor = _as_tensor(value)
    if tensor is None:
        return repr(_bare(value))[:200]
    return f"shape {list(tensor.shape)}, {_numbers(tensor)}"


def _numbers(tensor: torch.Tensor) -> str:
    style = {"precision": 4, "threshold": _PRINTED_IN_FULL, "edgeitems": 2, "suppress_small": True}
    return " ".join(np.array2string(tensor.detach().numpy(), **style).split())


def _arguments(case) -> str:
    return ", ".join(_argument(name, value) for name, value in case.items()) or "no arguments"


def _argument(name: str, value: Any) -> str:
    if isinstance(value, torch.Tensor):  # a short row in full, for anything larger its shape
        short = value.ndim < 2 and value.numel() <= 6
        return f"{name} = {_numbers(value)}" if short else f"{name} {list(value.shape)}"
    says_nothing = type(value).__repr__ is object.__repr__  # but its place in memory
    return f"{name} (a {type(value).__name__})" if says_nothing else f"{name} = {value!r}"
