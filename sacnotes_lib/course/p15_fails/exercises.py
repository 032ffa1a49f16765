"""Exercises of notebook 15: mean steps to a door, exactly, and what to try first, from what a run shows."""

import numpy as np

from sacnotes_lib.course.kit.edits import exercise


def steps_to_leave(moves: np.ndarray) -> np.ndarray:
    """Mean number of steps until a walk has left its n states, from each: moves [n, n] -> [n].

    One step is taken in any case, and then the same question is asked where it led: h = 1 + moves @ h.
    """
    inside = np.eye(len(moves)) - moves
    return np.linalg.solve(inside, np.ones(len(moves)))


def first_try(same: float, sizes: np.ndarray, spread: float, gaps: np.ndarray) -> int:
    """What to try first, from what a run shows: the first that applies, 0 for none.

    1 explore otherwise: a share `same` of at least 0.99 of the first rewards is the same number.
    2 rescale observations: the largest of their sizes [S] is above 30 times the smallest.
    3 rescale rewards: the std of the first ones, `spread`, is below 0.05 or above 5.
    4 fewer updates: Q - earned, `gaps` [R], is above 0 on average by more than two standard errors.
    """
    if same >= 0.99:
        return 1
    if sizes.max() > 30 * sizes.min():
        return 2
    if not 0.05 <= spread <= 5:
        return 3
    return 4 if gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps)) else 0


