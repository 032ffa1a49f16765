"""What is asked of every cluster: a worker that is killed costs nothing, a job that kills workers only itself."""

import os
from pathlib import Path

import joblib
import numpy as np
import pytest

from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.sac.config import SACConfig
from tests.comparison import agents

HOW = {"seeds": 4, "seeds_per_job": 2, "folder": None, "progress": False}


def hold_that_a_killed_worker_costs_nothing(backend: str, small: SACConfig, marker: Path) -> int:
    """Compare on the cluster of joblib's `backend`, then here, and hold one against the other.

    Returns: the number of the process that was killed, which is not this one.
    """
    variants = {
        "unlucky": (small, agents.killed_once(marker)),
        "min": small,
        "mean": small.replace(backup="mean"),
        "swap": small.replace(backup="swap"),
    }
    with joblib.parallel_config(backend=backend):
        there = compare(variants, **HOW)
    assert not (there.failures or there.unfinished)
    killed = int(marker.read_text())
    assert killed != os.getpid()
    here = compare(variants, **HOW, jobs=1)
    assert list(there) == list(here) == list(variants)
    for name in variants:
        np.testing.assert_array_equal(there[name].evaluation_returns, here[name].evaluation_returns)
        np.testing.assert_array_equal(there[name].metrics["q"], here[name].metrics["q"])
        np.testing.assert_array_equal(
            there[name].weights["actor"]["net.weight_0"], here[name].weights["actor"]["net.weight_0"]
        )
    return killed


def hold_that_a_deadly_job_costs_only_itself(
    backend: str, small: SACConfig, marker: Path, deaths: int
) -> None:
    """One variant kills every process that trains it: it is named after so many `deaths`, and the other is done."""
    variants = {"deadly": (small, agents.killed_always(marker)), "min": small}
    with joblib.parallel_config(backend=backend), pytest.warns(UserWarning, match='"deadly" failed'):
        comparison = compare(variants, **HOW)
    assert list(comparison) == ["min"] and not comparison.unfinished
    assert "the process that ran it died" in comparison.failures["deadly"].error
    assert len(comparison["min"].seeds) == HOW["seeds"]
    assert len(marker.read_text().splitlines()) == 2 * deaths  # two jobs, of two seeds each
