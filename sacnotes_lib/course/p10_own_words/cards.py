"""One update of SAC taken apart into cards, right ones and wrong ones, that can be played in any order: notebook 10."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import altered
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.losses import actor_loss_reparameterized, critic_loss, temperature_loss
from sacnotes_lib.sac.networks import polyak_update
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target


class NoSuchCard(ValueError):
    """The sequence names a card that is not in the deck."""


class CardTooEarly(ValueError):
    """A card needs something that no card before it has put on the table."""


MISSING = {
    "next_draw": "a label was played before there is an a′ to make it of",
    "label": "the critics were to step before there is a label y",
    "draw": "a step was played that needs an action a, before one was drawn",
}


@dataclass
class Table:
    """What lies on the table during one update: the agent, its batch, and what the cards played so far have made."""

    agent: SAC
    batch: Batch
    temperature: Tensor
    next_draw: tuple[Tensor, Tensor] | None = None  # a' [R, B, A] and its log_prob [R, B]
    label: Tensor | None = None  # [R, N, B]
    draw: tuple[Tensor, Tensor] | None = None  # a [R, B, A] and its log_prob [R, B]

    def need(self, name: str):
        """What an earlier card has made. Raises: CardTooEarly."""
        if (made := getattr(self, name)) is None:
            raise CardTooEarly(MISSING[name])
        return made


def play(sequence: str, agent: SAC, batch: Batch) -> None:
    """One update of the agent, in place: every letter of `sequence` is one of `CARDS`.

    Raises: NoSuchCard, CardTooEarly.
    """
    table = Table(agent, batch, agent.temperature)
    for letter in sequence:
        if letter not in CARDS:
            raise NoSuchCard(f"{letter!r} is on no card: choose from {''.join(DECK)}")
        CARDS[letter](table)


def _next_action(table: Table) -> None:
    policy = table.agent.actor(table.batch.next_observation)
    with torch.no_grad():
        table.next_draw = policy.sample(noise=table.agent.noise_for(policy))


def _label(table: Table) -> None:
    agent, c, batch = table.agent, table.agent.config, table.batch
    action, log_prob = table.need("next_draw")
    with torch.no_grad():
        next_q = apply_backup(agent.target_critic(batch.next_observation, action), c.backup)
    table.label = soft_bellman_target(
        c.reward_scale * batch.reward, batch.terminated, next_q, log_prob,
        discount=c.discount, temperature=table.temperature,
    )  # fmt: skip


def _critic_step(table: Table) -> None:
    q = table.agent.critic(table.batch.observation, table.batch.action)
    table.agent.critic_optimizer.descend(critic_loss(q, table.need("label")))


def _action(table: Table) -> None:
    policy = table.agent.actor(table.batch.observation)
    action, log_prob = policy.rsample(noise=table.agent.noise_for(policy))
    table.draw = action, log_prob


def _actor_step(table: Table) -> None:
    action, log_prob = table.need("draw")
    value = table.agent.critic(table.batch.observation, action).amin(-2)
    loss = actor_loss_reparameterized(value, log_prob, table.temperature)
    table.agent.actor_optimizer.descend(loss)


def _temperature_step(table: Table) -> None:
    _, log_prob = table.need("draw")
    loss = temperature_loss(table.agent.log_temperature, log_prob, table.agent.target_entropy)
    table.agent.temperature_optimizer.descend(loss)


def _follow(table: Table) -> None:
    agent = table.agent
    polyak_update(agent.target_critic, agent.critic, agent.config.polyak_rate)


# The cards of the exercise, and what each says.
DECK = {
    "A": "Q̄ moves a little towards Q: the share τ of Q comes in",
    "B": "the buffer's action is taken for a′, and scored by π",
    "C": "draw a from π at s, by rsample, with its log π",
    "D": "y = r + γ d (min Q̄(s′, a′) − α log π(a′∣s′))",
    "E": "the critics step: (Q(s, a of the buffer) − y)² goes down",
    "F": "y = r + γ (1 − d) (min Q̄(s′, a′) − α log π(a′∣s′))",
    "G": "α steps: up where −log π(a∣s) is below the target entropy",
    "H": "draw a′ from π at s′, with its log π",
    "I": "the actor steps: α log π(a∣s) − min Q(s, a) goes down",
    "J": "the buffer's action is taken for a, and scored by π",
    "K": "y = r + γ (1 − d) (min Q(s′, a′) − α log π(a′∣s′))",
}

# What an update has to do, each once, and the cards that do it, rightly or not.
JOBS = {
    "draw a′": "HB", "make the label y": "FDK", "step the critics": "E", "draw a": "CJ", "step the actor": "I",
    "step α": "G", "move the target critics": "A",
}  # fmt: skip

# What the cards do.
CARDS = {
    "H": _next_action, "F": _label, "E": _critic_step, "C": _action, "I": _actor_step, "G": _temperature_step,
    "A": _follow,
    **altered(_next_action, ("policy.sample(noise=table.agent.noise_for(policy))",
        "table.batch.action, policy.log_prob(table.batch.action)", "B")),
    **altered(_label, ("batch.terminated", "1 - batch.terminated", "D"), ("agent.target_critic", "agent.critic", "K")),
    **altered(_action, ("= action, log_prob", "= table.batch.action, policy.log_prob(table.batch.action)", "J")),
}  # fmt: skip


def show_cards() -> None:
    """Print the deck, a card a line."""
    for letter, words in DECK.items():
        print(f"{letter}   {words}")
