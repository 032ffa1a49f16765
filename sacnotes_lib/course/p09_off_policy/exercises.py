"""Exercises of notebook 09: an actor's loss with the buffer's action within reach, and weights where they belong."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, judged_by_gradient, policy_and_rows


def off_policy_actor_loss(policy, critic, observation, action, temperature) -> Tensor:
    """E[α log π - Q] at the buffer's states and fresh actions; the buffer's own action has no part in it."""
    fresh, log_prob = policy(observation).rsample()
    loss = temperature * log_prob - critic(observation, fresh)
    return loss.mean()


def n_step_weight(log_prob_now: Tensor, log_prob_then: Tensor) -> Tensor:
    """π/β of all actions after the first, multiplied: [n, B] and [n, B] -> [B]."""
    return (log_prob_now - log_prob_then)[1:].sum(0).exp()


def _actor_case(batch_size: int, action_dim: int, temperature: float) -> dict:
    policy, observation, action = policy_and_rows(batch_size, action_dim)
    rows = {"observation": observation, "action": action}
    return {"policy": policy, "critic": TrackingCritic(), **rows, "temperature": temperature}


OFF_POLICY_ACTOR_LOSS = judged_by_gradient(
    off_policy_actor_loss,
    (_actor_case(4, 2, 0.3), _actor_case(6, 1, 0.8)),
    ("* log_prob", "* policy(observation).log_prob(action)",
        "log_prob at the buffer's action, Q at the fresh one: both belong to the same fresh action"),
    ("fresh)", "action)",
        "Q at the buffer's action: no gradient runs from there to the policy, only the entropy is climbed"),
    ("* log_prob", "* policy(observation).log_prob(action)", "fresh)", "action)",
        "both at the buffer's action: nothing is drawn from the present policy"),
    ("loss.mean()", "(policy(observation).log_prob(action).exp().detach() * loss).mean()",
        "weighted by the density of the buffer's action: that action has no part in this loss"),
    ("rsample", "sample", "sample instead of rsample: the way from Q to the policy is closed"),
    ("* log_prob", "* log_prob.detach()", "log_prob detached: the entropy has a value and no gradient"),
    (".mean()", "", "a loss for each transition: their mean over the batch is still missing"),
    ("* log_prob", "* policy(observation).rsample()[1]",
        "two draws, one for Q and one for log_prob: right on average, but here one draw serves both"),
    ("= temperature", "= -temperature", "the sign of the entropy: α log π is a cost, so plus"),
    ("return ", "return -", "the sign of the whole: a loss is climbed down, so α log π minus Q"),
    (".mean()", ".sum()", "the sum over the batch where the mean belongs"),
)  # fmt: skip


def _weight_case(steps: int, batch_size: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(10 * steps + batch_size)
    now, then = (torch.randn(steps, batch_size, generator=generator) - 0.5 for _ in range(2))
    return {"log_prob_now": now, "log_prob_then": then}


N_STEP_WEIGHT = exercise(
    n_step_weight,
    (_weight_case(3, 4), _weight_case(2, 5), _weight_case(1, 3)),
    ("[1:]", "", "the first action weighted too: Q(s, a) asks about that action, whoever took it"),
    ("[1:]", "[:-1]", "the last action left out: it is the first one that Q asks about"),
    ("[1:]", "[:0]", "no weight at all: the actions after the first are the old policy's"),
    ("log_prob_now - log_prob_then", "log_prob_then - log_prob_now",
        "upside down: the present policy stands above, the old one below"),
    (".exp()", "", "still a logarithm: exp is missing"),
    (" - ", " / ", "sum(0).exp()", "prod(0)", "log-probabilities divided: subtract them, or take exp first"),
    ("sum(0).exp()", "exp().sum(0)", "ratios added: one after another they multiply"),
    ("[1:]", "[1:2]", "only the second action weighted: all that follow it are the old policy's too"),
    ("sum(0).exp()", "exp().clamp(max=1).prod(0)", "ratios cut at 1: less noise, but no longer right on average"),
)  # fmt: skip
