"""compare: the same numbers as training alone, whatever fails, dies or is interrupted beside it."""

import os

import numpy as np
import pytest

from sacnotes_lib.comparison import dispatch
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.store import drop_results
from sacnotes_lib.plots.learning_curves import plot_learning_curves
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.training.environments import UnsuitableEnvironment
from sacnotes_lib.training.run import evaluate, train
from tests.comparison import agents


def quietly(variants, seeds=2, **options):
    return compare(variants, seeds, **{"progress": False, "jobs": 1, "folder": None} | options)


def assert_same_numbers(result, run):
    np.testing.assert_array_equal(result.evaluation_returns, run.evaluation_returns)
    np.testing.assert_array_equal(result.evaluation_steps, run.evaluation_steps)
    np.testing.assert_array_equal(result.metric_steps, run.metric_steps)
    for name, values in run.metrics.items():
        np.testing.assert_array_equal(result.metrics[name], values, err_msg=name)


# What comes back


def test_each_variant_is_what_train_gives(small):
    mean = small.replace(backup="mean")
    comparison = quietly({"min": small, "mean": mean}, [3, 5])
    for name, config in {"min": small, "mean": mean}.items():
        run = train(config, [3, 5], progress=False)
        assert_same_numbers(comparison[name], run)
        assert (comparison[name].config, comparison[name].seeds, comparison[name].step) == (
            config,
            [3, 5],
            40,
        )
        np.testing.assert_array_equal(evaluate(comparison[name].agent(), 3), evaluate(run.agent, 3))
        np.testing.assert_array_equal(comparison[name].agent().temperature, run.agent.temperature)
    assert list(comparison) == ["min", "mean"]
    assert not (comparison.failures or comparison.unfinished or comparison.notes)


def test_an_agent_of_ones_own_is_trained(small):
    class Blind(SAC):
        critic_loss = staticmethod(lambda q, target: 0 * q.sum())

    comparison = quietly({"right": small, "blind": (small, Blind)})
    assert (comparison["blind"].metrics["critic_loss"] != comparison["right"].metrics["critic_loss"]).any()
    assert_same_numbers(comparison["blind"], train(small, 2, progress=False, agent_class=Blind))
    assert type(comparison["blind"].agent()) is Blind


