"""compare: the same numbers as training alone, whatever fails or is interrupted beside it, and a file of all."""

import os
import shutil
from dataclasses import astuple, replace

import numpy as np
import pytest
import torch

from sacnotes_lib.comparison import compare as module
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.jobs import TRIES, Job, run_job
from sacnotes_lib.comparison.results import Comparison, Result
from sacnotes_lib.comparison.store import drop_results
from sacnotes_lib.course.p12_papers.with_value import SACWithV
from sacnotes_lib.plots.learning_curves import plot_learning_curves
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import UnsuitableEnvironment
from sacnotes_lib.training.run import evaluate, train
from tests.comparison import agents

quiet = pytest.mark.filterwarnings("ignore::UserWarning")


def quietly(variants, seeds=2, **options):
    return compare(variants, seeds, **{"progress": False, "jobs": 1, "folder": None} | options)


def assert_same_numbers(result, run, **tolerance):
    assert (result.config, result.seeds, result.step) == (run.config, run.seeds, run.step)
    np.testing.assert_array_equal(result.evaluation_steps, run.evaluation_steps)
    np.testing.assert_array_equal(result.metric_steps, run.metric_steps)
    np.testing.assert_allclose(result.evaluation_returns, run.evaluation_returns, **tolerance)
    for name, values in run.metrics.items():
        np.testing.assert_allclose(result.metrics[name], values, err_msg=name, **tolerance)
    np.testing.assert_allclose(result.agent.temperature, run.agent.temperature, **tolerance)
    np.testing.assert_allclose(evaluate(result, 3), evaluate(run.agent, 3), **tolerance)


exactly, beyond_rounding = {"rtol": 0}, {"rtol": 1e-3, "atol": 1e-4}


class Blind(SAC):
    critic_loss = staticmethod(lambda q, target: 0 * q.sum())


# What comes back


def test_each_variant_is_what_train_gives_and_draws_as_it_does(small):
    variants = {"min": small, "mean": small.replace(backup="mean"), "blind": (small, Blind)}
    comparison = quietly(variants, [3, 5])
    runs = {
        "min": train(small, [3, 5], progress=False),
        "mean": train(small.replace(backup="mean"), [3, 5], progress=False),
        "blind": train(small, [3, 5], progress=False, agent_class=Blind),
    }
    assert list(comparison) == list(runs)
    assert not (comparison.failures or comparison.unfinished or comparison.notes)
    for name, run in runs.items():
        assert_same_numbers(comparison[name], run, **exactly)
        assert type(comparison[name].agent) is type(run.agent)
    assert (comparison["blind"].metrics["critic_loss"] != comparison["min"].metrics["critic_loss"]).any()
    for quantity in ("return", "entropy"):
        drawn = plot_learning_curves(comparison, quantity)
        assert drawn.description == plot_learning_curves(runs, quantity).description
    with pytest.raises(ValueError, match=r"compare\(\.\.\., buffers=True\)"):
        _ = comparison["min"].buffer


def test_networks_of_a_subclass_are_kept_too():
    tiny = SACConfig(total_steps=60, learning_starts=20, batch_size=8, hidden_sizes=(8,))
    result = quietly({"V": (tiny, SACWithV)})["V"]
    run = train(tiny, 2, progress=False, agent_class=SACWithV)
    for ours, theirs in zip(result.agent.target_value.parameters(), run.agent.target_value.parameters()):
        np.testing.assert_allclose(ours.detach(), theirs.detach(), rtol=0)


def test_a_result_is_examined_like_a_run():
    lqr = SACConfig(env_id="sacnotes/SoftLQR-v0", total_steps=60, learning_starts=20, evaluation_interval=60)
    result, run = quietly({"any": lqr})["any"], train(lqr, 2, progress=False)
    for ours, theirs in zip(astuple(check_q(result)), astuple(check_q(run))):
        np.testing.assert_allclose(ours, theirs, **beyond_rounding)


def test_seeds_in_several_jobs_are_put_together_in_order_with_their_memory(small):
    cut = quietly({"min": small}, [3, 5, 8, 9, 2], seeds_per_job=2, buffers=True)["min"]
    whole = train(small, [3, 5, 8, 9, 2], progress=False)
    assert_same_numbers(cut, whole, **beyond_rounding)
    assert Result.joined([cut, cut]).seconds == 2 * cut.seconds
    for ours, theirs in zip(cut.buffer.contents(), whole.buffer.contents()):
        np.testing.assert_allclose(ours, theirs, **beyond_rounding)


@quiet
def test_one_line_says_how_far_all_of_it_is(small, capsys):
    quietly({"min": small, "wild": small.replace(learning_rate=1e30)}, progress=True, seeds=3)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("2 variants, 3 seeds · step 240 of 240 · ")
    assert last.endswith(" · 2 of 2 jobs · failed: wild")


