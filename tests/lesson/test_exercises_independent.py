"""Page 01's exercises: each known mistake is told from the others, and the reference is right."""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.lesson.check import _outcome, _same, check
from sacnotes_lib.lesson.exercises.independent import SCORE_ACTIONS, SOFT_VALUE

EXERCISES = (SCORE_ACTIONS, SOFT_VALUE)


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


def test_scores_against_scipy():
    for case in SCORE_ACTIONS.cases:
        mean, std, action = (tensor.numpy().astype(float) for tensor in case.values())
        expected = [
            stats.multivariate_normal(m, np.diag(s**2)).logpdf(a)
            for m, s, a in zip(mean, std, action, strict=True)
        ]
        np.testing.assert_allclose(SCORE_ACTIONS.reference(**case), expected, rtol=1e-4)


def test_soft_values_one_by_one():
    for case in SOFT_VALUE.cases:
        expected = [
            q - case["temperature"] * p
            for q, (p,) in zip(case["q"].tolist(), case["log_prob"].tolist(), strict=True)
        ]
        torch.testing.assert_close(SOFT_VALUE.reference(**case), torch.tensor(expected))


def test_the_solution_may_be_written_in_other_ways():
    assert check(lambda q, log_prob, temperature: q - temperature * log_prob[:, 0], SOFT_VALUE).passed
    assert check(
        lambda q, log_prob, temperature: (q[:, None] - temperature * log_prob).squeeze(-1), SOFT_VALUE
    ).passed
    assert check(lambda m, s, a: torch.distributions.Normal(m, s).log_prob(a).sum(-1), SCORE_ACTIONS).passed
