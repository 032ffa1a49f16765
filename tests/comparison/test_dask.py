"""A comparison on a Dask cluster: scheduler and two workers, each a process of its own, that get killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from distributed import Client
from sacnotes_lib.comparison.job import TRIES

from tests.comparison.cluster import (
    hold_that_a_deadly_job_costs_only_itself,
    hold_that_a_killed_worker_costs_nothing,
)

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
                "distributed.cli.dask_worker", *here, "--name", name, "--nthreads", "1", "--no-dashboard",
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
            yield client
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
        for log in logs.values():
            log.close()


@pytest.mark.timeout(1200)
def test_a_comparison_ends_right_although_a_worker_is_killed_in_the_middle(small, tmp_path, cluster):
    before = set(cluster.run(os.getpid).values())
    assert len(before) == 2 and os.getpid() not in before
    killed = hold_that_a_killed_worker_costs_nothing("dask", small, tmp_path / "killed")
    assert killed in before  # so it ran on a worker


@pytest.mark.timeout(1200)
def test_who_kills_every_worker_is_reported_and_costs_only_itself(small, tmp_path, cluster):
    hold_that_a_deadly_job_costs_only_itself("dask", small, tmp_path / "killed", deaths=TRIES)
