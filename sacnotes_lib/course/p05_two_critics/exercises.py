"""Exercises of notebook 05: the labels of several critics, their loss, and the networks that follow them."""

from __future__ import annotations

import torch
from torch import Tensor

from sacnotes_lib.course.kit.exercise import Exercise


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


def _instead(backup: str, wrong):
    """`label_values` with another formula for one of the three backups."""
    return lambda next_q, kind: wrong(next_q) if kind == backup else label_values(next_q, kind)


def _on_average_smaller(next_q: Tensor) -> Tensor:
    return next_q[next_q.mean(-1).argmin()].expand_as(next_q)


def _table(num_critics: int, batch: int) -> Tensor:
    return torch.randn(num_critics, batch, generator=torch.Generator().manual_seed(10 * num_critics + batch))


def _pair(num_critics: int, batch: int) -> dict[str, Tensor]:
    q = _table(num_critics, batch)
    return {"q": q, "target": q.roll(1, dims=-1) + 0.5 * _table(num_critics, batch + 1)[:, :batch]}


def _weights(size: int, rate: float) -> dict:
    generator = torch.Generator().manual_seed(size)
    target, online = torch.randn(2, size, generator=generator)
    return {"target": target, "online": online, "rate": rate}


LABEL_VALUES = Exercise(
    name="label_values",
    reference=label_values,
    cases=tuple(
        {"next_q": _table(critics, batch), "backup": backup}
        for critics, batch in ((2, 4), (3, 5))
        for backup in ("swap", "mean", "min")
    ),
    mistakes={
        "min over the batch: the worst transition lends its value to all the others": _instead(
            "min", lambda q: q.amin(-1, keepdim=True).expand_as(q)
        ),
        "min as one row [B]: every critic has a label of its own, so the result is [N, B]": _instead(
            "min", lambda q: q.amin(0)
        ),
        "the critic that is smaller on average: the minimum is taken afresh at each transition": _instead(
            "min", _on_average_smaller
        ),
        "min over the first two critics alone: a third one has its say too": _instead(
            "min", lambda q: torch.minimum(q[0], q[1]).expand_as(q)
        ),
        "one minimum for the whole table, over critics and batch at once": _instead(
            "min", lambda q: q.min().expand_as(q)
        ),
        "the largest critic: that invites overestimation": _instead(
            "min", lambda q: q.amax(0, keepdim=True).expand_as(q)
        ),
        "swap without swapping: each critic still reads its own target critic": _instead("swap", lambda q: q),
        "swap by turning the order round: of three critics the middle one keeps its own": _instead(
            "swap", lambda q: q.flip(0)
        ),
        "swap with the other neighbour: critic n reads critic n - 1, and critic 0 the last one": _instead(
            "swap", lambda q: q.roll(-1, dims=0)
        ),
        "swap along the batch: each transition got another transition's value": _instead(
            "swap", lambda q: q.roll(1, dims=-1)
        ),
        "mean over the batch instead of over the critics": _instead(
            "mean", lambda q: q.mean(-1, keepdim=True).expand_as(q)
        ),
        "mean as one row [B]: every critic has a label of its own, so the result is [N, B]": _instead(
            "mean", lambda q: q.mean(0)
        ),
    },
)

CRITICS_LOSS = Exercise(
    name="critics_loss",
    reference=critics_loss,
    cases=(_pair(2, 6), _pair(3, 4), _pair(5, 8)),
    mistakes={
        "an average over the critics too: each critic's gradient is divided by their number": lambda q, y: (
            (q - y).square().mean()
        ),
        "half the squared error, as some papers write it: here the whole": lambda q, y: (
            critics_loss(q, y) / 2
        ),
        "one label for all, the smallest: here each critic keeps the label it was given": lambda q, y: (
            critics_loss(q, y.amin(0, keepdim=True))
        ),
        "a sum over the batch: the step then grows with the batch size": lambda q, y: (q - y).square().sum(),
        "the average critic regressed on the average label: the critics may then differ as they like": (
            lambda q, y: (q.mean(0) - y.mean(0)).square().mean()
        ),
        "each critic regressed on its neighbour's label": lambda q, y: critics_loss(q, y.roll(1, dims=0)),
        "only the better critic's loss: the other one learns nothing": lambda q, y: (
            (q - y).square().mean(-1).amin()
        ),
        "averaged over the batch before squaring: errors of opposite sign cancel": lambda q, y: (
            (q - y).mean(-1).square().sum()
        ),
        "one loss for each critic [N]: add them up": lambda q, y: (q - y).square().mean(-1),
        "absolute error, which aims at the median of the labels": lambda q, y: (q - y).abs().mean(-1).sum(),
    },
)

FOLLOW = Exercise(
    name="follow",
    reference=follow,
    cases=(_weights(3, 0.04), _weights(5, 0.3), _weights(4, 1.0)),
    mistakes={
        "the two shares exchanged: nearly all of the critic comes in at every update": lambda t, o, r: follow(
            o, t, r
        ),
        "nothing is forgotten: the old weights keep their full share and the sum grows": lambda t, o, r: (
            t + r * o
        ),
        "a step away from the critic: the sign of the difference": lambda t, o, r: t - r * (o - t),
        "a copy, whatever the rate": lambda t, o, r: o.clone(),
        "the target critic never moves": lambda t, o, r: t.clone(),
        "the old weights shrink, and nothing of the critic comes in": lambda t, o, r: (1 - r) * t,
    },
)
