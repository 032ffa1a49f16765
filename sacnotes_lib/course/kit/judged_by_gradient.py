"""What the exercises on losses share: a loss is there for its gradient, so its gradient is compared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.sac.distributions import SquashedGaussian


def gradient_of(actor_loss: Callable[..., Any]) -> Callable[..., Any]:
    """An `Exercise.adapt`: the gradient of an actor loss with respect to its policy's two parameters, not its value.

    Args: actor_loss(policy, …), which should return a scalar. The policy is made from two tensors of one shape, its
        mean or gain first, then its log_std.
    Returns: a function of the same arguments. It returns, under a name for the learner, d loss / d parameter for each
        of the two, stacked in front; `Unfit` as `unfit_loss`.
    """

    def gradient(policy, *rest):
        parameters = {name: value.clone().requires_grad_() for name, value in vars(policy).items()}
        loss = actor_loss(type(policy)(*parameters.values()), *rest)
        if unfit := unfit_loss(loss):
            return unfit
        found = torch.stack(_gradients(loss, parameters))
        return {f"the gradient of your loss with respect to {' and '.join(parameters)}": found}

    return gradient


def loss_and_gradient_in(*names: str) -> Callable[[Callable], Callable]:
    """An `Exercise.adapt`: the value of a loss, and its gradient with respect to its first arguments, so named.

    Returns: what makes of a loss(*tensors, …) a function of the same arguments to value and gradients by name. It
        returns `Unfit` as `unfit_loss`, and where rows `[B]` met each other in a `[B, B]`, which a mean can hide.
    """

    def adapt(loss: Callable) -> Callable:
        def both(*arguments):
            parameters = {name: value.requires_grad_() for name, value in zip(names, arguments)}
            copies = [
                value.clone() for value in parameters.values()
            ]  # which, unlike leaves, may be changed in place
            with _Shapes() as shapes:
                value = loss(*copies, *arguments[len(names) :])
            if unfit := unfit_loss(value):
                return unfit
            rows = arguments[0].shape
            if len(rows) == 1 and rows * 2 in shapes.seen:
                return Unfit(value, f"A {[*rows, *rows]} came up on the way: every row met every other one.")
            gradients = zip(names, _gradients(value, parameters))
            return {"the loss": value} | {f"its gradient with respect to {name}": g for name, g in gradients}

        return both

    return adapt


def unfit_loss(loss: Any) -> Unfit | None:
    """What is wrong with `loss` whatever its value: it is no scalar tensor, or it has no gradient; else None."""
    if isinstance(loss, (int, float)):
        return Unfit(
            loss, "The loss should be a tensor: item() and float() leave a number without a gradient."
        )
    if not isinstance(loss, Tensor) or loss.shape:
        return Unfit(loss, "The loss should be one number, in a tensor without axes.")
    if not loss.requires_grad:
        return Unfit(
            loss, "The loss has no gradient: detach, no_grad, sample or item holds all of it constant."
        )
    return None


def _gradients(loss: Tensor, parameters: dict[str, Tensor]) -> tuple[Tensor, ...]:
    return torch.autograd.grad(loss, list(parameters.values()), allow_unused=True, materialize_grads=True)


class _Shapes(TorchFunctionMode):
    """The shapes of all tensors that are made while it is active."""

    def __init__(self):
        super().__init__()
        self.seen: set[torch.Size] = set()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.seen.add(result.shape)
        return result


judged_by_gradient = partial(exercise, adapt=gradient_of)


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
