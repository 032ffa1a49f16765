"""Every exercise of the course: right answers pass, no wrong one does, and most of those are told by name."""

import re

import nbformat
import pytest
import torch

from sacnotes_lib import temperature_loss
from sacnotes_lib.course import exercises
from sacnotes_lib.course.kit import check as checks
from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.kit.exercise import Exercise, ExerciseTodo
from sacnotes_lib.course.kit.judged_by_gradient import gradient_of
from tools.notebooks import find
from tools.wrong_answers import ALL, FOLDER, function, judged, share

pytestmark = pytest.mark.long

FEWEST_MISTAKES, FEWEST_ANSWERS, LEAST_SHARE = 6, 10, 0.85
BY_NAME = {
    f"exercises.{page}.{name}": found
    for page in dir(exercises)
    for name, found in vars(getattr(exercises, page)).items()
    if isinstance(found, Exercise)
}
RIGHT_ANSWERS = [
    (file.stem, answer.strip())
    for file in sorted(FOLDER.with_name("right_answers").glob("*.txt"))
    for answer in file.read_text().split("\n\n")
]
named = pytest.mark.parametrize("name", ALL)


@pytest.fixture(autouse=True, scope="module")
def known_functions_run_once():
    """References and mistakes give the same whichever answer is compared with them."""
    plain, kept = checks._outcomes, {}

    def outcomes(function, exercise):
        if function not in (exercise.reference, *exercise.mistakes.values(), *exercise.others.values()):
            return plain(function, exercise)
        if function not in kept:
            kept[function] = list(plain(function, exercise))
        return kept[function]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "_outcomes", outcomes)
        yield


def test_each_is_checked_on_a_page_and_the_cell_reads_check_function_exercise():
    assert len(BY_NAME) == len(ALL) >= 2 * 12  # no two have the same name
    cells = (cell.source for path in find([]) for cell in nbformat.read(path, as_version=4).cells)
    checks = [line for source in cells for line in source.splitlines() if line.startswith("check(")]
    plain = [re.fullmatch(r"check\((\w+), ([\w.]+)\)", line) for line in checks]
    assert [line for line, match in zip(checks, plain) if not match] == []
    assert sorted(match[2] for match in plain) == sorted(BY_NAME)
    assert [match[1] for match in plain] == [BY_NAME[match[2]].name for match in plain]


@named
def test_the_reference_passes_and_each_mistake_is_told_by_its_own_name(name):
    """Of two mistakes that look alike, one would be told by the other's name."""
    exercise = ALL[name]
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= FEWEST_MISTAKES
    told = {name: check(wrong, exercise).mistake for name, wrong in exercise.mistakes.items()}
    assert told == {name: name for name in exercise.mistakes}


@pytest.mark.parametrize(("name", "answer"), RIGHT_ANSWERS)
def test_an_answer_found_another_way_is_right(name, answer):
    """By hand, by SciPy, by the library: so the reference is right, too."""
    assert "right, on all" in check(function(name, answer), ALL[name]).message


@named
def test_no_wrong_answer_passes_and_most_are_told_what_went_wrong(name):
    """What must be told stands behind an answer as a comment. `python -m tools.wrong_answers` prints the shares."""
    results = judged(name)
    assert len(results) >= FEWEST_ANSWERS
    assert [line for line, result in results.items() if result.passed] == []
    assert share(results) >= LEAST_SHARE, [line for line, result in results.items() if not result.mistake]
    for line, result in results.items():
        assert line.partition("  # ")[2] in (result.mistake or ""), line


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("estimate_entropy", "u = mean + std * noise\n"
            "return Independent(Normal(mean, std), 1).entropy() + log_tanh_slope(u).mean(0) + scale.log().sum()",
            "the Gaussian's exact entropy"),
        ("next_soft_value", "a, _ = policy(next_observation).sample(); _, p = policy(next_observation).sample()\n"
            "return target_critic(next_observation, a) - temperature * p", "two draws"),
        ("score_function_loss", "a, p = policy.sample(noise=noise); worth = critic(a) - temperature * p\n"
            "others = (worth.sum(0) - worth) / (len(worth) - 1); return -(p * (worth - others).detach()).mean()",
            "baseline from the other actions"),
        ("off_policy_actor_loss", "a, p = policy(observation).sample()\n"
            "return -(p * (critic(observation, a) - temperature * p).detach()).mean()", "score function"),
    ],
)  # fmt: skip
def test_another_estimator_passes_and_is_called_so(name, answer, words):
    result = check(function(name, answer), ALL[name])
    assert result.passed and "correct, but another estimator than asked" in result.message
    assert words in result.message


def test_a_temperature_loss_by_log_alpha_is_as_right():
    def by_log_alpha(sac, batch, noise, next_noise):
        *others, loss = ALL["update_losses"].reference(sac, batch, noise, next_noise)
        log_prob = sac.actor(batch.observation).rsample(noise=noise)[1]
        torch.testing.assert_close(loss, temperature_loss(sac.log_alpha, log_prob, sac.target_entropy))
        return *others, -(sac.log_alpha * (log_prob + sac.target_entropy).detach()).mean()

    result = check(by_log_alpha, ALL["update_losses"])
    assert result.passed and "log α in place of the factor α" in result.message


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name].adapt is gradient_of])
def test_where_gradients_are_compared_the_message_is_about_the_loss_that_was_written(name):
    def scalar(policy, *rest):
        return sum(value.pow(3).sum() for value in vars(policy).values())

    def slip(*arguments):
        return arguments[0].no_such_draw

    message = check(scalar, ALL[name]).message
    parameters = " and ".join(vars(ALL[name].cases[0]["policy"]))
    assert f"compared     the gradient of your loss with respect to {parameters}" in message
    assert "shape should be" not in message
    unreduced = check(lambda *arguments: torch.ones(3), ALL[name]).message
    assert "got          shape [3]" in unreduced and "should be one number" in unreduced
    closed = check(lambda *arguments: torch.tensor(1.0), ALL[name])
    assert not closed.passed and "Error" not in closed.message
    # At the learner's own line, not at that of `gradient_of`, which called it.
    assert "in the line: return arguments[0].no_such_draw" in check(slip, ALL[name]).message
    assert "compare them with its first line" in check(lambda: 0, ALL[name]).message


@named
def test_an_error_inside_is_not_called_a_wrong_call_and_a_forgotten_return_is_named(name):
    def broken(*arguments):
        raise TypeError("from inside")

    assert "could not be called" not in check(broken, ALL[name]).message
    if name != "full_update":  # which changes the agent and returns nothing
        assert "end with return" in check(lambda *arguments: None, ALL[name]).message


def test_an_exercise_that_calls_an_open_one_says_which():
    """Page 03: B calls A. A's own task is not B's."""

    def squashed_log_prob(*arguments):
        raise ExerciseTodo("the task of A")

    message = check(lambda mean, std, *_: squashed_log_prob(mean, mean, std), ALL["estimate_entropy"]).message
    assert "calls `squashed_log_prob`, an exercise that is still open" in message
    assert "task of A" not in message
