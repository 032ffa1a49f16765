"""Exercises of notebook 10: one update as a sequence of cards, as four formulas, and as a function that trains."""

from __future__ import annotations

from collections.abc import Callable

import torch

from sacnotes_lib.course.kit.exercise import Exercise, ExerciseTodo
from sacnotes_lib.course.p10_own_words.bench import (
    LOSSES,
    WEIGHTS,
    Bench,
    numbers_of,
    played,
    weights_after,
)
from sacnotes_lib.course.p10_own_words.cards import CardTooEarly, NoSuchCard, play, show_cards as show_cards
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.replay import Batch

RIGHT_ORDER = "HFECIGA"


def one_update_losses(sac, batch: Batch, noise, next_noise, *, slip: str = "") -> tuple:
    """Label [B] and the three losses of one update, written out; `slip` puts one known mistake into them.

    Args: sac has actor, critic, target_critic, alpha, log_alpha, discount, target_entropy; batch of [B, ...].
    """
    s, a, r, s2, d = batch
    next_draw, next_log_prob = sac.actor(s2).sample(noise=next_noise)
    if slip == "next action of the buffer":
        next_draw, next_log_prob = a, sac.actor(s2).log_prob(a)
    next_q = (sac.critic if slip == "online critic" else sac.target_critic)(s2, next_draw)
    next_q = next_q.mean(0) if slip == "mean in the label" else next_q.amin(0)
    bonus = {"plus in the label": 1, "no entropy in the label": 0}.get(slip, -1) * sac.alpha * next_log_prob
    goes_on = {"times terminated": d, "no end": torch.ones_like(d)}.get(slip, 1 - d)
    label = r + sac.discount * goes_on * (next_q + bonus)
    if slip != "label not held constant":
        label = label.detach()
    errors = (sac.critic(s, a) - label).square()
    critic_loss = errors.mean() if slip == "mean over critics" else errors.mean(-1).sum()

    policy = sac.actor(s)
    fresh, log_prob = policy.sample(noise=noise) if slip == "sample" else policy.rsample(noise=noise)
    scored = policy.log_prob(a) if "log_prob of the buffer" in slip else log_prob
    judged = a if "Q of the buffer" in slip else fresh
    q = (sac.target_critic if slip == "target critic in the actor" else sac.critic)(s, judged)
    value = q.mean(0) if slip == "mean in the actor" else q.amin(0)
    sign = -1 if slip == "minus in the actor" else 1
    actor_loss = (sign * sac.alpha * scored - value).mean() * (-1 if slip == "uphill" else 1)

    held = log_prob if slip == "log_prob not held constant" else log_prob.detach()
    target = -sac.target_entropy if slip == "target entropy added" else sac.target_entropy
    temperature_loss = sac.log_alpha.exp() * (-held.mean() - target)
    return (
        label,
        critic_loss,
        actor_loss,
        -temperature_loss if slip == "temperature uphill" else temperature_loss,
    )


def _losses_with(slip: str) -> Callable:
    return numbers_of(lambda *arguments: one_update_losses(*arguments, slip=slip))


def _cards(sequence: str) -> Callable:
    return played(lambda: sequence)


def _raising(error: type[Exception]) -> Callable:
    def wrong(*arguments):
        raise error

    return wrong


# Slips that both the sequence of cards and the written update can show: what it looks like -> the cards.
SHARED_SLIPS = {
    "the next action read from the buffer: a′ is drawn afresh from the present policy": "BFECIGA",
    "multiplied by terminated, where 1 - terminated belongs": "HDECIGA",
    "the critics in training asked for the label, where the target critics belong": "HKECIGA",
    "the buffer's action in the actor's loss: that loss asks what the policy would do now": "HFEJIGA",
    "the actor before the critics: they learn first, and the actor climbs what they then say": "HFCIEGA",
    "the target critics moved before the critics: they follow, so they come last": "AHFECIGA",
    "the target critics never follow": "HFECIG",
    "the temperature never steps": "HFECIA",
    "the critics never step": "HFCIGA",
    "the actor never steps": "HFECGA",
}  # fmt: skip
WEIGHT_CASES = tuple(
    {"bench": Bench(seed), "updates": updates, "weights_of": part}
    for seed, updates in ((1, 1), (2, 2))
    for part in WEIGHTS
)

ONE_UPDATE = Exercise(
    name="one_update",
    reference=_cards(RIGHT_ORDER),
    cases=WEIGHT_CASES,
    mistakes={name: _cards(sequence) for name, sequence in SHARED_SLIPS.items()}
    | {
        "a card played before the one it needs: no step without a label, no label without a′": _raising(
            CardTooEarly
        ),
        "a letter that is on no card": _raising(NoSuchCard),
    },
)

