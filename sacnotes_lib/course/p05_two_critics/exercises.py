"""Exercises of notebook 05: the labels of several critics, their loss, and the networks that follow them."""

from collections.abc import Callable

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Unfit
from sacnotes_lib.course.kit.judged_by_gradient import loss_and_gradient_in


def label_values(next_q: Tensor, backup: str) -> Tensor:
    """The next Q in each critic's label: next_q [N, B] -> [N, B]; backup "swap", "mean" or "min"."""
    if backup == "swap":
        return next_q.roll(1, dims=0)
    if backup == "mean":
        return next_q.mean(0, keepdim=True).expand_as(next_q)
    return next_q.amin(0, keepdim=True).expand_as(next_q)


def critics_loss(q: Tensor, target: Tensor) -> Tensor:
    """Squared error, averaged over the batch and added over critics: q, target [N, B] -> a number."""
    return (q - target).square().mean(-1).sum()


def follow(target: Tensor, online: Tensor, rate: float) -> Tensor:
    """One Polyak step: the weights of the target critic after it, in a new tensor."""
    return (1 - rate) * target + rate * online


def _table(num_critics: int, batch: int) -> Tensor:
    return torch.randn(num_critics, batch, generator=torch.Generator().manual_seed(10 * num_critics + batch))


def _pair(num_critics: int, batch: int) -> tuple:
    q = _table(num_critics, batch)
    return q, q.roll(1, dims=-1) + 0.5 * _table(num_critics, batch + 1)[:, :batch]


def _weights(size: int, rate: float) -> tuple:
    return *torch.randn(2, size, generator=torch.Generator().manual_seed(size)), rate


def in_a_new_tensor(follow: Callable) -> Callable:
    """An `Exercise.adapt`: the new weights, or `Unfit` where the old ones or the critic's have changed with them."""

    def tried(target: Tensor, online: Tensor, rate: float):
        before = target.clone(), online.clone()
        new = follow(target, online, rate)
        if not (torch.equal(target, before[0]) and torch.equal(online, before[1])):
            return Unfit(
                new, "The weights were changed in place: leave both as they are, and return a new tensor."
            )
        if isinstance(new, Tensor) and any(_same_memory(new, old) for old in (target, online)):
            return Unfit(
                new, "This is the old tensor itself, not a new one: what changes the one changes the other."
            )
        return new

    return tried


def _same_memory(one: Tensor, other: Tensor) -> bool:
    return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()


_MEAN, _MIN = (
    "next_q.mean(0, keepdim=True).expand_as(next_q)",
    "next_q.amin(0, keepdim=True).expand_as(next_q)",
)

