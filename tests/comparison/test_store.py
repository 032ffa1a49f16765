"""Results on disk: where they lie, and that one is used again only where all that decides it is the same."""

import functools
import linecache
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.registration import EnvSpec

from sacnotes_lib.comparison import jobs
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.jobs import source_of
from sacnotes_lib.comparison.store import drop_results, results_folder
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from tests.comparison import agents
from tests.training import tiny_environments


def quietly(variants, seeds=2, **options):
    return compare(variants, seeds, progress=False, jobs=1, **options)


# Where they lie


def test_results_lie_beside_the_notebook_or_where_the_variable_says_or_nowhere(small, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert results_folder() is None  # off, for tests
    quietly({"a": small})
    monkeypatch.setenv("SACNOTES_RESULTS", str(tmp_path / "elsewhere"))
    assert results_folder() == tmp_path / "elsewhere"
    assert results_folder("mine") == tmp_path / "mine"  # a folder in the call is meant
    assert results_folder(None) is None
    monkeypatch.delenv("SACNOTES_RESULTS")
    assert results_folder() == tmp_path / ".sacnotes-results"
    quietly({"a": small}, folder=None)
    assert not list(tmp_path.iterdir())
    quietly({"a": small})
    (tmp_path / ".sacnotes-results" / "thesis.txt").write_text("years of work")
    assert drop_results() == 1
    assert drop_results() == 0
    assert [file.name for file in tmp_path.rglob("*.*")] == [".sacnotes-results", "thesis.txt"]


@pytest.mark.parametrize(
    "spoil", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" + data]
)
def test_a_spoilt_file_is_computed_anew(small, tmp_path, spoil):
    first = quietly({"a": small}, folder=tmp_path)["a"]
    (file,) = tmp_path.iterdir()
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.warns(UserWarning, match="cannot be read and is computed anew"):
        again = quietly({"a": small}, folder=tmp_path)["a"]
    np.testing.assert_array_equal(again.evaluation_returns, first.evaluation_returns)
    assert len(quietly({"a": small}, folder=tmp_path)) == 1  # and is whole again: no warning


def test_nobody_elses_file_is_read_or_removed(small, tmp_path):
    for name in ("exam.result", "download.iso.part", "sacnotes-thesis.result"):
        (tmp_path / name).write_text("years of work")
    quietly({"a": small}, folder=tmp_path)
    (kept,) = tmp_path.glob("sacnotes-????????????????*.result")
    kept.with_name(f"{kept.name}.17.part").write_text("cut short")
    assert drop_results(tmp_path) == 2
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_under_another_name_is_not_believed(small, tmp_path):
    first = quietly({"a": small}, folder=tmp_path)["a"]
    (file,) = tmp_path.iterdir()
    other = {"a": small.replace(discount=0.5)}
    quietly(other, folder=tmp_path)
    (second,) = set(tmp_path.iterdir()) - {file}
    second.write_bytes(file.read_bytes())
    with pytest.warns(UserWarning, match="computed anew .it holds sacnotes-"):
        again = quietly(other, folder=tmp_path)["a"]
    assert again.config.discount == 0.5 and (again.metrics["q"] != first.metrics["q"]).any()


class Lazy(tiny_environments.Wanderer):
    def __init__(self, what=None):
        super().__init__()


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_arguments_that_no_file_can_hold_cost_only_the_keeping(small, tmp_path, monkeypatch, jobs):
    monkeypatch.setitem(gym.registry, "tiny/Lazy-v0", EnvSpec("tiny/Lazy-v0", Lazy, max_episode_steps=7))
    lazy = small.replace(env_id="tiny/Lazy-v0")
    odd = [Path("a"), range(3), Decimal(1), gym.spaces.Discrete(2), lambda: 1, np.array(["a"])]
    variants = {f"{what!r:.12}": lazy.replace(env_kwargs={"what": what}) for what in odd}
    fine = {"plain": lazy, "numbers": lazy.replace(env_kwargs={"what": [np.float64(1), (2,)]})}
    with pytest.warns(UserWarning, match="anew each time: env_kwargs = .*without code"):
        comparison = compare(variants | fine, 1, progress=False, jobs=jobs, folder=tmp_path)
    assert list(comparison) == [*variants, *fine] and len(list(tmp_path.iterdir())) == len(fine)
    with pytest.raises(TypeError, match="cannot be written without code"):
        comparison.save(tmp_path / "all.pt")


def test_a_place_that_cannot_be_written_to_costs_no_result(small, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match="could not be kept for next time .*folder=None"):
        assert len(quietly({"a": small}, folder=tmp_path / "file" / "results")) == 1


# When one is used again


def test_only_what_is_missing_is_computed(small, tmp_path, monkeypatch):
    begun, folder = tmp_path / "begun", tmp_path / "results"
    counted = agents.counting_in(begun)
    begun.touch()

    def begun_by(variants, *seeds, **options):
        before = len(begun.read_text().split())
        quietly(variants, *seeds, folder=folder, **options)
        return len(begun.read_text().split()) - before

    first = {"a": (small, counted), "b": (small.replace(backup="mean"), counted)}
    assert begun_by(first) == 2
    assert begun_by(first) == 0
    assert begun_by({**first, "a": (small.replace(discount=0.5), counted)}) == 1
    assert begun_by(first, [1, 0]) == 2  # other seeds
    assert begun_by(first, 4, seeds_per_job=2) == 2  # seeds 0 and 1 are there
    assert begun_by(first, buffers=True) == 2
    assert begun_by({"another": first["a"]}) == 1  # names may tell what source does not
    longer = {"a": (small.replace(total_steps=90), counted)}
    monkeypatch.setenv("SACNOTES_QUICK", "1")
    assert begun_by(longer) == 1
    assert quietly(longer, folder=folder)["a"].step == 10 + 2 * 10
    monkeypatch.delenv("SACNOTES_QUICK")
    assert begun_by(longer) == 1  # a shortened result is never taken for a whole one
    assert drop_results(folder) == 12
    assert begun_by(first) == 2


def test_an_environment_of_ones_own_counts_with_its_source(small, tmp_path, monkeypatch):
    """Registered anew under the same name with another rule, it must not give the old results."""

    def best_with(bonus, made_by=lambda cls: cls, limit=7):
        class Mine(tiny_environments.Wanderer):
            def step(self, action):
                observation, reward, *end = super().step(action)
                return observation, reward + bonus, *end

        monkeypatch.setitem(
            gym.registry, "tiny/Mine-v0", EnvSpec("tiny/Mine-v0", made_by(Mine), max_episode_steps=limit)
        )
        config = small.replace(env_id="tiny/Mine-v0")
        return quietly({"a": config}, folder=tmp_path)["a"].evaluation_returns.max()

    assert best_with(0) < 0 < 6000 < best_with(1000)
    assert best_with(0) < 0
    assert 1000 < best_with(1000, limit=2) < 3000
    assert len(list(tmp_path.iterdir())) == 3
    for made_by in (lambda cls: lambda **how: cls(**how), functools.partial):
        with pytest.warns(UserWarning, match='"a" is computed anew each time: .*(register|partial)'):
            assert best_with(2000, made_by) > 6000
    assert len(list(tmp_path.iterdir())) == 3


def test_an_agent_whose_source_cannot_be_told_is_never_kept(small, tmp_path):
    class Odd(SAC):
        view = {"a": 1}.items()  # which travels, but pickle refuses it

    with pytest.warns(UserWarning, match='"a" is computed anew each time: .*pickle.*dict_items'):
        assert len(quietly({"a": (small, Odd)}, folder=tmp_path)) == 1
    assert not list(tmp_path.iterdir())


# What source counts

MINE = """
import functools
import numpy as np
import torch
from sacnotes_lib.sac.agent import SAC

class Parent(SAC):
    weight = {"a": 3}
    table = np.zeros(3000)

    @property
    def scale(self):
        return 2.0

    @functools.cached_property
    def shift(self):
        return 5.0

    @functools.cache
    def plan(self, step):
        return step + 6

    critic_loss = staticmethod(
        lambda q, y: (q - y)
        .square().sum()
    )

class Mine(Parent):
    class Inner:
        depth = 4

    @torch.no_grad()
    def probe(self, x=1):
        return super().probe(x) * x

    def update(self, batch):
        return super().update(batch._replace(reward=self.scale * batch.reward))
"""


def in_a_notebook(source, name="Mine", cell=0):
    """What the source calls `name`, run as a notebook runs a cell: Python knows the cell's lines and no file."""
    file = f"<cell {cell} of {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    outer = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), outer)
    vars(sys.modules["__main__"]).update(outer)
    return outer[name]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"a": 3', '"a": 4'),
        ("np.zeros(3000)", "np.arange(3000) // 1500"),
        ("return 2.0", "return 2.5"),
        ("return 5.0", "return 5.5"),
        ("step + 6", "step + 7"),
        ("square()", "abs()"),
        ("depth = 4", "depth = 5"),
        ("x=1", "x=2"),
        ("super().probe(x) * x", "super().probe(x) + x"),
        ("@torch.no_grad()", "@torch.enable_grad()"),
        ("reward=", "terminated="),
        ("class Mine(Parent):", "class Mine(Parent):\n    deterministic = True\n"),
        ("class Mine(Parent):", "class Mine(SAC):"),
        ("batch.reward))", "batch.reward))\n\nMine.update = SAC.update"),
    ],
)
def test_every_change_of_what_is_written_shows(old, new):
    assert old in MINE
    assert source_of(in_a_notebook(MINE.replace(old, new))) != source_of(in_a_notebook(MINE))


