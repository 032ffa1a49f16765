"""The agent against the same algorithm written once more, plainly, in tests/sac/textbook.py."""

import copy

import numpy as np
import pytest
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.networks import Actor, Critics
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import Batch
from tests.sac.textbook import Textbook, double_precision, random_batch

OBSERVATION, ACTION, BATCH = 3, 2, 6


def make_batch(runs: int, seed: int = 0) -> Batch:
    return random_batch(runs, BATCH, OBSERVATION, ACTION, seed)


def make_agent(runs=2, seed=0, **choices) -> SAC:
    config = SACConfig(**({"hidden_sizes": (7, 5)} | choices))
    return SAC(config, OBSERVATION, ACTION, runs, seed)


def assert_same_network(net, index, expected):
    """A place in the stack holds the same numbers as torch's own layers."""
    theirs = [p.T if p.dim() == 2 else p.unsqueeze(0) for p in expected.parameters()]
    torch.testing.assert_close([t[index].detach() for t in net.tensors()], [t.detach() for t in theirs])


VARIANTS = {
    "defaults": {},
    "single": {"backup": "single", "num_critics": 1},
    "single of two": {"backup": "single"},
    "swap": {"backup": "swap", "num_critics": 3, "discount": 0.5},
    "mean": {"backup": "mean", "num_critics": 3, "reward_scale": 2.0},
    "redq": {"backup": "redq", "num_critics": 4, "redq_subset_size": 2},
    "fixed temperature": {"temperature": 0.2},
    "no temperature": {"temperature": 0},
    "no entropy in the label": {"entropy_in_target": False, "learning_rate": 1e-3},
    "score function": {"actor_gradient": "score_function"},
    "two actions each": {"num_actor_samples": 2},
    "three actions each": {"num_actor_samples": 3},
    "score function, three actions each": {"actor_gradient": "score_function", "num_actor_samples": 3},
    "hard": {"target_update": "hard", "hard_update_period": 2},
    "slow": {"polyak_rate": 0.005},
    "no tanh": {"squash_actions": False},
    "a target entropy, a first temperature": {"target_entropy": 0.7, "initial_temperature": 0.05},
}


@pytest.mark.parametrize("choices", VARIANTS.values(), ids=VARIANTS)
@double_precision()
def test_updates_are_those_of_the_textbook(choices):
    agent = make_agent(runs=2, seed=4, **choices)
    textbooks = [Textbook(agent, run) for run in range(2)]
    for update in range(5):
        batch = make_batch(2, seed=update)
        streams = agent.generators.get_state()
        metrics = agent.update(batch)
        for run, textbook in enumerate(textbooks):
            generator = torch.Generator()
            generator.set_state(streams[run])
            expected = textbook.update(batch, generator)
            assert not any(values.requires_grad for values in metrics.values())
            assert {name: values[run].item() for name, values in metrics.items()} == pytest.approx(expected)
    n = agent.config.num_critics
    for run, textbook in enumerate(textbooks):
        assert_same_network(agent.actor.net, run, textbook.actor)
        torch.testing.assert_close(agent.log_temperature[run].detach(), textbook.log_alpha.detach())
        for i in range(n):
            assert_same_network(agent.critic.net, run * n + i, textbook.critics[i])
            assert_same_network(agent.target_critic.net, run * n + i, textbook.targets[i])


def test_seeds_count_up_from_the_first_or_are_given():
    assert make_agent(runs=3, seed=5).seeds == [5, 6, 7]
    assert make_agent(runs=2, seed=(9, 1)).seeds == [9, 1]
    assert SAC(SACConfig(), OBSERVATION, ACTION).seeds == [0]
    for seed in ([1, 2], [1, 2, 3, 4]):
        with pytest.raises(ValueError, match=rf"3 runs need 3 seeds, and seed = .* names {len(seed)}"):
            make_agent(runs=3, seed=seed)


def test_the_agent_draws_from_the_first_stream_of_its_seeds():
    """Exploring and sampling have the second and third: shared numbers would tie actions to updates."""
    agent, stream = make_agent(runs=2, seed=3), RunGenerators([3, 4], stream=0)
    actor = Actor(OBSERVATION, ACTION, (7, 5), stream)
    critics = Critics(OBSERVATION, ACTION, (7, 5), 2, stream)
    for ours, expected in ((agent.actor, actor), (agent.critic, critics)):
        assert all(torch.equal(a, b) for a, b in zip(ours.tensors(), expected.tensors(), strict=True))
    assert torch.equal(agent.generators.normal(4), stream.normal(4))


def test_the_target_critic_starts_as_a_copy_and_is_not_trained():
    agent = make_agent()
    for online, target in zip(agent.critic.tensors(), agent.target_critic.tensors(), strict=True):
        assert torch.equal(online, target)
        assert online.data_ptr() != target.data_ptr()
        assert not target.requires_grad


