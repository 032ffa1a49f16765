"""Exercises of notebook 10: one update as a sequence of cards, as four formulas, and as a function that trains."""

from collections.abc import Callable
from functools import partial

import torch

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Exercise, ExerciseTodo
from sacnotes_lib.course.p10_own_words.bench import LOSSES, WEIGHTS, Bench, numbers_of, played, weights_after
from sacnotes_lib.course.p10_own_words.cards import play, show_cards as show_cards
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.replay import Batch

RIGHT_ORDER = "HFECIGA"


def one_update() -> str:
    """The cards of one update in a right order."""
    return RIGHT_ORDER


def update_losses(sac, batch: Batch, noise, next_noise) -> tuple:
    """Label [B] and the three losses of one update, written out.

    Args: sac has actor, critic, target_critic, alpha, log_alpha, discount, target_entropy; batch of [B, ...].
    """
    observation, action, reward, next_observation, terminated = batch
    with torch.no_grad():
        next_action, next_log_prob = sac.actor(next_observation).sample(noise=next_noise)
        next_value = sac.target_critic(next_observation, next_action).amin(0) - sac.alpha * next_log_prob
        label = reward + sac.discount * (1 - terminated) * next_value
    critic_loss = (sac.critic(observation, action) - label).square().mean(-1).sum()
    fresh, log_prob = sac.actor(observation).rsample(noise=noise)
    actor_loss = (sac.alpha * log_prob - sac.critic(observation, fresh).amin(0)).mean()
    temperature_loss = sac.log_alpha.exp() * (-log_prob.detach().mean() - sac.target_entropy)
    return label, critic_loss, actor_loss, temperature_loss


def _saying(sequence: str) -> Callable[[], str]:
    return lambda: sequence


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
    reference=one_update,
    adapt=played,
    compared="the weights that the updates end with",
    cases=WEIGHT_CASES,
    mistakes={name: _saying(sequence) for name, sequence in SHARED_SLIPS.items()}
    | {
        "a card played before the one it needs: no step without a label, no label without a′": _saying("E"),
        "a letter that is on no card": _saying("?"),
    },
)

UPDATE_LOSSES = exercise(
    update_losses,
    tuple({"bench": Bench(seed), "result": result} for seed in (1, 2) for result in LOSSES),
    ("sac.actor(next_observation).sample(noise=next_noise)", "action, sac.actor(next_observation).log_prob(action)",
        "the next action read from the buffer: a′ is drawn afresh at s′"),
    ("1 - terminated", "terminated", "multiplied by terminated, where 1 - terminated belongs"),
    ("(1 - terminated) * ", "", "the end of an episode left out: 1 - terminated is missing"),
    ("- sac.alpha", "+ sac.alpha", "the sign of the entropy in the label: minus α log π"),
    (" - sac.alpha * next_log_prob", "", "the entropy left out of the label"),
    ("target_critic", "critic", "the critic in training asked for the label, where the target critic belongs"),
    ("next_action).amin(0)", "next_action).mean(0)",
        "the mean of the critics in the label, where the smaller one was asked for"),
    ("no_grad", "enable_grad", "the label not held constant: the critics' loss then pulls at the policy"),
    (".mean(-1).sum()", ".mean()", "an average over the critics: their losses are added"),
    ("alpha * log_prob", "alpha * sac.actor(observation).log_prob(action)",
        "log_prob of the buffer's action in the actor's loss: both belong to the fresh action"),
    ("fresh)", "action)", "Q of the buffer's action in the actor's loss: no gradient runs from there to the policy"),
    ("alpha * log_prob", "alpha * sac.actor(observation).log_prob(action)", "fresh)", "action)",
        "Q and log_prob of the buffer's action in the actor's loss"),
    ("sac.critic(observation, fresh)", "sac.target_critic(observation, fresh)",
        "the target critic in the actor's loss: the actor climbs the critic in training"),
    ("rsample", "sample", "sample where rsample belongs: the way from Q to the policy is closed"),
    ("fresh).amin(0)", "fresh).mean(0)",
        "the mean of the critics in the actor's loss, where the smaller one was asked for"),
    ("(sac.alpha", "(-sac.alpha", "the sign of the entropy in the actor's loss: α log π is a cost, so plus"),
    ("(sac.alpha", "-(sac.alpha", "the sign of the whole actor's loss: it goes down, so α log π minus Q"),
    ("log_prob.detach()", "log_prob",
        "log_prob not held constant in the temperature's loss: it then pulls at the policy"),
    ("- sac.target_entropy", "+ sac.target_entropy", "the target entropy added where it is subtracted"),
    ("= sac.log_alpha", "= -sac.log_alpha",
        "the sign of the temperature's loss: α rises where there is too little entropy"),
    adapt=numbers_of,
    compared="of the label its entries, of a loss its value and two of its slopes",
)  # fmt: skip

FULL_UPDATE = Exercise(
    name="full_update",
    reference=SAC.update,
    adapt=weights_after,
    compared="the weights that the updates end with",
    cases=WEIGHT_CASES,
    mistakes={
        name: partial(play, sequence)
        for name, sequence in {
            **SHARED_SLIPS,
            "the end of an episode left out: 1 - terminated is missing": "HdECIGA",
            "the sign of the entropy in the label: minus α log π": "HeECIGA",
            "the entropy left out of the label": "HfECIGA",
            "reward_scale forgotten: the label holds reward_scale times the reward": "HhECIGA",
            "log_prob of the buffer's action in the actor's loss: both belong to the fresh action": "HFEjIGA",
            "sample where rsample belongs: the way from Q to the policy is closed": "HFEcIGA",
            "the sign of the entropy in the actor's loss: α log π is a cost, so plus": "HFECiGA",
            "the sign of the whole actor's loss: it goes down, so α log π minus Q": "HFECkGA",
            "the mean of the critics in the actor's loss, where the smaller one was asked for": "HFEClGA",
            "the actor asked at s′: its loss is about s": "HFEnoCGA",
            "one sum of losses for both optimizers: the critics then rise to please the actor": "HFmCGA",
            "the sign of the temperature's loss: α rises where there is too little entropy": "HFECIgA",
            "Polyak with the shares exchanged: 1 - τ of the critic comes in": "HFECIGa",
            "the target critics copied, where the share τ was asked for": "HFECIGb",
            "nothing moved at all": "",
        }.items()
    },
)


def solved_or_reference(update: Callable[[SAC, Batch], object]) -> Callable[[SAC, Batch], object]:
    """The learner's update where its check passes, else the same thing by cards; one printed line says which."""
    by_cards, mine, right_one = partial(play, RIGHT_ORDER), weights_after(update), weights_after(SAC.update)
    try:
        pairs = [(mine(Bench(1), 2, part), right_one(Bench(1), 2, part)) for part in WEIGHTS]
        right = all(torch.allclose(*pair, atol=1e-5) for pair in pairs)
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