LABEL_VALUES = exercise(
    label_values,
    tuple(
        (_table(critics, batch), backup)
        for critics, batch in ((2, 4), (3, 5))
        for backup in ("swap", "mean", "min")
    ),
    ("amin(0", "amin(-1", "min over the batch: the worst transition lends its value to all the others"),
    ("next_q.amin(0)", "min as one row [B]: every critic has a label of its own, so the result is [N, B]"),
    ("next_q.amin(0, keepdim=True)", "next_q[next_q.mean(-1).argmin()]",
        "the critic that is smaller on average: the minimum is taken afresh at each transition"),
    ("next_q.amin", "next_q[:2].amin", "min over the first two critics alone: a third one has its say too"),
    ("amin(0, keepdim=True)", "min()", "one minimum for the whole table, over critics and batch at once"),
    ("amin", "amax", "the largest critic: that invites overestimation"),
    (".roll(1, dims=0)", "", "swap without swapping: each critic still reads its own target critic"),
    ("roll(1, dims=0)", "flip(0)", "swap by turning the order round: of three critics the middle one keeps its own"),
    ("roll(1", "roll(-1", "swap with the other neighbour: critic n reads critic n - 1, and critic 0 the last one"),
    ("dims=0", "dims=-1", "swap along the batch: each transition got another transition's value"),
    ("mean(0", "mean(-1", "mean over the batch instead of over the critics"),
    ("mean(0, keepdim=True).expand_as(next_q)", "mean(0)",
        "mean as one row [B]: every critic has a label of its own, so the result is [N, B]"),
    (".roll(1, dims=0)", ".roll(1)", "swap without the axis: roll(1) alone shifts the table read as one long row"),
    (".roll(1, dims=0)", "[[1, 0]]", "the first two critics exchanged: a third one has its place too"),
    (_MEAN, "next_q.mean().expand_as(next_q)", "one mean for the whole table, over critics and batch at once"),
    (_MEAN, "next_q.mean().expand_as(next_q)", _MIN, "next_q.min().expand_as(next_q)",
        "one mean and one minimum for the whole table, over critics and batch at once"),
    ("mean(0", "mean(-1", "amin(0", "amin(-1", "mean and min over the batch instead of over the critics"),
    (_MEAN, "next_q.mean(0)", _MIN, "next_q.amin(0)",
        "mean and min as one row [B]: every critic has a label of its own, so the result is [N, B]"),
    (_MEAN, "next_q.mean(-1)", _MIN, "next_q.amin(-1)",
        "mean and min over the batch, one number for each critic: take them over the critics, axis 0"),
    (_MEAN, "next_q.mean(-1)", "mean over the batch, one number for each critic: take it over the critics, axis 0"),
    (_MIN, "next_q.amin(-1)", "min over the batch, one number for each critic: take it over the critics, axis 0"),
    (_MEAN, "next_q.mean()", _MIN, "next_q.min()", "one number for the whole table, in place of a row for each critic"),
    (_MEAN, "next_q.mean(0, keepdim=True)", _MIN, "next_q.amin(0, keepdim=True)",
        "mean and min as one row [1, B]: every critic has a label of its own, so the result is [N, B]"),
    (_MEAN, "next_q.mean(0, keepdim=True)",
        "mean as one row [1, B]: every critic has a label of its own, so the result is [N, B]"),
    (_MIN, "next_q.amin(0, keepdim=True)",
        "min as one row [1, B]: every critic has a label of its own, so the result is [N, B]"),
    (_MEAN, "next_q.sum(0, keepdim=True).expand_as(next_q)", "the sum over the critics where their mean belongs"),
    (_MEAN, "next_q.median(0, keepdim=True).values.expand_as(next_q)",
        "the median over the critics where their mean belongs"),
    (_MEAN, "x", _MIN, _MEAN, "return x", f"return {_MIN}", "mean and min exchanged"),
    (_MEAN, _MIN, "min where mean was asked for"),
    (_MIN, _MEAN, "mean where min was asked for"),
    ("next_q.roll(1, dims=0)", _MIN, _MEAN, _MIN, "min whatever is asked for: backup says which"),
    (_MIN, _MEAN, "next_q.roll(1, dims=0)", _MEAN, "mean whatever is asked for: backup says which"),
    (".roll(1, dims=0)", "[::-1]", "a step of -1, which tensors do not take: roll shifts the rows"),
    (".roll(1, dims=0)", ".roll(2, dims=0)", "swap with the next but one: critic n reads critic n - 1"),
    (".roll(1, dims=0)", ".T", "the table turned: swap keeps [N, B], and moves its rows"),
    (".roll(1, dims=0)", "[1]", "one critic's row for all: each reads its own neighbour's"),
    (_MEAN, "next_q.mean(0, keepdim=True)", _MIN, "next_q.amin(0)",
        "mean and min as one row: every critic has a label of its own, so the result is [N, B]"),
)  # fmt: skip

