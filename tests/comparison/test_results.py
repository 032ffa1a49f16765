"""A comparison as an object: its table against numbers by hand, its file, its words."""

import pickle

import numpy as np
import pytest
import torch
from sacnotes_lib.comparison.result import Result

from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.results import Comparison, Failure
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import evaluate
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
    assert two.table()["min"].difference is None


def test_another_reference_turns_the_sign(two):
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
    for said in ("P(better than min)", "+30 (+30 to +30)", "mean", "last 3 evaluations"):
        assert said in text and said in page
    assert "&lt;b&gt;" in Comparison({"<b>": two["min"]}).table()._repr_html_()


def test_what_makes_returns_hard_to_compare_is_said(two):
    assert two.notes == two.table().notes == []
    other_world = Comparison({"min": two["min"], "moon": result([[-1, -2]], env_kwargs={"g": 1.6})})
    assert "not on one scale" in repr(other_world) and "not on one scale" in repr(other_world.table())
    assert "different numbers of steps" in repr(other_world)


@pytest.mark.parametrize(
    "arguments, says",
    [
        ({"reference": "max"}, 'reference = "max" has no result. Choose one of: min, mean'),
        ({"score": "best"}, '"end", "whole", or a function'),
        ({"score": lambda result: 3}, "one finite number for each of its 8 seeds"),
    ],
)
def test_a_table_that_cannot_be_made_says_what_can(two, arguments, says):
    with pytest.raises(ValueError, match=says):
        two.table(**arguments)


def test_nothing_evaluated_or_nothing_at_all_cannot_be_tabulated():
    with pytest.raises(ValueError, match='"short" has no record of a return yet'):
        Comparison({"short": result(np.empty((2, 0)))}).table()
    with pytest.raises(ValueError, match="no variant has a result"):
        Comparison({}, {"wild": Failure([0], "it broke")}).table()


def test_a_missing_variant_says_which_there_are(two):
    with pytest.raises(KeyError) as missing:
        two["max"]
    assert str(missing.value) == 'there is no variant "max". There are: min, mean'


def test_a_file_holds_all_of_it(small, tmp_path):
    class Blind(SAC):
        critic_loss = staticmethod(lambda q, target: 0 * q.sum())

    wild = small.replace(learning_rate=1e30, env_kwargs={"size": np.float64(0.2)})
    with pytest.warns(UserWarning, match='"wild" failed'):
        kept = compare(
            {"min": small, "blind": (small, Blind), "wild": wild}, 2, jobs=1, folder=None, progress=False
        )
    kept.save(tmp_path / "all.pt")
    loaded = Comparison.load(tmp_path / "all.pt")
    assert repr(loaded) == repr(kept)
    assert loaded["min"].config == small
    for name in ("evaluation_returns", "evaluation_steps", "metric_steps"):
        np.testing.assert_array_equal(getattr(loaded["min"], name), getattr(kept["min"], name))
    np.testing.assert_array_equal(loaded["min"].metrics["entropy"], kept["min"].metrics["entropy"])
    np.testing.assert_array_equal(evaluate(loaded["min"].agent(), 2), evaluate(kept["min"].agent(), 2))
    assert loaded.failures["wild"].until_then.step == kept.failures["wild"].until_then.step
    with pytest.raises(ValueError, match=r"trained by Blind, .*agent_class=Blind"):
        loaded["blind"].agent()
    assert type(loaded["blind"].agent(Blind)) is Blind


def test_no_code_in_a_file_is_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path / "sprung").touch, ()

    torch.save({"results": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(pickle.UnpicklingError):
        Comparison.load(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()
