"""What several tests of comparisons need: one PyTorch thread, and a configuration that trains in a blink."""

import pytest
import torch

from sacnotes_lib.sac.config import SACConfig
from tests.training import tiny_environments  # noqa: F401  (registers them)

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def full_length(monkeypatch):
    """Every test trains for as long as it says."""
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)


@pytest.fixture
def small():
    """A configuration that trains in a blink, in an environment that other processes have never heard of."""
    return SACConfig(
        env_id="tiny/Wanderer-v0", total_steps=40, learning_starts=10, batch_size=8, hidden_sizes=(8, 8),
        evaluation_interval=10, evaluation_episodes=1,
    )  # fmt: skip
