"""Exercises of notebook 16: a world for any leading axes, and the difference of two ideas on the same seeds."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from sacnotes_lib.course.kit.edits import exercise
from sacnotes_lib.course.kit.exercise import Unfit


def room_step(state: np.ndarray, action: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A heated room: state [..., 2] (inside, outside), action [..., 1] -> next_state [..., 2], reward [...]."""
    inside, outside = state[..., 0], state[..., 1]
    heat = action[..., 0] + 1
    warmer = inside + heat - 0.1 * (inside - outside)
    reward = -((warmer - 20) ** 2) - heat
    return np.stack([warmer, outside], axis=-1), reward


def paired_difference(scores: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """Mean of scores - reference over seeds, and its standard error: [R] each, seed by seed -> two numbers."""
    gains = scores - reference
    return gains.mean(), gains.std(ddof=1) / np.sqrt(len(gains))


def two_results(first: str, second: str) -> Callable:
    """An `Exercise.adapt`: what a solution returns, by name; `Unfit` where it is not two, or changed an argument."""

    def adapt(solution: Callable) -> Callable:
        def tried(*arguments):
            before = deepcopy(arguments)
            result = solution(*arguments)
            if not all(map(np.array_equal, before, arguments)):
                return Unfit(
                    "a changed argument", "Others still hold what came in: leave it, and make a new array."
                )
            if result is None:
                return None
            if not isinstance(result, tuple) or len(result) != 2:
                came = f"{len(result)} results" if isinstance(result, tuple) else result
                return Unfit(came, f"Two results are asked for: return {first}, {second}.")
            return dict(zip((first, second), result, strict=True))

        return tried

    return adapt


def _room_case(*leading: int) -> dict:
    rng = np.random.default_rng(sum(leading) + 1)
    state = np.stack([rng.uniform(10, 25, leading), rng.uniform(-5, 10, leading)], axis=-1)
    return {"state": state, "action": rng.uniform(-1, 1, (*leading, 1))}


ROOM_STEP = exercise(
    room_step,
    (_room_case(), _room_case(4), _room_case(3, 2)),
    ("inside, outside = state[..., 0], state[..., 1]", "inside, outside = state[0], state[1]",
        "state[0] is the first room where there are many: state[..., 0] is the inside of each"),
    ("inside, outside = state[..., 0], state[..., 1]", "inside, outside = state",
        "unpacked along the first axis: with many rooms that counts rooms"),
    ("inside, outside = state[..., 0], state[..., 1]", "inside, outside = state[:, 0], state[:, 1]",
        "state[:, 0] needs just one leading axis: state[..., 0] takes any"),
    ("inside, outside = state[..., 0], state[..., 1]", "outside, inside = state[..., 0], state[..., 1]",
        "inside and outside exchanged"),
    ("action[..., 0] + 1", "action + 1",
        "the action's own axis is kept: [..., 1] meets [...] and broadcasts"),
    ("action[..., 0] + 1", "action[0] + 1", "action[0] is the first room's where there are many"),
    ("action[..., 0] + 1", "action[..., 0]", "the heater at -1 to 1, so that it cools: it gives action + 1"),
    ("action[..., 0] + 1", "(action[..., 0] + 1) / 2", "the heater at half its strength: 0 to 2 degrees, action + 1"),
    ("action[..., 0] + 1", "np.clip(action[..., 0], 0, 1)", "negative actions cut off: the heater gives action + 1"),
    ("action[..., 0] + 1", "np.maximum(action[..., 0] + 1, 1)", "the heater never below 1: at action -1 it is off"),
    ("- 0.1 * (inside - outside)", "+ 0.1 * (inside - outside)",
        "the leak turned round: a room that is warmer than the outside loses heat"),
    (" - 0.1 * (inside - outside)", "", "the leak left out"),
    ("(inside - outside)", "inside", "a leak of a tenth of the inside: it is of the difference"),
    ("(inside - outside)", "(inside + heat - outside)", "the leak of the heated room: it is that of the old inside"),
    ("0.1 * (inside - outside)", "(inside - outside)", "all of the difference leaks away: it is a tenth"),
    ("inside + heat - 0.1", "heat - 0.1", "the change alone: the room keeps what it had"),
    ("(warmer - 20)", "(inside - 20)", "the reward of the temperature before the step: the new one is asked for"),
    ("-((warmer - 20) ** 2)", "(warmer - 20) ** 2", "a cost where a reward belongs: it would be driven up"),
    ("-((warmer - 20) ** 2)", "-(warmer - 20)", "not squared: the colder the better"),
    ("-((warmer - 20) ** 2)", "-np.abs(warmer - 20)", "the distance where its square belongs"),
    ("-((warmer - 20) ** 2)", "-(warmer - 20 ** 2)", "20 squared alone: brackets around the difference"),
    ("** 2) - heat", "** 2)", "heating costs nothing: minus the heat is still missing"),
    ("** 2) - heat", "** 2) + heat", "heating is paid for: its cost is subtracted"),
    ("-((warmer - 20) ** 2) - heat", "(warmer - 20) ** 2 + heat", "the cost: a reward is minus that"),
    ("** 2) - heat", "** 2) - action[..., 0]", "the action as the price: it is the heat, action + 1"),
    ("** 2) - heat", "** 2) - heat**2", "the heat squared: it costs as much as it is"),
    ("** 2) - heat", "** 2) - np.abs(action[..., 0])", "the size of the action as the price: it is the heat"),
    ("** 2) - heat", "** 2) - 0.1 * heat", "a tenth of the heat as its price: it costs as much as it is"),
    ("np.stack([warmer, outside], axis=-1), reward", "reward, np.stack([warmer, outside], axis=-1)",
        "reward and next state exchanged"),
    ("[warmer, outside]", "[warmer, outside + 0.1 * (inside - outside)]",
        "the outside warmed by the room: it stays as it is"),
    ("[warmer, outside]", "[warmer, inside]", "the old inside where the outside belongs"),
    ("[warmer, outside]", "[outside, warmer]", "inside and outside exchanged in the next state"),
    ("[warmer, outside]", "[inside, outside]", "the old inside in the next state"),
    ("np.stack([warmer, outside], axis=-1)", "warmer",
        "the inside alone: the next state holds the outside too"),
    ("np.stack([warmer, outside], axis=-1)", "warmer[..., None]",
        "the inside alone, with an axis: the next state holds the outside too"),
    (", axis=-1", "", "stacked along the first axis: [2, ...] where [..., 2] belongs"),
    ("np.stack([warmer, outside], axis=-1)", "np.concatenate([warmer, outside], axis=-1)",
        "concatenated: two arrays in a row make no new axis, np.stack does"),
    ("axis=-1), reward", "axis=-1), reward.sum()", "the rewards of all rooms added: each has its own"),
    ("axis=-1), reward", "axis=-1), reward.mean()", "the rewards averaged over the rooms: each has its own"),
    ("axis=-1), reward", "axis=-1), float(reward)", "float() holds for one room only: return [...]"),
    ("axis=-1), reward", "axis=-1), reward[..., None]", "an axis too many at the reward: one number for each room"),
    adapt=two_results("next_state", "reward"),
)  # fmt: skip


def _scores(seeds: int, gain: float, luck: float) -> dict[str, np.ndarray]:
    """Scores in which most of the luck belongs to the seed."""
    rng = np.random.default_rng(seeds)
    reference = luck * rng.standard_normal(seeds) - 3
    return {"scores": reference + gain + 0.3 * rng.standard_normal(seeds), "reference": reference}


PAIRED_DIFFERENCE = exercise(
    paired_difference,
    (_scores(8, -0.6, 1.0), _scores(5, 0.4, 3.0), _scores(4, 2.0, 0.2)),
    ("gains.std(ddof=1) / np.sqrt(len(gains))",
        "np.sqrt(scores.var(ddof=1) / len(gains) + reference.var(ddof=1) / len(gains))",
        "the error of two groups that have no seeds in common: the pairs are lost"),
    ("gains.std(ddof=1) / np.sqrt(len(gains))",
        "np.sqrt(scores.var() / len(gains) + reference.var() / len(gains))",
        "the error of two groups that have no seeds in common, and ddof=1 is missing"),
    ("gains.std(ddof=1) / np.sqrt(len(gains))",
        "np.sqrt(scores.var(ddof=1) + reference.var(ddof=1))",
        "the spread of two groups that have no seeds in common: the pairs are lost, and √R is missing"),
    ("gains.std(ddof=1) / np.sqrt(len(gains))",
        "(scores.std(ddof=1) + reference.std(ddof=1)) / np.sqrt(len(gains))",
        "the two errors added: take the spread of the differences"),
    ("gains.std(ddof=1)", "(scores.std(ddof=1) - reference.std(ddof=1))",
        "the difference of two spreads: take the spread of the differences"),
    ("gains.std(ddof=1)", "scores.std(ddof=1)", "the error of one idea's mean: take the spread of the differences"),
    ("gains.std(ddof=1)", "reference.std(ddof=1)", "the error of the reference: take the spread of the differences"),
    (" / np.sqrt(len(gains))", "", "the spread of the seeds: the error of their mean is √R times smaller"),
    ("np.sqrt(len(gains))", "len(gains)", "divided by R: a mean's error falls with √R"),
    ("np.sqrt(len(gains))", "np.sqrt(len(gains) - 1)", "R - 1 twice: in the spread already, so √R here"),
    ("np.sqrt(len(gains))", "np.sqrt(2 * len(gains))", "√(2R): there are R differences"),
    ("ddof=1", "", "NumPy's std divides by R: with few seeds ddof=1, which divides by R - 1"),
    (".std(ddof=1) / np.sqrt(len(gains))", ".std() / len(gains)", "ddof=1 is missing, and R stands where √R belongs"),
    (".std(ddof=1) / np.sqrt(len(gains))", ".std()", "the spread of the seeds, without ddof=1 and without √R"),
    ("gains.std(ddof=1) / np.sqrt(len(gains))", "gains.var(ddof=1) / len(gains)",
        "the variance of the mean: its error is the root of that"),
    ("gains.std(ddof=1)", "gains.var(ddof=1)", "the variance where the standard deviation belongs"),
    ("gains.std(ddof=1)", "1.96 * gains.std(ddof=1)", "the half of a 95 % interval: one standard error is asked for"),
    ("gains.std(ddof=1)", "2 * gains.std(ddof=1)", "two standard errors: one is asked for"),
    ("gains = scores - reference", "gains = reference - scores", "the sign: scores minus reference"),
    ("gains = scores - reference", "gains = np.abs(scores - reference)",
        "the size of each difference: a seed that lost counts as lost"),
    ("gains = scores - reference", "gains = np.sort(scores) - np.sort(reference)",
        "sorted first: the pairs are no longer those of a seed"),
    ("gains = scores - reference", "gains = scores / reference", "a ratio where the difference belongs"),
    ("gains = scores - reference", "gains = (scores - reference) / np.abs(reference)",
        "the difference as a share of the reference"),
    ("gains = scores - reference", "gains = scores", "the reference left out"),
    ("gains.mean()", "gains.sum()", "the sum over seeds where the mean belongs"),
    ("gains.mean()", "np.median(gains)", "the median where the mean belongs"),
    ("gains.mean()", "gains", "no mean: one difference for each seed"),
    ("gains.mean()", "(gains > 0).mean()", "how often it won: how much is asked for"),
    ("gains.mean()", "np.sort(gains)[len(gains) // 4 : -(len(gains) // 4)].mean()",
        "the mean of the middle half: `table` takes that, here it is the plain mean"),
    ("gains.mean(), gains.std(ddof=1) / np.sqrt(len(gains))", "gains.std(ddof=1) / np.sqrt(len(gains)), gains.mean()",
        "mean and error exchanged"),
    ("gains.mean(), gains.std(ddof=1) / np.sqrt(len(gains))",
        "gains.mean(), gains.mean() / gains.std(ddof=1) * np.sqrt(len(gains))",
        "the mean in units of its error (Student's t): the error itself is asked for"),
    adapt=two_results("mean", "error"),
)  # fmt: skip
