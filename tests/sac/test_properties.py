"""Runs do not mix: for any shape and any numbers, R together are R alone."""

import itertools

import pytest
import torch
from hypothesis import given, settings, strategies as st

from sacnotes_lib.sac import losses as ours
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.sac.targets import apply_backup, value_for_actor
from tests.sac.textbook import double_precision, random_batch

quickly = settings(max_examples=40, deadline=None, derandomize=True, database=None)
slowly = settings(max_examples=25, deadline=None, derandomize=True, database=None)

leading = st.lists(st.integers(1, 3), max_size=3).map(tuple)
sizes = st.integers(1, 5)
seeds = st.integers(0, 10_000)


class Draw:
    """Random tensors in double precision, all from one seed."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, *shape, grad=False):
        tensor = 3 * torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return tensor.requires_grad_(grad)


def indices(axes):
    """Every place along the leading axes."""
    return itertools.product(*(range(size) for size in axes))


LOSSES = {
    "critic": lambda q, target, alpha: ours.critic_loss(q, target),
    "reparameterized": ours.actor_loss_reparameterized,
    "score function": ours.actor_loss_score_function,
    "score function with a baseline": lambda q, lp, alpha: ours.actor_loss_score_function(
        q, lp, alpha, 0.5 * q
    ),
    "temperature": lambda q, lp, alpha: ours.temperature_loss(alpha, lp, -2.0),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@quickly
@given(axes=leading, batch=sizes, seed=seeds)
def test_a_loss_is_the_sum_of_each_runs_own_and_so_are_its_gradients(loss, axes, batch, seed):
    draw = Draw(seed)
    inputs = draw(*axes, batch, grad=True), draw(*axes, batch, grad=True), draw(*axes, grad=True)
    together = loss(*inputs)
    assert together.shape == ()
    gradients = torch.autograd.grad(together, inputs, allow_unused=True)
    alone = 0
    for place in indices(axes):
        own_inputs = [tensor[place].detach().requires_grad_() for tensor in inputs]
        own = loss(*own_inputs)
        alone = alone + own
        own_gradients = torch.autograd.grad(own, own_inputs, allow_unused=True)
        for all_of_them, one in zip(gradients, own_gradients, strict=True):
            assert (all_of_them is None) == (one is None)
            if one is not None:
                torch.testing.assert_close(all_of_them[place], one)
    torch.testing.assert_close(together, alone)


@quickly
@given(
    kind=st.sampled_from(["swap", "mean", "min"]), axes=leading, critics=st.integers(2, 5), batch=sizes,
    seed=seeds,
)  # fmt: skip
def test_a_backup_of_runs_together_is_that_of_each_alone(kind, axes, critics, batch, seed):
    next_q = Draw(seed)(*axes, critics, batch)
    together, for_actor = apply_backup(next_q, kind), value_for_actor(next_q, kind)
    assert together.shape == next_q.shape
    for place in indices(axes):
        assert torch.equal(together[place], apply_backup(next_q[place], kind))
        torch.testing.assert_close(for_actor[place], value_for_actor(next_q[place], kind))


@pytest.mark.parametrize("policy_class", [Gaussian, SquashedGaussian])
@quickly
@given(axes=leading, samples=leading, batch=sizes, dim=sizes, seed=seeds)
def test_policies_together_are_each_alone(policy_class, axes, samples, batch, dim, seed):
    draw = Draw(seed)
    mean, log_std, noise = (
        draw(*axes, batch, dim),
        draw(*axes, batch, dim) / 3,
        draw(*samples, *axes, batch, dim),
    )
    together = policy_class(mean, log_std)
    action, log_prob = together.rsample(samples, noise=noise)
    inside = draw(*axes, batch, dim).tanh() * 0.99
    for place in indices(axes):
        behind_the_samples = (..., *place, slice(None), slice(None))
        alone = policy_class(mean[place], log_std[place])
        own_action, own_log_prob = alone.rsample(samples, noise=noise[behind_the_samples])
        torch.testing.assert_close(action[behind_the_samples], own_action)
        torch.testing.assert_close(log_prob[behind_the_samples[:-1]], own_log_prob)
        torch.testing.assert_close(together.log_prob(inside)[place], alone.log_prob(inside[place]))
        torch.testing.assert_close(together.median[place], alone.median)


configurations = st.builds(
    dict, hidden_sizes=st.lists(st.integers(2, 6), max_size=2).map(tuple), num_critics=st.integers(2, 4),
    backup=st.sampled_from(["single", "swap", "mean", "min", "redq"]),
    actor_gradient=st.sampled_from(["reparameterized", "score_function"]), num_actor_samples=st.integers(1, 3),
    temperature=st.sampled_from(["auto", 0, 0.3]), entropy_in_target=st.booleans(),
    target_update=st.sampled_from(["polyak", "hard"]), hard_update_period=st.integers(1, 3),
    squash_actions=st.booleans(), reward_scale=st.floats(0.1, 3),
)  # fmt: skip
OBSERVATION, ACTION, BATCH = 3, 2, 4


def make_batch(runs, seed) -> Batch:
    return random_batch(runs, BATCH, OBSERVATION, ACTION, seed)


@slowly
@given(choices=configurations, runs=st.integers(2, 4), seed=seeds)
def test_whole_updates_of_runs_together_are_those_of_each_alone(choices, runs, seed):
    config = SACConfig(**choices)
    with double_precision():
        together = SAC(config, OBSERVATION, ACTION, runs, seed)
        alone = [SAC(config, OBSERVATION, ACTION, 1, [seed + run]) for run in range(runs)]
        for update in range(3):
            batch = make_batch(runs, seed + update)
            metrics = together.update(batch)
            for run, agent in enumerate(alone):
                own = agent.update(Batch(*(column[run : run + 1] for column in batch)))
                for name, values in metrics.items():
                    torch.testing.assert_close(values[run : run + 1], own[name])
    for run, agent in enumerate(alone):
        for name in ("actor", "critic", "target_critic"):
            for stacked, own in zip(getattr(together, name).tensors(), getattr(agent, name).tensors()):
                torch.testing.assert_close(stacked.unflatten(0, (runs, -1))[run], own)
        torch.testing.assert_close(together.log_temperature[run], agent.log_temperature[0])