def test_a_job_notes_its_steps_and_how_often_it_began(small, tmp_path, monkeypatch):
    """A note of its deaths ends it for good; a folder that nobody keeps any more, too; none at all changes nothing."""
    monkeypatch.chdir(tmp_path)
    job, note = Job("min", small, SAC, [0, 1]).to_bytes(), tmp_path / "notes" / "0"
    assert run_job(job).step == run_job(job, note).step == 40
    assert not list(tmp_path.iterdir())
    note.parent.mkdir()
    for _ in range(TRIES):
        assert run_job(job, note).step == 40
        assert note.read_text().split()[-41:] == [str(2 * step) for step in range(41)]
    assert run_job(job, note).error == f"the process that ran it died, {TRIES} times"

    class Leaving(SAC):
        def update(self, batch):
            assert note.exists(), "went on although nobody waits"
            shutil.rmtree(note.parent)
            return super().update(batch)

    note.unlink()
    assert "FileNotFoundError" in run_job(Job("a", small, Leaving, [0]).to_bytes(), note).error


# What goes wrong in a job


@pytest.fixture
def half_broken(small):
    """Seed 5 receives a reward that is not a number from step 30 on."""
    breaking = {"env_id": "tiny/Breaking-v0", "env_kwargs": {"bad_seed": 5, "after": 25}}
    return small.replace(**breaking, total_steps=100)


def test_what_fails_is_named_costs_only_itself_and_leaves_what_it_recorded(small, half_broken, tmp_path):
    class Own(SAC):
        pass

    class Clumsy(SAC):
        def update(self, batch):
            return batch.rewards

    class Leaving(SAC):
        def update(self, batch):
            raise SystemExit("enough")

    variants = {
        "wild": (half_broken, Own),
        "clumsy": (small, Clumsy),
        "leaving": (small, Leaving),
        "tame": small,
    }
    with pytest.warns(UserWarning, match=r'"wild" failed for seeds \[5\]. TrainingDiverged'):
        comparison = quietly(variants, [3, 5, 8], seeds_per_job=1, folder=tmp_path)
    assert list(comparison) == ["wild", "tame"]
    assert (comparison["wild"].seeds, comparison["tame"].seeds) == ([3, 8], [3, 5, 8])
    wild, clumsy = comparison.failures["wild"], comparison.failures["clumsy"]
    assert (wild.seeds, clumsy.seeds) == ([5], [3, 5, 8])
    assert wild.error.startswith("TrainingDiverged: At environment step")
    assert "critic loss of seed 5" in wild.error and "learning_rate" in wild.error
    assert "NonFiniteLoss" in wild.details
    assert 20 <= wild.until_then.step < 100
    assert type(wild.until_then.agent) is Own
    assert wild.until_then.evaluation_steps.tolist()[:2] == [10, 20]
    assert clumsy.error == "AttributeError: 'Batch' object has no attribute 'rewards'"
    assert ", in update" in clumsy.details  # the line itself is lost on its way with cloudpickle 3.1.3
    assert clumsy.until_then.step == 10  # it never learned, and what it saw is there
    assert comparison.failures["leaving"].error == "SystemExit: enough"
    assert "without seed 5, which failed" in repr(comparison.table())
    assert "wild: failed. TrainingDiverged" in repr(comparison)
    with pytest.raises(KeyError, match='"clumsy" failed: AttributeError'):
        comparison["clumsy"]
    assert drop_results(tmp_path) == 2 + 3  # what failed is not kept


@quiet
def test_what_the_computer_lacks_is_the_jobs_error_and_no_kept_result_stands_in_for_it(
    small, tmp_path, monkeypatch
):
    assert len(quietly({"a": small}, folder=tmp_path / "kept")) == 1
    error = quietly({"a": small}, folder=tmp_path / "kept", device="cuda:93").failures["a"].error
    assert "device = 'cuda:93' cannot be used on this computer, which has: \"cpu\"" in error
    monkeypatch.setenv("PATH", str(tmp_path))  # where there is no compiler
    monkeypatch.delenv("CXX", raising=False)
    error = quietly({"a": small}, folder=tmp_path / "kept", compile=True).failures["a"].error
    assert "CannotCompile: compile=True needs a C++ compiler" in error


# What is interrupted, and goes on


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_an_interruption_returns_what_is_done_and_the_next_call_does_the_rest(
    small, tmp_path, monkeypatch, processes
):
    """Ctrl-C, for real, sent by a job that would go on for ever once the other one's result is kept."""
    endless = small.replace(total_steps=10**9)
    variants = {"min": small, "endless": (endless, agents.interrupting(os.getpid(), tmp_path))}
    if processes == 1:
        variants["mean"] = small.replace(backup="mean")  # which is not begun
    comparison = quietly(variants, jobs=processes, folder=tmp_path)
    assert (list(comparison), comparison.failures) == (["min"], {})
    assert comparison.unfinished == list(variants)[1:]
    with pytest.raises(KeyError, match="call compare again"):
        comparison["endless"]
    monkeypatch.setattr(module, "run_job", lambda *_: pytest.fail("computed again"))
    again = quietly({"min": small}, folder=tmp_path)["min"]
    assert_same_numbers(again, train(small, 2, progress=False), **exactly)
    assert again.seconds == comparison["min"].seconds
    assert type(again.agent) is SAC


