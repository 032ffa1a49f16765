"""Every exercise of the course: the reference passes, each known mistake is told by its name, no two look alike."""

import itertools
import re

import nbformat
import pytest

from sacnotes_lib.course import exercises
from sacnotes_lib.course.kit.check import _outcomes, _same, check
from sacnotes_lib.course.kit.exercise import Exercise
from tools.notebooks import find

FEWEST = 6  # mistakes known of each
BY_NAME = {
    f"exercises.{page}.{name}": found
    for page in dir(exercises)
    for name, found in vars(getattr(exercises, page)).items()
    if isinstance(found, Exercise)
}
EXERCISES = list(BY_NAME.values())
MISTAKES = [(exercise, name) for exercise in EXERCISES for name in exercise.mistakes]
named = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def test_none_is_left_out():
    assert len(EXERCISES) >= 2 * 12
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)


def test_each_is_checked_on_a_page_and_the_cell_reads_check_function_exercise():
    cells = (cell.source for path in find([]) for cell in nbformat.read(path, as_version=4).cells)
    checks = [line for source in cells for line in source.splitlines() if line.startswith("check(")]
    plain = [re.fullmatch(r"check\((\w+), ([\w.]+)\)", line) for line in checks]
    assert [line for line, match in zip(checks, plain) if not match] == []
    assert sorted(match[2] for match in plain) == sorted(BY_NAME)
    assert [match[1] for match in plain] == [BY_NAME[match[2]].name for match in plain]


@named
def test_the_reference_passes_and_enough_mistakes_are_known(exercise):
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= FEWEST


@pytest.mark.parametrize(("exercise", "name"), MISTAKES, ids=lambda value: getattr(value, "name", value)[:50])
def test_each_mistake_is_named_and_no_other(exercise, name):
    assert check(exercise.mistakes[name], exercise).mistake == name


@named
def test_no_two_mistakes_look_alike(exercise):
    results = {name: list(_outcomes(wrong, exercise)) for name, wrong in exercise.mistakes.items()}
    for (_, a), (_, b) in itertools.combinations(results.items(), 2):
        assert not all(_same(x, y, exercise) for x, y in zip(a, b, strict=True))
