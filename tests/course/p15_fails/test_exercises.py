"""Page 15's exercises: that the references are right, and what else passes."""

import numpy as np

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p15_fails.exercises import FIRST_TRY, STEPS_TO_LEAVE


def test_steps_to_leave_against_walks_that_are_drawn():
    moves = STEPS_TO_LEAVE.cases[1]["moves"]
    rng, taken = np.random.default_rng(0), np.zeros((3, 20_000), int)
    chances = np.concatenate([moves, 1 - moves.sum(axis=1, keepdims=True)], axis=1).cumsum(axis=1)
    for start in range(3):
        state = np.full(20_000, start)
        while (inside := state < 3).any():
            taken[start] += inside
            drawn = (rng.random((inside.sum(), 1)) > chances[state[inside]]).sum(axis=1)
            state[inside] = drawn
    np.testing.assert_allclose(taken.mean(axis=1), STEPS_TO_LEAVE.reference(moves), rtol=0.03)


def test_every_answer_of_the_triage_is_asked_for():
    assert {FIRST_TRY.reference(**case) for case in FIRST_TRY.cases} == {0, 1, 2, 3, 4}


def test_the_solutions_may_be_written_in_other_ways():
    def by_sweeps(moves):
        steps = np.zeros(len(moves))
        for _ in range(2000):
            steps = 1 + moves @ steps
        return steps

    def by_visits(moves):
        return np.linalg.inv(np.eye(len(moves)) - moves).sum(axis=1)

    def in_one_line(same, sizes, spread, gaps):
        surely = gaps.mean() > 2 * np.sqrt(gaps.var(ddof=1) / len(gaps))
        found = (same >= 0.99, max(sizes) / min(sizes) > 30, spread < 0.05 or spread > 5, surely)
        return next((number for number, applies in enumerate(found, 1) if applies), 0)

    for answer in (by_sweeps, by_visits):
        assert check(answer, STEPS_TO_LEAVE).passed
    assert check(in_one_line, FIRST_TRY).passed
