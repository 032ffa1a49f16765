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


def _case(steps: int, discount: float, temperature: float) -> tuple:
    rewards, entropies = torch.randn(2, steps, generator=torch.Generator().manual_seed(steps))
    return rewards, entropies, discount, temperature


SOFT_RETURN = exercise(
    soft_return,
    (_case(4, 0.9, 0.2), _case(7, 0.98, 1.5), _case(3, 0.5, 0.7)),
    (" + temperature * entropies", "", "the entropy left out: the return of plain reinforcement learning"),
    (" + ", " - ", "the entropy subtracted: SAC is paid for keeping options open"),
    ("weights * ", "", "no discount"),
    ("= discount **", "= discount * discount **",
        "discounting from the first step on: the first weight is discount^0 = 1"),
    ("(weights * rewards + temperature * entropies).sum()", "the reward discounted, the entropy not"),
    ("temperature * ", "", "the temperature left out"),
    ("**", "*", "discount times t where discount to the power t belongs"),
    ("(rewards + temperature * entropies)", "temperature * (rewards + entropies)",
        "the temperature on the reward too: it prices the entropy alone"),
    ("weights * ", "weights.flip(0) * ", "the weights in reverse: the first step counts in full, later ones less"),
    (".sum()", "", "no sum: one number for each step"),
    (".sum()", ".mean()", "the mean over time where the sum belongs"),
    ("(rewards + temperature * entropies)", "(rewards / temperature + entropies)",
        "r / α + H, the goal divided by the temperature: the best policy is the same, the sum is not"),
    ("(rewards + temperature * entropies)", "(temperature * rewards + entropies)",
        "the temperature on the reward: it is the price of the entropy"),
    ("temperature * entropies", "entropies / temperature", "the entropy divided by the temperature"),
    ("(rewards + temperature * entropies)", "temperature * entropies", "the reward left out"),
    ("(weights * temperature * entropies + rewards).sum()", "the entropy discounted, the reward not"),
    ("temperature * entropies", "discount * temperature * entropies",
        "the entropy discounted once more than the reward of its step"),
    ("(rewards + temperature * entropies)", "(rewards + temperature * entropies.sum())",
        "the entropies added up before they are weighed: each belongs to its own step"),
    (".sum()", ".sum() - temperature * entropies[0]", "the entropy from t = 1 on: the first action is drawn too"),
    (".sum()", ".sum() - rewards[0]", "the reward from t = 1 on: the first one counts in full"),
    (".sum()", "[1:].sum()", "the first step left out: t begins at 0"),
    (".sum()", "[:-1].sum()", "the last step left out"),
    (".sum()", "[0]", "the first step alone: return inside the loop, or a sum that was forgotten"),
    (".sum()", "[-1]", "the last step alone: in a loop = where += belongs"),
    ("discount ** torch.arange(len(rewards))", "discount",
        "every step discounted once: step t is discounted t times"),
    ("discount ** torch.arange(len(rewards))", "torch.arange(len(rewards)) ** discount",
        "the time to the power of the discount: the two are exchanged"),
    ("weights.sum() * (rewards + temperature * entropies).sum()", "two sums multiplied: each step has its own weight"),
    ("rewards[0] + temperature * entropies[0] + discount * (rewards + temperature * entropies)[1:].sum()",
        "every later step discounted once: step t is discounted t times"),
    ("discount **", "(1 - discount) **", "1 - discount where the discount belongs"),
    ("weights * ", "discount * weights.flip(0) * ", "the weights in reverse, and one step too much"),
    (".sum()", ".cumsum(0)", "the sums so far, one for each step: one number is asked for"),
)  # fmt: skip
