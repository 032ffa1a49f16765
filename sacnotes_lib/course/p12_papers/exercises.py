"""Exercises of notebook 12: the first paper's loss of V, and the second paper's loss of α beside its code's."""

from collections.abc import Callable

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.course.kit.judged_by_gradient import loss_and_gradient_in, unfit_loss


def value_loss(value: Tensor, q: Tensor, log_prob: Tensor, temperature: float) -> Tensor:
    """J_V with its factor 1/2: value [B], q [N, B] and log_prob [B] of one fresh action for each s -> a number."""
    label = q.amin(0) - temperature * log_prob
    return 0.5 * (value - label.detach()).square().mean()


def temperature_losses(log_temperature: Tensor, log_prob: Tensor, target_entropy: float):
    """The loss that is printed, in α, and the one in log α: log_temperature a number, log_prob [B] -> two numbers."""
    surplus = -log_prob.detach().mean() - target_entropy
    return log_temperature.exp() * surplus, log_temperature * surplus


def gradients_of_both(losses: Callable) -> Callable:
    """An `Exercise.adapt`: both losses, each with its slopes in log α and in log_prob; `Unfit` where it is not two."""

    def tried(log_temperature: Tensor, log_prob: Tensor, target_entropy: float):
        leaves = log_temperature.clone().requires_grad_(), log_prob.clone().requires_grad_()
        found = losses(*leaves, target_entropy)
        if isinstance(found, Tensor) and found.dim() == 0 or not hasattr(found, "__len__") or len(found) != 2:
            return Unfit(found, "Two losses are asked for: the one in α, then the one in log α.")
        compared: dict = {}
        for name, loss in zip(("the loss in α", "the loss in log α"), found, strict=True):
            if unfit := unfit_loss(loss):
                return unfit
            slopes = torch.autograd.grad(
                loss, leaves, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            compared |= {name: loss} | {
                f"slope of {name} in {leaf}": slope
                for leaf, slope in zip(("log α", "log_prob"), slopes, strict=True)
            }
        return compared

    return tried


def _rows(critics: int, batch: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(10 * critics + batch)
    draw = lambda *shape: torch.randn(*shape, generator=generator)  # noqa: E731
    return {"value": draw(batch), "q": 2 * draw(critics, batch), "log_prob": draw(batch) - 0.4} | {
        "temperature": temperature
    }


def _surplus(log_temperature: float, target_entropy: float, batch: int) -> dict:
    log_prob = torch.randn(batch, generator=torch.Generator().manual_seed(batch)) - 0.5
    return {"log_temperature": torch.tensor(log_temperature), "log_prob": log_prob} | {
        "target_entropy": target_entropy
    }


_LABEL, _SURPLUS = "q.amin(0) - temperature * log_prob", "-log_prob.detach().mean() - target_entropy"
_BOTH = "log_temperature.exp() * surplus, log_temperature * surplus"

VALUE_LOSS = exercise(
    value_loss,
    (_rows(2, 5, 0.2), _rows(3, 4, 0.7), _rows(2, 8, 1.5)),
    ("0.5 * ", "", "the paper's factor 1/2 is missing: it changes no direction, but this is J_V as it is printed"),
    ("0.5 * ", "", ".detach()", "", "a label that the gradient runs through, and no factor 1/2"),
    ("0.5 * ", "-0.5 * ", "the sign: a loss goes down, and squared errors should shrink"),
    ("0.5 * (value - label.detach()).square()", "(0.5 * (value - label.detach())).square()",
        "the factor 1/2 squared with the error, which leaves a quarter"),
    ("- temperature", "+ temperature", "the sign of the entropy term: V holds Q minus α log π"),
    ("temperature * log_prob", "log_prob", "α forgotten: at α = 1 alone is it the first paper's equation"),
    ("temperature * log_prob", "log_prob / temperature", "log_prob divided by α, where it is multiplied"),
    (" - temperature * log_prob", "", "no entropy in the label: V would be the ordinary value"),
    (_LABEL, "temperature * (q.amin(0) - log_prob)", "Q multiplied by α as well: α weighs the entropy alone"),
    (_LABEL, "temperature * log_prob - q.amin(0)", "the label turned round, which is -V, or added to V"),
    ("amin(0)", "mean(0)", "the average of the critics: both papers take the smaller one"),
    ("q.amin(0)", "q[0]", "the first critic alone: both papers take the smaller one"),
    ("amin(0)", "amax(0)", "the larger critic: that invites overestimation"),
    ("amin(0)", "sum(0)", "the critics added up: the smaller one is asked for"),
    ("q.amin(0)", "q.min()", "one minimum for the whole table, over critics and batch at once"),
    ("q.amin(0)", "q.amin(-1)", "the minimum over the batch: it is taken over the critics, axis 0"),
    ("q.amin(0)", "q", "every critic a label of its own: V is one number, and learns from the smaller critic"),
    (".detach()", "", "a label that the gradient runs through: the critics or the policy would move towards V"),
    ("label.detach()", "(q.amin(0).detach() - temperature * log_prob)",
        "log_prob not held constant: the policy would move towards V"),
    ("label.detach()", "(q.amin(0) - temperature * log_prob.detach())",
        "Q not held constant: the critics would move towards V"),
    ("value - label.detach()", "value.detach() - label", "V held constant, and the label trained: turned round"),
    ("value - label.detach()", "value.detach() - label.detach()",
        "V held constant, by detach, item or no_grad: a loss without a gradient trains nothing"),
    (".mean()", ".sum()", "a sum over the batch: the step then grows with the batch size"),
    (".mean()", "", "one number for each state: average them"),
    (".square().mean()", ".mean().square()", "averaged before squaring: errors of opposite sign cancel"),
    ("0.5 * (value - label.detach()).square()", "(value - label.detach())", "the errors themselves, not squared"),
    ("square()", "abs()", "absolute error, which aims at the median of the labels"),
    (".mean()", ".mean().sqrt()", "the root of it: the squared error itself is asked for"),
    ("* log_prob", "* log_prob.exp()", "the density in place of its logarithm"),
    ("* log_prob", "* log_prob.mean()", "one log_prob for the whole batch: each state has its own"),
    ("label.detach()", "label.detach().mean()", "one label for the whole batch: each state has its own"),
    adapt=loss_and_gradient_in("value", "q", "log_prob"),
)  # fmt: skip

TEMPERATURE_LOSSES = exercise(
    temperature_losses,
    (_surplus(-2.0, -1.0, 6), _surplus(0.5, -2.0, 5), _surplus(-1.0, 0.5, 4)),
    (_BOTH, "log_temperature * surplus, log_temperature.exp() * surplus", "the two exchanged: the printed one first"),
    (_BOTH, "log_temperature.exp() * surplus, log_temperature.exp() * surplus", "the printed loss twice"),
    (_BOTH, "log_temperature * surplus, log_temperature * surplus", "the loss in log α twice"),
    (_BOTH, "-log_temperature.exp() * surplus, -log_temperature * surplus",
        "the sign of the surplus: α has to fall while the policy is more random than the target"),
    (_BOTH, "log_temperature.exp() * surplus, -log_temperature * surplus", "the sign of the second loss"),
    (_BOTH, "-log_temperature.exp() * surplus, log_temperature * surplus", "the sign of the first loss"),
    (_BOTH, "log_temperature.exp() + surplus, log_temperature + surplus",
        "added, where the surplus is a factor: its size would have no say"),
    (_BOTH, "log_temperature.exp().detach() * surplus, log_temperature * surplus",
        "α held constant, by detach, item or no_grad: a loss without a gradient trains nothing"),
    (_BOTH, "log_temperature.exp() / surplus, log_temperature / surplus", "divided by the surplus: it is a factor"),
    (_BOTH, "2 * log_temperature.exp() * surplus, 2 * log_temperature * surplus", "twice the loss"),
    (_BOTH, "log_temperature.exp() ** 2 * surplus, log_temperature * surplus", "α squared in the printed loss"),
    (".detach()", "", "log_prob not held constant: the actor would be trained by α's loss"),
    (_SURPLUS, "log_prob.detach().mean() - target_entropy", "the entropy is minus the mean of log_prob"),
    (_SURPLUS, "-log_prob.detach().mean() + target_entropy", "the sign of the target: it is subtracted"),
    (" - target_entropy", "", "the target entropy left out: α would fall until the policy is a point"),
    (" - target_entropy", "", _BOTH, "log_temperature.exp() * surplus - target_entropy, "
        "log_temperature * surplus - target_entropy", "the target entropy outside the brackets"),
    ("- target_entropy", "- abs(target_entropy)", "the target without its sign: it is often below 0"),
    (".mean()", ".sum()", "log_prob added up over the batch: the entropy is a mean"),
    (".mean()", "", "one loss for each transition: the entropy is the mean over the batch"),
    ("log_prob.detach()", "log_prob.detach().exp()", "the density in place of its logarithm"),
    (_SURPLUS, "(-log_prob.detach().mean() - target_entropy) ** 2",
        "the surplus squared: then α could only fall, whichever side of the target the entropy is on"),
    adapt=gradients_of_both,
)  # fmt: skip
