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
    """How much each row counts: π/β of all actions after the first, multiplied. [n, B] and [n, B] -> [B]."""
    return (log_prob_now - log_prob_then)[1:].sum(0).exp()


def _actor_case(batch_size: int, action_dim: int, temperature: float, height: float) -> tuple:
    """A high Q makes the loss negative, a low one positive."""
    policy, observation, action = policy_and_rows(batch_size, action_dim)
    return policy, TrackingCritic(height=height), observation, action, temperature


OFF_POLICY_ACTOR_LOSS = judged_by_gradient(
    off_policy_actor_loss,
    (_actor_case(4, 2, 0.3, 2.0), _actor_case(6, 1, 0.8, -2.0)),
    ("* log_prob", "* policy(observation).log_prob(action)",
        "log_prob at the buffer's action, Q at the fresh one: both belong to the same fresh action"),
    ("fresh)", "action)",
        "Q at the buffer's action, or held constant: no gradient runs from there to the policy, only the entropy is "
        "climbed"),
    ("* log_prob", "* policy(observation).log_prob(action)", "fresh)", "action)",
        "both at the buffer's action: nothing is drawn from the present policy"),
    ("(policy(observation).log_prob(action).exp().detach() * loss).mean()",
        "weighted by the density of the buffer's action: that action has no part in this loss"),
    ("rsample", "sample", "sample instead of rsample: the way from Q to the policy is closed"),
    ("temperature * log_prob", "0",
        "the entropy left out, or its log_prob held constant: it then has no gradient"),
    (".mean()", "", "a loss for each transition: their mean over the batch is still missing"),
    ("= temperature", "= -temperature", "the sign of the entropy: α log π is a cost, so plus"),
    ("return ", "return -", "the sign of the whole: a loss is climbed down, so α log π minus Q"),
    (".mean()", ".sum()", "the sum over the batch where the mean belongs"),
    ("temperature * log_prob", "log_prob", "the temperature left out"),
    ("temperature * log_prob", "log_prob / temperature", "log_prob divided by the temperature where it is multiplied"),
    ("temperature * log_prob - critic(observation, fresh)", "temperature * (log_prob - critic(observation, fresh))",
        "the temperature on Q too: it prices the entropy alone"),
    ("temperature * log_prob - critic(observation, fresh)", "log_prob - temperature * critic(observation, fresh)",
        "the temperature on Q: it is the price of log_prob"),
    ("- critic", "+ critic", "the sign of Q: a loss goes down, so minus Q"),
    ("((log_prob - policy(observation).log_prob(action)).exp().detach() * loss).mean()",
        "weighted by a ratio of densities: a fresh action needs no correction, it is the present policy's"),
    ("loss.square().mean()", "the difference squared: this loss is no regression"),
    ("(log_prob * loss).mean()", "log_prob as a factor: here the loss is the expectation itself"),
    ("rsample", "sample", "loss.mean()", "(log_prob * loss).mean()",
        "the score function without holding constant what the action is worth: the entropy's gradient counts twice"),
    ("temperature * log_prob - critic(observation, fresh)", "-policy(observation).log_prob(action)",
        "the buffer's actions imitated: they are what the old policies did"),
    ("temperature * log_prob - critic(observation, fresh)",
        "-policy(observation).log_prob(action) * critic(observation, action)",
        "the buffer's actions made likelier by their Q: they were drawn by other policies"),
    ("temperature * log_prob - critic(observation, fresh)", "(fresh - action).square().sum(-1)",
        "the distance to the buffer's actions: they are what the old policies did, and nothing to imitate"),
    ("temperature * log_prob", "temperature * policy(observation).log_prob(fresh.detach())",
        "log_prob of an action that is held constant: the entropy's gradient is noise around zero"),
    ("temperature * log_prob - critic(observation, fresh)", "(fresh - action).square().mean(-1)",
        "the distance to the buffer's actions, averaged: they are what the old policies did, and nothing to imitate"),
    (".mean()", ".mean().abs()", "the size of the loss: where it is negative, its gradient turns round"),
    ("policy(observation).rsample()", "policy(action).rsample()",
        "the policy asked at an action: it wants the observation"),
    ("(observation, fresh)", "(fresh, observation)", "action and observation exchanged in the call of the critic"),
    ("(log_prob.exp() * loss).mean()",
        "weighted by the density: the draws follow it already, their plain mean is the expectation"),
    ("fresh, log_prob = policy(observation).rsample()", "log_prob = policy(observation).log_prob(action); fresh = "
    "action",
        "loss.mean()", "(log_prob * loss.detach()).mean()",
        "the score function at the buffer's actions: they were drawn by other policies"),
    ("(loss + policy(observation).log_prob(action)).mean()",
        "log_prob of the buffer's action added: that action has no part in this loss"),
    others=(
        ("* log_prob", "* policy(observation).rsample()[1]",
            "two draws, one for Q and one for log_prob, where one draw can serve both"),
        ("rsample", "sample", "loss.mean()", "(log_prob * loss.detach()).mean()",
            "the score function, which is noisier than the way through the action"),
    ),
)  # fmt: skip


