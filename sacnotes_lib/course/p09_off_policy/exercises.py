"""Exercises of notebook 09: an actor's loss with the buffer's action within reach, and weights where they belong."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, gradients_at, proportional_policy


def gradient_of(actor_loss: Callable) -> Callable:
    """The gradient of an actor loss, as a function of plain tensors.

    Args: actor_loss(policy, critic, observation, action, temperature), which returns a scalar. The policy it gets is
        tanh of a Gaussian with mean gain·s and its own log_std.
    Returns: a function of (gain, log_std, critic, observation, action, temperature), gain and log_std `[A]`, that
        returns `[2, A]`: d loss / d gain, then d loss / d log_std. Zeros where the loss leads to neither.
    """

    def gradient(gain, log_std, critic, observation, action, temperature):
        def loss_of(gain, log_std):
            return actor_loss(proportional_policy(gain, log_std), critic, observation, action, temperature)

        return gradients_at(loss_of, gain, log_std)

    return gradient


def off_policy_actor_loss(policy, critic, observation, action, temperature) -> Tensor:
    """E[α log π - Q] at the buffer's states and fresh actions; the buffer's own action has no part in it."""
    fresh, log_prob = policy(observation).rsample()
    return (temperature * log_prob - critic(observation, fresh)).mean()


def n_step_weight(log_prob_now: Tensor, log_prob_then: Tensor) -> Tensor:
    """π/β of all actions after the first, multiplied: [n, B] and [n, B] -> [B]."""
    return (log_prob_now - log_prob_then)[1:].sum(0).exp()


def _actor_case(batch_size: int, action_dim: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    draw = lambda *shape: torch.rand(*shape, generator=generator)  # noqa: E731
    return {
        "gain": 0.3 + draw(action_dim), "log_std": -0.8 + 0.4 * draw(action_dim), "critic": TrackingCritic(),
        "observation": 2 * draw(batch_size, action_dim) - 1, "action": 1.8 * draw(batch_size, action_dim) - 0.9,
        "temperature": temperature,
    }  # fmt: skip


def _at(of_q: str, of_log_prob: str, combine: Callable) -> Callable:
    """gradient_of a loss whose Q and log_prob are taken at "fresh" or "buffer" actions."""

    def actor_loss(policy, critic, observation, action, temperature):
        fresh, log_prob = policy(observation).rsample()
        q = critic(observation, {"fresh": fresh, "buffer": action}[of_q])
        if of_log_prob == "buffer":
            log_prob = policy(observation).log_prob(action)
        return combine(temperature * log_prob, q)

    return gradient_of(actor_loss)


def _held_constant(policy, critic, observation, action, temperature):
    fresh, log_prob = policy(observation).sample()
    return (temperature * log_prob - critic(observation, fresh)).mean()


def _two_draws(policy, critic, observation, action, temperature):
    fresh, log_prob = policy(observation).rsample()[0], policy(observation).rsample()[1]
    return (temperature * log_prob - critic(observation, fresh)).mean()


def _weighted(policy, critic, observation, action, temperature):
    fresh, log_prob = policy(observation).rsample()
    weight = policy(observation).log_prob(action).exp().detach()
    return (weight * (temperature * log_prob - critic(observation, fresh))).mean()


OFF_POLICY_ACTOR_LOSS = Exercise(
    name="off_policy_actor_loss",
    reference=gradient_of(off_policy_actor_loss),
    cases=(_actor_case(4, 2, 0.3), _actor_case(6, 1, 0.8)),
    mistakes={
        "log_prob at the buffer's action, Q at the fresh one: both belong to the same fresh action": _at(
            "fresh", "buffer", lambda cost, q: (cost - q).mean()
        ),
        "Q at the buffer's action: no gradient runs from there to the policy, only the entropy is climbed": _at(
            "buffer", "fresh", lambda cost, q: (cost - q).mean()
        ),
        "both at the buffer's action: nothing is drawn from the present policy": _at(
            "buffer", "buffer", lambda cost, q: (cost - q).mean()
        ),
        "weighted by the density of the buffer's action: that action has no part in this loss": gradient_of(
            _weighted
        ),
        "sample instead of rsample: the way from Q to the policy is closed": gradient_of(_held_constant),
        "log_prob detached: the entropy has a value and no gradient": _at(
            "fresh", "fresh", lambda cost, q: (cost.detach() - q).mean()
        ),
        "a loss for each transition: their mean over the batch is still missing": _at(
            "fresh", "fresh", lambda cost, q: cost - q
        ),
        "two draws, one for Q and one for log_prob: right on average, but here one draw serves both": gradient_of(
            _two_draws
        ),
        "the sign of the entropy: α log π is a cost, so plus": _at(
            "fresh", "fresh", lambda cost, q: (-cost - q).mean()
        ),
        "the sign of the whole: a loss is climbed down, so α log π minus Q": _at(
            "fresh", "fresh", lambda cost, q: (q - cost).mean()
        ),
        "the sum over the batch where the mean belongs": _at(
            "fresh", "fresh", lambda cost, q: (cost - q).sum()
        ),
    },
)


def _weight_case(steps: int, batch_size: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * steps + batch_size)
    now, then = (torch.randn(steps, batch_size, generator=generator) - 0.5 for _ in range(2))
    return {"log_prob_now": now, "log_prob_then": then}


N_STEP_WEIGHT = Exercise(
    name="n_step_weight",
    reference=n_step_weight,
    cases=(_weight_case(3, 4), _weight_case(2, 5), _weight_case(1, 3)),
    mistakes={
        "the first action weighted too: Q(s, a) asks about that action, whoever took it": (
            lambda now, then: (now - then).sum(0).exp()
        ),
        "the last action left out: it is the first one that Q asks about": (
            lambda now, then: (now - then)[:-1].sum(0).exp()
        ),
        "no weight at all: the actions after the first are the old policy's": (
            lambda now, then: torch.ones_like(now[0])
        ),
        "upside down: the present policy stands above, the old one below": (
            lambda now, then: (then - now)[1:].sum(0).exp()
        ),
        "still a logarithm: exp is missing": lambda now, then: (now - then)[1:].sum(0),
        "log-probabilities divided: subtract them, or take exp first": (
            lambda now, then: (now / then)[1:].prod(0)
        ),
        "ratios added: one after another they multiply": lambda now, then: (now - then)[1:].exp().sum(0),
        "only the second action weighted: all that follow it are the old policy's too": (
            lambda now, then: (now - then)[1:2].sum(0).exp()
        ),
        "ratios cut at 1: less noise, but no longer right on average": (
            lambda now, then: (now - then)[1:].exp().clamp(max=1).prod(0)
        ),
    },
)
