"""What every test of the algorithm needs: one PyTorch thread, and the same random numbers each time."""

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def same_start():
    """Every test draws the same numbers alone and after others."""
    torch.manual_seed(0)
