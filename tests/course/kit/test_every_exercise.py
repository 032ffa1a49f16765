"""Every exercise of the course: the reference passes, each known mistake is told by its name, no two look alike."""

import re

import nbformat
import pytest
import torch

from sacnotes_lib.course import exercises
from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import Exercise
from sacnotes_lib.course.kit.judged_by_gradient import gradient_of
from tools.notebooks import find

FEWEST = 6  # mistakes known of each
BY_NAME = {
    f"exercises.{page}.{name}": found
    for page in dir(exercises)
    for name, found in vars(getattr(exercises, page)).items()
    if isinstance(found, Exercise)
}
EXERCISES = list(BY_NAME.values())
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
def test_the_reference_passes_and_each_mistake_is_told_by_its_own_name(exercise):
    """Of two mistakes that look alike, one would be told by the other's name."""
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= FEWEST
    told = {name: check(wrong, exercise).mistake for name, wrong in exercise.mistakes.items()}
    assert told == {name: name for name in exercise.mistakes}


@pytest.mark.parametrize("exercise", [e for e in EXERCISES if e.adapt is gradient_of], ids=lambda e: e.name)
def test_a_loss_that_is_no_scalar_or_has_no_way_to_the_policy_is_told(exercise):
    def slip(*arguments):
        return arguments[0].no_such_draw

    unreduced = check(lambda *arguments: torch.ones(3), exercise).message
    assert "got          shape [3]" in unreduced and "should be one number" in unreduced
    closed = check(lambda *arguments: torch.tensor(1.0), exercise)
    assert not closed.passed and "Error" not in closed.message
    assert "does every way through it end with return" in check(lambda *arguments: None, exercise).message
    # At the learner's own line, not at that of `gradient_of`, which called it.
    assert "in the line: return arguments[0].no_such_draw" in check(slip, exercise).message
    assert "compare them with its first line" in check(lambda: 0, exercise).message
