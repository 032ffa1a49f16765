"""Exercises of notebook 13: one step of improvement, and one message backwards in the inference view."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def improved_log_policy(q: Tensor, temperature: float) -> Tensor:
    """log of exp(Q / temperature) / Z in each state, for Q however large: q [S, A] -> [S, A].

    Haarnoja et al. 2018, equation 4.
    """
    return q / temperature - (q / temperature).logsumexp(-1, keepdim=True)


def message(reward: Tensor, next_probs: Tensor, next_message: Tensor, temperature: float) -> Tensor:
    """One message backwards along time: reward [S, A], next_probs [S, A, S], next_message [S] -> [S].

    temperature * log sum over a and s' of exp(reward / temperature) p(s'|s, a) exp(next_message / temperature).
    Levine 2018 (arXiv 1805.00909), section 2.2, with messages as temperature times their logarithms.
    """
    ahead = temperature * torch.log(next_probs @ torch.exp(next_message / temperature))
    return temperature * torch.logsumexp((reward + ahead) / temperature, -1)


def _q_case(states: int, actions: int, scale: float, temperature: float) -> dict:
    q = scale * torch.randn(states, actions, generator=torch.Generator().manual_seed(states))
    return {"q": q, "temperature": temperature}


IMPROVED_LOG_POLICY = exercise(
    improved_log_policy,
    # Four states with as many actions, so that an axis taken for the other one still has a shape that fits; then
    # numbers of which a plain exp overflows.
    (_q_case(3, 2, 1.0, 0.5), _q_case(4, 4, 1.0, 2.0), _q_case(5, 3, 100.0, 0.4)),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "q / temperature",
        "Z left out: in no state do the probabilities add up to 1"),
    (" - (q / temperature)", " - q", "Z of exp(Q), not of exp(Q / α): the temperature left out in one of two places"),
    ("q / temperature - (q / temperature)", "q - q", "the temperature left out"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "(q * temperature).log_softmax(-1)",
        "Q multiplied by the temperature where it is divided: a low temperature should sharpen"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "(q / temperature).log()",
        "log of Q / α: exp(Q / α) has the logarithm Q / α already"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "(q / temperature).softmax(-1)",
        "the probabilities, where their logarithms are asked for"),
    ("(-1, keepdim=True)", "(0, keepdim=True)", "normalised over the states (axis 0): each state has a Z of its own"),
    ("(q / temperature).logsumexp(-1, keepdim=True)", "(q / temperature).exp().sum(-1, keepdim=True).log()",
        "exp before the largest entry is subtracted: with large Q it overflows"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "(q / temperature).softmax(-1).log()",
        "log of a softmax: an unlikely action's probability is rounded to 0, and its logarithm is infinite"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "((q / temperature).exp() / (q / temperature).exp().sum(-1, keepdim=True)).log()",
        "exp of a large Q overflows, and the logarithm comes too late"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "(q / temperature).exp() / (q / temperature).exp().sum(-1, keepdim=True)",
        "the probabilities, where their logarithms are asked for, and exp of a large Q overflows"),
    ("q / temperature - (", "q - temperature * (", "α log π returned: it is still to be divided by the temperature"),
    (", keepdim=True", "", "the summed axis lost: [S] against [S, A] broadcasts along the wrong axis, or not at all"),
    ("q / temperature - (q / temperature)", "-q / temperature - (-q / temperature)",
        "the sign of Q: actions with a high Q should be likely"),
    ("logsumexp(-1, keepdim=True)", "amax(-1, keepdim=True)",
        "the largest entry alone subtracted, which is not Z: the probabilities do not add up to 1"),
    ("q / temperature - ", "q / temperature + ", "log Z added where it is subtracted: a quotient's logarithm"),
    ("logsumexp(-1, keepdim=True)", "exp().sum(-1, keepdim=True)", "Z subtracted, where its logarithm is"),
    ("logsumexp(-1, keepdim=True)", "sum(-1, keepdim=True)", "a sum of exponents, where log of a sum of exp belongs"),
    ("logsumexp(-1, keepdim=True)", "mean(-1, keepdim=True)",
        "the mean subtracted, which is not log Z: the probabilities do not add up to 1"),
    ("logsumexp(-1, keepdim=True)", "logsumexp((0, 1))", "one Z for all states: each state has its own"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "(q / temperature).log_softmax(-1) / temperature", "divided by the temperature twice"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)", "(q / temperature).logsumexp(-1)",
        "log Z itself: the policy is asked for"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "temperature * (q / temperature).logsumexp(-1)", "α log Z, the value of the new policy's first step: the "
        "policy is asked for"),
    ("- (q / temperature)", "- temperature * (q / temperature)",
        "α log Z subtracted from Q / α: either divide it too, or leave the temperature off"),
    ("(q / temperature).logsumexp(-1, keepdim=True)",
        "(q / temperature - (q / temperature).amax(-1, keepdim=True)).logsumexp(-1, keepdim=True)",
        "the largest entry subtracted inside the logarithm and not added again"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "torch.nn.functional.one_hot(q.argmax(-1), q.shape[-1]).float()",
        "the greedy policy: it forgets the entropy, and is not a logarithm"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "(q / temperature).logsumexp(-1, keepdim=True) - q / temperature", "the sign of the whole: this is −log π"),
    ("q / temperature - (q / temperature).logsumexp(-1, keepdim=True)",
        "(q / temperature - (q / temperature).logsumexp(-1, keepdim=True)).detach().numpy().argmax(-1)",
        "the likeliest action alone: the whole policy is asked for"),
    atol=1e-3,  # single precision of the last case's large numbers
)  # fmt: skip


def _message_case(states: int, actions: int, temperature: float) -> dict:
    generator = torch.Generator().manual_seed(states)
    reward = torch.randn(states, actions, generator=generator)
    next_probs = torch.rand(states, actions, states, generator=generator)
    next_probs = next_probs / next_probs.sum(-1, keepdim=True)
    next_message = torch.randn(states, generator=generator)
    return {
        "reward": reward,
        "next_probs": next_probs,
        "next_message": next_message,
        "temperature": temperature,
    }


AHEAD = "temperature * torch.log(next_probs @ torch.exp(next_message / temperature))"
BOTH = "temperature * torch.logsumexp((reward + ahead) / temperature, -1)"

MESSAGE = exercise(
    message,
    (_message_case(3, 2, 0.5), _message_case(4, 4, 1.7), _message_case(4, 3, 0.8)),
    (AHEAD, "next_probs @ next_message",
        "the expectation over s′: that is the soft-optimal value; given that it went well, luck counts too"),
    ("(reward + ahead) / temperature", "reward + ahead", "not divided by the temperature inside logsumexp"),
    ("temperature * torch.logsumexp", "torch.logsumexp", "the temperature in front of the last logarithm left out"),
    ("temperature * torch.log(next", "torch.log(next", "the temperature in front of the logarithm over s′ left out"),
    ("next_message / temperature", "next_message", "next_message not divided by the temperature inside exp"),
    ("temperature * torch.log(next_probs @ torch.exp(next_message / temperature))",
        "temperature * torch.logsumexp(next_message / temperature, -1)",
        "p(s′|s, a) left out: every next place counted as certain"),
    (BOTH, "temperature * torch.logsumexp(reward / temperature, -1) + next_message",
        "the world left out: the message came to the place where it began"),
    ("(reward + ahead)", "(reward + next_message[:, None])",
        "the world left out: the message came to the place where it began"),
    (BOTH, "(reward + ahead).amax(-1)", "the best action alone: the sum over actions keeps the entropy"),
    (BOTH, "(reward + ahead).mean(-1)", "a plain mean over actions, where α log of a sum of exp belongs"),
    (BOTH, "(reward + ahead).sum(-1)", "a plain sum over actions, where α log of a sum of exp belongs"),
    (" / temperature, -1)", " / temperature, 0)", "summed over the states (axis 0), not over the actions"),
    (BOTH, "reward + ahead", "no sum over the actions: one number for each of them, which is Q"),
    ("torch.log(next_probs @ torch.exp(next_message / temperature))",
        "next_probs @ torch.exp(next_message / temperature)", "the logarithm over s′ left out"),
    (AHEAD, "temperature * (next_probs.log() + next_message / temperature).amax(-1)",
        "the largest term over s′ alone, where a sum belongs"),
    (AHEAD, "next_message.amax()", "the best next place, however unlikely it is"),
    (BOTH, "torch.exp((reward + ahead) / temperature).sum(-1)",
        "the message itself: α times its logarithm is asked for"),
    (BOTH, "temperature * torch.logsumexp(reward / temperature, -1) + ahead.sum(-1)",
        "reward and future summed over actions apart: they belong to the same action"),
    (BOTH, "temperature * ((reward + ahead) / temperature).exp().mean(-1).log()",
        "the mean over actions where their sum belongs: a prior of 1/A for each action, and a constant less"),
    ("+ ahead", "+ 0.9 * ahead", "a discount of 0.9, which nobody asked for"),
    ("+ ahead", "- ahead", "the sign of what lies ahead"),
    (AHEAD, "next_probs @ next_message", BOTH, "(reward + ahead).amax(-1)",
        "plain value iteration: the expectation over s′ and the best action"),
    (AHEAD, "next_probs @ next_message", BOTH,
        "(torch.softmax((reward + ahead) / temperature, -1) * (reward + ahead)).sum(-1)",
        "the expectation over s′, and the average Q without the entropy"),
    (BOTH, "(torch.softmax((reward + ahead) / temperature, -1) * (reward + ahead)).sum(-1)",
        "the average over actions without the entropy"),
    (AHEAD, "temperature * torch.log(next_probs * torch.exp(next_message / temperature)).sum(-1)",
        "a sum of logarithms over s′, where the logarithm of a sum belongs"),
    (AHEAD, "temperature * torch.log((next_probs * torch.exp(next_message / temperature)).mean(-1))",
        "divided by the number of states: p(s′|s, a) adds up to 1 already"),
    (AHEAD, "(next_probs * next_message).amax(-1)", "the largest term over s′ alone, without exp and log"),
    ("(reward + ahead)", "(ahead)", "the reward left out"),
    (BOTH, "torch.softmax((reward + ahead) / temperature, -1)", "the policy: the message is asked for"),
    (AHEAD, "temperature * torch.log(next_probs.mean(1) @ torch.exp(next_message / temperature))[:, None]",
        "the world averaged over the actions: each action leads elsewhere"),
)  # fmt: skip
