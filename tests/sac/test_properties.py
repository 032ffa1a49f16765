"""What holds for any shape and any numbers: runs do not mix, critics have no order, a constant reward adds c/(1-γ)."""

import itertools
from contextlib import contextmanager

import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.losses import (
    actor_loss_reparameterized,
    actor_loss_score_function,
    critic_loss,
    temperature_loss,
)
from sacnotes_lib.sac.networks import Critics
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target, value_for_actor

quickly = settings(max_examples=40, deadline=None, derandomize=True, database=None)
slowly = settings(max_examples=25, deadline=None, derandomize=True, database=None)

leading = st.lists(st.integers(1, 3), max_size=3).map(tuple)
sizes = st.integers(1, 5)
seeds = st.integers(0, 10_000)
backups = st.sampled_from(["single", "swap", "mean", "min", "redq"])
discounts = st.floats(0, 0.95)


class Draw:
    """Random tensors in double precision, all from one seed."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, *shape, grad=False):
        tensor = 3 * torch.randn(shape, generator=self.generator, dtype=torch.float64)
        return tensor.requires_grad_(grad)

    def flags(self, *shape):
        return (torch.rand(shape, generator=self.generator) < 0.3).double()


def indices(axes):
    """Every place along the leading axes."""
    return itertools.product(*(range(size) for size in axes))


@contextmanager
def double_precision():
    """So exact that Adam, dividing by small gradients, cannot magnify the order in which numbers were added."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


# Runs do not mix: R together are R alone

LOSSES = {
    "critic": lambda q, target, alpha: critic_loss(q, target),
    "reparameterized": actor_loss_reparameterized,
    "score function": actor_loss_score_function,
    "score function with a baseline": lambda q, lp, alpha: actor_loss_score_function(q, lp, alpha, 0.5 * q),
    "temperature": lambda q, lp, alpha: temperature_loss(alpha, lp, -2.0),
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
@given(kind=backups, axes=leading, critics=sizes, batch=sizes, subset=sizes, seed=seeds)
def test_a_backup_of_runs_together_is_that_of_each_alone(kind, axes, critics, batch, subset, seed):
    assume(kind != "swap" or critics > 1)
    assume(subset <= critics)
    next_q = Draw(seed)(*axes, critics, batch)
    if kind == "redq":  # one stream for each run, and a run is one leading axis
        next_q = next_q.reshape(-1, critics, batch)
        axes = next_q.shape[:1]
    streams = [seed + run for run in range(len(next_q))]
    together = apply_backup(next_q, kind, subset, RunGenerators(streams))
    assert together.shape == next_q.shape
    for place in indices(axes):
        own = next_q[place]
        if kind == "redq":
            own = apply_backup(own.unsqueeze(0), kind, subset, RunGenerators([streams[place[0]]]))[0]
        else:
            own = apply_backup(own, kind, subset)
        torch.testing.assert_close(together[place], own, rtol=0, atol=0)
        value, own_value = value_for_actor(next_q, kind)[place], value_for_actor(next_q[place], kind)
        torch.testing.assert_close(value, own_value)


@quickly
@given(axes=leading, critics=sizes, batch=sizes, discount=discounts, seed=seeds)
def test_a_target_of_runs_together_is_that_of_each_alone(axes, critics, batch, discount, seed):
    draw = Draw(seed)
    reward, log_prob = draw(*axes, batch), draw(*axes, batch)
    terminated, next_q, alpha = draw.flags(*axes, batch), draw(*axes, critics, batch), draw(*axes).abs()
    together = soft_bellman_target(reward, terminated, next_q, log_prob, discount=discount, temperature=alpha)
    for place in indices(axes):
        inputs = (tensor[place] for tensor in (reward, terminated, next_q, log_prob))
        alone = soft_bellman_target(*inputs, discount=discount, temperature=alpha[place].item())
        torch.testing.assert_close(together[place], alone)


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
    dict,
    hidden_sizes=st.lists(st.integers(2, 6), max_size=2).map(tuple),
    num_critics=st.integers(2, 4),
    backup=backups,
    actor_gradient=st.sampled_from(["reparameterized", "score_function"]),
    num_actor_samples=st.integers(1, 3),
    temperature=st.sampled_from(["auto", 0, 0.3]),
    entropy_in_target=st.booleans(),
    target_update=st.sampled_from(["polyak", "hard"]),
    hard_update_period=st.integers(1, 3),
    squash_actions=st.booleans(),
    reward_scale=st.floats(0.1, 3),
)
OBSERVATION, ACTION, BATCH = 3, 2, 4


