"""Exercises of notebook 05: the labels of several critics, their loss, and the networks that follow them."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


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


def _pair(num_critics: int, batch: int) -> dict[str, Tensor]:
    q = _table(num_critics, batch)
    return {"q": q, "target": q.roll(1, dims=-1) + 0.5 * _table(num_critics, batch + 1)[:, :batch]}


def _weights(size: int, rate: float) -> dict:
    generator = torch.Generator().manual_seed(size)
    target, online = torch.randn(2, size, generator=generator)
    return {"target": target, "online": online, "rate": rate}


LABEL_VALUES = exercise(
    label_values,
    tuple(
        {"next_q": _table(critics, batch), "backup": backup}
        for critics, batch in ((2, 4), (3, 5))
        for backup in ("swap", "mean", "min")
    ),
    ("amin(0", "amin(-1", "min over the batch: the worst transition lends its value to all the others"),
    ("amin(0, keepdim=True).expand_as(next_q)", "amin(0)",
        "min as one row [B]: every critic has a label of its own, so the result is [N, B]"),
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
    ("square().mean(-1)", "mean(-1).square()",
        "averaged over the batch before squaring: errors of opposite sign cancel"),
    (".sum()", "", "one loss for each critic [N]: add them up"),
    ("square", "abs", "absolute error, which aims at the median of the labels"),
)  # fmt: skip

FOLLOW = exercise(
    follow,
    (_weights(3, 0.04), _weights(5, 0.3), _weights(4, 1.0)),
    ("target + rate * online", "online + rate * target",
        "the two shares exchanged: nearly all of the critic comes in at every update"),
    ("(1 - rate) * ", "", "nothing is forgotten: the old weights keep their full share and the sum grows"),
    ("(1 - rate) * target + rate * online", "(1 + rate) * target - rate * online",
        "a step away from the critic: the sign of the difference"),
    ("(1 - rate) * target + rate * online", "online", "a copy, whatever the rate"),
    ("(1 - rate) * target + rate * online", "target", "the target critic never moves"),
    (" + rate * online", "", "the old weights shrink, and nothing of the critic comes in"),
)  # fmt: skip
