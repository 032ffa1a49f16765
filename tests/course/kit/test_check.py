"""Checks: what is said about right, wrong, open and broken answers."""

import pytest
import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import Exercise, ExerciseTodo, Unfit
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic
from sacnotes_lib.course.kit.progress import PROGRESS

X = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
ROW_SUM = Exercise(
    name="row_sum",
    reference=lambda x: x.sum(-1),
    cases=({"x": X}, {"x": 2 * X}),
    mistakes={
        "columns for rows": lambda x: x.sum(0),
        "a mean for a sum": lambda x: x.mean(-1),
        "a matrix of the wrong shape": lambda x: x @ torch.ones(3, 1),
    },
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(PROGRESS, "exercises", {})


def test_a_right_answer_passes_for_good_and_adds_nothing_to_the_page(capsys):
    result = check(lambda x: torch.stack([row.sum() for row in x]), ROW_SUM)
    assert result.passed and result.mistake is None
    assert "✓ row_sum: right, on all 2 cases." in capsys.readouterr().out
    assert result._ipython_display_() is None and capsys.readouterr().out == ""
    check(lambda x: x, ROW_SUM)
    assert PROGRESS.exercises == {"row_sum": True}


@pytest.mark.parametrize("name", ROW_SUM.mistakes)
def test_a_known_mistake_is_named(name, capsys):
    result = check(ROW_SUM.mistakes[name], ROW_SUM)
    assert not result.passed and result.mistake == name
    said = capsys.readouterr().out
    assert f"This looks like: {name}." in said and "expected     shape [2], [3. 8.]" in said
    assert PROGRESS.exercises == {"row_sum": False}


def test_a_mistake_in_one_case_only_is_not_taken_for_a_known_one():
    result = check(lambda x: x.sum(0) if x[0, 0] == 1 else x.sum(-1), ROW_SUM)
    assert not result.passed and result.mistake is None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: None, "does every way through it end with return?"),
        (lambda x: x.amax(), "The shape should be [2], but it is []."),
        (lambda x: x.sum(-1) + 1, "The shape is right, the values differ."),
        (lambda x: x.sum(-1) / 0, "not finite"),
        (lambda x: "8", "not str"),
        (lambda x: x.min(-1), "take .values, or call amin"),
        (lambda x: x.min(-1) - 1.0, "take .values, or call amin"),
        (lambda x: -x.sum(-1), "Everything has the wrong sign."),
        (lambda x: x.sum(-1) / 4, "Everything is 0.25 times what it should be."),
        (lambda x: x.sum(-1, keepdim=True), "The numbers are right, the axes are not"),
        (lambda x: x.sum(-1).mean(), "This is the mean of what was asked for"),
        (lambda x: x.sum(), "This is the sum of what was asked for"),
        (lambda x: (x, x), "not tuple"),
        (lambda: 3, "could not be called with these arguments"),
        (lambda x: len(3), "Your code stopped, in the line: (lambda x: len(3)"),
        (lambda x: 1 / 0, "got          ZeroDivisionError: division by zero"),
        (lambda x: x.no_such_thing, "Your code stopped, in the line: (lambda x: x.no_such_thing"),
    ],
)
def test_what_no_known_mistake_explains(answer, said, capsys):
    assert not check(answer, ROW_SUM).passed
    out = capsys.readouterr().out
    assert said in out and "Traceback" not in out


def test_what_counts_as_the_same_answer():
    """No wrong shape that could be broadcast, nothing that changes its argument; lists and arrays do."""
    assert not check(lambda x: x.sum(-1, keepdim=True), ROW_SUM).passed
    assert not check(lambda x: 3.0, Exercise("one", lambda x: torch.full((2,), 3.0), ({"x": X},))).passed
    assert not check(lambda x: x.mul_(0).sum(-1), ROW_SUM).passed
    assert check(lambda x: x.sum(-1).tolist(), ROW_SUM).passed
    assert check(lambda x: x.sum(-1).numpy(), ROW_SUM).passed
    assert check(lambda x: x.sum(-1).double().requires_grad_(), ROW_SUM).passed


def test_a_value_instead_of_a_function(capsys):
    exercise = Exercise(
        "entropy", lambda: 0.6931, cases=({},), mistakes={"the sign": lambda: -0.6931}, atol=1e-3
    )
    assert check(0.693, exercise).passed
    assert check(-0.693, exercise).mistake == "the sign"


def slope(function):
    """The difference of two values; a function that gives no number cannot be judged so."""

    def difference(x):
        here, there = function(x), function(x + 1)
        if not isinstance(here, float):
            return Unfit(here, "A float is asked for.")
        return {"the slope": there - here, "the slope of twice that": 2 * (there - here)}

    return difference


