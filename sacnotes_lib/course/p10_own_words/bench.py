"""The small agent and batch on which notebook 10 tries a learner's update, and the numbers that it compares."""

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.course.p10_own_words.cards import JOBS, CardTooEarly, NoSuchCard, play
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import Batch

CONFIG = SACConfig(
    hidden_sizes=(8,), discount=0.9, reward_scale=0.5, polyak_rate=0.1, learning_rate=0.01, initial_temperature=0.3,
)  # fmt: skip
BATCH_SIZE = 6
WEIGHTS = ("critics", "actor", "log temperature", "target critics")
LOSSES = ("label", "critic loss", "actor loss", "temperature loss")


class _SameNoise(SAC):
    """Every draw of one update gets the same noise, so that the order of the draws does not matter."""

    def noise_for(self, policy) -> Tensor:
        generator = torch.Generator().manual_seed(1000 * self.seeds[0] + self.updates_done)
        return torch.randn(policy.mean.shape, generator=generator)


class Bench:
    """A small agent (one run, two critics) and a batch, the same at every call.

    Args: seed says which; two thirds of the batch's transitions go on, a third has terminated. Adam's step hardly
        shows the size of α's slope, but a target_entropy between those at s and at s′ gives the two another sign.
    """

    def __init__(self, seed: int, target_entropy: float | str = "auto"):
        self.seed, self.target_entropy = seed, target_entropy

    def __repr__(self):
        return f"agent and batch {self.seed}"

    def agent(self) -> SAC:
        """A fresh copy; its target critics are not where its critics are."""
        config = CONFIG.replace(target_entropy=self.target_entropy)
        agent = _SameNoise(config, observation_dim=2, action_dim=2, seed=self.seed)
        generator = torch.Generator().manual_seed(self.seed)
        with torch.no_grad():
            for weight in agent.target_critic.tensors():
                weight += 0.3 * torch.randn(weight.shape, generator=generator)
        return agent

    def batch(self) -> Batch:
        generator = torch.Generator().manual_seed(100 + self.seed)
        normal = lambda *shape: torch.randn(1, BATCH_SIZE, *shape, generator=generator)  # noqa: E731
        terminated = (torch.arange(BATCH_SIZE) % 3 == 0).float().unsqueeze(0)
        return Batch(normal(2), 0.9 * normal(2).tanh(), 2 * normal() + 1, normal(2), terminated)


def weights_after(update: Callable[[SAC, Batch], object]) -> Callable[[Bench, int], dict[str, Tensor]]:
    """An `Exercise.adapt`: the weights that updates of a small agent end with.

    Args: update(agent, batch), which changes the agent in place; what it returns is not looked at.
    Returns: a function of (bench, updates) to the numbers of each of `WEIGHTS`, under a name for the learner.
    """

    def after(bench: Bench, updates: int) -> dict[str, Tensor]:
        agent, batch = bench.agent(), bench.batch()
        for done in range(updates):
            update(agent, batch)
            agent.updates_done = done + 1
        networks = agent.critic, agent.actor, agent.target_critic
        critics, actor, target = ([w.detach().flatten() for w in network.tensors()] for network in networks)
        parts = critics, actor, [agent.log_temperature.detach()], target
        return {f"the {name} at the end": torch.cat(part) for name, part in zip(WEIGHTS, parts, strict=True)}

    return after


def tried(sequence_of_cards: Callable[[], str]) -> Callable:
    """An `Exercise.adapt`: `weights_after` playing the cards. Small letters, spaces and commas are no mistakes.

    `Unfit` where there is no text, no such card, one too early, or a job that is not done by exactly one card.
    """

    def weights(bench: Bench, updates: int) -> dict | Unfit:
        if not isinstance(said := sequence_of_cards(), str):
            return Unfit(said, "One text of letters is asked for, such as 'ABC'.")
        cards = said.upper().translate(str.maketrans("", "", " ,\n"))
        for job, able in JOBS.items():
            if (times := sum(map(cards.count, able))) != 1:
                return Unfit(
                    said, f"An update does each of seven things once, and here {times} cards do this: {job}."
                )
        try:
            return weights_after(lambda agent, batch: play(cards, agent, batch))(bench, updates)
        except (NoSuchCard, CardTooEarly) as problem:
            return Unfit(said, f"{problem}.")

    return weights


def numbers_of(losses: Callable) -> Callable:
    """An `Exercise.adapt`: the four results of `losses` by name, and the slope of each loss.

    Args: losses(sac, batch, noise, next_noise), as the page's exercise B asks for.
    Returns: a function of bench. The "label" is `[B]`, each loss a number, and so are its slopes along a fixed
        direction, in the weights that its own step moves and in those that it must leave alone. `Unfit` where there
        are not four.
    """

    def numbers(bench: Bench) -> dict[str, Tensor] | Unfit:
        agent, batch = bench.agent(), bench.batch()
        noise = agent.noise_for(agent.actor(batch.observation))[0]
        row = Batch(*(column[0] for column in batch))
        found = losses(_without_run_axis(agent), row, noise, noise.flip(0))
        if isinstance(found, Tensor) or not isinstance(found, (tuple, list)) or len(found) != len(LOSSES):
            return Unfit(found, "Four results are asked for: label, critic, actor and temperature loss.")
        weights = {
            "critics": agent.critic.tensors(), "actor": agent.actor.tensors(), "log α": [agent.log_temperature],
        }  # fmt: skip
        moves_and_spares = {
            "critic loss": ("critics", "actor"), "actor loss": ("actor", "log α"), "temperature loss": ("log α",
                "actor"),
        }  # fmt: skip
        by_name = dict(zip(LOSSES, found, strict=True))
        for loss, parts in moves_and_spares.items():
            for part in parts:
                by_name[f"slope of the {loss} in the {part}"] = _slope(by_name[loss], weights[part])
        return by_name

    return numbers


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
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.requires_grad:
        return torch.zeros(())
    found = torch.autograd.grad(value, tensors, retain_graph=True, allow_unused=True, materialize_grads=True)
    generator = torch.Generator().manual_seed(0)
    directions = [torch.randn(tensor.shape, generator=generator) for tensor in tensors]
    return sum((direction * gradient).sum() for direction, gradient in zip(directions, found, strict=True))
