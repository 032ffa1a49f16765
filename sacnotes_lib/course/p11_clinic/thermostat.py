"""Exercise C of notebook 11: a temperature's log to be read, dial against thermometer."""

import torch
from torch import Tensor

from sacnotes_lib.course.kit.edits import exercise


def thermostat(entropy: Tensor, temperature: Tensor, target_entropy: float) -> int:
    """Read the log of a run that had time to arrive, [T] and [T]: 0 healthy, 1 crossed, 2 the policy does not obey α.

    Crossed: on the whole, α's steps go with the surplus of entropy from which each was taken. Not obeyed: α goes
    against the surplus, as it should, and yet at the end half of the first one or more is left.
    """
    surplus, steps = entropy - target_entropy, temperature.log().diff()
    if (steps * surplus[:-1]).sum() > 0:
        return 1
    return 0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2


def _log(entropy: list[float], temperature: list[float], target_entropy: float) -> dict:
    log = {"entropy": torch.tensor(entropy), "temperature": torch.tensor(temperature)}
    return log | {"target_entropy": target_entropy}


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
    ("0 if surplus[-1].abs() < surplus[0].abs() / 2 else 2", "0",
        "only the first wire tested: does the entropy follow α?"),
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
    ("surplus[-1].abs() < surplus[0].abs() / 2", "surplus[-1] < surplus[0]",
        "the second wire without sizes, and without the half"),
    ("surplus[0].abs() / 2", "surplus[0].abs() / 4", "a quarter of the first surplus: half of it was asked for"),
    ("surplus[-1].abs() <", "(surplus[-1] - surplus[0]).abs() <",
        "the change of the surplus for what is left: half of the first one may be left, not lost"),
    ("temperature.log().diff()", "temperature.log()[1:]", "log α itself for its steps: .diff() gives those"),
)  # fmt: skip
