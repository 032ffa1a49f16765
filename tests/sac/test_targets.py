"""Backups and the soft Bellman target against loops and a linear system."""

import itertools
import re

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.targets import BACKUPS, apply_backup, soft_bellman_target, value_for_actor

Q = torch.tensor([[1.0, 8.0, 3.0, -1.0], [4.0, 2.0, 6.0, -5.0], [7.0, 5.0, 0.0, -3.0]])


@pytest.mark.parametrize(
    "kind, expected",
    [
        ("single", [[1, 8, 3, -1], [4, 2, 6, -5], [7, 5, 0, -3]]),
        ("swap", [[7, 5, 0, -3], [1, 8, 3, -1], [4, 2, 6, -5]]),
        ("mean", [[4, 5, 3, -3]] * 3),
        ("min", [[1, 2, 0, -5]] * 3),
    ],
)
def test_each_backup_on_numbers_that_fit_on_a_line(kind, expected):
    assert apply_backup(Q, kind).tolist() == expected


@pytest.mark.parametrize("num_critics", [2, 3, 5])
def test_under_swap_no_critic_sets_its_own_target_and_each_sets_one(num_critics):
    names = torch.arange(float(num_critics)).unsqueeze(-1).expand(num_critics, 4)
    source = apply_backup(names, "swap")[:, 0].tolist()
    assert sorted(source) == list(range(num_critics))
    assert all(own != other for own, other in enumerate(source))


def test_redq_takes_the_smallest_of_a_subset_that_is_the_same_all_over_the_batch():
    generator = torch.Generator().manual_seed(0)
    next_q = torch.randn(5, 64, generator=generator)
    pairs = [next_q[list(pair)].amin(0) for pair in itertools.combinations(range(5), 2)]
    chosen = []
    for _ in range(2000):
        target = apply_backup(next_q, "redq", 2, generator)
        assert target.shape == next_q.shape
        assert torch.equal(target, target[:1].expand_as(target))
        (pair,) = [i for i, smallest in enumerate(pairs) if torch.equal(target[0], smallest)]
        chosen.append(pair)
    assert stats.chisquare(np.bincount(chosen, minlength=10)).pvalue > 1e-4  # every pair equally often


def test_redq_with_every_critic_is_min_and_with_one_is_somebodys_own():
    next_q = torch.randn(3, 8)
    assert torch.equal(apply_backup(next_q, "redq", 3), apply_backup(next_q, "min"))
    alone = apply_backup(next_q, "redq", 1)
    assert any(torch.equal(alone[0], own) for own in next_q)


def test_redq_draws_one_subset_for_each_run():
    """And run r draws the same alone and beside others, where each run has its own stream."""
    next_q = torch.arange(6.0).reshape(6, 1).expand(20, 6, 3)
    together = apply_backup(next_q, "redq", 2, RunGenerators(range(20)))
    assert len(together[:, 0, 0].unique()) > 2
    for run in range(20):
        assert torch.equal(
            together[run], apply_backup(next_q[run : run + 1], "redq", 2, RunGenerators([run]))[0]
        )
    plain, again = (
        apply_backup(next_q, "redq", generator=torch.Generator().manual_seed(0), **size)
        for size in ({"subset_size": 2}, {})  # two when nothing is said
    )
    assert torch.equal(plain, again) and len(plain[:, 0, 0].unique()) > 2


@pytest.mark.parametrize("kind", ["max", None, ["min"]])
def test_an_unknown_backup_is_refused_with_the_list_of_those_there_are(kind):
    with pytest.raises(ValueError) as refusal:
        apply_backup(Q, kind)
    for part in (repr(kind), *(f'"{name}": {backup.meaning}' for name, backup in BACKUPS.items())):
        assert part in str(refusal.value)


def test_backups_that_the_number_of_critics_does_not_allow_are_refused():
    with pytest.raises(ValueError, match='"swap" needs num_critics of at least 2, and num_critics = 1'):
        apply_backup(Q[:1], "swap")
    for size in (0, 4):
        with pytest.raises(ValueError, match=f"redq_subset_size = {size} of num_critics = 3"):
            apply_backup(Q, "redq", size)
    for size in (1, 3):
        assert apply_backup(Q, "redq", size).shape == Q.shape
    for kind in ("single", "mean", "min"):
        assert torch.equal(apply_backup(Q[:1], kind, 2), Q[:1])
    assert torch.equal(value_for_actor(Q[:1], "redq"), Q[0])  # of a single critic too


def test_the_actor_climbs_the_smallest_critic_under_min_and_the_average_otherwise():
    assert value_for_actor(Q, "min").tolist() == [1, 2, 0, -5]
    for kind in ("single", "swap", "mean", "redq"):
        assert value_for_actor(Q, kind).tolist() == [4, 5, 3, -3]
    assert value_for_actor(Q.expand(2, 6, 3, 4), "min").shape == (2, 6, 4)


