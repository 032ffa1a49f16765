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
    ("> 0", "<= 0", "the first wire the wrong way round: too much entropy should make α fall"),
    ("0 if", "2 if", "else 2", "else 0",
        "the second wire the wrong way round: it obeys where little of the surplus is left"),
    (" / 2", "", "any step closer taken for obedience: a policy narrows as it learns, whatever α is"),
)  # fmt: skip
