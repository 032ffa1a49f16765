"""What the exercises on actor losses share: the value of such a loss tells nothing, so its gradient is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from sacnotes_lib.sac.distributions import SquashedGaussian


def gradients_at(loss_of: Callable[..., Any], *values: Tensor) -> Any:
    """d loss / d value for each of `values`, all of one shape, stacked in front; zeros where the loss leads to none.

    Args: loss_of(*values), which should return a scalar. What is no scalar is returned as it is: the check then says
        what was expected.
    """
    leaves = [value.clone().requires_grad_() for value in values]
    loss = loss_of(*leaves)
    if not isinstance(loss, Tensor) or loss.shape:
        return loss
    if not loss.requires_grad:
        return torch.zeros(len(leaves), *leaves[0].shape)
    found = torch.autograd.grad(loss, leaves, allow_unused=True)
    return torch.stack([torch.zeros_like(x) if g is None else g for x, g in zip(leaves, found, strict=True)])


def proportional_policy(gain: Tensor, log_std: Tensor) -> Callable[[Tensor], SquashedGaussian]:
    """s to the tanh of a Gaussian with mean gain·s: gain and log_std `[A]`, s `[..., B, A]`."""
    return lambda s: SquashedGaussian(gain * s, log_std.expand_as(s))


@dataclass(frozen=True)
class TrackingCritic:
    """Q(s, a) = height - |a - gain s|²: `[..., B, A]` twice to `[..., B]`."""

    gain: float = 0.5
    height: float = 1.0

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        return self.height - (action - self.gain * observation).square().sum(-1)
