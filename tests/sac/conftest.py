"""What several tests of the algorithm need: one PyTorch thread, and small configurations."""

import pytest
import torch

from sacnotes_lib.sac.config import SACConfig

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
        total_steps=40,
        learning_starts=10,
        batch_size=16,
        hidden_sizes=(8, 8),
        evaluation_interval=20,
        evaluation_episodes=1,
    )
