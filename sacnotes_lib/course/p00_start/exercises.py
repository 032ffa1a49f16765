"""The exercise of notebook 00: what SAC maximises."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise


def soft_return(rewards: Tensor, entropies: Tensor, discount: float, temperature: float) -> Tensor:
    """Sum over t of discount^t (reward_t + temperature * entropy_t): rewards and entropies [T] -> a number.

    Haarnoja et al. 2018b, equation 1, with a discount.
    """
    weights = discount ** torch.arange(len(rewards))
    return (weights * (rewards + temperature * entropies)).sum()


def _weighted(values: Tensor, discount: float, first_power: int = 0) -> Tensor:
    return (discount ** (first_power + torch.arange(len(values))) * values).sum()


def _case(steps: int, discount: float, temperature: float) -> dict:
    rewards, entropies = torch.randn(2, steps, generator=torch.Generator().manual_seed(steps))
    return {"rewards": rewards, "entropies": entropies, "discount": discount, "temperature": temperature}


SOFT_RETURN = Exercise(
    name="soft_return",
    reference=soft_return,
    cases=(_case(4, 0.9, 0.2), _case(7, 0.98, 1.5), _case(3, 0.5, 0.7)),
    mistakes={
        "the entropy left out: the return of plain reinforcement learning": lambda r, h, g, a: _weighted(
            r, g
        ),
        "the entropy subtracted: SAC is paid for keeping options open": lambda r, h, g, a: _weighted(
            r - a * h, g
        ),
        "no discount": lambda r, h, g, a: (r + a * h).sum(),
        "discounting from the first step on: the first weight is discount^0 = 1": lambda r, h, g, a: (
            _weighted(r + a * h, g, first_power=1)
        ),
        "the reward discounted, the entropy not": lambda r, h, g, a: _weighted(r, g) + (a * h).sum(),
        "the temperature left out": lambda r, h, g, a: _weighted(r + h, g),
        "discount times t where discount to the power t belongs": lambda r, h, g, a: (
            g * torch.arange(len(r)) * (r + a * h)
        ).sum(),
        "the temperature on the reward too: it prices the entropy alone": lambda r, h, g, a: _weighted(
            a * (r + h), g
        ),
        "the weights in reverse: the first step counts in full, later ones less": lambda r, h, g, a: (
            _weighted((r + a * h).flip(0), g)
        ),
        "no sum: one number for each step": lambda r, h, g, a: g ** torch.arange(len(r)) * (r + a * h),
        "the mean over time where the sum belongs": lambda r, h, g, a: _weighted(r + a * h, g) / len(r),
    },
)
