"""The same weights, batch and noise in Stable-Baselines3's SAC and in ours: the same gradients and updates.

Three differences are by choice and accounted for below.
- Their critic loss has the paper's factor 1/2, ours has not: our gradient is twice theirs.
- Their temperature loss is log α · (entropy - target entropy), ours is α · (...): our gradient is α times theirs.
- They put 1e-6 inside the logarithm of the tanh correction; for the comparison it is set to 0, and one test says
  how much it does.
"""

from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
import torch
from stable_baselines3 import SAC as TheirSAC
from stable_baselines3.common.logger import Logger

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.sac.replay import Batch
from tests.sac.textbook import random_batch

OBSERVATION, ACTION, BATCH, HIDDEN = 4, 3, 32, (16, 12)
DISCOUNT, RATE, POLYAK, TARGET_ENTROPY, ALPHA = 0.97, 1e-3, 0.05, -2.0, 0.37
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


class Spaces(gym.Env):
    """Nothing but the sizes of its vectors."""

    observation_space = gym.spaces.Box(-np.inf, np.inf, (OBSERVATION,), np.float32)
    action_space = gym.spaces.Box(-1, 1, (ACTION,), np.float32)


@pytest.fixture
def theirs():
    model = TheirSAC(
        "MlpPolicy", Spaces(), learning_rate=RATE, gamma=DISCOUNT, tau=POLYAK, target_entropy=TARGET_ENTROPY,
        ent_coef=f"auto_{ALPHA}", policy_kwargs={"net_arch": list(HIDDEN)}, seed=0, device="cpu",
    )  # fmt: skip
    model.set_logger(Logger(folder=None, output_formats=[]))
    model.actor.action_dist.epsilon = 0.0
    return model


@pytest.fixture
def ours(theirs):
    config = SACConfig(
        hidden_sizes=HIDDEN, discount=DISCOUNT, learning_rate=RATE, polyak_rate=POLYAK, reward_scale=1.0,
        target_entropy=TARGET_ENTROPY, initial_temperature=ALPHA,
    )  # fmt: skip
    agent = SAC(config, OBSERVATION, ACTION)
    copy_weights(theirs, agent)
    return agent


def layers(model) -> dict[str, list[list[torch.nn.Linear]]]:
    """Their networks, each as a list of layers; the actor's last layer is split into mean and log_std."""
    linear = [layer for layer in model.actor.latent_pi if isinstance(layer, torch.nn.Linear)]
    critics = {
        name: [[layer for layer in q if isinstance(layer, torch.nn.Linear)] for q in critic.q_networks]
        for name, critic in (("critic", model.critic), ("target_critic", model.critic_target))
    }
    return {"actor": [[*linear, model.actor.mu, model.actor.log_std]], **critics}


def as_ours(networks, of=lambda parameter: parameter) -> list[torch.Tensor]:
    """Numbers of theirs in the layout of our tensors: weights `[N, inputs, outputs]`, biases `[N, 1, outputs]`."""
    columns = []
    for network in networks:
        weights, biases = (
            [of(layer.weight).T for layer in network],
            [of(layer.bias)[None] for layer in network],
        )
        if len(network) > len(HIDDEN) + 1:  # the actor: mean and log_std side by side
            weights[-2:], biases[-2:] = [torch.cat(weights[-2:], 1)], [torch.cat(biases[-2:], 1)]
        columns.append([tensor for pair in zip(weights, biases, strict=True) for tensor in pair])
    return [torch.stack(tensors) for tensors in zip(*columns, strict=True)]


def copy_weights(model, agent):
    with torch.no_grad():
        for name, networks in layers(model).items():
            for own, other in zip(getattr(agent, name).net.tensors(), as_ours(networks), strict=True):
                own.copy_(other)


def make_batch(seed=0) -> Batch:
    return random_batch(1, BATCH, OBSERVATION, ACTION, seed)