def looped_target(reward, terminated, next_q, next_log_prob, discount, temperature):
    """One number after the other, in Python."""
    target = torch.empty(next_q.shape)
    for *run, n, i in itertools.product(*(range(size) for size in next_q.shape)):
        value = next_q[*run, n, i].item() - temperature[*run].item() * next_log_prob[*run, i].item()
        if terminated[*run, i]:
            value = 0
        target[*run, n, i] = reward[*run, i].item() + discount * value
    return target


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool])
@pytest.mark.parametrize("runs", [(), (2,), (3, 2)])
def test_the_target_is_that_of_a_plain_loop(dtype, runs):
    """Under one temperature for all runs or one for each, as a number or as a tensor."""
    reward, next_log_prob, next_q = torch.randn(*runs, 4), torch.randn(*runs, 4), torch.randn(*runs, 3, 4)
    terminated = (torch.rand(*runs, 4) < 0.4).to(dtype)
    for given in (0.3, 0.0, torch.tensor(0.3), torch.rand(runs), *([torch.rand(1)] if runs else [])):
        temperature = torch.as_tensor(given).expand(runs)
        expected = looped_target(reward, terminated, next_q, next_log_prob, 0.9, temperature)
        target = soft_bellman_target(
            reward, terminated, next_q, next_log_prob, discount=0.9, temperature=given
        )
        torch.testing.assert_close(target, expected)


def target_of(reward=1.0, terminated=0.0, next_q=10.0, next_log_prob=-2.0, discount=0.5, temperature=0.25):
    numbers = (torch.tensor([x]) for x in (reward, terminated))
    return soft_bellman_target(
        *numbers, torch.tensor([[next_q]]), torch.tensor([next_log_prob]),
        discount=discount, temperature=temperature,
    ).item()  # fmt: skip


def test_nothing_comes_after_termination():
    assert target_of(terminated=1.0) == 1.0
    assert target_of(terminated=0.0) == 1 + 0.5 * (10 + 0.25 * 2)


def test_a_more_random_policy_has_the_larger_target():
    """Entropy is -log_prob: the less probable the action that was drawn, the larger the bonus."""
    assert target_of(next_log_prob=-2.0) > target_of(next_log_prob=-1.0) > target_of(next_log_prob=1.0)
    assert target_of(temperature=0.0) == 1 + 0.5 * 10


@pytest.mark.parametrize("kind", ["single", "swap", "mean", "min"])
def test_regression_on_the_target_ends_at_the_policys_own_soft_q(kind):
    """Evaluate a fixed policy in a small chain: the fixed point solves a linear system that numpy solves at once."""
    rng = np.random.default_rng(0)
    states, gamma, alpha = 6, 0.8, 0.3
    reward, log_prob = rng.normal(size=states), rng.normal(size=states)
    terminated = np.array([0, 0, 1, 0, 0, 0.0])
    goes_to = rng.permutation(states)
    transition = np.eye(states)[goes_to] * (1 - terminated)[:, None]
    exact = np.linalg.solve(
        np.eye(states) - gamma * transition, reward - gamma * alpha * transition @ log_prob
    )

    q = torch.zeros(2, states, dtype=torch.float64)
    inputs = [torch.tensor(x) for x in (reward, terminated, log_prob[goes_to])]
    for _ in range(150):
        next_q = apply_backup(q[:, goes_to], kind)
        q = soft_bellman_target(inputs[0], inputs[1], next_q, inputs[2], discount=gamma, temperature=alpha)
    np.testing.assert_allclose(q.numpy(), np.stack([exact, exact]), atol=1e-8)


def test_no_gradient_leaves_the_target():
    inputs = [torch.randn(4, requires_grad=True) for _ in range(3)]
    next_q, temperature = torch.randn(2, 4, requires_grad=True), torch.tensor(0.2, requires_grad=True)
    target = soft_bellman_target(
        inputs[0], inputs[1], next_q, inputs[2], discount=0.9, temperature=temperature
    )
    assert not target.requires_grad


@pytest.mark.parametrize("name", ["reward", "terminated", "next_log_prob"])
@pytest.mark.parametrize("shape", [(4, 1), (2, 4), (1, 4), ()])
def test_shapes_that_would_broadcast_in_silence_are_refused(name, shape):
    numbers = dict.fromkeys(("reward", "terminated", "next_log_prob"), torch.zeros(4))
    told = f"{name} has shape {list(shape)}, but next_q [2, 4] = [..., critics, batch] asks for [4]"
    with pytest.raises(ValueError, match=re.escape(told)):
        soft_bellman_target(
            **numbers | {name: torch.zeros(shape)}, next_q=torch.zeros(2, 4), discount=0.9, temperature=0.2
        )


@pytest.mark.parametrize("shape", [(4,), (5, 3, 1), (2,)])
def test_a_temperature_that_would_broadcast_in_silence_is_refused(shape):
    zeros, next_q = torch.zeros(5, 3, 4), torch.zeros(5, 3, 2, 4)
    told = f"temperature has shape {list(shape)} and log_prob has [5, 3, 4], [..., batch]: give a number, or a tensor "
    with pytest.raises(ValueError, match=re.escape(told + "with one temperature for each run, [5, 3]")):
        soft_bellman_target(zeros, zeros, next_q, zeros, discount=0.9, temperature=torch.ones(shape))