CRITICS_LOSS = exercise(
    critics_loss,
    (_pair(2, 6), _pair(3, 4), _pair(5, 8)),
    (".mean(-1).sum()", ".mean()",
        "an average over the critics too: each critic's gradient is divided by their number"),
    ("return ", "return 0.5 * ", "half the squared error, as some papers write it: here the whole"),
    ("target", "target.amin(0)", "one label for all, the smallest: here each critic keeps the label it was given"),
    (".mean(-1).sum()", ".sum()", "a sum over the batch: the step then grows with the batch size"),
    ("square().mean(-1).sum()", "mean(0).square().mean()",
        "the average critic regressed on the average label: the critics may then differ as they like"),
    ("target", "target.roll(1, dims=0)", "each critic regressed on its neighbour's label"),
    (".sum()", ".amin()", "only the better critic's loss: the other one learns nothing"),
    ("(q - target).mean(-1).square().sum()", "averaged over the batch before squaring: errors of opposite sign cancel"),
    (".sum()", "", "one loss for each critic [N]: add them up"),
    ("square", "abs", "absolute error, which aims at the median of the labels"),
    ("return ", "return -", "the sign: a loss goes down, and squared errors should shrink"),
    (".mean(-1).sum()", ".sum(-1).mean()",
        "averaged over the critics and added over the batch: it is the other way round, axis 0 holds the critics"),
    (".mean(-1).sum()", ".sum(0)", "one number for each transition: average the last axis, then add up the critics"),
    (".square().mean(-1).sum()", ".mean(-1).sum()", "the errors not squared: those of opposite sign cancel"),
    ("(q - target).mean(-1).sum().square()", "squared at the very end: errors of opposite sign have cancelled by then"),
    (".sum()", ".sum().sqrt()", "the root of it: the squared error itself is asked for"),
    ("(q - target).square().mean(-1).sqrt().sum()", "the root of each critic's loss: the squared error is asked for"),
    (".sum()", "[0]", "one critic's loss alone, the first or the worst: all of them learn"),
    ("(q - target).square()", "(q.square() - target.square())",
        "the difference of the squares, where the square of the difference belongs"),
    ("(q - target)", "(q + target)", "q and label added: the error is their difference"),
    ("(q - target)", "(q.amin(0) - target)", "the smallest critic on every label: each critic learns from its own"),
    ("(q - target)", "(q.mean(0) - target)", "the average critic on every label: each critic learns from its own"),
    ("(q - target)", "(q.detach() - target)",
        "q held constant, by detach, item or no_grad: a loss without a gradient trains nothing"),
    ("(q - target).square()", "torch.nn.functional.smooth_l1_loss(q, target, reduction='none')",
        "Huber's loss, which is straight far out: the squared error is asked for"),
    (".mean(-1)", ".std(-1)", "the spread of the squared errors, where their mean belongs"),
    (".mean(-1)", ".median(-1).values", "the median of the squared errors, where their mean belongs"),
    ("(q - target)", "(q - target.mean(0))",
        "one label for all, the mean: here each critic keeps the label it was given"),
    ("(q - target).square()", "(q * target)", "q times label: the error is their difference"),
    (".sum()", ".prod()", "the critics' losses multiplied: they are added"),
    ("(q - target).square()", "(q - target).pow(3)", "the error to the third: its square is asked for"),
    ("(q - target)", "(q - q.mean(0))", "the critics' distance to their mean: the label is left out"),
    adapt=loss_and_gradient_in("q"),
)  # fmt: skip

FOLLOW = exercise(
    follow,
    (_weights(3, 0.04), _weights(5, 0.3), _weights(4, 1.0)),
    ("target + rate * online", "online + rate * target",
        "the two shares exchanged: nearly all of the critic comes in at every update"),
    ("(1 - rate) * ", "", "nothing is forgotten: the old weights keep their full share and the sum grows"),
    ("(1 + rate) * target - rate * online", "a step away from the critic: the sign of the difference"),
    ("online.clone()", "a copy, whatever the rate"),
    ("online", "the critic's own tensor, whatever the rate: no share, no copy"),
    ("target.clone()", "the target critic never moves: its own weights come in twice, or alone"),
    ("target", "the old tensor itself: the target critic never moves"),
    ("target.lerp_(online, rate)", "changed in place: the right numbers, but a new tensor was asked for"),
    ("online if rate == 1 else target.lerp(online, rate)",
        "the critic's own tensor where the rate is 1: it copies, so that the two can part again"),
    ("target.copy_(online)", "a copy, whatever the rate, and in place: a new tensor was asked for"),
    (" + rate * online", "", "the old weights shrink, and nothing of the critic comes in"),
    ("+ rate * online", "+ online", "the critic comes in whole: its share is the rate"),
    ("target + online", "both added up: the shares make 1 together"),
    ("(target + online) / 2", "half of each, whatever the rate"),
    ("rate * (online - target)", "the step alone: add it to the target critic's weights"),
    ("online - target", "the difference alone: the rate of it is the step"),
    ("rate * online", "the old weights dropped: they keep the share 1 - rate"),
    ("rate * (target + online)", "the same share of both: the old weights keep 1 - rate"),
    ("(1 - rate) * (target + online)", "the share 1 - rate of both: the critic's is the rate"),
    ("(1 - rate) * (target + rate * online)", "brackets: 1 - rate is the share of the old weights alone"),
    ("rate * online", "rate * online + rate", "the rate added as well: it is a share, not a shift"),
    ("target - rate * online", "the critic subtracted: its share is added"),
    ("((1 - rate) * target + rate * online).mean()", "one number: every weight follows its own"),
    ("+ rate * online", "- rate * online", "the sign of the critic's share: it is added"),
    ("target + (1 - rate) * online", "the old weights whole, and of the critic the other share"),
    ("(target + rate * online) / (1 + rate)", "divided by 1 + rate: the shares are 1 - rate and rate"),
    adapt=in_a_new_tensor,
)  # fmt: skip
