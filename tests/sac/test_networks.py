"""Actor and critics against torch.nn layers built from the same numbers, one network at a time."""

import pytest
import torch

from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.networks import LOG_STD_RANGE, Actor, Critics, StackedMLP, hard_update, polyak_update
from sacnotes_lib.sac.randomness import RunGenerators
from tests.sac.textbook import one_network

OBSERVATION, ACTION, BATCH = 4, 3, 5


def critics(runs=2, num_critics=3, hidden=(8, 6), seed=0):
    return Critics(OBSERVATION, ACTION, hidden, num_critics, RunGenerators(range(seed, seed + runs)))


@pytest.mark.parametrize("sizes", [(4, 2), (4, 7, 2), (4, 7, 6, 2), (4, 7, 6, 5, 1)])
def test_a_stacked_mlp_is_many_ordinary_ones(sizes):
    net = StackedMLP((2, 3), sizes, RunGenerators([0, 1]))
    x = torch.randn(2, 3, BATCH, 4)
    y = net(x)
    assert y.shape == (2, 3, BATCH, sizes[-1])
    for run in range(2):
        for n in range(3):
            torch.testing.assert_close(y[run, n], one_network(net, run * 3 + n)(x[run, n]))


def test_weights_start_uniform_within_one_over_the_square_root_of_the_inputs():
    net = StackedMLP((4, 2), (16, 25, 9), RunGenerators(range(4)))
    for tensor, inputs in zip(net.tensors(), (16, 16, 25, 25), strict=True):
        bound = inputs**-0.5
        assert tensor.abs().max() <= bound
        assert tensor.max() > 0.9 * bound
        assert tensor.min() < -0.9 * bound
        assert tensor.mean().abs() < 5 * bound / (3 * tensor.numel()) ** 0.5


def test_a_run_starts_with_the_same_weights_alone_and_beside_others_and_no_two_networks_alike():
    together = StackedMLP((3, 2), (4, 6, 1), RunGenerators([3, 5, 8])).tensors()
    for run, seed in enumerate([3, 5, 8]):
        alone = StackedMLP((1, 2), (4, 6, 1), RunGenerators([seed])).tensors()
        for tensor, own in zip(together, alone):
            assert torch.equal(tensor[2 * run : 2 * run + 2], own)
    for tensor in together:
        assert len(torch.unique(tensor.flatten(1), dim=0)) == 6


def test_every_weight_is_trained_saved_and_loaded():
    net = StackedMLP((2,), (4, 6, 1), RunGenerators([0, 1]))
    assert [id(p) for p in net.parameters()] == [id(t) for t in net.tensors()]
    assert all(tensor.requires_grad and tensor.is_leaf for tensor in net.tensors())
    other = StackedMLP((2,), (4, 6, 1), RunGenerators([2, 3]))
    other.load_state_dict(net.state_dict())
    x = torch.randn(2, BATCH, 4)
    assert torch.equal(net(x), other(x))


def test_actors_squash_unless_told_otherwise_by_name():
    for said, expected in (
        ({}, SquashedGaussian),
        ({"squash": True}, SquashedGaussian),
        ({"squash": False}, Gaussian),
    ):
        actor = Actor(OBSERVATION, ACTION, (4,), RunGenerators([0]), **said)
        assert type(actor(torch.zeros(1, BATCH, OBSERVATION))) is expected
    with pytest.raises(TypeError):
        Actor(OBSERVATION, ACTION, (4,), RunGenerators([0]), False)


def test_log_std_is_kept_in_its_range_and_the_mean_is_not():
    actor = Actor(1, 1, (), RunGenerators([0]))
    weight, bias = actor.tensors()
    with torch.no_grad():
        weight.fill_(100.0)
        bias.zero_()
    policy = actor(torch.tensor([[[-1.0], [0.005], [1.0]]]))
    assert LOG_STD_RANGE == (-20.0, 2.0)
    torch.testing.assert_close(policy.log_std[0, :, 0], torch.tensor([-20.0, 0.5, 2.0]))
    torch.testing.assert_close(policy.mean[0, :, 0], torch.tensor([-100.0, 0.5, 100.0]))


def test_polyak_averaging_closes_the_gap_by_the_rate_each_time():
    online, target = critics(seed=0), critics(seed=10)
    start, goal = (torch.cat([t.detach().flatten() for t in x.tensors()]) for x in (target, online))
    for _ in range(7):
        polyak_update(target, online, 0.1)
    now = torch.cat([t.detach().flatten() for t in target.tensors()])
    torch.testing.assert_close(now, goal + 0.9**7 * (start - goal))
    assert torch.equal(torch.cat([t.detach().flatten() for t in online.tensors()]), goal)


def test_polyak_averaging_at_rate_one_and_a_hard_update_copy():
    online = critics(seed=0)
    for update in (hard_update, lambda target, online: polyak_update(target, online, 1.0)):
        target = critics(seed=10)
        update(target, online)
        for theirs, ours in zip(online.tensors(), target.tensors()):
            torch.testing.assert_close(theirs, ours, rtol=0, atol=0)
            assert theirs.data_ptr() != ours.data_ptr()  # a copy, not the same tensor
            assert ours.is_leaf and ours.grad is None
