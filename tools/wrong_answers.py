"""Wrong answers to the exercises, written as learners slip, and how many of them are told by name.

    python -m tools.wrong_answers [EXERCISE ...]     the share of each exercise, and what is not named

They stand in tests/course/wrong_answers/EXERCISE.txt, one a line, as what the function returns or as its statements,
with \\n for the end of a line; what must be told of it may stand behind it as a comment. Where the answer is long it
stands above a line ===, and each line below changes pieces of it: piece => other piece && piece => other piece.
"""

import ast
import contextlib
import io
import math
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache

import nbformat
import numpy as np
import torch
from torch.nn.functional import softplus

import sacnotes_lib
from sacnotes_lib import exercises
from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import CheckResult, Exercise
from sacnotes_lib.course.p03_tanh.exercises import squashed_log_prob
from tools.exercises import tagged
from tools.fingerprint import ROOT
from tools.notebooks import find

FOLDER = ROOT / "tests" / "course" / "wrong_answers"
ALL: dict[str, Exercise] = {
    found.name: found
    for page in dir(exercises)
    for found in vars(getattr(exercises, page)).values()
    if isinstance(found, Exercise)
}
# What the pages have at hand: their imports, and what a solution above the exercise defines.
AT_HAND = vars(torch.distributions) | {"torch": torch, "np": np, "math": math, "softplus": softplus}
AT_HAND |= {name: getattr(sacnotes_lib, name) for name in sacnotes_lib.__all__}
AT_HAND |= {"squashed_log_prob": squashed_log_prob}


@cache
def _signatures() -> dict[str, str]:
    """The arguments of every function that an exercise's cell asks for."""
    cells = [cell for path in find([]) for cell in tagged(nbformat.read(path, as_version=4), "exercise")]
    asked = [
        node for cell in cells for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)
    ]
    return {node.name: ast.unparse(node.args) for node in asked}


def function(name: str, body: str) -> Callable:
    """The answer to the exercise `name` with this body: statements, or what it returns."""
    with contextlib.suppress(SyntaxError):
        body = f"return {ast.unparse(ast.parse(body, mode='eval'))}"
    made: dict = {}
    exec(f"def {name}({_signatures()[name]}):\n{textwrap.indent(body, '    ')}", AT_HAND, made)
    return made[name]


def wrong_answers(name: str) -> Iterator[tuple[str, Callable]]:
    """The line in the file and the function, for each wrong answer to the exercise `name`."""
    long, _, rest = (FOLDER / f"{name}.txt").read_text().rpartition("\n===\n")
    for line in rest.splitlines():
        body = line.replace("\\n", "\n")
        if " => " in body:
            changes, body = [change.split(" => ") for change in body.split(" && ")], long
            for piece, other in changes:
                body = body.replace(piece, other)
        yield line, function(name, body)


def judged(name: str) -> dict[str, CheckResult]:
    """What `check` says to each wrong answer."""
    with contextlib.redirect_stdout(io.StringIO()):
        return {line: check(answer, ALL[name]) for line, answer in wrong_answers(name)}


def share(results: dict[str, CheckResult]) -> float:
    """The part of wrong answers that were told what went wrong."""
    return sum(bool(result.mistake) for result in results.values()) / len(results)


if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        results = judged(name)
        print(f"{name:24s}{len(results):4d} wrong answers, {share(results):4.0%} named")
        for line, result in results.items():
            if result.passed or (sys.argv[1:] and not result.mistake):
                print(f"    {'passes' if result.passed else 'no name'}: {line}")
