"""Exercises of notebook 02: the loss that sums along the action, and settings carried from a mean to a sum."""

import math  # noqa: F401, for mistakes

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import loss_and_gradient_in


def actor_loss(q: Tensor, log_prob: Tensor, temperature: float) -> Tensor:
    """Mean over the batch of temperature * log π(a) - q: q [B], log_prob of each entry [B, A] -> a number."""
    return (temperature * log_prob.sum(-1) - q).mean()


def settings_for_the_sum(temperature: float, target_entropy: float, action_dim: int) -> tuple[float, float]:
    """(temperature, target_entropy) with which summing log_prob does what averaging it does with the given two."""
    return temperature / action_dim, target_entropy * action_dim


def _batch_case(batch_size: int, action_dim: int, temperature: float) -> tuple:
    generator = torch.Generator().manual_seed(10 * batch_size + action_dim)
    q = torch.randn(batch_size, generator=generator)
    return q, torch.randn(batch_size, action_dim, generator=generator), temperature


ACTOR_LOSS = exercise(
    actor_loss,
    (_batch_case(5, 2, 0.2), _batch_case(3, 6, 1.5), _batch_case(4, 3, 0.5)),
    (".sum(-1)", ".mean()", "log_prob averaged over the action's entries, which are added: this page's mistake"),
    (".mean()", ".sum()", "a sum over the batch too: the loss would grow with the batch size"),
    (".sum(-1)", "", "no sum over the action: [B, A] against [B] does not fit (and where B = A it would, by chance)"),
    (".sum(-1)", ".sum(-1, keepdim=True)",
        "[B, 1] against [B] broadcast to [B, B]: every log_prob met every Q, and only the mean of it is right"),
    (".sum(-1)", ".sum(-1).detach()",
        "log_prob held constant: the value is right, but the gradient of the entropy is gone"),
    (" - q)", " - q.detach())", "Q held constant: the value is right, but the loss no longer pulls at Q"),
    (".mean()", ".mean().detach()",
        "the whole held constant, by detach, item or no_grad: a value without a gradient trains nothing"),
    (".sum(-1)", ".sum()", "log_prob summed over the batch as well as over the action"),
    (".sum(-1)", "[:, 0]", "the first entry of each action alone"),
    (".sum(-1)", ".prod(-1)", "log_probs multiplied: densities multiply, their logarithms add"),
    (".sum(-1)", ".exp().sum(-1)", "a sum of densities where the sum of their logarithms belongs"),
    (".sum(-1)", ".sum(-1).exp()", "the density where its logarithm belongs"),
    (" - q", "", "Q left out: nothing but the entropy is climbed"),
    ("temperature * log_prob.sum(-1) - q", "-q", "the entropy left out"),
    ("(log_prob.sum(-1) / temperature - q).mean()", "log_prob divided by the temperature where it is multiplied"),
    ("(log_prob.sum(-1) - temperature * q).mean()", "the temperature on Q: it is the price of log_prob"),
    ("(temperature * log_prob.sum(-1) - q)", "(temperature * log_prob.sum(-1) - q).square()",
        "the difference squared: the actor's loss is no regression"),
    ("- q)", "* q)", "log_prob times Q: this loss is a difference"),
    (".mean()", ".amax()", "the largest over the batch where the mean belongs"),
    (".mean()", "", "no mean over the batch: one number was asked for"),
    ("(temperature", "-(temperature", "the sign of the whole: a loss is lowered, and Q should rise"),
    ("temperature", "-temperature", "the sign of the entropy term: minus log_prob would be punished"),
    ("temperature * ", "", "the temperature left out"),
    (".sum(-1)", ".sum(0)", "a sum over the batch (the first dimension), not over the action: [A] meets [B]"),
    ("(temperature * (log_prob.sum(-1) - q)).mean()", "the temperature on Q too: it prices the entropy alone"),
    ("- q", "+ q", "the sign of Q: the loss is lowered, and Q should rise"),
    (".sum(-1) - q)", " - q.unsqueeze(-1)).sum(-1)", "q subtracted from every entry before the sum: it counts A times"),
    ("temperature * log_prob.sum(-1) - q", "log_prob.sum(-1) - q / temperature",
        "the whole divided by the temperature: the gradient is then another"),
    (".sum(-1)", ".amax(-1)", "the likeliest entry of each action alone: all are added"),
    adapt=loss_and_gradient_in("q", "log_prob"),
)  # fmt: skip

