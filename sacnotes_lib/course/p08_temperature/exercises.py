"""Exercises of notebook 08: which entropy is in Q, and one step of the temperature."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def soft_q(rewards: Tensor, log_probs: Tensor, discount: float, temperature: float) -> Tensor:
    """Soft Q of an episode's first state and action, estimated from the episode: rewards, log_probs [T] -> a number.

    r_0 + sum over t >= 1 of discount^t (r_t - temperature log_prob_t). Haarnoja et al. 2018b, equations 2-3.
    """
    weights = discount ** torch.arange(len(rewards))
    return (weights * rewards).sum() - temperature * (weights * log_probs)[1:].sum()


def temperature_step(
    log_temperature: Tensor, log_prob: Tensor, target_entropy: float, learning_rate: float
) -> Tensor:
    """log α after one step of gradient descent on α (entropy - target): log_temperature a number, log_prob [B].

    Haarnoja et al. 2018b, equation 18, with the entropy estimated by the batch's mean of -log_prob.
    """
    surplus = -log_prob.mean() - target_entropy
    return log_temperature - learning_rate * log_temperature.exp() * surplus


def _episode(steps: int, discount: float, temperature: float) -> tuple:
    rewards, log_probs = torch.randn(2, steps, generator=torch.Generator().manual_seed(steps))
    return rewards, log_probs, discount, temperature


SOFT_Q = exercise(
    soft_q,
    (_episode(4, 0.9, 0.2), _episode(7, 0.98, 1.5), _episode(3, 0.5, 0.7)),
    ("[1:]", "", "the entropy at s itself counted too: that is V(s), not Q(s, a)"),
    ("[1:]", "[:-1]", "the last action's entropy left out: it is the first action that is given"),
    ("(weights * rewards).sum()", "no entropy at all: the Q of plain reinforcement learning"),
    ("[1:]", "[1:2]", "the next step's entropy only: Q holds all that come later"),
    (" - ", " + ", "the sign of log_prob: an unlikely action earns a bonus"),
    ("[1:]", "[1:].div(discount)", "the entropy discounted one step too little"),
    ("(weights * log_probs)", "log_probs", "the entropy not discounted"),
    ("(weights * rewards)", "(weights * rewards)[1:]", "the first reward left out with the first entropy"),
    ("temperature * ", "", "the temperature left out"),
    (" - temperature", " + temperature", "[1:]", "", "the sign of log_prob, and the entropy at s itself counted too"),
    ("rewards.sum() - temperature * log_probs[1:].sum()", "no discount"),
    ("discount ** torch.arange(len(rewards))", "discount ** torch.arange(1, len(rewards) + 1)",
        "discounting from the first step on: the first weight is discount^0 = 1"),
    ("discount ** torch.arange(len(rewards))", "discount * torch.arange(len(rewards))",
        "discount times t where discount to the power t belongs"),
    ("discount ** torch.arange(len(rewards))", "torch.arange(len(rewards)) ** discount",
        "the time to the power of the discount: the two are exchanged"),
    ("(weights * rewards)", "rewards", "the entropy discounted, the rewards not"),
    ("[1:]", "[1:].mul(discount)", "the entropy discounted one step too much"),
    ("[1:]", "[2:]", "two entropies left out: only the first action is given"),
    ("(weights * log_probs)[1:].sum()", "log_probs.mean()",
        "a plain average of log_prob: each is weighted by its own step"),
    ("(weights * log_probs)[1:].sum()", "(weights * log_probs)[1:].mean()", "the mean over time where the sum belongs"),
    ("((weights * rewards).sum() - temperature * (weights * log_probs)[1:].sum()) / len(rewards)",
        "the mean over time where the sum belongs, for rewards and entropies"),
    ("weights * rewards - temperature * weights * torch.cat([torch.zeros(1), log_probs[1:]])",
        "no sum: one number for each step"),
    ("rewards[0]", "the first step alone: return inside the loop, or a sum that was forgotten"),
    ("rewards[0] + discount * (rewards[1] - temperature * log_probs[1])",
        "two steps alone: Q holds all that come later"),
    ("rewards[0] + discount * (rewards[1:] - temperature * log_probs[1:]).sum()",
        "every later step discounted once: step t is discounted t times"),
    ("(weights[:-1] * (rewards - temperature * log_probs)[1:]).sum() + rewards[0]",
        "everything after the first step discounted one step too little"),
    ("[1:]", "", "(weights * rewards)", "(weights * rewards)[1:]",
        "the first reward left out in place of the first entropy: r is earned, it is log π(a) that does not count"),
    ("(weights * log_probs)", "(weights * log_probs.exp())", "the density where its logarithm belongs"),
    ("(weights * log_probs)", "(weights * log_probs.exp() * log_probs)",
        "p log p at each step: the actions were drawn from π already"),
    ("(weights * log_probs)[1:].sum()", "((weights * log_probs).sum() - weights[1] * log_probs[1])",
        "the entropy of the second action left out: it is the first that is given"),
    ("temperature * (", "(1 / temperature) * (", "log_prob divided by the temperature where it is multiplied"),
    ("temperature * ((weights * rewards).sum() - (weights * log_probs)[1:].sum())",
        "the temperature on the rewards too: it prices the entropy alone"),
    ("(weights * rewards).sum()", "rewards[0]", "the rewards after the first left out"),
    ("rewards.sum() - temperature * log_probs.sum()", "no discount, and the entropy at s itself counted too"),
    ("- temperature * (", "+ (", "the temperature left out, and the sign of log_prob"),
    ("(weights * rewards)", "(weights * rewards)[:-1]", "the last reward left out"),
    ("weights = discount ** torch.arange(len(rewards))", "weights = (discount ** torch.arange(len(rewards))).flip(0)",
        "the weights in reverse: the first step counts in full, later ones less"),
    ("(discount * (rewards - temperature * log_probs)).sum()",
        "every step discounted once, and the entropy at s itself counted too"),
)  # fmt: skip


def _batch_case(temperature: float, entropy: float, target_entropy: float, learning_rate: float) -> tuple:
    noise = torch.randn(5, generator=torch.Generator().manual_seed(5))
    log_prob = -entropy + 0.5 * (noise - noise.mean())
    return torch.tensor(temperature).log(), log_prob, target_entropy, learning_rate


TEMPERATURE_STEP = exercise(
    temperature_step,
    (_batch_case(0.2, 0.4, -1.0, 0.1), _batch_case(0.5, -1.7, -0.5, 0.2), _batch_case(2.0, -3.0, -2.0, 0.05)),
    (" - learning_rate", " + learning_rate",
        "uphill: gradient descent subtracts the gradient, and the surplus is entropy − target"),
    ("-log_prob", "log_prob", "log_prob's mean taken for the entropy: the entropy is minus that"),
    (" - target_entropy", " + target_entropy",
        "the target entropy added where it is subtracted, or its size taken: it is negative here, and stays so"),
    (" * log_temperature.exp()", "", "the factor α left out, which belongs to the loss log α · (entropy − target)"),
    ("(log_temperature.exp() - learning_rate * surplus).log()",
        "a step on α, not on log α: nothing keeps α above zero"),
    ("(log_temperature - learning_rate * log_temperature.exp() * surplus).exp()",
        "α returned where log α is asked for"),
    (".mean()", "", "one log α for each action: the entropy is the batch's mean"),
    ("-log_prob.mean() - target_entropy", "(-log_prob - target_entropy).sum()",
        "a sum over the batch where the mean belongs"),
    (" - target_entropy", "", "the target entropy left out"),
    ("- learning_rate * log_temperature.exp()", "+ learning_rate",
        "uphill, and without the factor α: gradient descent subtracts the gradient"),
    ("log_temperature.exp() *", "log_temperature *", "log α where the factor α belongs: the derivative of exp is exp"),
    ("* log_temperature.exp()", "/ log_temperature.exp()", "divided by α where it is multiplied") ,
    ("learning_rate * ", "", "the learning rate left out"),
    ("log_temperature.exp() * surplus", "the slope alone: the step subtracts its learning rate's share"),
    ("-learning_rate * log_temperature.exp() * surplus", "the change alone: the new log α is asked for"),
    ("log_temperature.exp() - learning_rate * log_temperature.exp() * surplus",
        "the step on log α taken from α: start from log_temperature"),
    ("log_temperature.exp() - learning_rate * surplus", "a step on α itself, and α returned: the step is on log α"),
    ("(log_temperature.exp() - learning_rate * log_temperature.exp() * surplus).log()",
        "α multiplied by 1 - rate · surplus: a step on α, not on log α, and nothing keeps α above zero"),
    ("* surplus", "* surplus.sign()", "the sign of the surplus alone: plain descent goes by its size too"),
    ("* surplus", "* surplus.square()", "the surplus squared: its sign says which way"),
    ("* surplus", "* surplus.abs()", "the size of the surplus: its sign says which way"),
    (" * surplus", "", "the surplus left out"),
    ("-log_prob.mean()", "-log_prob.sum()", "log_prob summed over the batch where its mean belongs"),
    ("-log_prob.mean()", "-log_prob.exp().mean()", "the density where its logarithm belongs"),
    ("-log_prob.mean()", "-(log_prob.exp() * log_prob).mean()",
        "weighted by the density: the actions were drawn from π already, their plain mean is the expectation"),
    ("-log_prob.mean()", "-log_prob.exp().mean().log()",
        "the logarithm of the average density: the average of the logarithms is asked for"),
    ("log_temperature.exp() *", "log_temperature.exp() ** 2 *", "α squared: the derivative of exp is exp, once"),
    ("- learning_rate *", "* learning_rate *", "multiplied by the step: it is subtracted"),
    (" - target_entropy", "", "* surplus", "* surplus - target_entropy",
        "the target entropy outside the brackets: the surplus is entropy - target"),
    ("-log_prob.mean()", "-log_prob.std()", "the spread of log_prob, where its mean belongs"),
    ("- learning_rate *", "- 1 / learning_rate *", "divided by the learning rate where it is multiplied"),
)  # fmt: skip