def their_update(model, batch, noise, next_noise, monkeypatch):
    """Run their `train` on this batch and this noise. Returns the gradients that it descended."""
    seen, draws = {}, [noise[0], next_noise[0]]  # in the order in which they draw
    with monkeypatch.context() as patch:
        patch.setattr("torch.distributions.normal._standard_normal", lambda *_, **__: draws.pop(0))
        data = SimpleNamespace(
            observations=batch.observation[0], actions=batch.action[0], rewards=batch.reward[0, :, None],
            next_observations=batch.next_observation[0], dones=batch.terminated[0, :, None], discounts=None,
        )  # fmt: skip
        patch.setattr(model, "replay_buffer", SimpleNamespace(sample=lambda *_, **__: data))
        patch.setattr(model, "_update_learning_rate", lambda optimizers: None)

        def record(name, optimizer, parameters):
            step = optimizer.step

            def recording_step():
                seen[name] = parameters()
                step()

            patch.setattr(optimizer, "step", recording_step)

        def gradient(parameter):
            return parameter.grad.clone()

        record("actor", model.actor.optimizer, lambda: as_ours(layers(model)["actor"], gradient))
        record("critic", model.critic.optimizer, lambda: as_ours(layers(model)["critic"], gradient))
        record("temperature", model.ent_coef_optimizer, lambda: [gradient(model.log_ent_coef)])
        model.train(gradient_steps=1, batch_size=BATCH)
    assert not draws
    return seen


def our_update(agent, batch, noise, next_noise, monkeypatch):
    """The same of ours."""
    seen, draws = {}, [next_noise, noise]  # in the order in which we draw
    with monkeypatch.context() as patch:
        patch.setattr(agent, "noise_for", lambda policy: draws.pop(0))
        for name in ("critic", "actor", "temperature"):
            optimizer = getattr(agent, f"{name}_optimizer")

            def descend(loss, name=name, optimizer=optimizer):
                seen[name] = torch.autograd.grad(loss, optimizer.tensors, retain_graph=True)
                type(optimizer).descend(optimizer, loss)

            patch.setattr(optimizer, "descend", descend)
        agent.update(batch)
    assert not draws
    return seen


def test_gradients_agree(theirs, ours, monkeypatch):
    """And with them all that goes into them: targets, Q and log_prob."""
    noise, next_noise = torch.randn(2, 1, BATCH, ACTION)
    them = their_update(theirs, make_batch(), noise, next_noise, monkeypatch)
    us = our_update(ours, make_batch(), noise, next_noise, monkeypatch)
    for name, factor in (("critic", 2.0), ("actor", 1.0), ("temperature", ALPHA)):
        for their_gradient, our_gradient in zip(them[name], us[name], strict=True):
            assert our_gradient.abs().max() > 1e-4
            torch.testing.assert_close(our_gradient, factor * their_gradient, **CLOSE)


def test_whole_updates_agree_one_after_the_other(theirs, ours, monkeypatch):
    """Adam divides the factors away: weights, moments and slow targets run side by side for ten updates."""
    for update in range(10):
        noise, next_noise = torch.randn(2, 1, BATCH, ACTION)
        their_update(theirs, make_batch(update), noise, next_noise, monkeypatch)
        our_update(ours, make_batch(update), noise, next_noise, monkeypatch)
        with torch.no_grad():  # here the factor changes as α does, so start each update from one and the same
            ours.log_temperature.copy_(theirs.log_ent_coef)
    for name, networks in layers(theirs).items():
        for their_tensor, our_tensor in zip(as_ours(networks), getattr(ours, name).net.tensors()):
            torch.testing.assert_close(our_tensor.detach(), their_tensor.detach(), rtol=1e-3, atol=1e-4)
    assert ours.temperature.item() < ALPHA


def test_their_density_is_ours_up_to_the_small_number_inside_their_logarithm(theirs, monkeypatch):
    """log(1 - a² + 1e-6) is too large by about 1e-6/(1 - a²) in each dimension."""
    distribution = theirs.actor.action_dist
    distribution.epsilon = 1e-6
    mean, log_std = torch.randn(BATCH, ACTION), 0.5 * torch.randn(BATCH, ACTION) - 1
    noise = torch.randn(BATCH, ACTION)
    monkeypatch.setattr("torch.distributions.normal._standard_normal", lambda *_, **__: noise)
    their_action, their_log_prob = distribution.log_prob_from_params(mean, log_std)
    action, log_prob = SquashedGaussian(mean, log_std).rsample(noise=noise)
    torch.testing.assert_close(action, their_action, **CLOSE)
    too_small = (1e-6 / (1 - action.double() ** 2)).sum(-1)
    torch.testing.assert_close((log_prob - their_log_prob).double(), too_small, rtol=0.2, atol=1e-5)
