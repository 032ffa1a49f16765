"""Exercises of notebook 11: an actor's loss and a label to be mended, and a temperature's log to be read."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import combined, exercise
from sacnotes_lib.course.kit.judged_by_gradient import TrackingCritic, judged_by_gradient, policy_and_rows


@dataclass(frozen=True)
class TwoCritics:
    """Two critics that each are the smaller one somewhere, `[2, B]`."""

    height: float

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        return torch.stack([TrackingCritic(gain, self.height)(observation, action) for gain in (0.5, -0.5)])


def mended_actor_loss(policy, critics, observation, temperature) -> Tensor:
    """E[α log π - min Q] at one fresh action for each observation, drawn by rsample."""
    action, log_prob = policy(observation).rsample()
    return (temperature * log_prob - critics(observation, action).amin(0)).mean()


def mended_label(
    reward: Tensor,
    terminated: Tensor,
    truncated: Tensor,
    next_q: Tensor,
    next_log_prob: Tensor,
    discount: float,
    temperature: float,
) -> Tensor:
    """r + γ (1 - terminated) (min Q̄ - α log π): next_q [2, B], next_log_prob [B, A], everything else [B] -> [B]."""
    next_value = next_q.amin(0) - temperature * next_log_prob.sum(-1)
    return reward + discount * (1 - terminated) * next_value


def thermostat(entropy: Tensor, temperature: Tensor, target_entropy: float) -> int:
    """Read the log of a run that had time to arrive, [T] and [T]: 0 healthy, 1 crossed, 2 the policy does not obey α.

    Crossed: on the whole, α's steps go with the surplus of entropy from which each was taken. Not obeyed: α goes
    against the surplus, as it should, and yet at the end half of the first one or more is left.
    """
    surplus, steps = entropy - target_entropy, temperature.log().diff()
    if (steps * surplus[:-1]).sum() > 0:
        return 1
    return 0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2


def _actor_case(batch_size: int, action_dim: int, temperature: float, height: float) -> tuple:
    """A high Q makes the loss negative, a low one positive."""
    policy, observation, _ = policy_and_rows(batch_size, action_dim)
    return policy, TwoCritics(height), observation, temperature


MENDED_ACTOR_LOSS = judged_by_gradient(
    mended_actor_loss,
    (_actor_case(6, 2, 0.3, 2.0), _actor_case(8, 1, 0.05, -2.0)),
    ("rsample", "sample", "temperature * ", "",
        "still as it was: the draw is held constant, and log_prob has no price"),
    ("rsample", "sample", "one of two: α is there now, but `sample` still closes the way from Q to the policy"),
    ("temperature * ", "", "one of two: the draw is right now, but log_prob still has no price"),
    ("log_prob - critics(observation, action).amin(0)", "(log_prob - critics(observation, action).amin(0))",
        "α around Q as well: the temperature is the price of log_prob alone"),
    ("(temperature", "(-temperature", "a new defect, the sign: α log π is a cost, so plus"),
    ("amin", "mean", "a new defect: the mean of the critics where the smaller one stood"),
    ("temperature * log_prob", "0",
        "a new defect, the entropy left out or its log_prob held constant: its gradient is the entropy bonus"),
    ("(temperature", "-(temperature", "a new defect, the sign of the whole: it goes down, so α log π minus Q"),
    ("- critics", "+ critics", "a new defect, the sign of Q: it goes down, so minus Q"),
    ("temperature * log_prob", "log_prob / temperature", "a new defect: log_prob divided by α where it is multiplied"),
    ("temperature * log_prob - critics", "log_prob - temperature * critics", "α on Q: it is the price of log_prob"),
    (".amin(0)", "[0]", "a new defect: one critic alone where the smaller one stood"),
    (".amin(0)", "[1]", "a new defect: the other critic alone where the smaller one stood"),
    ("amin", "amax", "a new defect: the larger of the critics where the smaller one stood"),
    ("amin", "sum", "a new defect: the sum of the critics where the smaller one stood"),
    (".amin(0)", ".min()",
        "a new defect: the smallest value of the whole batch: each transition has its own smaller critic"),
    (".amin(0)", ".amin(-1).mean()",
        "a new defect: the smallest of the batch for each critic: the smaller critic is taken for each transition, "
        "axis 0"),
    (" - critics(observation, action).amin(0)", "",
        "a new defect, Q left out, or held constant (Q itself, or the action in it): only the entropy is climbed"),
    (".mean()", ".sum()", "a new defect: the sum over the batch where the mean stood"),
    (".mean()", "", "a new defect: no mean over the batch, one loss for each transition"),
    ("rsample", "sample", "temperature * log_prob", "0 * log_prob",
        "still `sample`, and the entropy left out: nothing is climbed"),
    ("(temperature * log_prob - critics(observation, action).amin(0))",
        "(log_prob * (temperature * log_prob - critics(observation, action).amin(0)).detach())",
        "a new defect: the score function's factor log_prob on an action that is not held constant"),
    ("* log_prob", "* policy(observation).log_prob(action.detach())",
        "a new defect: log_prob of an action that is held constant: the entropy's gradient is noise around zero"),
    (".mean()", ".mean().abs()", "a new defect, the size of the loss: where it is negative, its gradient turns round"),
    (".mean()", ".amax()", "a new defect: the largest over the batch where the mean stood"),
    ("rsample", "sample", "(temperature * log_prob - critics(observation, action).amin(0))",
        "(log_prob * (temperature * log_prob - critics(observation, action).amin(0)))",
        "the score function, with its factor not held constant: detach what the action is worth, or take rsample"),
    ("log_prob - critics", "log_prob * critics", "a new defect: log_prob times Q, and the loss is a difference"),
    others=(
        ("* log_prob", "* policy(observation).rsample()[1]",
            "two draws, one for Q and one for log_prob, where one draw can serve both"),
        ("rsample", "sample", "(temperature * log_prob - critics(observation, action).amin(0))",
            "(log_prob * (temperature * log_prob - critics(observation, action).amin(0)).detach())",
            "the score function, which is noisier than the way through the action"),
    ),
)  # fmt: skip


def _label_case(batch_size: int, action_dim: int, discount: float, temperature: float) -> tuple:
    """Every pair of the two flags occurs in a batch of four or more."""
    generator = torch.Generator().manual_seed(batch_size)
    reward, step = torch.randn(batch_size, generator=generator), torch.arange(batch_size)
    terminated, truncated = (step % 2).float(), (step // 2 % 2).float()
    next_q = torch.randn(2, batch_size, generator=generator) + 1
    next_log_prob = torch.randn(batch_size, action_dim, generator=generator) + 0.3
    return reward, terminated, truncated, next_q, next_log_prob, discount, temperature


# Every way to leave one, two or all three of them in.
_STILL_ILL = combined(
    ("terminated", "torch.maximum(terminated, truncated)", "a time limit still counts as an end"),
    (".sum(-1)", ".mean(-1)", "log_prob is still averaged over the action"),
    (" - temperature", " + temperature", "the entropy still has the wrong sign"),
)

MENDED_LABEL = exercise(
    mended_label,
    (_label_case(4, 2, 0.9, 0.2), _label_case(6, 3, 0.98, 1.5)),
    *_STILL_ILL,
    ("terminated", "truncated", "only `truncated` switched off what is to come: that is the flag to leave out"),
    ("(1 - terminated) * ", "", "no end at all: `terminated` must still switch off what is to come"),
    (".sum(-1)", ".sum()", "log_prob summed over the batch: it is summed over the action, its last axis"),
    ("terminated", "truncated", " - temperature", " + temperature",
        "only `truncated` switches off what is to come; the entropy still has the wrong sign"),
    ("terminated", "truncated", ".sum(-1)", ".mean(-1)",
        "only `truncated` switches off what is to come; log_prob is still averaged over the action"),
    ("1 - terminated", "terminated", "multiplied by terminated, where 1 - terminated belongs"),
    ("terminated", "terminated * truncated",
        "only steps with both flags set taken for an end: terminated alone decides"),
    ("terminated", "(terminated + truncated)", "the flags added: a time limit still counts as an end, and both as two"),
    ("terminated", "terminated * (1 - truncated)",
        "a time limit overrules an end in the same step: the world has ended all the same"),
    ("terminated", "torch.maximum(terminated, truncated)", ".sum(-1)", ".sum()",
        "a time limit still counts as an end; log_prob summed over the batch"),
    (".sum(-1)", ".sum()", " - temperature", " + temperature",
        "log_prob summed over the batch; the entropy still has the wrong sign"),
    (".sum(-1)", ".sum(0)", "log_prob summed over the batch (axis 0): it is summed over the action, its last axis"),
    (".sum(-1)", "", "log_prob not summed at all: its entries [B, A] do not fit [B]"),
    (".sum(-1)", ".sum(-1, keepdim=True)", "[B, 1] against [B] broadcast to [B, B]: every log_prob met every Q"),
    (".sum(-1)", ".mean()", "log_prob averaged over action and batch: it is summed over the action, its last axis"),
    (".sum(-1)", ".prod(-1)", "log_probs multiplied: densities multiply, their logarithms add"),
    (".sum(-1)", ".amax(-1)", "the likeliest entry of the action alone: all are added"),
    (".sum(-1)", "[:, 0]", "the first entry of the action alone: all are added"),
    (".sum(-1)", ".exp().sum(-1).log()",
        "the logarithm of a sum of densities: densities multiply, their logarithms add"),
    ("amin", "mean", "a new defect: the mean of the critics where the smaller one stood"),
    ("amin", "amax", "a new defect: the larger of the critics where the smaller one stood"),
    ("amin", "sum", "a new defect: the sum of the critics where the smaller one stood"),
    (".amin(0)", "[0]", "a new defect: one critic alone where the smaller one stood"),
    (".amin(0)", "", "a new defect: no smaller critic taken: one label for each, [2, B]"),
    (".amin(0)", ".min()", "a new defect: the smallest of the whole batch: each transition has its own smaller critic"),
    ("temperature * next", "next", "a new defect: the temperature left out"),
    (" - temperature * next_log_prob.sum(-1)", "", "a new defect: the entropy left out"),
    ("temperature * next_log_prob.sum(-1)", "next_log_prob.sum(-1) / temperature",
        "a new defect: log_prob divided by the temperature where it is multiplied"),
    ("next_q.amin(0) - temperature * next_log_prob.sum(-1)", "temperature * (next_q.amin(0) - next_log_prob.sum(-1))",
        "a new defect: the temperature on Q̄ too, and it prices the entropy alone"),
    (" - temperature * next_log_prob.sum(-1)", "", "* next_value", "* next_value - temperature * next_log_prob.sum(-1)",
        "a new defect: the entropy outside the brackets, and it belongs behind γ (1 - terminated)"),
    (" - temperature * next_log_prob.sum(-1)", "", "* next_value",
        "* next_value - discount * temperature * next_log_prob.sum(-1)",
        "a new defect: the entropy not switched off at an end"),
    ("discount * ", "", "a new defect: the discount left out"),
    ("reward + ", "", "a new defect: the reward left out"),
    ("return reward", "return (1 - terminated) * reward", "a new defect: the reward of the last step thrown away"),
    ("(reward + discount * (1 - terminated) * next_value).mean()",
        "a new defect: a mean over the batch, and each transition has a label"),
    ("terminated", "truncated", ".sum(-1)", ".mean(-1)", " - temperature", " + temperature",
        "only `truncated` switches off what is to come; log_prob is still averaged over the action; the entropy still "
        "has the wrong sign"),
    ("amin", "mean", " - temperature", " + temperature",
        "the entropy still has the wrong sign; a new defect, the mean of the critics where the smaller one stood"),
    ("(1 - terminated) * ", "", ".sum(-1)", ".mean(-1)",
        "no end at all, and log_prob is still averaged over the action"),
    (".sum(-1)", ".sum(-1).exp()", "a new defect: the density where its logarithm belongs"),
    ("reward + ", "reward - ", "a new defect, the sign of what is to come: it is added to the reward"),
    ("return reward", "return discount * reward",
        "a new defect: the reward discounted too, and γ begins with the next step"),
    (" * next_value", " + next_value", "a new defect: added where γ (1 - terminated) multiplies"),
    ("temperature * next_log_prob.sum(-1)", "temperature", "a new defect: log_prob left out"),
)  # fmt: skip


def _log(entropy: list[float], temperature: list[float], target_entropy: float) -> tuple:
    return torch.tensor(entropy), torch.tensor(temperature), target_entropy


THERMOSTAT = exercise(
    thermostat,
    (
        _log([1.3, 0.4, -0.8, -1.6], [1.0, 0.6, 0.3, 0.1], -2.0),  # healthy, from above
        _log([-4.0, -3.2, -2.3], [0.01, 0.03, 0.05], -2.0),  # healthy, from below
        _log([1.3, -2.5, -2.2, -1.97], [0.05, 0.044, 0.052, 0.058], -2.0),  # healthy: past its target, and back
        _log([1.3, -2.5, -2.2, -2.03], [0.05, 0.044, 0.052, 0.058], -2.0),  # healthy, a moment before
        _log([-5.0, -3.0, -1.5, -1.98], [0.01, 0.03, 0.06, 0.05], -2.0),  # healthy: the same from below
        _log([0.9, 1.2, 1.3, 1.36], [1.0, 3.0, 9.0, 20.0], -2.0),  # crossed, upwards
        _log([-2.5, -3.6, -5.0], [0.2, 0.1, 0.02], -2.0),  # crossed, downwards
        _log([1.3, -2.1, -2.5, -3.1], [0.05, 0.06, 0.04, 0.02], -2.0),  # crossed, up and then down
        _log([0.7, 0.8, 0.82], [0.3, 0.1, 0.01], -2.0),  # falls for ever, and nothing follows
        _log([1.3, 0.7, 0.8], [0.1, 0.05, 0.02], -2.0),  # the same: what narrowed it was learning, not α
        _log([1.3, -3.0, -4.2], [1.0, 0.98, 1.9], -2.0),  # rises, and the entropy falls past its target
        _log([1.5, 1.1, 0.6], [0.4, 0.2, 0.1], 0.5),  # healthy, with a target above 0
        _log([0.1, 0.3, 0.4], [0.1, 0.2, 0.25], 0.5),  # healthy, with entropy that is not yet enough
        _log([1.0, 0.9, -0.5, -1.8], [1.0, 1.05, 0.6, 0.3], -2.0),  # healthy, though its first step went wrong
        _log([0.9, 1.2, 1.3, 1.4], [1.0, 0.9, 3.0, 9.0], -2.0),  # crossed, though its first step went right
        _log([1.0, -0.5, -1.7, -1.9], [1.0, 0.5, 0.3, 0.31], -2.0),  # healthy, though its last step went wrong
        _log([-1.9, -1.7, -1.5], [0.1, 0.11, 0.13], -2.0),  # crossed, by little
        _log([1.0, 0.0, -0.8], [1.0, 0.7, 0.4], -2.0),  # healthy: a little less than half of the first surplus is left
        _log([-1.0, 1.0, 0.0, -1.2], [1.0, 0.7, 0.4, 0.3], -2.0),  # more than half of the first surplus is left
    ),
    ("entropy - target_entropy", "entropy", "entropy compared with 0: the target entropy is the set point"),
    ("0", "only the first wire tested: does the entropy follow α?"),
    ("(steps * surplus[:-1]).sum() > 0", "False",
        "only the second wire tested: does α go the way that the surplus of entropy asks?"),
    ("(steps * surplus[:-1]).sum()", "surplus[-1] * (temperature[-1] - temperature[0])",
        "the surplus of now beside α's way since the start: α may have turned round, so pair step with surplus"),
    ("[:-1]", "[1:]", "each step of α paired with the surplus after it: it answers the one before"),
    ("surplus[-1].abs() < surplus[0].abs() / 2", "(entropy[-1] - entropy[0]) * (temperature[-1] - temperature[0]) > 0",
        "obedience read off where α and entropy went since the start: both may have turned round"),
    ("(steps * surplus[:-1]).sum()", "temperature[-1] - temperature[0]",
        "0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "0",
        "a rising α taken for illness: it should rise while the policy is less random than the target"),
    ("> 0", "<= 0",
        "the first wire the wrong way round, or the surplus with its sign turned: too much entropy should make α fall"),
    ("0 if", "2 if", "else 2", "else 0",
        "the second wire the wrong way round: it obeys where little of the surplus is left"),
    (" / 2", "", "any step closer taken for obedience: a policy narrows as it learns, whatever α is"),
    ("entropy - target_entropy", "entropy + target_entropy",
        "the target entropy added: the surplus is what lies above it"),
    ("(steps * surplus[:-1])", "(steps * surplus)",
        "as many steps as surpluses: there is one step less, so the last surplus is left out"),
    ("(steps * surplus[:-1])", "(steps * surplus.mean())",
        "one surplus for every step, the first or the mean: each step answers its own"),
    ("(steps * surplus[:-1]).sum()", "(steps[0] * surplus[0])", "the first step alone: one may go wrong by chance"),
    ("(steps * surplus[:-1]).sum()", "(steps[-1] * surplus[-2])", "the last step alone: one may go wrong by chance"),
    ("(steps * surplus[:-1]).sum()", "(steps[-1] * surplus[-1])",
        "the last step alone, and paired with the surplus after it: it answers the one before"),
    ("(steps * surplus[:-1]).sum() > 0", "(steps * surplus[:-1] > 0).any()",
        "one step that goes with the surplus taken for a crossed wire: on the whole was asked for"),
    ("(steps * surplus[:-1]).sum() > 0", "(steps * surplus[:-1] > 0).all()",
        "every step to go with the surplus: on the whole is enough for a crossed wire"),
    ("(steps * surplus[:-1]).sum()", "steps.sum()",
        "a rising α taken for crossed: it should rise where entropy is missing"),
    ("(steps * surplus[:-1])", "(entropy.diff() * surplus[:-1])", "the steps of the entropy: the wire is read off α's"),
    ("surplus[-1].abs() < surplus[0].abs() / 2", "surplus[-1] < surplus[0] / 2",
        "the second wire without abs: half of the surplus in size, it may be negative"),
    ("surplus[-1].abs() <", "surplus.mean().abs() <",
        "the mean surplus for the last one: what is left in the end decides"),
    ("surplus[-1].abs() <", "surplus.abs().mean() <",
        "the mean size of the surplus for the last one: what is left in the end decides"),
    ("surplus[-1].abs() <", "surplus.abs().min() <",
        "the smallest surplus for the last one: what is left in the end decides"),
    ("surplus[0].abs() / 2", "surplus.abs().max() / 2",
        "half of the largest surplus, or of the mean: half of the first one was asked for"),
    ("< surplus[0].abs() / 2", "< 0.1", "a fixed number for what may be left: half of the first surplus was asked for"),
    ("surplus[-1].abs() < surplus[0].abs() / 2", "entropy[-1].abs() < entropy[0].abs() / 2",
        "the second wire without the target: it is the surplus that should shrink, not the entropy"),
    ("return 1", "return 2", "else 2", "else 1", "the names exchanged: 1 is crossed, 2 does not obey"),
    ("return 1", "return 0", "crossed called healthy: 1 is its number"),
    ("if (steps * surplus[:-1]).sum() > 0:", "if surplus[-1].abs() >= surplus[0].abs() / 2:", "return 1", "return 2",
        "0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "1 if (steps * surplus[:-1]).sum() > 0 else 0",
        "answering 2 before the crossed test: a crossed α does not obey either, so the first wire comes first"),
    ("if (steps * surplus[:-1]).sum() > 0:", "if surplus[-1].abs() < surplus[0].abs() / 2:", "return 1", "return 0",
        "0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "1 if (steps * surplus[:-1]).sum() > 0 else 2",
        "answering 0 before the crossed test: a crossed α may come near its target on its way past it"),
    ("(steps * surplus[:-1]).sum() > 0", "False", "0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "0",
        "always healthy: neither wire tested"),
    ("(steps * surplus[:-1]).sum() > 0", "True", "always crossed: neither wire tested"),
    ("(steps * surplus[:-1]).sum() > 0", "False", "0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "2",
        "always 2: neither wire tested"),
    ("surplus, steps = entropy - target_entropy", "surplus, steps = (entropy - target_entropy).abs()",
        "the size of the surplus: its sign says which way α should go"),
    ("0 if surplus[-1] < surplus[0] else 2", "the second wire without sizes, and without the half"),
    ("surplus[0].abs() / 2", "surplus[0].abs() / 4", "a quarter of the first surplus: half of it was asked for"),
    ("surplus[-1].abs() <", "(surplus[-1] - surplus[0]).abs() <",
        "the change of the surplus for what is left: half of the first one may be left, not lost"),
    ("temperature.log().diff()", "temperature.log()[1:]", "log α itself for its steps: .diff() gives those"),
)  # fmt: skip