def make_batch(runs, seed) -> Batch:
    draw = Draw(seed)
    return Batch(
        observation=draw(runs, BATCH, OBSERVATION),
        action=draw(runs, BATCH, ACTION).tanh(),
        reward=draw(runs, BATCH),
        next_observation=draw(runs, BATCH, OBSERVATION),
        terminated=draw.flags(runs, BATCH),
    )


def tensors_of(agent, run, critic=None):
    """All weights of one run, or of one of its critics."""
    n = agent.config.num_critics
    rows = {"actor": slice(run, run + 1)}
    which = slice(run * n, run * n + n) if critic is None else slice(run * n + critic, run * n + critic + 1)
    rows |= {"critic": which, "target_critic": which}
    return {
        f"{name} {i}": tensor.detach()[row]
        for name, row in rows.items()
        for i, tensor in enumerate(getattr(agent, name).net.tensors())
    }


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
        ours, theirs = tensors_of(together, run), tensors_of(agent, 0)
        for name in ours:
            torch.testing.assert_close(ours[name], theirs[name], msg=lambda m, name=name: f"{name}: {m}")
        torch.testing.assert_close(together.log_temperature[run], agent.log_temperature[0])


# Critics have no order


@quickly
@given(data=st.data(), axes=leading, critics=sizes, batch=sizes, seed=seeds)
def test_permuting_critics_permutes_their_targets(data, axes, critics, batch, seed):
    order = data.draw(st.permutations(range(critics)))
    next_q = Draw(seed)(*axes, critics, batch)
    for kind in ("single", "mean", "min"):
        permuted = apply_backup(next_q[..., order, :], kind)
        torch.testing.assert_close(permuted, apply_backup(next_q, kind)[..., order, :])
        torch.testing.assert_close(
            value_for_actor(next_q[..., order, :], kind), value_for_actor(next_q, kind)
        )
    # redq: the smallest of some subset of that size, in any order
    subset = data.draw(st.integers(1, critics))
    chosen = apply_backup(next_q[..., order, :], "redq", subset, torch.Generator().manual_seed(seed))
    smallest = [next_q[..., list(s), :].amin(-2) for s in itertools.combinations(range(critics), subset)]
    for place in indices(axes):
        assert any(torch.equal(chosen[place][0], candidate[place]) for candidate in smallest)


@quickly
@given(axes=leading, critics=st.integers(2, 5), shift=sizes, batch=sizes, seed=seeds)
def test_swap_knows_neighbours_and_no_first_critic(axes, critics, shift, batch, seed):
    """Its ring has a direction, so only turning the ring leaves it as it is; with two critics that is any order."""
    next_q = Draw(seed)(*axes, critics, batch)
    turned = apply_backup(next_q.roll(shift, -2), "swap")
    assert torch.equal(turned, apply_backup(next_q, "swap").roll(shift, -2))


@quickly
@given(data=st.data(), axes=leading, critics=sizes, batch=sizes, seed=seeds)
def test_the_critics_loss_does_not_know_their_order(data, axes, critics, batch, seed):
    order, draw = data.draw(st.permutations(range(critics))), Draw(seed)
    q, target = draw(*axes, critics, batch), draw(*axes, critics, batch)
    torch.testing.assert_close(critic_loss(q, target), critic_loss(q[..., order, :], target[..., order, :]))


@slowly
@given(data=st.data(), choices=configurations, seed=seeds)
def test_permuting_the_critics_of_an_agent_permutes_what_they_learn_and_leaves_the_actor(data, choices, seed):
    n, kind = choices["num_critics"], choices["backup"]
    assume(kind != "redq")  # its subset is of places, not of critics
    order = data.draw(st.permutations(range(n)))
    if kind == "swap":
        order = [(i + order[0]) % n for i in range(n)]
    with double_precision():
        first, second = (SAC(SACConfig(**choices), OBSERVATION, ACTION, 1, seed) for _ in range(2))
        with torch.no_grad():
            for part in (second.critic, second.target_critic):
                for tensor in part.tensors():
                    tensor.copy_(tensor[list(order)].clone())
        for update in range(2):
            first.update(make_batch(1, seed + update))
            second.update(make_batch(1, seed + update))
    for place, critic in enumerate(order):
        ours, theirs = tensors_of(first, 0, critic), tensors_of(second, 0, place)
        for name in ours:
            torch.testing.assert_close(ours[name], theirs[name])