def test_seeds_in_several_jobs_are_put_together_in_order(small):
    cut = quietly({"min": small}, [3, 5, 8, 9, 2], seeds_per_job=2)["min"]
    whole = quietly({"min": small}, [3, 5, 8, 9, 2])["min"]
    assert cut.seeds == whole.seeds == [3, 5, 8, 9, 2]
    np.testing.assert_allclose(cut.evaluation_returns, whole.evaluation_returns, rtol=1e-3)
    np.testing.assert_allclose(cut.metrics["q"], whole.metrics["q"], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(evaluate(cut.agent(), 2), evaluate(whole.agent(), 2), rtol=1e-3)


def test_memory_is_left_behind_unless_asked_for(small):
    assert quietly({"min": small})["min"].buffer is None
    with pytest.raises(ValueError, match=r"compare\(\.\.\., buffers=True\)"):
        quietly({"min": small})["min"].replay_buffer()
    kept = quietly({"min": small}, 3, buffers=True, seeds_per_job=2)["min"].replay_buffer().contents()
    for ours, theirs in zip(kept, train(small, 3, progress=False).buffer.contents()):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_it_draws_itself_as_runs_do(small):
    comparison = quietly({"min": small, "mean": small.replace(backup="mean")})
    runs = {name: train(result.config, 2, progress=False) for name, result in comparison.items()}
    for quantity in ("return", "entropy"):
        drawn = plot_learning_curves(comparison, quantity)
        assert drawn.description == plot_learning_curves(runs, quantity).description


def test_pages_can_be_tried_with_shortened_runs(small, monkeypatch, tmp_path):
    """And a shortened result is never taken for a whole one."""
    monkeypatch.setenv("SACNOTES_QUICK", "1")
    assert quietly({"min": small.replace(total_steps=90)}, folder=tmp_path)["min"].step == 10 + 2 * 10
    monkeypatch.delenv("SACNOTES_QUICK")
    assert quietly({"min": small.replace(total_steps=90)}, folder=tmp_path)["min"].step == 90


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_one_line_says_how_far_all_of_it_is(small, capsys):
    quietly({"min": small, "wild": small.replace(learning_rate=1e30)}, progress=True, seeds=3)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("2 variants, 3 seeds · step 240 of 240 · ")
    assert last.endswith(" · 2 of 2 jobs · failed: wild")


# What goes wrong in a job


@pytest.fixture
def half_broken(small):
    """Seed 5 receives a reward that is not a number from step 30 on."""
    return small.replace(
        env_id="tiny/Breaking-v0",
        env_kwargs={"bad_seed": 5, "after": 25},
        total_steps=100,
        learning_starts=10,
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_run_that_diverges_costs_only_itself_and_leaves_what_it_recorded(small, half_broken):
    comparison = quietly({"wild": half_broken, "tame": small}, [3, 5])
    assert list(comparison) == ["tame"]
    failure = comparison.failures["wild"]
    assert failure.error.startswith("TrainingDiverged: At environment step")
    assert "critic loss of seed 5" in failure.error and "learning_rate" in failure.error
    assert "NonFiniteLoss" in failure.details
    assert 20 <= failure.until_then.step < 100
    assert failure.until_then.evaluation_steps.tolist()[:2] == [10, 20]
    with pytest.raises(KeyError, match='"wild" failed: TrainingDiverged'):
        comparison["wild"]
    assert "wild: failed. TrainingDiverged" in repr(comparison)


def test_a_failure_is_a_warning_with_the_name(half_broken):
    with pytest.warns(UserWarning, match='"wild" failed for seed 5. TrainingDiverged'):
        quietly({"wild": half_broken}, [5])


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_seeds_that_got_through_are_kept_and_the_others_named(half_broken):
    comparison = quietly({"wild": half_broken}, [3, 5, 8], seeds_per_job=1)
    assert comparison["wild"].seeds == [3, 8]
    assert comparison.failures["wild"].seeds == [5]
    assert "without seed 5, which failed" in repr(comparison.table())


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_error_in_an_agent_comes_back_with_its_traceback(small):
    class Clumsy(SAC):
        def update(self, batch):
            return batch.rewards

    failure = quietly({"clumsy": (small, Clumsy)}).failures["clumsy"]
    assert failure.error == "AttributeError: 'Batch' object has no attribute 'rewards'"
    assert ", in update" in failure.details  # the line itself is lost on its way with cloudpickle 3.1.3
    assert failure.until_then is None


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.slow
def test_killed_processes_cost_only_the_job_that_kills_them(small, tmp_path):
    """SIGKILL, for real: one job dies once and is repeated, one dies each time and is reported, two never."""
    once, always = tmp_path / "once", tmp_path / "always"
    comparison = quietly(
        {
            "fatal": (small, agents.killed_always(always)),
            "unlucky": (small, agents.killed_once(once)),
            "min": small,
            "mean": small.replace(backup="mean"),
        },
        jobs=2,
    )
    assert int(once.read_text()) != os.getpid()
    assert always.read_text().count("again") == 2
    assert list(comparison) == ["unlucky", "min", "mean"]
    assert "the process that ran it died, twice" in comparison.failures["fatal"].error
    for name in ("unlucky", "min"):
        assert_same_numbers(comparison[name], train(small, 2, progress=False))


# What is kept, and what is computed again


@pytest.mark.slow
def test_an_interruption_returns_what_is_done_and_the_next_call_does_the_rest(small, tmp_path, monkeypatch):
    """Ctrl-C, for real, sent by a job that would go on for ever once the other one's result is kept."""
    endless = small.replace(total_steps=10**9)
    pressing = agents.interrupting(os.getpid(), tmp_path)
    comparison = quietly({"min": small, "endless": (endless, pressing)}, jobs=2, folder=tmp_path)
    assert list(comparison) == ["min"]
    assert comparison.unfinished == ["endless"]
    assert not comparison.failures
    with pytest.raises(KeyError, match="call compare again"):
        comparison["endless"]
    monkeypatch.setattr(dispatch, "run_job", lambda *_: pytest.fail("computed again"))
    assert_same_numbers(quietly({"min": small}, folder=tmp_path)["min"], train(small, 2, progress=False))


def test_an_interruption_without_processes_does_the_same(small, tmp_path):
    endless = small.replace(total_steps=10**9)
    pressing = agents.interrupting(os.getpid(), tmp_path)
    variants = {"min": small, "endless": (endless, pressing), "mean": small.replace(backup="mean")}
    comparison = quietly(variants, folder=tmp_path)
    assert list(comparison) == ["min"]
    assert comparison.unfinished == ["endless", "mean"]


def test_only_what_is_missing_is_computed(small, tmp_path):
    begun, folder = tmp_path / "begun", tmp_path / "results"
    counted = agents.counting_in(begun)

    def begun_by(variants, **options):
        before = len(begun.read_text().splitlines()) if begun.exists() else 0
        quietly(variants, folder=folder, **options)
        return len(begun.read_text().splitlines()) - before

    first = {"a": (small, counted), "b": (small.replace(backup="mean"), counted)}
    assert begun_by(first) == 2
    assert begun_by(first) == 0
    assert begun_by({"another name": (small, counted)}) == 0
    assert begun_by({**first, "c": (small.replace(discount=0.5), counted)}) == 1
    assert begun_by(first, seeds=[1, 0]) == 2  # other seeds
    assert begun_by(first, seeds=4, seeds_per_job=2) == 2  # seeds 0 and 1 are there
    assert begun_by(first, buffers=True) == 2
    assert drop_results(folder) == 9
    assert begun_by(first) == 2


def test_a_result_from_disk_is_the_result(small, tmp_path):
    first, second = (quietly({"min": small}, 3, folder=tmp_path)["min"] for _ in range(2))
    assert_same_numbers(first, second)
    assert (first.config, first.seeds, first.seconds) == (second.config, second.seeds, second.seconds)
    assert type(second.agent()) is SAC
    np.testing.assert_array_equal(evaluate(first.agent(), 2), evaluate(second.agent(), 2))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_failures_are_not_kept(half_broken, tmp_path):
    for _ in range(2):
        assert "wild" in quietly({"wild": half_broken}, [5], folder=tmp_path).failures
    assert drop_results(tmp_path) == 0


# What cannot be asked for


@pytest.mark.parametrize(
    "variants, error, says",
    [
        ({}, ValueError, "at least one variant"),
        ([1], TypeError, "needs a dictionary"),
        ({"a": "min"}, TypeError, "variant \"a\" is 'min', but it must be a SACConfig"),
        ({3: None}, TypeError, "name 3"),
    ],
)
def test_what_is_no_variant_is_told_how_to_become_one(variants, error, says):
    with pytest.raises(error, match=says) as refusal:
        quietly(variants)
    assert "SACConfig()" in str(refusal.value) or "text" in str(refusal.value)


def test_an_agent_must_be_a_kind_of_sac(small):
    with pytest.raises(TypeError, match="subclass of SAC"):
        quietly({"a": (small, dict)})


@pytest.mark.parametrize(
    "options, error, says",
    [
        ({"seeds": [0, 1, 1]}, ValueError, "seed 1 given more than once.*too narrow"),
        ({"seeds": 0}, ValueError, "at least one seed"),
        ({"seeds": 1.5}, TypeError, "whole numbers"),
        ({"seeds_per_job": 0}, ValueError, "seeds_per_job = 0, but it must be a whole number"),
        ({"device": "gpu"}, ValueError, "device = 'gpu', but it must be .* \"cuda\""),
        ({"jobs": 0}, ValueError, "jobs = 0"),
    ],
)
def test_other_arguments_are_checked_before_anything_is_trained(small, monkeypatch, options, error, says):
    monkeypatch.setattr(dispatch, "run_job", lambda *_: pytest.fail("began to train"))
    with pytest.raises(error, match=says):
        quietly({"a": small}, **options)


def test_an_unknown_environment_is_named_with_its_variant(small):
    with pytest.raises(UnsuitableEnvironment, match='variant "a": Gymnasium knows no environment'):
        quietly({"a": small.replace(env_id="Nothing-v0")})


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_device_that_is_not_here_is_the_jobs_error(small):
    error = quietly({"a": small}, device="cuda:93").failures["a"].error
    assert "device = 'cuda:93' cannot be used on this computer, which has: \"cpu\"" in error


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_compiling_is_the_jobs_business_and_no_kept_result_stands_in_for_it(small, tmp_path, monkeypatch):
    assert len(quietly({"a": small}, folder=tmp_path / "kept")) == 1
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no compiler
    monkeypatch.delenv("CXX", raising=False)
    comparison = quietly({"a": small}, folder=tmp_path / "kept", compile=True)
    assert "CannotCompile: compile=True needs a C++ compiler" in comparison.failures["a"].error
    assert len(quietly({"a": small}, folder=tmp_path / "kept")) == 1
