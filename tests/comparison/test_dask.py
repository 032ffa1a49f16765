"""A comparison on a Dask cluster: scheduler and two workers, each a process of its own, one of which is killed."""

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
from distributed import Client

from sacnotes_lib.comparison.compare import compare
from tests.comparison import agents

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds for a process to load PyTorch on a machine that has much else to do; never waited for in vain

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path):
    """A client of a scheduler and two workers on this machine, which end with the test."""
    address = tmp_path / "scheduler.json"
    here = ["--host", "127.0.0.1", "--scheduler-file", str(address)]
    commands = {
        "scheduler": ["distributed.cli.dask_scheduler", *here, "--port", "0", "--no-dashboard"],
        **{
            name: [
                "distributed.cli.dask_worker", *here, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                "--local-directory", str(tmp_path / name), "--death-timeout", str(PATIENCE),
            ]
            for name in ("first", "second")
        },
    }  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    logs = {name: (tmp_path / f"{name}.log").open("w") for name in commands}
    processes = {
        name: subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=logs[name], stderr=logs[name]
        )
        for name, command in commands.items()
    }
    try:
        with Client(scheduler_file=str(address), timeout=PATIENCE) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
            yield client, processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
        for log in logs.values():
            log.close()


@pytest.mark.timeout(1200)
def test_a_comparison_ends_right_although_a_worker_is_killed_in_the_middle(small, tmp_path, cluster):
    client, processes = cluster
    marker = tmp_path / "killed"
    unlucky = agents.killed_once(marker)
    variants = {
        "unlucky": (small, unlucky),
        "min": small,
        "mean": small.replace(backup="mean"),
        "swap": small.replace(backup="swap"),
    }
    before = set(client.run(os.getpid).values())
    assert before == {processes["first"].pid, processes["second"].pid}
    with joblib.parallel_config(backend="dask"):
        there = compare(variants, seeds=4, seeds_per_job=2, folder=None, progress=False)

    killed = int(marker.read_text())
    assert killed in before  # so it ran on a worker, and not here
    assert set(client.run(os.getpid).values()) == before - {killed}
    assert not (there.failures or there.unfinished)
    here = compare(variants, seeds=4, seeds_per_job=2, folder=None, progress=False, jobs=1)
    assert list(there) == list(here) == list(variants)
    for name in variants:
        np.testing.assert_array_equal(there[name].evaluation_returns, here[name].evaluation_returns)
        np.testing.assert_array_equal(there[name].metrics["q"], here[name].metrics["q"])
        np.testing.assert_array_equal(
            there[name].weights["actor"]["net.weight_0"], here[name].weights["actor"]["net.weight_0"]
        )