SETTINGS_FOR_THE_SUM = exercise(
    settings_for_the_sum,
    ((0.2, -1.0, 6), (1.0, -0.5, 2), (0.3, -2.0, 1)),
    ("temperature * action_dim, target_entropy / action_dim",
        "both directions reversed: this is what averaging needs to do as summing does"),
    (" * action_dim", "", "the target left as it was: it was the entropy of one entry, and there are A"),
    (" / action_dim", "", "the temperature left as it was: a sum is A times the mean, so α must be A times smaller"),
    (" / ", " * ", "the temperature multiplied: α · mean is (α / A) · sum"),
    (" * ", " / ", "the target divided: entropies of independent entries add up"),
    ("temperature / action_dim, -float(action_dim)", "the usual -A taken instead of A times the target that was given"),
    (" * action_dim", " * action_dim**2", "the target times A squared: a sum is A times the mean, not more"),
    ("target_entropy", "-target_entropy", "the sign of the target: A times a negative entropy is negative"),
    ("temperature, target_entropy", "nothing changed: the two are the same only where A = 1"),
    ("target_entropy * action_dim, temperature / action_dim", "target and temperature in the wrong order"),
    ("target_entropy * action_dim", "target_entropy - action_dim",
        "A subtracted from the target: entropies of A entries add up, so A times the one"),
    ("target_entropy * action_dim", "target_entropy + action_dim",
        "A added to the target: entropies of A entries add up, so A times the one"),
    ("target_entropy * action_dim", "-float(action_dim) ** 2",
        "-A² is what a target of -A becomes: the target that was given is another"),
    (" / action_dim, target_entropy * action_dim", ", -float(action_dim)",
        "the temperature left as it was, and the usual -A in place of A times the target that was given"),
    (" / action_dim, target_entropy * action_dim", " * action_dim, target_entropy",
        "the temperature multiplied, and the target left as it was: (α / A) · sum is α · mean"),
    (" / action_dim", " / action_dim**2", "the temperature divided by A squared: a sum is A times the mean, not more"),
    (" / action_dim", " / action_dim**0.5", "the temperature divided by the root of A: a sum is A times the mean"),
    (" / action_dim", " // action_dim", "// rounds down to a whole number: divide with /"),
    ("temperature / action_dim", "action_dim / temperature", "A divided by the temperature, where it divides"),
    ("temperature / action_dim", "temperature - math.log(action_dim)",
        "log A subtracted: the temperature multiplies, so it is divided by A"),
    ("target_entropy * action_dim", "target_entropy - math.log(action_dim)",
        "log A in the target: entropies of independent entries add up, A of them"),
    ("target_entropy * action_dim", "target_entropy + math.log(action_dim)",
        "log A added to the target: entropies of independent entries add up, A of them"),
    ("temperature / action_dim, -target_entropy", "the sign of the target turned, and A left out of it"),
    (" / action_dim, target_entropy * action_dim", " * action_dim, target_entropy * action_dim**2",
        "the temperature multiplied, and the target by A squared: a sum is A times the mean"),
    ("temperature / action_dim, target_entropy * (action_dim - 1)", "A - 1 in the target: there are A entries"),
    (" / action_dim", " / (action_dim + 1)", "A + 1 in the temperature: there are A entries"),
    ("target_entropy * action_dim", "target_entropy * action_dim, action_dim",
        "three values: the temperature and the target are asked for"),
    ("temperature / 6, target_entropy * 6", "six for every robot: the number of entries is action_dim"),
    ("target_entropy * action_dim", "target_entropy**action_dim", "the target to the power A: entropies add up"),
)  # fmt: skip
