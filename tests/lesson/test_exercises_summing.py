"""Page 02's exercises: each known mistake is told from the others, and the references are right."""

import itertools

import pytest
import torch

from sacnotes_lib.lesson.check import _outcome, _same, check
from sacnotes_lib.lesson.exercises.summing import (
    ACTOR_LOSS,
    SETTINGS_FOR_THE_SUM,
)
from sacnotes_lib.sac.losses import actor_loss_reparameterized, temperature_loss

EXERCISES = (ACTOR_LOSS, SETTINGS_FOR_THE_SUM)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_reference_passes_and_at_least_three_mistakes_are_known(exercise):
    assert check(exercise.reference, exercise).passed
    assert len(exercise.mistakes) >= 3


@pytest.mark.parametrize(
    ("exercise", "name"),
    [(exercise, name) for exercise in EXERCISES for name in exercise.mistakes],
    ids=lambda value: getattr(value, "name", value)[:40],
)
def test_each_mistake_is_named_and_no_other(exercise, name):
    assert check(exercise.mistakes[name], exercise).mistake == name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_two_mistakes_look_alike(exercise):
    results = {
        name: [_outcome(wrong, case) for case in exercise.cases] for name, wrong in exercise.mistakes.items()
    }
    for (_, a), (_, b) in itertools.combinations(results.items(), 2):
        assert not all(_same(x, y, exercise) for x, y in zip(a, b, strict=True))


def test_the_actor_loss_is_the_library_s():
    for case in ACTOR_LOSS.cases:
        expected = actor_loss_reparameterized(case["q"], case["log_prob"].sum(-1), case["temperature"])
        torch.testing.assert_close(ACTOR_LOSS.reference(**case), expected)


@pytest.mark.parametrize("case", SETTINGS_FOR_THE_SUM.cases, ids=str)
def test_an_agent_that_sums_with_these_settings_does_what_averaging_did(case):
    action_dim, entries = case["action_dim"], torch.randn(64, case["action_dim"])
    q, summed, averaged = torch.randn(64), entries.sum(-1), entries.mean(-1)
    alpha, target = SETTINGS_FOR_THE_SUM.reference(**case)
    torch.testing.assert_close(
        actor_loss_reparameterized(q, summed, alpha),
        actor_loss_reparameterized(q, averaged, case["temperature"]),
    )
    log_alpha = torch.tensor(0.0)
    surplus = temperature_loss(log_alpha, summed, target)  # zero for the one where it is for the other
    torch.testing.assert_close(
        surplus, action_dim * temperature_loss(log_alpha, averaged, case["target_entropy"])
    )


def test_the_solutions_may_be_written_in_other_ways():
    assert check(lambda q, p, t: t * p.sum() / len(q) - q.mean(), ACTOR_LOSS).passed
    assert check(lambda t, h, a: [t / a, h * a], SETTINGS_FOR_THE_SUM).passed
