"""Page 15's exercises: that the references are right, and what else passes."""

import numpy as np
from scipy.stats import ttest_rel

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p16_your_own.exercises import PAIRED_DIFFERENCE, ROOM_STEP


def test_a_room_comes_to_rest_where_the_heat_and_the_leak_are_equal():
    """At action 0 the heat is one degree a step, which ten degrees above the outside leak away."""
    state, reward = ROOM_STEP.reference(np.array([20.0, 10.0]), np.array([0.0]))
    np.testing.assert_allclose(state, [20.0, 10.0])
    assert reward == -1.0


def test_the_error_is_that_of_student_s_paired_test():
    for case in PAIRED_DIFFERENCE.cases:
        mean, error = PAIRED_DIFFERENCE.reference(**case)
        assert np.isclose(mean / error, ttest_rel(*case.values()).statistic)


def test_the_solutions_may_be_written_in_other_ways():
    def entry_by_entry(state, action):
        next_state = state.copy()
        next_state[..., 0] += action[..., 0] + 1 - (state[..., 0] - state[..., 1]) / 10
        return next_state, -np.square(next_state[..., 0] - 20) - (1 + action[..., 0])

    def by_the_variance_of_a_difference(scores, reference):
        both = np.cov(scores, reference)
        return (scores - reference).mean(), np.sqrt((both.trace() - 2 * both[0, 1]) / len(scores))

    assert check(entry_by_entry, ROOM_STEP).passed
    assert check(by_the_variance_of_a_difference, PAIRED_DIFFERENCE).passed


def test_a_state_that_was_changed_and_a_step_s_five_results_are_told():
    def in_place(state, action):
        state[..., 0] += action[..., 0] + 1
        return state, state[..., 0]

    def as_in_gymnasium(state, action):
        return *ROOM_STEP.reference(state, action), False, False, {}

    assert "make a new array" in check(in_place, ROOM_STEP).mistake
    assert "return next_state, reward" in check(as_in_gymnasium, ROOM_STEP).mistake