def _moves(states: int, seed: int) -> dict:
    """Chances that differ in every row and every column, so that no slip hides."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(states + 1), states)
    return {"moves": chances[:, :states]}


STEPS_TO_LEAVE = exercise(
    steps_to_leave,
    (_moves(4, 0), _moves(3, 1), _moves(5, 2)),
    ("np.eye(len(moves)) - moves", "moves", "the identity is missing: h stands on both sides of h = 1 + moves @ h"),
    ("np.eye(len(moves)) - moves", "np.eye(len(moves)) - moves.T",
        "transposed, or added up over where the walk began: row i holds the chances of steps *from* state i"),
    ("np.eye(len(moves)) - moves", "np.eye(len(moves)) + moves",
        "the sign: h - moves @ h = 1, so the matrix is 1 - moves"),
    ("np.eye(len(moves)) - moves", "moves - np.eye(len(moves))",
        "the sign: h - moves @ h = 1, and no number of steps is negative"),
    ("np.eye(len(moves)) - moves", "1 - moves", "1 - moves takes each entry from 1: the identity is np.eye(n)"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "np.linalg.inv(inside)",
        "the mean number of visits of each state, from each: their sum over states is the number of steps"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "np.linalg.inv(inside).mean(axis=1)",
        "the mean over states of the visits: steps are their sum"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "np.diag(np.linalg.inv(inside)).copy()",
        "visits of the state where it began: steps are visits of all states"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "np.linalg.solve(inside, moves.sum(axis=1))",
        "one step too few: the one through the door is a step too"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "np.linalg.solve(inside, 1 - moves.sum(axis=1))",
        "the chance to leave at all, which is 1: each step counts one"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "1 / (1 - moves.sum(axis=1))",
        "1 / (chance to leave), as if the walk stayed in its state: the next state has another chance"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "1 + moves.sum(axis=1)",
        "two steps of it: the same question goes on for ever"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "1 + moves @ (1 + moves.sum(axis=1))",
        "three steps of it: the same question goes on for ever"),
    ("np.ones(len(moves)))", "np.ones(len(moves))).mean()", "averaged over the states: a number for each is asked for"),
    ("np.ones(len(moves)))", "np.ones(len(moves))).sum()", "added over the states: a number for each is asked for"),
    ("np.ones(len(moves)))", "np.ones(len(moves)))[0]", "the first state's number alone: one for each is asked for"),
    ("np.ones(len(moves)))", "np.ones(len(moves)))[1]", "the second state's number alone: one for each is asked for"),
    ("np.ones(len(moves)))", "np.ones(len(moves)))[-1]", "the last state's number alone: one for each is asked for"),
    ("np.ones(len(moves)))", "np.ones(len(moves))).round()", "rounded: a mean number of steps need not be whole"),
    ("np.ones(len(moves)))", "np.ones(len(moves))) + 1", "one step too many: h holds the first step already"),
    ("np.ones(len(moves))", "np.zeros(len(moves))", "nothing counted: each step counts one"),
    ("np.linalg.solve(inside, np.ones(len(moves)))",
        "sum(np.linalg.matrix_power(moves, n) @ np.ones(len(moves)) for n in range(10))",
        "ten steps of it: the same question goes on for ever"),
    ("np.ones(len(moves))", "np.ones((len(moves), 1))", "one axis too many: [n], not [n, 1]"),
    ("np.ones(len(moves))", "np.arange(len(moves))", "the states' numbers where 1 for each step belongs"),
    ("np.linalg.solve(inside, np.ones(len(moves)))",
        "np.full(len(moves), 1 / (1 - np.abs(np.linalg.eigvals(moves)).max()))",
        "what the slowest part of the walk takes in the long run: it depends on where the walk begins"),
    ("np.linalg.solve(inside, np.ones(len(moves)))", "1 / np.diag(inside)",
        "the steps until the walk leaves its present state: it has left when all of them are behind it"),
)  # fmt: skip


def _signs(
    same: float = 0.01, sizes: tuple = (1.0, 2.0), spread: float = 0.3, gaps: tuple = (0.3, -0.4, 0.1, -0.2)
) -> dict:
    """What a run might show; left out: nothing that needs a cure."""
    return {"same": same, "sizes": np.array(sizes), "spread": spread, "gaps": np.array(gaps)}


HIGH = (0.9, 1.2, 0.7, 1.1)
FIRST_TRY = exercise(
    first_try,
    (
        _signs(),
        _signs(same=1.0, spread=0.0),  # no reward differs: too small as well, and yet the first applies
        _signs(same=0.99),
        _signs(same=0.97),  # a few differ, which is enough
        _signs(same=1.0, sizes=(1.0, 900.0), gaps=HIGH),  # sparse comes first
        _signs(sizes=(1.0, 900.0)),
        _signs(sizes=(1.0, 2.0, 0.01)),  # one is small
        _signs(sizes=(1.0, 1.0, 45.0)),  # one is large, beside the smallest and beside the middle one
        _signs(sizes=(500.0, 700.0)),  # all of one size
        _signs(sizes=(1.0, 25.0)),
        _signs(sizes=(3.0,)),
        _signs(sizes=(900.0, 1.0), spread=40.0),  # observations come before rewards
        _signs(spread=40.0),
        _signs(spread=0.004),
        _signs(spread=4.0),  # large, and within bounds
        _signs(spread=0.06),  # small, and within bounds
        _signs(spread=40.0, gaps=HIGH),  # rewards come before Q
        _signs(gaps=HIGH),
        _signs(gaps=(3.0, 3.2, 2.8, 3.1)),  # above by much
        _signs(gaps=tuple(-gap for gap in HIGH)),  # Q too low is another matter
        _signs(gaps=(4.0, -1.0, 3.0, -2.5)),  # above on average, by luck
        _signs(gaps=(1.0, 1.2, -0.1, 0.9, 1.1, 1.3, 0.8, 1.2)),  # above, though not in every seed
        _signs(gaps=(0.2, 0.25, 0.15, 0.2)),  # above by little, and surely
        _signs(gaps=(0.9, -0.1, 0.9, -0.1)),  # the same, where a variance is smaller than its root
        _signs(gaps=(2.0, -0.1, 1.9, 0.0)),  # more than one standard error, less than two
        _signs(gaps=(2.0, -0.1, 1.9, 0.0, 2.0, -0.1, 1.9, 0.0)),  # the same, of more seeds
    ),
    ("if same >= 0.99:", "if False:", "the test for a sparse reward is missing, or never met"),
    ("same >= 0.99", "same == 1", "all rewards the same, or more than 99 of 100: 0.99 itself is enough"),
    ("same >= 0.99", "same >= 0.9", "fewer than 99 of 100 taken for enough"),
    ("same >= 0.99", "same < 0.99", "the wrong way round: a reward that is nearly always the same is the trouble"),
    ("if sizes.max() > 30 * sizes.min():", "if False:", "the test for sizes of observations is missing, or never met"),
    ("sizes.max() > 30 * sizes.min()", "sizes.max() > 30",
        "a size above 30 by itself, or a difference: 30 times the smallest was asked for"),
    ("sizes.max() > 30 * sizes.min()", "sizes.max() > 10 * sizes.min()", "another factor than 30"),
    ("sizes.max() > 30", "sizes.max() < 30", "the wrong way round: sizes that differ much are the trouble"),
    ("sizes.min()", "np.median(sizes)", "compared with the median size: the smallest was asked for"),
    ("sizes.max() > 30 * sizes.min()", "sizes[0] > 30 * sizes[1:].sum()",
        "the first size beside the rest: the largest may be any of them"),
    ("sizes.max() > 30 * sizes.min()", "sizes[-1] > 30 * sizes[0]",
        "the last size beside the first: the largest may be any of them"),
    ("sizes.max() > 30 * sizes.min()", "sizes.std() > 30", "the std of the sizes: largest and smallest were asked for"),
    ("if not 0.05 <= spread <= 5:", "if False:", "the test for sizes of rewards is missing, or never met"),
    ("not 0.05 <= spread <= 5", "spread > 5", "rewards too small go unseen: below 0.05 counts too"),
    ("not 0.05 <= spread <= 5", "spread < 0.05", "rewards too large go unseen: above 5 counts too"),
    ("not 0.05 <=", "0.05 <=", "the wrong way round: between 0.05 and 5 nothing needs to be done"),
    ("spread <= 5", "spread**2 <= 5", "the variance for the std"),
    ("spread <= 5", "spread <= 1", "1 for 5 as the upper bound"),
    ("return 4 if gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps)) else 0", "return 0",
        "the test for Q is missing, or never met"),
    ("gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps))", "gaps.mean() > 0",
        "above 0 by any amount: seeds differ, so two standard errors were asked for"),
    ("gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps))", "(gaps > 0).all()",
        "above in every seed: on average, by two standard errors, was asked for"),
    ("gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps))", "(gaps > 0).any()",
        "above in some seed: on average, by two standard errors, was asked for"),
    ("gaps.mean() > 2", "abs(gaps.mean()) > 2", "without the sign: a Q that is too low is another matter"),
    ("gaps.mean() > 2", "gaps.mean() < 2", "the wrong way round: a mean within two standard errors of 0 is luck"),
    ("gaps.mean() > 2", "gaps.mean() < -2", "the sign: Q minus what is earned is above 0 where Q is too high"),
    (" / np.sqrt(len(gaps))", "", "two standard deviations: the error of a mean is √R times smaller"),
    ("gaps.mean() > 2 *", "gaps.mean() >", "one standard error for two, or R where √R belongs"),
    ("gaps.std(ddof=1)", "gaps.var(ddof=1)", "the variance for the standard deviation"),
    ("gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps))", "gaps.mean() > 0.5",
        "a fixed number for the error: how sure it is depends on the seeds"),
    ("gaps.mean() > 2 * gaps.std(ddof=1) / np.sqrt(len(gaps))", "gaps.mean() > 2",
        "above 2: two standard errors of the mean were asked for"),
    ("if same >= 0.99:\n        return 1\n    ", "",
        "        return 2\n    if not", "        return 2\n    if same >= 0.99:\n        return 1\n    if not",
        "the order: a sparse reward comes before the observations"),
    ("if same >= 0.99:\n        return 1\n    ", "",
        "        return 3\n    return", "        return 3\n    if same >= 0.99:\n        return 1\n    return",
        "the order: a sparse reward comes before all else"),
    ("sizes.max() > 30 * sizes.min():\n        return 2\n    if not 0.05 <= spread <= 5:\n        return 3",
        "not 0.05 <= spread <= 5:\n        return 3\n    if sizes.max() > 30 * sizes.min():\n        return 2",
        "the order: observations come before rewards"),
    ("0.99:\n        return 1", "0.99:\n        return 2", "sizes.min():\n        return 2",
        "sizes.min():\n        return 1", "the names exchanged: 1 is a sparse reward, 2 the observations"),
    ("return 4 if", "return 3 if", "5:\n        return 3", "5:\n        return 4",
        "the names exchanged: 3 is the rewards, 4 the updates"),
)  # fmt: skip
