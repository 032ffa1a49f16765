"""Mistakes said as edits: the right solution with one piece of its text changed."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any

from sacnotes_lib.course.kit.exercise import Exercise


def exercise(
    right: Callable,
    cases: Sequence[Sequence | Mapping[str, Any]],
    *edits: tuple[str, ...],
    others: tuple[tuple[str, ...], ...] = (),
    **fields,
) -> Exercise:
    """The exercise that asks for `right` under its own name, its known mistakes said as edits: see `altered`.

    Args: cases are the arguments of each try, in order, or by name where what `adapt` makes takes others; others are
        edits too, to other estimators that are as right; fields are further fields of `Exercise`.
    """
    names = inspect.signature(right).parameters
    tries = tuple(
        case if isinstance(case, Mapping) else dict(zip(names, case, strict=True)) for case in cases
    )
    return Exercise(right.__name__, right, tries, altered(right, *edits), altered(right, *others), **fields)


def altered(right: Callable, *edits: tuple[str, ...]) -> dict[str, Callable]:
    """What went wrong -> `right` with just that mistake in it, as `Exercise.mistakes` wants them.

    Args: edits (piece, replacement, what went wrong); where one change is not enough, further pairs of piece and
        replacement stand before the last word. Or (what is returned at the end, what went wrong).
    Raises: ValueError as `edited`.
    """
    last = "return" + _source(right)[1].rpartition("return")[2].rstrip()
    return {
        name: edited(right, *(pairs if pairs[1:] else (last, f"return {pairs[0]}"))) for *pairs, name in edits
    }


def combined(*edits: tuple[str, str, str]) -> Iterator[tuple[str, ...]]:
    """Every way to make one or more of these edits at once, as an edit; of those to the same piece one at a time."""
    for many in range(1, len(edits) + 1):
        for some in combinations(edits, many):
            if len({piece for piece, _, _ in some}) == many:
                pairs = [text for *pair, _ in some for text in pair]
                yield *pairs, "; ".join(what for _, _, what in some)


def edited(right: Any, *pairs: str) -> Any:
    """`right`, a function or class at the top of its module, with its text changed: piece, replacement, piece, …

    Raises: ValueError where a piece does not stand exactly once in the code below the docstring.
    """
    head, body = _source(right)
    for piece, replacement in zip(pairs[::2], pairs[1::2], strict=True):
        if (n := body.count(piece)) != 1:
            raise ValueError(f"{piece!r} should stand once in the code of {right.__name__}, not {n} times")
        body = body.replace(piece, replacement)
    made: dict[str, Any] = {}
    exec(head + body, vars(sys.modules[right.__module__]), made)
    return made[right.__name__]


@cache
def _source(right) -> tuple[str, str]:
    """The text of `right`: up to the end of its docstring, and below."""
    lines = inspect.getsource(right).splitlines(keepends=True)
    definition = ast.parse("".join(lines)).body[0]
    first = definition.body[1 if ast.get_docstring(definition) else 0].lineno - 1
    return "".join(lines[:first]), "".join(lines[first:])