def test_where_it_is_written_leaves_no_trace():
    moved = MINE.replace("class Parent", "\n\nunused = 7\n\nclass Parent")
    assert source_of(in_a_notebook(moved, cell=1)) == source_of(in_a_notebook(MINE))


def test_values_from_an_enclosing_function_count_and_global_ones_do_not():
    def scaled(factor):
        def around(function):
            @functools.wraps(function)
            def inner(*args):
                return factor * function(*args)

            return inner

        return around

    def with_factor(factor):
        class Mine(SAC):
            critic_loss = staticmethod(lambda q, target: factor * (q - target).square().sum())

        return Mine

    def decorated(factor):
        class Mine(SAC):
            critic_loss = staticmethod(scaled(factor)(SAC.critic_loss))

        return Mine

    for make in (with_factor, decorated):
        assert source_of(make(2)) == source_of(make(2)) != source_of(make(3))
    outer = "factor = 2.0\ndef scaled(x):\n    return factor * x\n"
    uses = "class Mine:\n    def update(self, x):\n        return scaled(x)\n"
    other = outer.replace("2.0", "3.0").replace("return", "return 1 +") + uses
    assert source_of(in_a_notebook(outer + uses)) == source_of(in_a_notebook(other))


@pytest.mark.slow  # it starts processes
def test_the_key_is_the_same_in_another_process():
    ask = "from tests.comparison.test_store import *; print(key_of_mine())"
    other = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == key_of_mine()


def key_of_mine():
    config = SACConfig(env_id="tiny/Wanderer-v0", env_kwargs={"size": np.float64(0.2)})
    return jobs.Job("mine", config, in_a_notebook(MINE), [0, 1]).key()


def test_the_librarys_training_and_versions_count_and_its_pictures_do_not(tmp_path, monkeypatch):
    assert {room.name for room in jobs.ROOMS} == {"sac", "training", "envs"}
    monkeypatch.setattr(jobs, "LIBRARY", tmp_path)
    monkeypatch.setattr(jobs, "ROOMS", [tmp_path / room.name for room in jobs.ROOMS])
    monkeypatch.setattr(jobs, "training_code", jobs.training_code.__wrapped__)
    job = jobs.Job("a", SACConfig(), SAC, [0])
    keys = [job.key()]
    for file in ("sac/losses.py", "training/run.py", "envs/base.py", "plots/style.py", "comparison/jobs.py"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text("x = 1")
        keys.append(job.key())
    assert len(set(keys)) == 4
    (tmp_path / "sac/losses.py").write_text("x = 2")
    keys.append(job.key())
    monkeypatch.setattr(jobs, "VERSIONS", ("numpy",))
    assert len({*keys, job.key()}) == 6
