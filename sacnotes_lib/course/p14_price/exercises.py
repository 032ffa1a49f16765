"""Exercises of notebook 14: the slope of the dual function, and the actor's loss of discrete SAC."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import loss_and_gradient_in


def dual_slope(rewards: Tensor, temperature: float, target_entropy: float) -> Tensor:
    """dD/dα of D(α) = α log sum exp(r/α) - α target, at α = temperature: rewards [n] -> a number.

    The entropy of the best policy at α, softmax(r/α), minus the target: what is left of r cancels.
    """
    log_prob = (rewards / temperature).log_softmax(0)
    entropy = -(log_prob.exp() * log_prob).sum()
    return entropy - target_entropy


def discrete_actor_loss(logits: Tensor, q: Tensor, temperature: float) -> Tensor:
    """E[α log π - Q] of buttons, in closed form: logits [B, n], q [N, B, n] -> a scalar.

    A sum over buttons, weighted by π, of what the smallest critic says; then a mean over states. Christodoulou 2019
    (arXiv 1910.07207), equation 12.
    """
    log_prob = logits.log_softmax(-1)
    cost = temperature * log_prob - q.amin(0)
    return (log_prob.exp() * cost).sum(-1).mean()


DUAL_SLOPE = exercise(
    dual_slope,
    (
        {"rewards": torch.tensor([1.0, 0.0]), "temperature": 0.5, "target_entropy": 0.3},
        {"rewards": torch.tensor([0.2, 1.4, 0.9, 0.1]), "temperature": 0.7, "target_entropy": 0.9},
        {"rewards": torch.tensor([2.0, 0.5, 1.0]), "temperature": 2.5, "target_entropy": 1.09},
    ),
    ("entropy - target_entropy", "target_entropy - entropy",
        "the sign turned round: D falls while the policy has too little entropy"),
    ("return entropy - target_entropy", "return entropy", "the target left out"),
    ("entropy - target_entropy", "entropy + target_entropy", "the target added where it is subtracted"),
    ("rewards / temperature", "rewards", "a softmax of r, not of r/α: the policy does not know its temperature"),
    ("rewards / temperature", "rewards * temperature", "rewards multiplied by α where they are divided"),
    ("rewards / temperature", "-rewards / temperature", "exp(-r/α): it prefers what pays least"),
    ("return entropy - target_entropy", "return temperature * (entropy - target_entropy)",
        "the slope by log α, which is α times the slope by α"),
    ("return entropy - target_entropy", "return (entropy - target_entropy) / temperature",
        "divided by α: the slope is the surplus of entropy itself"),
    ("return entropy - target_entropy",
        "return temperature * ((rewards / temperature).logsumexp(0) - target_entropy)",
        "the dual function itself: its slope by α is asked for"),
    ("return entropy - target_entropy", "return (rewards / temperature).logsumexp(0) - target_entropy",
        "α inside the logsumexp held constant: it has a slope too"),
    ("-(log_prob", "(log_prob", "minus the entropy: log π is negative, and the entropy is minus its mean"),
    ("log_prob.exp() * log_prob", "log_prob", "log π added up without the weights π"),
    ("(log_prob.exp() * log_prob).sum()", "log_prob.mean()", "a plain mean of log π: its weights are π"),
    ("(log_prob.exp() * log_prob).sum()", "(log_prob.exp() * log_prob).mean()",
        "a mean over actions where the sum belongs: the weights π add up to 1 already"),
    ("(log_prob.exp() * log_prob).sum()", "(log_prob.exp() * log_prob)", "no sum: one number for each action"),
    ("* log_prob).sum()", "* log_prob).sum() / 0.6931471805599453", "bits, not nats: log is the natural one"),
    ("return entropy", "return temperature * entropy", "the entropy multiplied by α: D's slope is the surplus itself"),
    ("- target_entropy", "- temperature * target_entropy",
        "the target multiplied by α: D's slope is the surplus itself"),
    ("return entropy - target_entropy", "return (entropy - target_entropy).abs()",
        "the size of the surplus: its sign says which way"),
    ("return entropy", "return (log_prob.exp() * rewards).sum()", "the reward where the entropy belongs"),
    (".log_softmax(0)", "", "no normalisation: exp(r/α) must add up to 1"),
    ("(rewards / temperature).log_softmax(0)", "(rewards / rewards.sum()).log()",
        "chances proportional to r: the best policy's are proportional to exp(r/α)"),
)  # fmt: skip


def _case(critics: int, batch: int, buttons: int, temperature: float) -> dict:
    draw = torch.Generator().manual_seed(10 * batch + buttons)
    return {
        "logits": torch.randn(batch, buttons, generator=draw),
        "q": torch.randn(critics, batch, buttons, generator=draw),
        "temperature": temperature,
    }


DISCRETE_ACTOR_LOSS = exercise(
    discrete_actor_loss,
    (_case(2, 5, 3, 0.3), _case(3, 4, 2, 1.4), _case(2, 6, 4, 0.7)),
    (".sum(-1).mean()", ".mean()", "a mean over buttons where the sum belongs: the weights π add up to 1 already"),
    (".sum(-1).mean()", ".sum()", "a sum over the batch where the mean belongs"),
    ("(log_prob.exp() * cost).sum(-1).mean()", "-(log_prob.exp() * cost).sum(-1).mean()",
        "the sign turned round: descent would make the value small"),
    ("- q.amin(0)", "+ q.amin(0)", "the sign of Q: a loss falls as Q rises"),
    ("temperature * log_prob - q", "-temperature * log_prob - q", "the sign of the entropy: it would be fined"),
    ("temperature * log_prob", "log_prob", "the temperature left out"),
    ("temperature * log_prob - q", "-q", "the entropy left out"),
    ("q.amin(0)", "q.mean(0)", "the mean of the critics, where the smallest is asked for"),
    ("q.amin(0)", "q.amax(0)", "the largest critic, where the smallest is asked for"),
    ("q.amin(0)", "q[0]", "the first critic alone, where the smallest is asked for"),
    ("q.amin(0)", "q.sum(0)", "the sum of the critics, where the smallest is asked for"),
    ("- q.amin(0)", "- q", "(log_prob.exp() * cost).sum(-1).mean()", "(log_prob.exp() * cost).sum(-1).amax(0).mean()",
        "the smallest critic after the sum: it is taken for each button"),
    ("- q.amin(0)", "- q", "(log_prob.exp() * cost).sum(-1).mean()", "(log_prob.exp() * cost).sum(-1).amin(0).mean()",
        "the critic with the smallest loss, which is the largest Q, and after the sum"),
    ("logits.log_softmax(-1)", "logits.log_softmax(0)", "softmax over the batch: chances add up over buttons"),
    ("logits.log_softmax(-1)", "logits", "no softmax: the chances must add up to 1"),
    ("temperature * log_prob", "temperature * logits", "the logits taken for log π"),
    ("log_prob.exp() *", "log_prob.exp().detach() *",
        "the weights π held constant: they are all that moves Q's part of the sum"),
    ("(log_prob.exp() * cost)", "cost", "no weights: every button counts as its π"),
    ("(log_prob.exp() * cost).sum(-1).mean()", "cost.mean()", "a plain mean over buttons: every one counts as its π"),
    ("temperature * log_prob", "temperature * log_prob.exp()", "the chance where its logarithm belongs"),
    ("return (log_prob.exp() * cost).sum(-1).mean()",
        "return (temperature * log_prob).sum(-1).mean() - (log_prob.exp() * q.amin(0)).sum(-1).mean()",
        "the weights π on Q alone: log π is weighted too"),
    ("temperature * log_prob - q.amin(0)", "temperature * (log_prob - q.amin(0))",
        "the temperature on Q too: it prices the entropy alone"),
    ("logits.log_softmax(-1)", "(logits / temperature).log_softmax(-1)",
        "logits divided by α: the network's logits are the policy already"),
    ("return (log_prob.exp() * cost).sum(-1).mean()",
        "return cost.gather(1, q.amin(0).argmax(-1, keepdim=True)).mean()",
        "the likeliest or best button alone: all buttons count, each as its π"),
    ("(log_prob.exp() * cost).sum(-1)", "cost.amin(-1)", "the cheapest button alone: all buttons count, each as its π"),
    adapt=loss_and_gradient_in("logits"),
)  # fmt: skip
