"""The small agent and batch on which notebook 10 tries a learner's update, and the numbers that it compares."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.course.p10_own_words.cards import play
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import Batch

CONFIG = SACConfig(
    hidden_sizes=(8,), discount=0.9, reward_scale=0.5, polyak_rate=0.1, learning_rate=0.01, initial_temperature=0.3,
)  # fmt: skip
WEIGHTS = ("critics", "actor", "log temperature", "target critics")
LOSSES = ("label", "critic loss", "actor loss", "temperature loss")


class _SameNoise(SAC):
    """Every draw of one update gets the same noise, so that the order of the draws does not matter."""

    def noise_for(self, policy) -> Tensor:
        generator = torch.Generator().manual_seed(1000 * self.seeds[0] + self.updates_done)
        return torch.randn(policy.mean.shape, generator=generator)


class Bench:
    """A small agent (one run, two critics) and a batch, the same at every call.

    Args: seed says which; two thirds of the batch's transitions go on, a third has terminated.
    """

    def __init__(self, seed: int, batch_size: int = 6):
        self.seed, self.batch_size = seed, batch_size

    def __repr__(self):
        return f"agent and batch {self.seed}"

    def agent(self) -> SAC:
        """A fresh copy; its target critics are not where its critics are."""
        agent = _SameNoise(CONFIG, observation_dim=2, action_dim=2, seed=self.seed)
        generator = torch.Generator().manual_seed(self.seed)
        with torch.no_grad():
            for weight in agent.target_critic.tensors():
                weight += 0.3 * torch.randn(weight.shape, generator=generator)
        return agent

    def batch(self) -> Batch:
        generator = torch.Generator().manual_seed(100 + self.seed)
        normal = lambda *shape: torch.randn(1, self.batch_size, *shape, generator=generator)  # noqa: E731
        terminated = (torch.arange(self.batch_size) % 3 == 0).float().unsqueeze(0)
        return Batch(normal(2), 0.9 * normal(2).tanh(), 2 * normal() + 1, normal(2), terminated)


def weights_after(update: Callable[[SAC, Batch], object]) -> Callable:
    """The weights that updates of a small agent end with, as a function of (bench, updates, weights_of).

    Args: update(agent, batch), which changes the agent in place; what it returns is not looked at.
    Returns: a function to a tensor `[numbers]`: all weights of the "critics", the "actor", the "target critics", or
        the "log temperature".
    """

    @cache  # the four kinds of weights are asked for one after another: update once for all
    def updated(seed: int, batch_size: int, updates: int) -> SAC:
        bench = Bench(seed, batch_size)
        agent, batch = bench.agent(), bench.batch()
        for done in range(updates):
            update(agent, batch)
            agent.updates_done = done + 1
        return agent

    def after(bench: Bench, updates: int, weights_of: str) -> Tensor:
        agent = updated(bench.seed, bench.batch_size, updates)
        networks = {"critics": agent.critic, "actor": agent.actor, "target critics": agent.target_critic}
        if weights_of == "log temperature":
            return agent.log_temperature.detach()
        return torch.cat([weight.detach().flatten() for weight in networks[weights_of].tensors()])

    return after


def played(sequence_of_cards: Callable[[], str]) -> Callable:
    """`weights_after` of the update that plays the cards of `sequence_of_cards()`; `Unfit` where these are no text."""
    after = weights_after(lambda agent, batch: play(sequence_of_cards(), agent, batch))

    def after_text(*case) -> Tensor | Unfit:
        if not isinstance(sequence := sequence_of_cards(), str):
            return Unfit(sequence, "One text of letters is asked for, such as 'HFE'.")
        return after(*case)

    return after_text


def numbers_of(losses: Callable) -> Callable:
    """The four results of `losses` as a function of (bench, result).

    Args: losses(sac, batch, noise, next_noise), as the page's exercise B asks for.
    Returns: a function to a tensor. "label": `[B]`. A loss: its value and its slopes along a fixed direction, in the
        weights that its own step moves and in those that it must leave alone. `Unfit` where the results are not four.
    """

    def number(bench: Bench, result: str) -> Tensor | Unfit:
        agent, batch = bench.agent(), bench.batch()
        noise = agent.noise_for(agent.actor(batch.observation))[0]
        row = Batch(*(column[0] for column in batch))
        found = losses(_without_run_axis(agent), row, noise, noise.flip(0))
        if isinstance(found, Tensor) or not isinstance(found, (tuple, list)) or len(found) != len(LOSSES):
            return Unfit(found, "Four results are asked for: label, critic, actor and temperature loss.")
        value = found[LOSSES.index(result)]
        if result == "label" or not isinstance(value, Tensor) or value.numel() != 1:
            return value
        actor, critics = agent.actor.tensors(), agent.critic.tensors()
        wanted = {
            "critic loss": (critics, actor), "actor loss": (actor, [agent.log_temperature]),
            "temperature loss": ([agent.log_temperature], actor),
        }[result]  # fmt: skip
        return torch.stack([value.detach().reshape(()), *(_slope(value, tensors) for tensors in wanted)])

    return number


def _without_run_axis(agent: SAC) -> SimpleNamespace:
    """The agent's parts for a learner's formulas: `[B, ...]` in, `[B]` or `[N, B]` out."""

    def actor(observation: Tensor):
        policy = agent.actor(observation.unsqueeze(0))
        return type(policy)(policy.mean[0], policy.log_std[0])

    def without(critic):
        return lambda observation, action: critic(observation.unsqueeze(0), action.unsqueeze(0))[0]

    return SimpleNamespace(
        actor=actor, critic=without(agent.critic), target_critic=without(agent.target_critic),
        alpha=agent.temperature[0], log_alpha=agent.log_temperature[0], discount=CONFIG.discount,
        target_entropy=agent.target_entropy,
    )  # fmt: skip


def _slope(value: Tensor, tensors: list[Tensor]) -> Tensor:
    """Derivative of a scalar along a fixed direction in these tensors; 0 where it does not lead to them."""
    if not value.requires_grad:
        return torch.zeros(())
    found = torch.autograd.grad(value, tensors, retain_graph=True, allow_unused=True)
    generator = torch.Generator().manual_seed(0)
    parts = [(torch.randn(t.shape, generator=generator), g) for t, g in zip(tensors, found, strict=True)]
    return sum((torch.zeros(()) if g is None else (direction * g).sum() for direction, g in parts))