UPDATE_LOSSES = Exercise(
    name="update_losses",
    reference=numbers_of(one_update_losses),
    cases=tuple({"bench": Bench(seed), "result": result} for seed in (1, 2) for result in LOSSES),
    mistakes={
        "the next action read from the buffer: a′ is drawn afresh at s′": _losses_with(
            "next action of the buffer"
        ),
        "multiplied by terminated, where 1 - terminated belongs": _losses_with("times terminated"),
        "the end of an episode left out: 1 - terminated is missing": _losses_with("no end"),
        "the sign of the entropy in the label: minus α log π": _losses_with("plus in the label"),
        "the entropy left out of the label": _losses_with("no entropy in the label"),
        "the critic in training asked for the label, where the target critic belongs": _losses_with(
            "online critic"
        ),
        "the mean of the critics in the label, where the smaller one was asked for": _losses_with(
            "mean in the label"
        ),
        "the label not held constant: the critics' loss then pulls at the policy": _losses_with(
            "label not held constant"
        ),
        "an average over the critics: their losses are added": _losses_with("mean over critics"),
        "log_prob of the buffer's action in the actor's loss: both belong to the fresh action": _losses_with(
            "log_prob of the buffer"
        ),
        "Q of the buffer's action in the actor's loss: no gradient runs from there to the policy": _losses_with(
            "Q of the buffer"
        ),
        "Q and log_prob of the buffer's action in the actor's loss": _losses_with(
            "log_prob of the buffer, Q of the buffer"
        ),
        "the target critic in the actor's loss: the actor climbs the critic in training": _losses_with(
            "target critic in the actor"
        ),
        "sample where rsample belongs: the way from Q to the policy is closed": _losses_with("sample"),
        "the mean of the critics in the actor's loss, where the smaller one was asked for": _losses_with(
            "mean in the actor"
        ),
        "the sign of the entropy in the actor's loss: α log π is a cost, so plus": _losses_with(
            "minus in the actor"
        ),
        "the sign of the whole actor's loss: it goes down, so α log π minus Q": _losses_with("uphill"),
        "log_prob not held constant in the temperature's loss: it then pulls at the policy": _losses_with(
            "log_prob not held constant"
        ),
        "the target entropy added where it is subtracted": _losses_with("target entropy added"),
        "the sign of the temperature's loss: α rises where there is too little entropy": _losses_with(
            "temperature uphill"
        ),
    },
)

FULL_UPDATE = Exercise(
    name="full_update",
    reference=weights_after(lambda agent, batch: agent.update(batch)),
    cases=WEIGHT_CASES,
    mistakes={name: _cards(sequence) for name, sequence in SHARED_SLIPS.items()}
    | {
        "the end of an episode left out: 1 - terminated is missing": _cards("HdECIGA"),
        "the sign of the entropy in the label: minus α log π": _cards("HeECIGA"),
        "the entropy left out of the label": _cards("HfECIGA"),
        "reward_scale forgotten: the label holds reward_scale times the reward": _cards("HhECIGA"),
        "log_prob of the buffer's action in the actor's loss: both belong to the fresh action": _cards(
            "HFEjIGA"
        ),
        "sample where rsample belongs: the way from Q to the policy is closed": _cards("HFEcIGA"),
        "the sign of the entropy in the actor's loss: α log π is a cost, so plus": _cards("HFECiGA"),
        "the sign of the whole actor's loss: it goes down, so α log π minus Q": _cards("HFECkGA"),
        "the mean of the critics in the actor's loss, where the smaller one was asked for": _cards("HFEClGA"),
        "the actor asked at s′: its loss is about s": _cards("HFEnCGA"),
        "one sum of losses for both optimizers: the critics then rise to please the actor": _cards("HFmCGA"),
        "the sign of the temperature's loss: α rises where there is too little entropy": _cards("HFECIgA"),
        "Polyak with the shares exchanged: 1 - τ of the critic comes in": _cards("HFECIGa"),
        "the target critics copied, where the share τ was asked for": _cards("HFECIGb"),
        "nothing moved at all": lambda bench, updates, part: FULL_UPDATE.reference(bench, 0, part),
    },
)


def solved_or_reference(update: Callable[[SAC, Batch], object]) -> Callable[[SAC, Batch], object]:
    """The learner's update where its check passes, else the same thing by cards; one printed line says which."""
    bench, by_cards = Bench(1), lambda agent, batch: play(RIGHT_ORDER, agent, batch)
    try:
        right = all(
            torch.allclose(
                weights_after(update)(bench, 2, part), FULL_UPDATE.reference(bench, 2, part), atol=1e-5
            )
            for part in WEIGHTS
        )
    except ExerciseTodo:
        print("Exercise C is still open: the same update, played by cards, takes its place.")
        return by_cards
    except Exception as error:
        print(
            f"Your update stops with {type(error).__name__}: the cards take its place. See the check above."
        )
        return by_cards
    print(
        "Your own update trains."
        if right
        else "Your update does something else: see the check. It trains all the same."
    )
    return update
