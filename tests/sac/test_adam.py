"""Adam against torch.optim.Adam."""

from types import SimpleNamespace

import pytest
import torch

from sacnotes_lib.sac import adam
from sacnotes_lib.sac.adam import Adam


def tensors(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(shape, generator=generator).requires_grad_() for shape in ((2, 3, 4), (2, 1, 4), (2,))
    ]


def loss(parameters, step):
    return sum((p * (step + 1)).sin().sum() + (p**2).sum() for p in parameters)


def torchs(parameters, rates):
    """The same descent by torch.optim.Adam."""
    optimizer = torch.optim.Adam(parameters, lr=rates[0])
    for step, rate in enumerate(rates):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss(parameters, step).backward()
        optimizer.step()
    return parameters


def descend(optimizer, parameters, steps):
    for step in steps:
        optimizer.descend(loss(parameters, step))
    return parameters


@pytest.fixture(params=["kernel", "formula"])
def way(request, monkeypatch):
    """By the fused kernel, and by the formula that takes its place in a compiled update.

    Adam alone is told: PyTorch's compiler would no longer know its own function for another one.
    """
    told = SimpleNamespace(is_compiling=lambda: request.param == "formula")
    monkeypatch.setattr(adam, "torch", SimpleNamespace(**{**vars(torch), "compiler": told}))


def test_it_takes_the_steps_of_torchs_adam_and_the_learning_rate_may_change_on_the_way(way):
    ours = tensors()
    optimizer = Adam(ours, 0.03)
    descend(optimizer, ours, range(10))
    optimizer.learning_rate = 0.001
    descend(optimizer, ours, range(10, 20))
    torch.testing.assert_close(ours, torchs(tensors(), [0.03] * 10 + [0.001] * 10))


def test_a_gradient_as_small_as_epsilon_moves_as_torchs_does(way):
    ours, theirs = torch.zeros(3, requires_grad=True), torch.zeros(3, requires_grad=True)
    optimizer, reference = Adam([ours], 0.1), torch.optim.Adam([theirs], lr=0.1)
    for _ in range(3):
        optimizer.descend(1e-8 * ours.sum())
        reference.zero_grad()
        (1e-8 * theirs.sum()).backward()
        reference.step()
    torch.testing.assert_close(ours, theirs)
    assert 0.1 < ours.abs().max() < 0.2  # half as far as without epsilon


def test_only_its_own_tensors_move_and_no_gradient_is_left_on_any():
    ours, other = tensors(), torch.ones(2, requires_grad=True)
    Adam(ours, 0.03).descend(loss([*ours, other], 0))
    assert other.tolist() == [1, 1]
    assert all(tensor.grad is None for tensor in [*ours, other])
    assert all(tensor.requires_grad and tensor.is_leaf for tensor in ours)


def test_it_goes_on_from_a_saved_state():
    ours = tensors()
    optimizer = Adam(ours, 0.03)
    descend(optimizer, ours, range(6))
    state, weights = optimizer.state_dict(), [t.detach().clone().requires_grad_() for t in ours]
    descend(optimizer, ours, range(6, 12))

    resumed = Adam(weights, 0.03)
    resumed.load_state_dict(state)
    descend(resumed, weights, range(6, 12))
    for went_on, came_back in zip(ours, weights):
        assert torch.equal(went_on, came_back)


@pytest.mark.parametrize("moment", ["mean", "mean_square"])
@pytest.mark.parametrize("others", [tensors()[:2], [*tensors(), torch.ones(1)]])
def test_a_state_of_other_tensors_is_refused(moment, others):
    wrong = Adam(tensors(), 0.1).state_dict() | {moment: Adam(others, 0.1).state_dict()[moment]}
    with pytest.raises(RuntimeError, match="same number of tensors"):
        Adam(tensors(), 0.1).load_state_dict(wrong)