SLOPE = Exercise(
    name="slope", reference=lambda x: 3.0 * x, cases=({"x": 2.0}, {"x": 5.0}),
    mistakes={"the sign": lambda x: -3.0 * x, "a list": lambda x: [x]}, adapt=slope,
)  # fmt: skip


def test_what_an_exercise_compares_is_made_of_the_function_by_the_exercise():
    assert check(lambda x: 3.0 * x + 7, SLOPE).passed
    assert check(lambda x: 1 - 3.0 * x, SLOPE).mistake == "the sign"
    message = check(lambda x: x * x, SLOPE).message
    assert "  compared     the slope\n  expected     shape [], 3.\n  got          shape [], 5." in message
    assert message.endswith("  What differs: the slope; the slope of twice that.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: "6", "got          '6'\n  A float is asked for."),
        (lambda x: [x, x], "got          shape [2], [2. 2.]\n  A float is asked for."),
        (lambda x: [x], "This looks like: a list."),
        (lambda x: None, "does every way through it end with return?"),
    ],
)
def test_messages_are_about_the_learner_s_function_also_where_it_is_adapted(answer, said):
    assert said in check(answer, SLOPE).message


@pytest.mark.parametrize("exercise", [ROW_SUM, SLOPE], ids=lambda exercise: exercise.name)
def test_an_open_exercise_is_not_done_yet(exercise):
    for todo, said in ((ExerciseTodo, "."), (ExerciseTodo("sum each row"), ": sum each row")):

        def placeholder(x, todo=todo):
            raise todo

        result = check(placeholder, exercise)
        assert not result.passed and not result.done
        assert result.message == f"○ {exercise.name}: not done yet{said}"


def test_an_exercise_that_needs_an_open_one_says_so_and_not_the_other_s_task():
    def other(x):
        raise ExerciseTodo("the task of the other")

    message = check(lambda x: other(x), ROW_SUM).message
    assert message == "○ row_sum: not done yet: it calls `other`, an exercise that is still open."


def test_an_error_is_taken_for_a_known_one_only_where_it_says_the_same():
    assert check(lambda x: x @ torch.ones(3, 1), ROW_SUM).mistake == "a matrix of the wrong shape"
    assert check(lambda x: x @ torch.ones(4, 1), ROW_SUM).mistake is None


def test_a_difference_that_the_printed_numbers_hide_is_told_with_its_place():
    exercise = Exercise("sums", lambda x: torch.arange(20.0).reshape(4, 5), ({"x": X},), atol=1e-9, rtol=0)
    changed = torch.arange(20.0).reshape(4, 5)
    changed[2, 3] += 0.002
    assert "  apart        by up to 0.002, at [2, 3]\n" in check(lambda x: changed, exercise).message
    assert "apart" not in check(lambda x: x.sum(-1) + 1, ROW_SUM).message


def test_two_values_where_a_pair_is_asked_for():
    pair = Exercise("pair", lambda x: (1.0, 2.0), ({"x": X},))
    for answer in (1.0, {"a": 1.0, "b": 2.0}, "1, 2"):
        assert (
            "2 values are asked for, in their order and with commas between them: return a, b."
            in check(lambda x, a=answer: a, pair).message
        )
    assert check(lambda x: (2.0, 2.0), pair).message.endswith("the values differ.")


def test_another_estimator_of_the_same_thing_passes_and_is_named():
    exercise = Exercise(
        "mean", lambda x: x.mean(), ({"x": X},), others={"by the median": lambda x: x.median()}
    )
    result = check(lambda x: x.median(), exercise)
    assert result.passed and result.message.startswith("✓")
    assert "correct, but another estimator than asked: by the median." in result.message


def test_an_argument_is_told_by_its_shape_or_its_words_or_its_kind():
    class Policy:
        pass

    exercise = Exercise(
        "policies", lambda *_: 1.0, ({"policy": Policy(), "x": X, "critic": TrackingCritic()},)
    )
    said = "called with  policy (a Policy), x [2, 2], critic = TrackingCritic(gain=0.5, height=1.0)\n"
    assert said in check(2.0, exercise).message
    rows = Exercise("rows", lambda *_: 1.0, ({"six": torch.arange(6.0), "seven": torch.arange(7.0)},))
    assert "called with  six = [0. 1. 2. 3. 4. 5.], seven [7]\n" in check(2.0, rows).message


def test_random_answers_meet_the_same_noise_whatever_was_drawn_before():
    exercise = Exercise("noise", lambda x: torch.randn(2), cases=({"x": X},))
    said = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        state = torch.get_rng_state()
        assert check(lambda x: torch.randn(2), exercise).passed
        assert torch.equal(torch.get_rng_state(), state)
        said.add(check(lambda x: torch.rand(2), exercise).message)
    assert len(said) == 1


def test_an_interrupt_is_not_swallowed():
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(interrupted, ROW_SUM)
