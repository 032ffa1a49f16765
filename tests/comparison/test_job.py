"""A job as a process sees it: what it notes down, and when it gives itself up."""

import gymnasium as gym
from sacnotes_lib.comparison.job import TRIES, Job, run_job

from sacnotes_lib.sac.agent import SAC


def content(small) -> bytes:
    return Job("min", small, (0,), 12, SAC, gym.spec(small.env_id)).to_bytes()


def test_a_job_that_nobody_watches_leaves_nothing_behind(small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_job(content(small)).is_whole
    assert not list(tmp_path.iterdir())


def test_a_job_under_which_too_many_processes_died_is_not_begun_again(small, tmp_path):
    note = str(tmp_path / "job")
    outcomes = [run_job(content(small), note) for _ in range(TRIES + 1)]
    assert [outcome.is_whole for outcome in outcomes] == [True] * TRIES + [False]
    assert outcomes[-1].error == f"the process that ran it died, {TRIES} times"


def test_where_no_note_can_be_kept_a_job_runs_all_the_same(small, tmp_path):
    assert run_job(content(small), str(tmp_path / "gone" / "job")).is_whole