@slowly
@given(runs=st.integers(1, 3), critics=st.integers(1, 4), batch=sizes, seed=seeds)
def test_every_critic_of_an_ensemble_is_the_critic_alone(runs, critics, batch, seed):
    """Cut out of the stack, a critic gives the same Q."""
    ensemble = Critics(OBSERVATION, ACTION, (5,), critics, RunGenerators(range(runs)))
    generator = torch.Generator().manual_seed(seed)
    observation = torch.randn(runs, batch, OBSERVATION, generator=generator)
    action = torch.randn(runs, batch, ACTION, generator=generator)
    q = ensemble(observation, action)
    for run, n in indices((runs, critics)):
        single = Critics(OBSERVATION, ACTION, (5,), 1, RunGenerators([0]))
        with torch.no_grad():
            for own, stacked in zip(single.net.tensors(), ensemble.tensors(), strict=True):
                own.copy_(stacked[run * critics + n : run * critics + n + 1])
        torch.testing.assert_close(q[run, n], single(observation[run : run + 1], action[run : run + 1])[0, 0])


# A constant added to rewards moves Q by c / (1 - γ)


@quickly
@given(kind=backups, axes=leading, critics=st.integers(2, 4), batch=sizes, shift=st.floats(-9, 9), seed=seeds)
def test_a_backup_passes_a_constant_on(kind, axes, critics, batch, shift, seed):
    next_q = Draw(seed)(*axes, critics, batch)
    plain, moved = (
        apply_backup(q, kind, 2, torch.Generator().manual_seed(seed)) for q in (next_q, next_q + shift)
    )
    torch.testing.assert_close(moved, plain + shift)
    torch.testing.assert_close(value_for_actor(next_q + shift, kind), value_for_actor(next_q, kind) + shift)


@slowly
@given(
    kind=backups,
    states=st.integers(1, 6),
    discount=discounts,
    alpha=st.floats(0, 2),
    constant=st.floats(-5, 5),
    seed=seeds,
)
def test_a_constant_added_to_rewards_moves_the_learned_q_by_c_over_one_minus_discount(
    kind, states, discount, alpha, constant, seed
):
    """Regression to its end, over and over, in a chain without terminal states; under every backup."""
    draw = Draw(seed)
    reward, log_prob = draw(states), draw(states)
    goes_to = torch.randint(states, (states,), generator=draw.generator)
    start = draw(3, states)

    def learn(rewards):
        q, generator = start, torch.Generator().manual_seed(seed)
        for _ in range(600):  # 0.95^600 is nothing
            next_q = apply_backup(q[:, goes_to], kind, 2, generator)
            q = soft_bellman_target(
                rewards, torch.zeros(states), next_q, log_prob[goes_to], discount=discount, temperature=alpha
            )
        return q

    moved = learn(reward + constant) - learn(reward)
    torch.testing.assert_close(moved, torch.full_like(moved, constant / (1 - discount)), rtol=1e-6, atol=1e-6)


@quickly
@given(axes=leading, critics=sizes, batch=sizes, discount=discounts, scale=st.floats(0.1, 10), seed=seeds)
def test_rewards_and_temperature_in_other_units_give_q_in_those_units(
    axes, critics, batch, discount, scale, seed
):
    draw = Draw(seed)
    reward, log_prob, next_q = draw(*axes, batch), draw(*axes, batch), draw(*axes, critics, batch)
    terminated = draw.flags(*axes, batch)
    target = soft_bellman_target(reward, terminated, next_q, log_prob, discount=discount, temperature=0.3)
    scaled = soft_bellman_target(
        scale * reward, terminated, scale * next_q, log_prob, discount=discount, temperature=scale * 0.3
    )
    torch.testing.assert_close(scaled, scale * target)
