"""The exercise of notebook 00: what SAC maximises."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def soft_return(rewards: Tensor, entropies: Tensor, discount: float, temperature: float) -> Tensor:
    """Sum over t of discount^t (reward_t + temperature * entropy_t): rewards and entropies [T] -> a number.

    Haarnoja et al. 2018b, equation 1, with a discount.
    """
    weights = discount ** torch.arange(len(rewards))
    return (weights * (rewards + temperature * entropies)).sum()


def _case(steps: int, discount: float, temperature: float) -> dict:
    rewards, entropies = torch.randn(2, steps, generator=torch.Generator().manual_seed(steps))
    return {"rewards": rewards, "entropies": entropies, "discount": discount, "temperature": temperature}


SOFT_RETURN = exercise(
    soft_return,
    (_case(4, 0.9, 0.2), _case(7, 0.98, 1.5), _case(3, 0.5, 0.7)),
    (" + temperature * entropies", "", "the entropy left out: the return of plain reinforcement learning"),
    (" + ", " - ", "the entropy subtracted: SAC is paid for keeping options open"),
    ("weights * ", "", "no discount"),
    ("= discount **", "= discount * discount **",
        "discounting from the first step on: the first weight is discount^0 = 1"),
    ("(rewards + temperature * entropies)", "rewards + temperature * entropies",
        "the reward discounted, the entropy not"),
    ("temperature * ", "", "the temperature left out"),
    ("**", "*", "discount times t where discount to the power t belongs"),
    ("(rewards + temperature * entropies)", "temperature * (rewards + entropies)",
        "the temperature on the reward too: it prices the entropy alone"),
    ("weights * ", "weights.flip(0) * ", "the weights in reverse: the first step counts in full, later ones less"),
    (".sum()", "", "no sum: one number for each step"),
    (".sum()", ".mean()", "the mean over time where the sum belongs"),
)  # fmt: skip
