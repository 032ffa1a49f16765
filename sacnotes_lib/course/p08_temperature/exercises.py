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


def _episode(steps: int, discount: float, temperature: float) -> dict:
    rewards, log_probs = torch.randn(2, steps, generator=torch.Generator().manual_seed(steps))
    return {"rewards": rewards, "log_probs": log_probs, "discount": discount, "temperature": temperature}


SOFT_Q = exercise(
    soft_q,
    (_episode(4, 0.9, 0.2), _episode(7, 0.98, 1.5), _episode(3, 0.5, 0.7)),
    ("[1:]", "", "the entropy at s itself counted too: that is V(s), not Q(s, a)"),
    ("[1:]", "[:-1]", "the last action's entropy left out: it is the first action that is given"),
    (" - temperature * (weights * log_probs)[1:].sum()", "",
        "no entropy at all: the Q of plain reinforcement learning"),
    ("[1:]", "[1:2]", "the next step's entropy only: Q holds all that come later"),
    (" - ", " + ", "the sign of log_prob: an unlikely action earns a bonus"),
    ("[1:]", "[1:].div(discount)", "the entropy discounted one step too little"),
    ("(weights * log_probs)", "log_probs", "the entropy not discounted"),
    ("(weights * rewards)", "(weights * rewards)[1:]", "the first reward left out with the first entropy"),
    ("temperature * ", "", "the temperature left out"),
)  # fmt: skip


def _batch_case(temperature: float, entropy: float, target_entropy: float, learning_rate: float) -> dict:
    noise = torch.randn(5, generator=torch.Generator().manual_seed(5))
    return {
        "log_temperature": torch.tensor(temperature).log(), "log_prob": -entropy + 0.5 * (noise - noise.mean()),
        "target_entropy": target_entropy, "learning_rate": learning_rate,
    }  # fmt: skip


TEMPERATURE_STEP = exercise(
    temperature_step,
    (_batch_case(0.2, 0.4, -1.0, 0.1), _batch_case(0.5, -1.7, -0.5, 0.2), _batch_case(2.0, -3.0, -2.0, 0.05)),
    (" - learning_rate", " + learning_rate", "uphill: gradient descent subtracts the gradient"),
    ("-log_prob", "log_prob", "log_prob's mean taken for the entropy: the entropy is minus that"),
    (" - target_entropy", " + target_entropy", "the target entropy added where it is subtracted"),
    (" * log_temperature.exp()", "", "the factor α left out, which belongs to the loss log α · (entropy − target)"),
    ("log_temperature - learning_rate * log_temperature.exp() * surplus",
        "(log_temperature.exp() - learning_rate * surplus).log()",
        "a step on α, not on log α: nothing keeps α above zero"),
    ("log_temperature - learning_rate * log_temperature.exp() * surplus",
        "(log_temperature - learning_rate * log_temperature.exp() * surplus).exp()",
        "α returned where log α is asked for"),
    (".mean()", "", "one log α for each action: the entropy is the batch's mean"),
    ("-log_prob.mean() - target_entropy", "(-log_prob - target_entropy).sum()",
        "a sum over the batch where the mean belongs"),
)  # fmt: skip
