"""Exercises of notebook 07: two losses judged by their gradients, and a baseline that stays unbiased."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.judged_by_gradient import judged_by_gradient
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian


@dataclass(frozen=True)
class QuadraticCritic:
    """Q(a) = height - |a - target|²: `[..., A]` to `[...]`. What the exercises climb."""

    target: float = 0.5
    height: float = 1.0

    def __call__(self, action: Tensor) -> Tensor:
        return self.height - (action - self.target).square().sum(-1)


def score_function_loss(policy: Gaussian, noise: Tensor, critic: Callable, temperature: float) -> Tensor:
    """Its gradient is the score-function estimate of that of E[α log π - Q], averaged over K actions and the batch."""
    action, log_prob = policy.sample(noise=noise)
    worth = critic(action) - temperature * log_prob
    return -(log_prob * worth.detach()).mean()


def reparameterized_loss(policy: Gaussian, noise: Tensor, critic: Callable, temperature: float) -> Tensor:
    """E[α log π - Q], averaged over K actions and the batch; the gradient runs through the actions."""
    action, log_prob = policy.rsample(noise=noise)
    return (temperature * log_prob - critic(action)).mean()


def leave_one_out(worth: Tensor) -> Tensor:
    """For each of K actions the mean worth of the other K - 1 at the same observation: [K, B] -> [K, B]."""
    return (worth.sum(0) - worth) / (len(worth) - 1)


def _policy_case(samples: int, batch_size: int, action_dim: int, temperature: float, height: float) -> tuple:
    """A high Q makes the loss negative, a low one positive."""
    generator = torch.Generator().manual_seed(100 * samples + 10 * batch_size + action_dim)
    mean = 0.7 * torch.randn(batch_size, action_dim, generator=generator)
    log_std = -0.5 + 0.3 * torch.randn(batch_size, action_dim, generator=generator)
    noise = torch.randn(samples, batch_size, action_dim, generator=generator)
    return SquashedGaussian(mean, log_std), noise, QuadraticCritic(height=height), temperature


_POLICY_CASES = (
    _policy_case(3, 4, 2, 0.3, -3.0),
    _policy_case(2, 5, 1, 0.7, 3.0),
    _policy_case(4, 2, 3, 0.1, 4.0),
)


SCORE_FUNCTION = judged_by_gradient(
    score_function_loss,
    _POLICY_CASES,
    ("sample", "rsample", "the actions not held constant: rsample lets a second gradient in, through the action"),
    ("sample", "rsample", ".detach()", "",
        "nothing held constant, neither the action (rsample) nor its worth: detach the worth, and sample"),
    (".mean()", "", "a loss for each action: their mean, over samples and batch, is still missing"),
    (".detach()", "", "what the action is worth not held constant: the entropy's gradient counts twice"),
    ("-(log_prob", "(log_prob", "the sign: a loss is climbed down, so minus log_prob times worth"),
    (" - temperature * log_prob", "", "the entropy left out of what an action is worth: Q alone"),
    ("-worth.mean()", "the loss itself instead of log_prob times it: Q has no way to the policy any more"),
    ("(log_prob * worth.detach()).mean()", "log_prob.mean() * worth.detach().mean()",
        "averaged before multiplying: each log_prob belongs to its own action's worth"),
    (".mean()", ".sum()", "the sum over samples and batch where the mean belongs"),
    ("(log_prob", "(log_prob.exp()", "the density where its logarithm belongs"),
    ("sample", "rsample", "-(log_prob * worth.detach())", "-worth",
        "exercise B's loss, which goes through the action: right on average, and the other estimator was asked for"),
    ("sample", "rsample", "-(log_prob * worth.detach())", "worth",
        "exercise B's loss, which goes through the action, with the sign turned: the other estimator was asked for"),
    (" - temperature * log_prob", " + temperature * log_prob",
        "the sign of the entropy in what an action is worth: Q minus α log π"),
    ("temperature * log_prob", "log_prob", "the temperature left out of what an action is worth"),
    ("critic(action) - temperature * log_prob", "temperature * (critic(action) - log_prob)",
        "the temperature on Q too: it prices the entropy alone"),
    ("critic(action) - temperature * log_prob", "-temperature * log_prob",
        "Q left out of what an action is worth, or the wrong factor held constant: log_prob leads to the policy"),
    (" - temperature * log_prob", "", "-(log_prob * worth.detach())", "(temperature * log_prob - log_prob * "
    "worth.detach())",
        "α log π added outside: with a held action its gradient is zero on average, so the entropy is lost"),
    ("critic(action) - temperature * log_prob", "temperature * critic(action)",
        "the temperature on Q, and the entropy left out"),
    ("worth.detach()", "1.0", "log_prob alone: nothing says which action was better"),
    ("-(log_prob * worth).detach().mean()", "everything held constant: log_prob is the way to the policy"),
    ("(log_prob * worth.detach())", "(log_prob * (worth - worth.mean(0)).detach())",
        "a baseline with its own action in it: the mean of all K biases the gradient, that of the others does not"),
    ("(log_prob * worth.detach())", "(log_prob * (worth - worth.mean()).detach())",
        "a baseline with its own action in it: the mean over samples and batch biases the gradient a little"),
    ("noise=noise", "noise=torch.randn(noise.shape)", "dice of its own: noise holds those to use"),
    ("noise=noise", "", "noise not used: one fresh action for each observation, where K are asked for"),
    (".mean()", ".mean(0).sum()", "the sum over the batch where the mean belongs"),
    (".mean()", ".sum(0).mean()", "the sum over the samples where the mean belongs"),
    (".mean()", ".mean().abs()", "the size of the loss: where it is negative, its gradient turns round"),
    ("-(log_prob", "(log_prob", " - temperature * log_prob", " + temperature * log_prob",
        "both signs: a loss goes down, so minus log_prob times worth, and the worth is Q minus α log π"),
    ("-(log_prob", "(log_prob", " - temperature * log_prob", "",
        "the sign, and the entropy left out of what an action is worth"),
    ("sample", "rsample", "-(log_prob", "(log_prob", "the actions not held constant (rsample), and the sign turned"),
    ("sample", "rsample", " - temperature * log_prob", "",
        "the actions not held constant (rsample), and the entropy left out"),
    ("temperature * log_prob", "temperature * log_prob.exp()",
        "the density in what an action is worth: its logarithm belongs there"),
    ("critic(action) - temperature * log_prob", "critic(action) / temperature - log_prob",
        "the worth divided by the temperature: its gradient is another"),
    ("noise=noise", "noise=noise[:1]", "the first of the K actions alone"),
    ("critic(action) -", "critic(action).mean(0) -",
        "Q averaged over the K actions: each log_prob belongs to its own action's Q"),
    others=(
        ("worth.detach()", "(worth - (worth.sum(0) - worth) / (len(worth) - 1)).detach()",
            "with a baseline from the other actions, exercise C's"),
    ),
)  # fmt: skip

REPARAMETERIZED = judged_by_gradient(
    reparameterized_loss,
    _POLICY_CASES,
    ("rsample", "sample", "sample instead of rsample: the way through Q is closed, and what is left is noise"),
    ("* log_prob", "* policy.sample(noise=noise)[1]",
        "log_prob of an action that is held constant, by sample or detach: the entropy's gradient is noise around "
        "zero"),
    (".mean()", "", "a loss for each action: their mean, over samples and batch, is still missing"),
    ("* log_prob", "* log_prob.detach()",
        "the entropy left out, or its log_prob held constant: it then has no gradient"),
    (" - critic(action)", "",
        "Q left out, or held constant (Q itself, or the action in it): only the entropy is climbed"),
    ("(temperature", "(-temperature", "the sign of the entropy: α log π is a cost, so plus"),
    ("(temperature", "-(temperature", "the sign of the whole: a loss is climbed down, so α log π minus Q"),
    (".mean()", ".sum()", "the sum over samples and batch where the mean belongs"),
    ("rsample", "sample", "(temperature * log_prob - critic(action))",
        "(log_prob * (temperature * log_prob - critic(action)).detach())",
        "the score-function loss: the same gradient on average, not the one asked for"),
    ("- critic", "+ critic", "the sign of Q: a loss goes down, so minus Q"),
    ("temperature * log_prob", "log_prob", "the temperature left out"),
    ("temperature * log_prob", "log_prob / temperature", "log_prob divided by the temperature where it is multiplied"),
    ("(temperature * (log_prob - critic(action))).mean()", "the temperature on Q too: it prices the entropy alone"),
    ("(log_prob - temperature * critic(action)).mean()", "the temperature on Q: it is the price of log_prob"),
    ("(temperature * log_prob - critic(action))", "(log_prob * (temperature * log_prob - critic(action)).detach())",
        "exercise A's loss on actions that are not held constant: two gradients in one"),
    ("(temperature * log_prob - critic(action))", "(log_prob * (temperature * log_prob - critic(action)))",
        "exercise A's factor log_prob, with nothing held constant: here the loss is the expectation itself"),
    ("(temperature * log_prob - critic(action))", "(log_prob.exp() * (temperature * log_prob - critic(action)))",
        "weighted by the density: the draws follow it already, their plain mean is the expectation"),
    ("(temperature * log_prob - critic(action)).square().mean()", "the difference squared: this loss is no regression"),
    ("noise=noise", "noise=torch.randn(noise.shape)", "dice of its own: noise holds those to use"),
    ("noise=noise", "", "noise not used: one fresh action for each observation, where K are asked for"),
    (".mean()", ".mean(0).sum()", "the sum over the batch where the mean belongs"),
    (".mean()", ".sum(0).mean()", "the sum over the samples where the mean belongs"),
    (".mean()", ".mean().abs()", "the size of the loss: where it is negative, its gradient turns round"),
    (".mean()", ".amax()", "the largest over samples and batch where the mean belongs"),
    ("* log_prob", "* log_prob.exp()", "the density where its logarithm belongs"),
    ("noise=noise", "noise=noise[:1]", "the first of the K actions alone"),
    ("noise=noise", "noise=0 * noise", "the median action alone: nothing is drawn"),
    ("rsample", "sample", "(temperature", "-(temperature", "sample instead of rsample, and the sign turned"),
)  # fmt: skip


def _worth_case(samples: int, batch_size: int) -> tuple[Tensor]:
    generator = torch.Generator().manual_seed(10 * samples + batch_size)
    return (torch.randn(samples, batch_size, generator=generator) - 2.0,)


LEAVE_ONE_OUT = exercise(
    leave_one_out,
    (_worth_case(4, 3), _worth_case(2, 5), _worth_case(5, 5)),
    ("worth.mean(0).expand_as(worth)",
        "the mean over all K actions: each action is compared with itself too, which biases the gradient"),
    ("worth.mean(1, keepdim=True).expand_as(worth)",
        "the mean over the batch: other observations say nothing about this one's actions"),
    ("sum(0)", "sum(1, keepdim=True)", "len(worth)", "worth.shape[1]",
        "the other observations of the batch, where the other actions belong"),
    (" / (len(worth) - 1)", "", "the sum of the others, not divided by their number"),
    ("(len(worth) - 1)", "len(worth)", "divided by K, and the others are K - 1"),
    ("(worth.sum(0) - worth)", "worth.sum(0).expand_as(worth)", "its own worth not taken out of the sum"),
    ("worth - worth.mean(0)", "the worth less the mean of all K: return the baseline alone, made of the others"),
    ("return ", "return worth - ", "the worth with the baseline already subtracted: return the baseline alone"),
    ("worth.mean().expand_as(worth)", "one number for the whole batch"),
    ("worth.mean(0)",
        "the mean over all K actions, one for each observation: an action's own worth is in it, which biases the "
        "gradient"),
    ("worth.mean(0) - worth", "the mean of all K less its own worth: return the mean of the others"),
    ("(worth.sum(0) - worth)", "(worth.mean(0) - worth)",
        "the mean where the sum of all belongs, before its own is taken out"),
    ("(worth.sum(0) - worth)", "(worth - worth.sum(0))", "the sign: the sum of all, less its own"),
    ("worth.sum(0) - worth / (len(worth) - 1)",
        "brackets: first its own worth is taken out of the sum, then the rest is divided"),
    ("(worth.sum(0) - worth) / len(worth) - 1", "brackets: divided by (K - 1), not by K and then 1 less"),
    ("(worth.sum() - worth) / (worth.numel() - 1)",
        "all others of the batch: other observations say nothing about this one's actions"),
    ("(worth.sum() - worth) / (len(worth) - 1)", "the sum over the batch as well: other observations say nothing here"),
    ("len(worth)", "worth.shape[1]", "divided by B - 1, where K - 1 actions are the others"),
    ("worth.mean(-1)",
        "the mean over the batch, one for each sample: other observations say nothing about this one's actions"),
    ("worth.roll(1, 0)",
        "the neighbour alone: without bias too, but the mean of all others is steadier, and was asked for"),
    ("worth.flip(0)", "the samples turned round: some then meet themselves"),
    ("worth", "its own worth as its baseline: nothing is left to compare"),
    ("worth[1:].mean(0).expand_as(worth)", "the mean without the first: each action leaves out itself"),
    ("torch.zeros_like(worth)", "no baseline at all"),
    ("(worth.sum(0) - worth).mean(0)", "averaged over the samples once more: every action has its own baseline"),
    ("worth.median(0).values.expand_as(worth)",
        "the median of all K: its own worth has a say in it, which biases the gradient"),
    ("(worth.sum(0) - worth)", "worth.sum(0)",
        "its own worth not taken out of the sum, and one number for each observation, where each action has its own"),
    ("(worth.sum() - worth) / len(worth)", "the sum over the batch as well, and divided by K"),
    ("worth.mean(0) - worth / (len(worth) - 1)",
        "the mean of all, less its own share: first its own worth is taken out of the sum, then the rest is divided"),
    ("(len(worth) - 1)", "(worth.numel() - 1)", "divided by the size of the table less 1: the others are K - 1"),
    ("(worth.sum(0) + worth) / (len(worth) + 1)", "its own worth counted twice: it is taken out"),
    ("worth.cumsum(0) / len(worth)", "the sum up to each action: all others count, the later ones too"),
    ("(worth.sum(0) - worth)", "(worth.sum(0) - 1)", "1 subtracted from the sum, where its own worth is"),
)  # fmt: skip
