"""One update of SAC taken apart into cards, right ones and wrong ones, that can be played in any order: notebook 10."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.losses import actor_loss_reparameterized, critic_loss, temperature_loss
from sacnotes_lib.sac.networks import hard_update, polyak_update
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target


class NoSuchCard(ValueError):
    """The sequence names a card that is not in the deck."""


class CardTooEarly(ValueError):
    """A card needs something that no card before it has put on the table."""


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
        made = getattr(self, name)
        if made is None:
            words = {
                "next_draw": "no a′ on the table yet",
                "label": "no label y yet",
                "draw": "no fresh a yet",
            }
            raise CardTooEarly(words[name])
        return made


def play(sequence: str, agent: SAC, batch: Batch) -> None:
    """One update of the agent, in place: every letter of `sequence` is a card of `DECK` or `SLIPS`.

    Raises: NoSuchCard, CardTooEarly, TypeError where the sequence is no text.
    """
    if not isinstance(sequence, str):
        raise TypeError(f"the sequence is {type(sequence).__name__}, but it must be a text such as 'HFE'")
    table = Table(agent, batch, agent.temperature)
    for letter in sequence:
        if letter not in CARDS:
            raise NoSuchCard(f"{letter!r} is no card: choose from {''.join(DECK)}")
        CARDS[letter](table)


def _next_action(table: Table, *, fresh: bool = True) -> None:
    with torch.no_grad():
        policy = table.agent.actor(table.batch.next_observation)
        drawn = policy.sample(noise=table.agent.noise_for(policy))
        table.next_draw = drawn if fresh else (table.batch.action, policy.log_prob(table.batch.action))


def _label(table: Table, *, by="target_critic", end=lambda d: d, sign=1, scaled=True, entropy=1.0) -> None:
    agent, c = table.agent, table.agent.config
    action, log_prob = table.need("next_draw")
    with torch.no_grad():
        next_q = apply_backup(getattr(agent, by)(table.batch.next_observation, action), c.backup)
    table.label = soft_bellman_target(
        (c.reward_scale if scaled else 1.0) * table.batch.reward, end(table.batch.terminated), next_q, sign * log_prob,
        discount=c.discount, temperature=entropy * table.temperature,
    )  # fmt: skip


def _critic_step(table: Table) -> None:
    q = table.agent.critic(table.batch.observation, table.batch.action)
    table.agent.critic_optimizer.descend(critic_loss(q, table.need("label")))


def _action(table: Table, *, at="observation", how="rsample", action="fresh", log_prob="fresh") -> None:
    policy = table.agent.actor(getattr(table.batch, at))
    drawn, scored = getattr(policy, how)(noise=table.agent.noise_for(policy))
    past = table.batch.action
    table.draw = (
        drawn if action == "fresh" else past,
        scored if log_prob == "fresh" else policy.log_prob(past),
    )


def _actor_loss(table: Table, *, sign=1, whole=1, at="observation", smallest=True) -> Tensor:
    action, log_prob = table.need("draw")
    q = table.agent.critic(getattr(table.batch, at), action)
    value = q.amin(-2) if smallest else q.mean(-2)
    return whole * actor_loss_reparameterized(value, sign * log_prob, table.temperature)


def _actor_step(table: Table, **slip) -> None:
    table.agent.actor_optimizer.descend(_actor_loss(table, **slip))


def _one_sum(table: Table) -> None:
    """Both optimizers descend one sum of losses: the critics then serve the actor's wish too."""
    _action(table)
    q = table.agent.critic(table.batch.observation, table.batch.action)
    total = critic_loss(q, table.need("label")) + _actor_loss(table)
    optimizers = (table.agent.critic_optimizer, table.agent.actor_optimizer)
    gradients = [torch.autograd.grad(total, each.tensors, retain_graph=True) for each in optimizers]
    for optimizer, gradient in zip(optimizers, gradients, strict=True):
        optimizer.descend(sum((w * g).sum() for w, g in zip(optimizer.tensors, gradient, strict=True)))


def _temperature_step(table: Table, *, sign=1) -> None:
    _, log_prob = table.need("draw")
    loss = temperature_loss(table.agent.log_temperature, log_prob, table.agent.target_entropy)
    table.agent.temperature_optimizer.descend(sign * loss)


def _follow(table: Table, *, rate=lambda tau: tau) -> None:
    agent = table.agent
    polyak_update(agent.target_critic, agent.critic, rate(agent.config.polyak_rate))


def _with(card: Callable, **slip) -> Callable:
    return lambda table: card(table, **slip)


# The cards of the exercise: what each says, and what it does.
DECK = {
    "A": ("Q̄ moves a little towards Q: the share τ of Q comes in", _follow),
    "B": ("the buffer's action is taken for a′, and scored by π", _with(_next_action, fresh=False)),
    "C": ("draw a from π at s, by rsample, with its log π", _action),
    "D": ("y = r + γ d (min Q̄(s′, a′) − α log π(a′∣s′))", _with(_label, end=lambda d: 1 - d)),
    "E": ("the critics step: (Q(s, a of the buffer) − y)² goes down", _critic_step),
    "F": ("y = r + γ (1 − d) (min Q̄(s′, a′) − α log π(a′∣s′))", _label),
    "G": ("α steps: up where −log π(a∣s) is below the target entropy", _temperature_step),
    "H": ("draw a′ from π at s′, with its log π", _next_action),
    "I": ("the actor steps: α log π(a∣s) − min Q(s, a) goes down", _actor_step),
    "J": ("the buffer's action is taken for a, and scored by π", _with(_action, action="past", log_prob="past")),
    "K": ("y = r + γ (1 − d) (min Q(s′, a′) − α log π(a′∣s′))", _with(_label, by="critic")),
}  # fmt: skip

# Cards of known slips that are in no learner's hand: letters in lower case.
SLIPS = {
    "a": _with(_follow, rate=lambda tau: 1 - tau),
    "b": lambda table: hard_update(table.agent.target_critic, table.agent.critic),
    "c": _with(_action, how="sample"),
    "d": _with(_label, end=torch.zeros_like),
    "e": _with(_label, sign=-1),
    "f": _with(_label, entropy=0.0),
    "g": _with(_temperature_step, sign=-1),
    "h": _with(_label, scaled=False),
    "i": _with(_actor_step, sign=-1),
    "j": _with(_action, log_prob="past"),
    "k": _with(_actor_step, whole=-1),
    "l": _with(_actor_step, smallest=False),
    "m": _one_sum,
    "n": lambda table: (_action(table, at="next_observation"), _actor_step(table, at="next_observation")),
}
CARDS = {letter: card for letter, (_, card) in DECK.items()} | SLIPS


def show_cards() -> None:
    """Print the deck, a card a line."""
    for letter, (words, _) in DECK.items():
        print(f"{letter}   {words}")