def test_the_temperature_is_one_for_each_run_and_holds_no_graph():
    assert make_agent(runs=3, initial_temperature=0.3).temperature.tolist() == pytest.approx([0.3] * 3)
    tuned = make_agent(runs=3)
    tuned.update(make_batch(3))
    assert not tuned.temperature.requires_grad
    torch.testing.assert_close(tuned.temperature, tuned.log_temperature.detach().exp())


@pytest.mark.parametrize("squash, policy_class", [(True, SquashedGaussian), (False, Gaussian)])
def test_acting_draws_from_the_policy_by_each_runs_own_stream(squash, policy_class):
    agent = make_agent(runs=2, squash_actions=squash)
    observation = torch.randn(2, 4, OBSERVATION)
    policy = agent.actor(observation)
    assert type(policy) is policy_class
    streams = copy.deepcopy(agent.generators)
    noise = streams.normal(4, ACTION)
    np.testing.assert_allclose(
        agent.act(observation), policy.rsample(noise=noise)[0].detach().numpy(), rtol=1e-5
    )
    np.testing.assert_allclose(
        agent.act(observation, deterministic=True), policy.median.detach().numpy(), rtol=1e-5
    )
    assert torch.equal(agent.generators.normal(3), streams.normal(3))  # the median draws nothing


def test_acting_takes_one_observation_for_each_run_or_several():
    agent = make_agent(runs=2)
    several = np.random.default_rng(0).normal(size=(2, 5, OBSERVATION))
    actions = agent.act(several, deterministic=True)
    assert actions.dtype == np.float32
    assert actions.shape == (2, 5, ACTION)
    np.testing.assert_allclose(agent.act(several[:, 3], deterministic=True), actions[:, 3], rtol=1e-5)
    assert np.abs(agent.act(100 * several)).max() <= 1


@pytest.mark.parametrize("shape", [(3,), (1, 3), (3, 3), (2, 2), (2, 5, 4), (1, 2, 5, 3), (2, 4, 5, 3)])
def test_acting_on_any_other_shape_is_refused(shape):
    with pytest.raises(ValueError) as refusal:
        make_agent(runs=2).act(np.zeros(shape))
    assert str(refusal.value) == (
        f"observation has shape {list(shape)}; this agent of 2 run(s) expects [2, 3] or [2, environments, 3]"
    )


def test_the_actors_loss_is_the_one_that_update_descends():
    """Called on its own it gives the loss `[]` and the log_prob of K actions for each observation."""
    agent = make_agent(runs=2, num_actor_samples=4)
    loss, log_prob = agent.actor_loss(make_batch(2).observation, agent.temperature)
    assert loss.shape == ()
    assert log_prob.shape == (2, 4 * BATCH)


def test_the_entropy_in_the_actors_loss_reaches_the_policy():
    """Where critics are blind to the action, the actor can only follow the entropy, and must raise it."""
    agent = make_agent(runs=1, temperature=1.0, learning_rate=0.01)
    with torch.no_grad():
        agent.critic.tensors()[0][:, OBSERVATION:] = 0
        agent.actor.tensors()[-1][..., ACTION:] = -3  # begin with a narrow policy
    observation = torch.randn(1, 64, OBSERVATION)
    before = agent.actor(observation).entropy_estimate(200).mean()
    for _ in range(50):
        loss, _ = agent.actor_loss(observation, agent.temperature)
        agent.actor_optimizer.descend(loss)
    assert agent.actor(observation).entropy_estimate(200).mean() > before + 0.5


@pytest.mark.parametrize("choices", [{}, {"backup": "redq", "num_critics": 3, "target_update": "hard"}])
def test_an_agent_goes_on_exactly_from_a_saved_state(choices):
    agent = make_agent(**choices, hard_update_period=3)
    for seed in range(4):
        agent.update(make_batch(2, seed))
    saved = agent.state_dict()
    state = copy.deepcopy(saved)
    other = make_agent(seed=50, **choices, hard_update_period=3)
    other.load_state_dict(state)
    for seed in range(4, 9):
        ours, theirs = agent.update(make_batch(2, seed)), other.update(make_batch(2, seed))
        for name in ours:
            assert torch.equal(ours[name], theirs[name])
    assert torch.equal(saved["log_temperature"], state["log_temperature"]) and saved["updates_done"] == 4
    for part in ("actor", "critic", "target_critic"):
        for tensor, same in zip(getattr(agent, part).tensors(), getattr(other, part).tensors(), strict=True):
            assert torch.equal(tensor, same), part
    assert torch.equal(agent.log_temperature, other.log_temperature)
    assert agent.updates_done == other.updates_done == 9
    assert other.log_temperature.requires_grad
