"""A comparison's table against numbers by hand, and its words."""

import re

import numpy as np
import pytest

from sacnotes_lib.comparison.results import Comparison, Failure, Result
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.statistics import difference, probability_of_improvement


def result(returns, seeds=None, **config):
    """A result with these evaluation returns `[R, evaluations]` and nothing else in it."""
    returns = np.asarray(returns, float)
    steps = 250 * np.arange(1, returns.shape[1] + 1)
    seeds = list(range(len(returns))) if seeds is None else seeds
    step = 250 * returns.shape[1]
    return Result(SACConfig(**config), seeds, step, 1.0, steps, returns, steps[:0], {}, {}, (3, 1))


@pytest.fixture
def two():
    rng = np.random.default_rng(3)
    luck = rng.normal(0, 50, (8, 1))
    base = np.linspace(-1200, -200, 5) + luck + rng.normal(0, 5, (8, 5))
    return Comparison({"min": result(base), "mean": result(base + 30, backup="mean")})


def test_the_table_says_how_far_apart_paired_seeds_are(two):
    row = two.table()["mean"]
    assert row.seeds == 8
    assert row.difference == pytest.approx((30, 30, 30))
    ends = [two[name].evaluation_returns[:, -3:].mean(axis=1) for name in ("mean", "min")]
    assert row.improvement == probability_of_improvement(*ends, paired=True)
    middle = np.sort(ends[0])[2:6].mean()
    assert row.score.value == pytest.approx(middle)
    assert row.score.low < middle < row.score.high
    assert two.table()["min"].difference is two.table()["min"].improvement is None
    assert two.table("mean")["min"].difference == pytest.approx((-30, -30, -30))


def test_seeds_that_differ_are_not_paired(two):
    moved = Comparison(
        {"min": two["min"], "mean": result(two["mean"].evaluation_returns, [8, 1, 2, 3, 4, 5, 6, 7])}
    )
    row = moved.table()["mean"]
    ends = [two[name].evaluation_returns[:, -3:].mean(axis=1) for name in ("mean", "min")]
    assert row.difference == difference(*ends, paired=False)
    assert row.difference.high - row.difference.low > 10
    assert "not paired" in row.note


def test_the_whole_of_learning_can_be_scored_or_anything_else(two):
    returns = two["min"].evaluation_returns
    whole = two.table(score="whole")["min"].score.value
    assert whole == pytest.approx(np.sort(returns.mean(axis=1))[2:6].mean())
    first = two.table(score=lambda result: result.evaluation_returns[:, 0])["min"].score.value
    assert first == pytest.approx(np.sort(returns[:, 0])[2:6].mean())


def test_it_prints_and_shows_the_same_numbers(two):
    table = two.table()
    text, page = repr(table), table._repr_html_()
    for said in (
        "P(better than min)",
        "+30.0 (+30.0 to +30.0)",
        "mean",
        "last 3 evaluations",
        "95 % bootstrap",
    ):
        assert said in text and said in page
    assert re.search(r'<th scope="col"[^>]*>seeds</th>', page)
    assert re.search(r'<th scope="row"[^>]*>mean</th><td[^>]*>8</td>', page)
    assert "&lt;b&gt;" in Comparison({"<b>": two["min"]}).table()._repr_html_()
    one_seed = Comparison({"min": result([[-7, -7, -7.0]])}).table()
    assert repr(one_seed).splitlines()[1].split() == ["min", "1", "-7.00", "–", "–"]


def test_what_makes_returns_hard_to_compare_is_said(two):
    assert two.notes == []
    other_world = Comparison({"min": two["min"], "moon": result([[-1, -2]], env_kwargs={"g": 1.6})})
    for said in (repr(other_world), repr(other_world.table()), other_world.table()._repr_html_()):
        assert "not on one scale" in said and "different numbers of steps" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"reference": "max"}, "reference = 'max' has no result .*\n *min: .*\n *mean: "),
        ({"score": "best"}, '"end", "whole", or a function'),
        ({"score": lambda result: 3}, "one finite number for each of 8 seeds"),
        ({"score": lambda result: result.evaluation_returns[:, 0] * np.inf}, "one finite number"),
    ],
)
def test_a_table_that_cannot_be_made_says_what_can(two, arguments, says):
    with pytest.raises(ValueError, match=says):
        two.table(**arguments)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_nothing_evaluated_or_nothing_at_all_cannot_be_tabulated():
    with pytest.raises(ValueError, match='score of "short" is .*: train longer, or evaluate sooner'):
        Comparison({"short": result(np.empty((2, 0)))}).table()
    with pytest.raises(ValueError, match="has no result to compare with.*\n *wild: failed. it broke"):
        Comparison({}, {"wild": Failure([0], "it broke")}).table()


def test_a_missing_variant_says_which_there_are(two):
    with pytest.raises(KeyError, match='there is no variant "max". There are: min, mean'):
        two["max"]
