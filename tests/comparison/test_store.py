"""Results on disk: where they lie, what spoils them, and that a broken disk spoils nothing else."""

import gymnasium as gym
import numpy as np
import pytest

from sacnotes_lib.comparison import dispatch
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.store import drop_results, results_folder
from sacnotes_lib.sac.agent import SAC
from tests.training import tiny_environments


def quietly(variants, **options):
    return compare(variants, 2, progress=False, jobs=1, **options)


def test_results_lie_beside_the_notebook_or_where_the_variable_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert results_folder() is None  # off, for tests
    monkeypatch.delenv("SACNOTES_RESULTS")
    assert results_folder() == tmp_path / ".sacnotes-results"
    monkeypatch.setenv("SACNOTES_RESULTS", str(tmp_path / "elsewhere"))
    assert results_folder() == tmp_path / "elsewhere"
    assert results_folder("mine") == tmp_path / "mine"  # a folder in the call is meant
    assert results_folder(None) is None


def test_nothing_is_kept_where_nothing_shall_be(small, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    quietly({"a": small})
    monkeypatch.delenv("SACNOTES_RESULTS")
    quietly({"a": small}, folder=None)
    assert not list(tmp_path.iterdir())
    quietly({"a": small})
    assert len(list((tmp_path / ".sacnotes-results").iterdir())) == 1
    assert drop_results() == 1
    assert drop_results() == 0


def test_only_results_are_dropped(small, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "cut.part").write_text("half a result")
    quietly({"a": small}, folder=tmp_path)
    assert drop_results(tmp_path) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


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


def test_a_place_that_cannot_be_written_to_costs_no_result(small, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.warns(UserWarning, match=r"could not be kept in results for next time .*folder=None"):
        assert len(quietly({"a": small}, folder=tmp_path / "file" / "results")) == 1


def test_an_environment_of_ones_own_counts_with_its_code(small, tmp_path, monkeypatch):
    """Registered anew under the same name with another rule, it must not give the old results."""

    def best_with(bonus):
        class Mine(tiny_environments.Wanderer):
            def step(self, action):
                observation, reward, *end = super().step(action)
                return observation, reward + bonus, *end

        monkeypatch.setitem(
            gym.registry,
            "tiny/Mine-v0",
            gym.envs.registration.EnvSpec("tiny/Mine-v0", Mine, max_episode_steps=7),
        )
        config = small.replace(env_id="tiny/Mine-v0")
        return quietly({"a": config}, folder=tmp_path)["a"].evaluation_returns.max()

    assert best_with(0) < 0 < 6000 < best_with(1000)
    monkeypatch.setattr(dispatch, "run_job", lambda *_: pytest.fail("computed again"))
    assert best_with(0) < 0


def test_an_agent_whose_content_cannot_be_told_is_never_kept(small, tmp_path):
    class Unknown:
        """An object of a class inside a function: pickle finds no name for it."""

    unknown = Unknown()

    class Odd(SAC):
        def update(self, batch):
            assert unknown
            return super().update(batch)

    with pytest.warns(UserWarning, match='"a" is computed anew each time: the code leans on'):
        assert len(quietly({"a": (small, Odd)}, folder=tmp_path)) == 1
    assert not list(tmp_path.iterdir())


def test_an_agent_that_cannot_travel_is_named_before_anything_begins(small, tmp_path):
    lines = (line for line in ())

    class Odd(SAC):
        def update(self, batch):
            return next(lines)

    with pytest.raises(TypeError, match='variant "a" cannot be sent .*generator.* inside the class instead'):
        quietly({"min": small, "a": (small, Odd)}, folder=None)
