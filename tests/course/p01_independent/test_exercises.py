"""Page 01's exercises: that the reference is right, and what else passes."""

import numpy as np
import torch
from scipy import stats
from torch.distributions import Independent, Normal

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p01_independent.exercises import SCORE_ACTIONS, SOFT_VALUE


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
    assert check(lambda m, s, a: Independent(Normal(m, s), 1).log_prob(a), SCORE_ACTIONS).passed
