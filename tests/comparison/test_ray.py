"""A comparison on Ray: a head and two workers, each a process of its own, one of which is killed."""

import secrets
from pathlib import Path

import pytest

from tests.comparison.cluster import (
    hold_that_a_deadly_job_costs_only_itself,
    hold_that_a_killed_worker_costs_nothing,
)

ray = pytest.importorskip("ray", reason="Ray has no release for this Python yet")

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def cluster():
    """Ray with room for two workers on this machine, known to joblib, which ends with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex())  # else Ray leaves one in the home folder
        yield from _two_workers()


def _two_workers():
    from ray.util.joblib import register_ray

    here = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    ray.init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1",
        runtime_env={"env_vars": here},
    )  # fmt: skip
    register_ray()
    yield
    ray.shutdown()


def test_a_comparison_ends_right_although_a_worker_is_killed_in_the_middle(small, tmp_path, cluster):
    hold_that_a_killed_worker_costs_nothing("ray", small, tmp_path / "killed")


def test_who_kills_its_worker_twice_is_reported_and_costs_only_itself(small, tmp_path, cluster):
    hold_that_a_deadly_job_costs_only_itself("ray", small, tmp_path / "killed", deaths=2)
