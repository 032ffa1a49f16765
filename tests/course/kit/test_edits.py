"""Mistakes said as edits: what is replaced, where it is looked for, and what is refused."""

import pytest

from sacnotes_lib.course.kit.edits import altered, combined, edited, exercise

STEP = 10


def taken(numbers, rate):
    """The first number, plus rate * STEP."""
    first = numbers[0]
    return first + rate * STEP


class Counter:
    """Counts up from start."""

    start = 0

    def up(self):
        return self.start + STEP


def test_one_piece_makes_one_mistake_and_the_right_solution_stays(monkeypatch):
    mistakes = altered(taken, (" + ", " - ", "the sign"), ("rate * ", "", "[0]", "[-1]", "two at once"))
    assert {name: wrong([1, 2], 3) for name, wrong in mistakes.items()} == {
        "the sign": -29,
        "two at once": 12,
    }
    assert taken([1, 2], 3) == 31
    monkeypatch.setitem(globals(), "STEP", 100)  # a name of the module stays that name
    assert mistakes["the sign"]([1, 2], 3) == -299


def test_what_is_returned_at_the_end_can_be_said_alone():
    assert altered(taken, ("first", "the step forgotten"))["the step forgotten"]([1, 2], 3) == 1


def test_slips_are_combined_but_not_two_at_one_piece():
    made = list(combined(("a", "x", "A"), ("a", "y", "B"), ("b", "z", "C")))
    assert made[:3] == [("a", "x", "A"), ("a", "y", "B"), ("b", "z", "C")]
    assert made[3:] == [("a", "x", "b", "z", "A; C"), ("a", "y", "b", "z", "B; C")]


def test_cases_are_named_by_the_function():
    assert exercise(taken, (([1, 2], 3), {"bench": 1})).cases == (
        {"numbers": [1, 2], "rate": 3},
        {"bench": 1},
    )
    with pytest.raises(ValueError, match="shorter"):
        exercise(taken, (([1, 2],),))


def test_a_class_can_be_edited_too():
    assert edited(Counter, "start = 0", "start = 5")().up() == 15 and Counter().up() == 10


@pytest.mark.parametrize(
    ("piece", "times"),
    [("no such piece", 0), ("plus", 0), ("numbers, rate", 0), ("first", 2)],
    ids=["nowhere", "in the docstring alone", "in the signature alone", "twice"],
)
def test_a_piece_that_does_not_stand_once_in_the_code_is_refused(piece, times):
    with pytest.raises(
        ValueError, match=f"'{piece}' should stand once in the code of taken, not {times} times"
    ):
        altered(taken, (piece, "", "what went wrong"))
