"""Processes that die, here and on clusters: a death costs nothing, and a job that kills each time only itself."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import psutil
import pytest
from distributed import Client

from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.jobs import TRIES
from tests.comparison import agents

ROOT = Path(__file__).resolve().parents[2]
HERE = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
PATIENCE = 300  # seconds for a process to load PyTorch on a machine that has much else to do; never waited for in vain

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def dask(tmp_path):
    """A scheduler and two workers on this machine, each a process, which end with the test."""
    address = str(tmp_path / "scheduler.json")
    both = ["--host", "127.0.0.1", "--scheduler-file", address, "--no-dashboard"]
    worker = ["distributed.cli.dask_worker", *both, "--nthreads", "1", "--death-timeout", str(PATIENCE)]
    worker += ["--local-directory", str(tmp_path)]
    commands = [["distributed.cli.dask_scheduler", *both, "--port", "0"], worker, worker]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=os.environ | HERE, **quiet)
        for command in commands
    ]
    try:
        with Client(scheduler_file=address, timeout=PATIENCE) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
            yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture
def ray(monkeypatch):
    """Ray with room for two workers on this machine, known to joblib, which ends with the test."""
    ray = pytest.importorskip("ray", reason="Ray has no release for this Python yet")
    from ray.util.joblib import register_ray

    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex())  # else Ray leaves one in the home folder
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1",
        runtime_env={"env_vars": HERE},
    )  # fmt: skip
    register_ray()
    yield
    ray.shutdown()


@pytest.fixture
def loky():
    return


@pytest.mark.parametrize("backend", ["loky", "dask", "ray"])
def test_killed_processes_cost_only_the_job_that_kills_them(small, tmp_path, backend, request):
    """SIGKILL, for real: one job dies once and is repeated, one dies each time and is reported, two never."""
    request.getfixturevalue(backend)
    once, always = tmp_path / "once", tmp_path / "always"
    variants = {
        "fatal": (small, agents.killed(always, times=99, company=once)),
        "unlucky": (small, agents.killed(once, times=1, company=always)),
        "min": small,
        "mean": small.replace(backup="mean"),
    }
    how = {"seeds": 2, "folder": None, "progress": False}
    with (
        joblib.parallel_config(backend, n_jobs=2),
        pytest.warns(UserWarning, match='"fatal" failed for seeds'),
    ):
        there = compare(variants, **how)
    assert list(there) == ["unlucky", "min", "mean"] and not there.unfinished
    assert "the process that ran it died" in there.failures["fatal"].error
    assert len(always.read_text().split()) == TRIES
    assert str(os.getpid()) not in once.read_text() + always.read_text()
    del variants["fatal"]
    here = compare(variants, **how, jobs=1)
    for name in variants:
        np.testing.assert_array_equal(there[name].evaluation_returns, here[name].evaluation_returns)
        np.testing.assert_array_equal(there[name].metrics["q"], here[name].metrics["q"])
        np.testing.assert_array_equal(
            there[name].weights["actor"]["net.weight_0"], here[name].weights["actor"]["net.weight_0"]
        )


LONG = """
from sacnotes_lib import SACConfig, compare
compare({name: SACConfig(total_steps=100_000, backup=name) for name in ("min", "mean")}, seeds=1, jobs=2, folder=None)
"""


def test_a_parent_that_is_killed_leaves_neither_trainings_nor_files(tmp_path):
    place = os.environ | HERE | {"TMPDIR": str(tmp_path)}
    compare_for_long = subprocess.Popen([sys.executable, "-c", LONG], env=place, stdout=subprocess.DEVNULL)
    try:
        waited(
            lambda: (
                len([f for f in tmp_path.glob("sacnotes-jobs-*/*") if len(f.read_text().split()) > 1]) == 2
            )
        )
        workers = psutil.Process(compare_for_long.pid).children(recursive=True)
    finally:
        compare_for_long.kill()
        compare_for_long.wait()
    assert len(workers) >= 2
    waited(lambda: not psutil.wait_procs(workers, timeout=0.1)[1])
    assert not list(tmp_path.glob("sacnotes-*"))


def waited(what) -> None:
    """Wait until it holds."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
