"""Every exercise of the course: the reference passes, each known mistake is told by its name, no two look alike."""

import itertools
from types import ModuleType

import pytest

from sacnotes_lib.course import exercises
from sacnotes_lib.course.kit.check import _outcome, _same, check
from sacnotes_lib.course.kit.exercise import Exercise

FEWEST = 6  # mistakes known of each
PAGES = [page for page in vars(exercises).values() if isinstance(page, ModuleType)]
EXERCISES = list(
    {
        id(found): found for page in PAGES for found in vars(page).values() if isinstance(found, Exercise)
    }.values()
)
MISTAKES = [(exercise, name) for exercise in EXERCISES for name in exercise.mistakes]
named = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def test_none_is_left_out():
    assert len(EXERCISES) >= 2 * 12
    assert len({exercise.name for exercise in EXERCISES}) == len(EXERCISES)


@named
def test_the_reference_passes_and_enough_mistakes_are_known(exercise):
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= FEWEST


@pytest.mark.parametrize(("exercise", "name"), MISTAKES, ids=lambda value: getattr(value, "name", value)[:50])
def test_each_mistake_is_named_and_no_other(exercise, name):
    assert check(exercise.mistakes[name], exercise).mistake == name


@named
def test_no_two_mistakes_look_alike(exercise):
    results = {
        name: [_outcome(wrong, case) for case in exercise.cases] for name, wrong in exercise.mistakes.items()
    }
    for (_, a), (_, b) in itertools.combinations(results.items(), 2):
        assert not all(_same(x, y, exercise) for x, y in zip(a, b, strict=True))