# What cannot be asked for


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"variants": {}}, TypeError, "needs a dictionary.*, and {} is none"),
        ({"variants": [1]}, TypeError, r"needs a dictionary.*SACConfig\(\).*\[1\] is none"),
        ({"variants": {"a": "min"}}, TypeError, "needs a dictionary.*'a' names 'min'"),
        ({"variants": {3: None}}, TypeError, "3 names None"),
        ({"variants": {"a": (SACConfig(), dict)}}, TypeError, "subclass of SAC.*'a' names"),
        (
            {"variants": {"a": SACConfig("Nothing-v0")}},
            UnsuitableEnvironment,
            "knows no environment 'Nothing-v0'",
        ),
        ({"seeds": [0, 1, 1]}, ValueError, r"seeds = \[0, 1, 1\]: 1 comes twice"),
        ({"seeds": 0}, ValueError, "there must be one at least"),
        ({"seeds": 1.5}, TypeError, "whole numbers"),
        ({"seeds_per_job": 0}, ValueError, "seeds_per_job = 0, but it must be a whole number"),
        ({"device": "gpu"}, ValueError, "device = 'gpu', but it must be .* \"cuda\""),
        ({"jobs": 0}, ValueError, "n_jobs == 0"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_before_anything_is_trained(
    small, monkeypatch, options, error, says
):
    monkeypatch.setattr(module, "run_job", lambda *_: pytest.fail("began to train"))
    with pytest.raises(error, match=says):
        quietly(**{"variants": {"a": small}} | options)


def test_an_agent_that_cannot_travel_is_named_before_anything_begins(small, monkeypatch):
    monkeypatch.setattr(module, "run_job", lambda *_: pytest.fail("began to train"))
    lines = (line for line in ())

    class Odd(SAC):
        def update(self, batch):
            return next(lines)

    with pytest.raises(TypeError, match='variant "a" cannot be sent .*generator.* inside the class instead'):
        quietly({"min": small, "a": (small, Odd)})


# A comparison as a file


@quiet
def test_a_file_holds_all_of_it(small, tmp_path):
    wild = small.replace(learning_rate=1e30, env_kwargs={"size": np.float64(0.2)})
    kept = quietly({"min": small, "blind": (small, Blind), "wild": wild})
    kept.unfinished.append("late")
    kept.save(tmp_path / "all.pt")
    loaded = Comparison.load(tmp_path / "all.pt")
    assert repr(loaded) == repr(kept)
    assert loaded.unfinished == ["late"]
    assert_same_numbers(loaded["min"], train(small, 2, progress=False), **exactly)
    failure = loaded.failures["wild"]
    assert failure[:3] == kept.failures["wild"][:3]
    assert failure.until_then.step == kept.failures["wild"].until_then.step
    assert failure.until_then.config == wild
    with pytest.raises(ValueError, match=r"trained by Blind, .*agent_class=Blind"):
        _ = loaded["blind"].agent
    assert type(replace(loaded["blind"], agent_class=Blind).agent) is Blind


def test_no_code_in_a_file_is_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (tmp_path / "sprung").touch, ()

    torch.save({"results": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(ValueError, match="trap.pt holds code"):
        Comparison.load(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()
    torch.save({"results": {}}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="other.pt is not a file that Comparison.save wrote"):
        Comparison.load(tmp_path / "other.pt")
    (tmp_path / "half.pt").write_bytes((tmp_path / "other.pt").read_bytes()[:200])
    with pytest.raises(ValueError, match="half.pt is damaged"):
        Comparison.load(tmp_path / "half.pt")


def test_an_id_from_a_file_imports_nothing(small, tmp_path):
    result = quietly({"a": small})["a"]
    named = replace(result, config=small.replace(env_id="stranger:tiny/Wanderer-v0"))
    Comparison({"a": named}).save(tmp_path / "all.pt")
    assert Comparison.load(tmp_path / "all.pt")["a"].config == small


@pytest.mark.parametrize(("wanted", "started"), [(10**6, 3), (2, 2), (1, 1)])
def test_there_are_no_more_processes_than_jobs(small, monkeypatch, wanted, started):
    asked = []

    def parallel(n_jobs, **settings):
        asked.append(n_jobs)
        return lambda tasks: [function(*arguments) for function, arguments, _ in tasks]

    monkeypatch.setattr(module.joblib, "Parallel", parallel)
    short = small.replace(total_steps=20)
    assert len(quietly({"a": short, "b": short, "c": short}, 1, jobs=wanted)) == 3
    assert asked == [started]
