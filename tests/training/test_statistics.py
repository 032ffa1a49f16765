"""Differences, improvement and their intervals against answers found another way."""

import numpy as np
import pytest
from scipy import stats

from sacnotes_lib.training.statistics import difference, probability_of_improvement

RNG = np.random.default_rng(7)


def test_a_constant_lead_is_found_exactly_where_seeds_are_paired():
    reference = RNG.normal(size=8)
    assert difference(reference + 3, reference, paired=True) == pytest.approx((3, 3, 3))
    value, low, high = difference(reference + 3, reference, paired=False)
    assert value == pytest.approx(3)
    assert low < 2.5 and high > 3.5


def test_difference_is_that_of_the_middle_halves():
    scores, reference = np.array([0.0, 1, 2, 100]), np.array([-50.0, 1, 1, 1])
    assert difference(scores, reference, paired=True).value == 1.5 - 1


def test_pairing_needs_no_order_of_size_but_of_seeds():
    """The same numbers in another order are other pairs: the interval widens, the difference stays."""
    reference = np.linspace(0, 10, 8)
    together = difference(reference + 1, reference, paired=True)
    crossed = difference(reference[::-1] + 1, reference, paired=True)
    assert together.value == pytest.approx(crossed.value)
    assert crossed.high - crossed.low > 5 > together.high - together.low


def test_about_94_of_100_intervals_hold_the_truth_with_eight_seeds():
    """Normal numbers in which seven tenths of the variance is luck that both variants share."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(100):
        luck = np.sqrt(0.7) * rng.normal(size=8)
        scores, reference = (luck + np.sqrt(0.3) * rng.normal(size=8) + lead for lead in (1, 0))
        held += (lambda d: d.low <= 1 <= d.high)(difference(scores, reference, paired=True))
    assert 0.87 <= held / 100 <= 0.99


def test_improvement_is_the_mann_whitney_statistic_with_ties_as_halves():
    scores, reference = RNG.integers(0, 5, 9).astype(float), RNG.integers(0, 5, 7).astype(float)
    expected = stats.mannwhitneyu(scores, reference).statistic / (9 * 7)
    assert probability_of_improvement(scores, reference, paired=False).value == pytest.approx(expected)


def test_improvement_of_one_normal_over_another_is_known():
    scores, reference = RNG.normal(0.5, 1, 4000), RNG.normal(0, 1, 4000)
    expected = stats.norm.cdf(0.5 / np.sqrt(2))
    estimate = np.sign(scores[:, None] - reference).mean() / 2 + 0.5
    assert estimate == pytest.approx(expected, abs=0.02)
    few = probability_of_improvement(scores[:60], reference[:60], paired=False)
    assert few.low < expected < few.high
    # the standard error of the Mann-Whitney statistic between equal normals is about sqrt((n + m + 1) / 12 n m)
    assert few.high - few.low == pytest.approx(2 * 1.96 * np.sqrt(121 / 12 / 3600), rel=0.15)


@pytest.mark.parametrize("measure", [difference, probability_of_improvement])
def test_one_seed_has_a_value_and_no_interval_and_several_have_the_same_each_time(measure):
    value, low, high = measure(np.array([2.0]), np.array([1.0]), paired=True)
    assert value == 1
    assert np.isnan([low, high]).all()
    scores, reference = RNG.normal(size=(2, 8))
    assert measure(scores, reference, paired=True) == measure(scores, reference, paired=True)
