"""What several tests of training need: one PyTorch thread, small configurations, one run that has learned."""

import pytest
import torch

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import train
from tests.training import tiny_environments  # noqa: F401  (registers them)

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def same_start(monkeypatch):
    """Every test draws the same numbers alone and after others, and trains for as long as it says."""
    torch.manual_seed(0)
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)


@pytest.fixture
def small():
    """A configuration that trains in a blink."""
    return SACConfig(
        total_steps=40, learning_starts=10, batch_size=16, hidden_sizes=(8, 8), evaluation_interval=20,
        evaluation_episodes=1,
    )  # fmt: skip


@pytest.fixture(scope="session")
def learned():
    """Three seeds of the default configuration after 2,000 steps on Pendulum."""
    return train(SACConfig(total_steps=2000), seeds=3, progress=False)