def _weight_case(steps: int, batch_size: int) -> tuple:
    generator = torch.Generator().manual_seed(10 * steps + batch_size)
    return tuple(torch.randn(steps, batch_size, generator=generator) - 0.5 for _ in range(2))


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
    ("[1:].sum(0)", "[1:].mean(0)", "the mean of the log-ratios: a product of ratios is exp of their sum"),
    ("[1:].sum(0)", "[1:]", "no product: one ratio for each action"),
    ("[1:].sum(0)", "[1:].cumsum(0)", "the product so far at each action: one weight for the whole row is asked for"),
    ("[1:].sum(0)", "[1:].sum(-1)", "a sum over the batch (the last axis), not over the actions (the first)"),
    ("[1:].sum(0)", "[1:].sum()", "one weight for the whole batch: each row has its own"),
    ("[1:].sum(0)", "[1:].prod(0)", "the log-ratios multiplied: ratios multiply, their logarithms add"),
    ("[1:].sum(0).exp()", "[1:].prod(0)", "the log-ratios multiplied, and exp is missing"),
    ("[1:]", "[:, 1:]", "the first transition left out, not the first action: the actions are axis 0"),
    ("[1:]", "[2:]", "two actions left out: only the first is given"),
    ("[1:].sum(0)", "[0]", "the ratio of the first action alone: it is the one that needs none"),
    ("[1:].sum(0)", "[-1]", "the ratio of the last action alone: all but the first need one"),
    ("[1:].sum(0)", "[1]", "the ratio of the second action alone: all that follow it need one too"),
    ("(log_prob_now - log_prob_then).exp().sum(0)",
        "ratios of all actions added: they multiply, and the first needs none"),
    ("(log_prob_now - log_prob_then).exp().mean(0)",
        "ratios of all actions averaged: they multiply, and the first needs none"),
    ("sum(0).exp()", "exp().mean(0)", "ratios averaged: one after another they multiply"),
    ("(log_prob_now + log_prob_then)[1:].sum(0).exp()", "log-probabilities added: a ratio is their difference"),
    ("(log_prob_now - log_prob_then)", "log_prob_now", "the old policy left out: the ratio is π over β"),
    ("(log_prob_now - log_prob_then)", "-log_prob_then", "the present policy left out: the ratio is π over β"),
    ("log_prob_now[1:].exp().sum(0) / log_prob_then[1:].exp().sum(0)",
        "sums of densities divided: the ratios of single actions multiply"),
    ("(log_prob_now.exp() - log_prob_then.exp())[1:].prod(0)",
        "densities subtracted: the logarithms are, the densities divide"),
    ("log_prob_now - log_prob_then", "log_prob_now / log_prob_then", "log-probabilities divided: they are subtracted"),
    (".exp()", ".exp().clamp(max=1)", "the weight cut at 1: less noise, but no longer right on average"),
    ("return (log_prob_now - log_prob_then)[1:].sum(0).exp()",
        "weight = (log_prob_now - log_prob_then)[1:].sum(0).exp(); return weight / weight.sum()",
        "divided by the sum over the batch: less noise, but no longer right on average"),
    ("return (log_prob_now - log_prob_then)[1:].sum(0).exp()",
        "weight = (log_prob_now - log_prob_then)[1:].sum(0).exp(); return weight / weight.mean()",
        "divided by the mean over the batch: less noise, but no longer right on average"),
    ("(log_prob_now - log_prob_then)[1:]", "(log_prob_now[1:] - log_prob_then[:-1])",
        "one policy a step behind the other: both score the same action"),
    ("[1:].sum(0)", "[1:].sum(0).abs()", "the size of the logarithm: a weight may be below 1"),
    ("(log_prob_then - log_prob_now).sum(0).exp()", "upside down, and the first action weighted too"),
    ("[1:].sum(0).exp()", "[1:].sum(0).sigmoid()", "a sigmoid where exp belongs"),
)  # fmt: skip
