"""What the exercises on actor losses share: the value of such a loss tells nothing, so its gradient is compared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.sac.distributions import SquashedGaussian


def gradient_of(actor_loss: Callable[..., Any]) -> Callable[..., Any]:
    """An `Exercise.adapt`: the gradient of an actor loss with respect to its policy's two parameters.

    Args: actor_loss(policy, …), which should return a scalar. The policy is made from two tensors of one shape, its
        mean or gain first, then its log_std.
    Returns: a function of the same arguments. It returns d loss / d parameter for each of the two, stacked in front;
        zeros where the loss leads to none; `Unfit` where the loss is no scalar.
    """

    def gradient(policy, *rest):
        parameters = [value.clone().requires_grad_() for value in vars(policy).values()]
        loss = actor_loss(type(policy)(*parameters), *rest)
        if not isinstance(loss, Tensor) or loss.shape:
            return Unfit(loss, "The loss should be one number, in a tensor without axes.")
        if not loss.requires_grad:
            return torch.zeros(len(parameters), *parameters[0].shape)
        return torch.stack(torch.autograd.grad(loss, parameters, allow_unused=True, materialize_grads=True))

    return gradient


judged_by_gradient = partial(
    exercise, adapt=gradient_of, compared="the gradient of the loss, in the policy's two parameters"
)


class ProportionalPolicy:
    """s to the tanh of a Gaussian with mean gain·s: gain and log_std `[A]`, s `[..., B, A]`."""

    def __init__(self, gain: Tensor, log_std: Tensor):
        self.gain, self.log_std = gain, log_std

    def __call__(self, observation: Tensor) -> SquashedGaussian:
        return SquashedGaussian(self.gain * observation, self.log_std.expand_as(observation))


def policy_and_rows(batch: int, action_dim: int) -> tuple[ProportionalPolicy, Tensor, Tensor]:
    """A policy, observations and actions, `[B, A]` each: the same at every call."""
    generator = torch.Generator().manual_seed(10 * batch + action_dim)
    draw = lambda *shape: torch.rand(*shape, generator=generator)  # noqa: E731
    policy = ProportionalPolicy(0.3 + draw(action_dim), -0.8 + 0.4 * draw(action_dim))
    return policy, 2 * draw(batch, action_dim) - 1, 1.8 * draw(batch, action_dim) - 0.9


@dataclass(frozen=True)
class TrackingCritic:
    """Q(s, a) = height - |a - gain s|²: `[..., B, A]` twice to `[..., B]`."""

    gain: float = 0.5
    height: float = 1.0

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        return self.height - (action - self.gain * observation).square().sum(-1)
