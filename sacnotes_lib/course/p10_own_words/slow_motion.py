"""One update of SAC in slow motion, on a decision that a parabola can judge: notebook 10."""

import math
from dataclasses import dataclass, replace
from functools import cache

import torch
from torch import Tensor

from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.sac.losses import actor_loss_reparameterized, critic_loss, temperature_loss
from sacnotes_lib.sac.targets import soft_bellman_target

UPDATES = 60
DISCOUNT, TARGET_ENTROPY, TAU = 0.5, -1.0, 0.1
STEP_SIZE = {"critic": 0.15, "actor": 0.1, "temperature": 0.1}  # of plain gradient descent
BUFFER_ACTIONS = torch.linspace(-0.9, 0.9, 8, dtype=torch.float64)

STAGES = (
    "the batch is there",
    "draw a′ from π",
    "make the labels y",
    "the critic steps",
    "draw a from π, the actor steps",
    "the temperature steps",
    "the target critic follows",
)
ASSEMBLED = RIGHT, BUFFER_NEXT, PLUS_ENTROPY, TIMES_D, SHARES = (
    "rightly", "a′ from the buffer", "+ α log π in y", "× d for × (1 − d)", "1 − τ for τ",
)  # fmt: skip


def reward(action: Tensor) -> Tensor:
    """What the one decision pays."""
    return 1 - 2 * (action - 0.4) ** 2


def parabola(weights: Tensor, action: Tensor) -> Tensor:
    """Q(a) = w0 + w1 a + w2 a²: the critic, for `[...]` actions."""
    return weights[0] + weights[1] * action + weights[2] * action**2


@dataclass(frozen=True)
class Learner:
    """All that learns, and what the update has made so far.

    ``critic``, ``target_critic`` [3]; ``mean`` and ``log_std`` of the policy before tanh, ``log_alpha``: numbers;
    ``next_actions``, ``labels``, ``actions`` [8], None before the stage that makes them.
    """

    critic: Tensor
    target_critic: Tensor
    mean: Tensor
    log_std: Tensor
    log_alpha: Tensor
    next_actions: Tensor | None = None
    labels: Tensor | None = None
    actions: Tensor | None = None
    log_probs: Tensor | None = None

    def policy(self) -> SquashedGaussian:
        """The same policy for each of the eight transitions: there is one state only."""
        return SquashedGaussian(self.mean.expand(8, 1), self.log_std.expand(8, 1))

    def numbers(self) -> dict[str, float]:
        """What the picture's table shows; nan for what is not there yet."""
        q = parabola(self.critic, BUFFER_ACTIONS)
        labels = torch.full_like(q, math.nan) if self.labels is None else self.labels
        return {
            "label y": labels.mean().item(),
            "(Q − y)²": (q - labels).square().mean().item(),
            "Q": q.mean().item(),
            "π: tanh μ": self.mean.tanh().item(),
            "π: σ": self.log_std.exp().item(),
            "α": self.log_alpha.exp().item(),
            "Q̄": parabola(self.target_critic, BUFFER_ACTIONS).mean().item(),
        }


def beginner() -> Learner:
    """Before the first update: Q knows nothing, the policy is wide and aims to the wrong side."""
    zeros, numbers = torch.zeros(3, dtype=torch.float64), (-0.5, math.log(0.6), math.log(0.5))
    return Learner(zeros, zeros, *torch.tensor(numbers, dtype=torch.float64))


def one_update(start: Learner, number: int, slip: str = RIGHT) -> list[Learner]:
    """The learner after each stage of one update, seven in all; the last is where the next update starts."""
    noise = torch.randn(2, 8, 1, generator=torch.Generator().manual_seed(number), dtype=torch.float64)
    alpha = start.log_alpha.exp().item()
    begun = replace(start, next_actions=None, labels=None, actions=None, log_probs=None)

    draws, next_log_prob = begun.policy().sample(noise=noise[0])
    if slip == BUFFER_NEXT:
        draws = BUFFER_ACTIONS.unsqueeze(-1)
        next_log_prob = begun.policy().log_prob(draws)
    drawn = replace(begun, next_actions=draws[:, 0])

    # d is 0: the decision comes again
    factor_slip = torch.full((8,), float(slip == TIMES_D), dtype=torch.float64)
    labels = soft_bellman_target(
        reward(BUFFER_ACTIONS), factor_slip, parabola(begun.target_critic, draws[:, 0])[None],
        -next_log_prob if slip == PLUS_ENTROPY else next_log_prob, discount=DISCOUNT, temperature=alpha,
    )[0]  # fmt: skip
    labelled = replace(drawn, labels=labels)

    critic = begun.critic.clone().requires_grad_()
    loss = critic_loss(parabola(critic, BUFFER_ACTIONS)[None], labels[None])
    judged = replace(labelled, critic=_downhill("critic", loss, critic)[0])

    mean, log_std = (value.clone().requires_grad_() for value in (begun.mean, begun.log_std))
    policy = replace(begun, mean=mean, log_std=log_std).policy()
    actions, log_prob = policy.rsample(noise=noise[1])
    loss = actor_loss_reparameterized(parabola(judged.critic, actions[:, 0]), log_prob, alpha)
    moved = _downhill("actor", loss, mean, log_std)
    acting = replace(judged, mean=moved[0], log_std=moved[1], actions=actions[:, 0].detach())

    log_alpha = begun.log_alpha.clone().requires_grad_()
    loss = temperature_loss(log_alpha, log_prob, TARGET_ENTROPY)
    priced = replace(acting, log_alpha=_downhill("temperature", loss, log_alpha)[0])

    share = 1 - TAU if slip == SHARES else TAU
    followed = replace(priced, target_critic=torch.lerp(begun.target_critic, priced.critic, share))
    return [begun, drawn, labelled, judged, acting, priced, followed]


def _downhill(who: str, loss: Tensor, *parameters: Tensor) -> list[Tensor]:
    """The parameters after one step of plain gradient descent."""
    gradients = torch.autograd.grad(loss, parameters)
    return [(p - STEP_SIZE[who] * g).detach() for p, g in zip(parameters, gradients, strict=True)]


@cache
def history(slip: str) -> list[list[Learner]]:
    """Every stage of every update, `[UPDATES][7]`, assembled with one slip or rightly."""
    updates, learner = [], beginner()
    for number in range(UPDATES):
        updates.append(one_update(learner, number, slip))
        learner = updates[-1][-1]
    return updates
