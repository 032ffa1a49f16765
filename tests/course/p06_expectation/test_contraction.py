"""The contraction scene against the exact solver, and against what a contraction promises."""

import itertools

import numpy as np
import pytest

from sacnotes_lib.course.p06_expectation import contraction as ours
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.exact import grid_solver

SCENE = ours.ContractionScene()
KNOWN = ours.tables()


@pytest.mark.parametrize("discount", [0.5, 0.9])
def test_the_exact_q_against_the_solver(discount):
    solver = grid_solver(ours.PROBLEM, 41, 7)
    mean, log_std = -0.3 * solver.states, np.full_like(solver.states, np.log(0.6))
    answer = solver.evaluate_tanh_gaussian(mean, log_std, discount, ours.TEMPERATURE)
    states = np.array([-1.5, 0.0, 0.7])[:, None]
    rows = [np.abs(KNOWN.states - x[0]).argmin() for x in states]
    column = len(KNOWN.nodes.pre_tanh) // 2
    expected = answer.q_value(states, np.zeros((3, 1)))
    np.testing.assert_allclose(ours.exact_q(KNOWN, discount)[rows, column], expected, atol=1e-4)


def test_a_backup_written_out_in_loops():
    q = np.random.default_rng(0).normal(size=KNOWN.reward.shape)
    backed_up = ours.soft_backup(q, KNOWN, 0.8)
    for s, m in [(0, 0), (20, 60), (40, 100)]:
        expected = KNOWN.reward[s, m]
        for t in range(len(KNOWN.states)):
            for n in range(len(KNOWN.nodes.pre_tanh)):
                bonus = -ours.TEMPERATURE * KNOWN.log_policy[t, n]
                expected += 0.8 * KNOWN.next_weights[s, m, t] * KNOWN.policy_mass[t, n] * (q[t, n] + bonus)
        assert backed_up[s, m] == pytest.approx(expected)


def test_weights_are_probabilities():
    assert KNOWN.next_weights.min() >= 0
    np.testing.assert_allclose(KNOWN.next_weights.sum(-1), 1)
    np.testing.assert_allclose(KNOWN.policy_mass.sum(-1), 1)


def test_no_backup_shrinks_the_error_by_less_than_the_discount():
    for start, discount in itertools.product((ours.ZERO, ours.TOO_HIGH, ours.WAVY), (0.5, 0.75, 0.95)):
        data = SCENE.compute(start, discount, 0)
        errors = data.errors[data.errors > 1e-9]
        assert (errors[1:] <= discount * errors[:-1] + 1e-12).all()
        assert (data.errors <= data.bound * (1 + 1e-6) + 1e-9).all()


def test_a_constant_error_shrinks_by_just_the_discount_and_waves_much_faster():
    constant, waves = SCENE.compute(ours.TOO_HIGH, 0.9, 0), SCENE.compute(ours.WAVY, 0.9, 0)
    np.testing.assert_allclose(constant.errors, 5 * 0.9 ** np.arange(ours.MOST_BACKUPS + 1), rtol=1e-9)
    assert waves.errors[10] < 0.1 * constant.errors[10]


def test_the_shown_q_is_that_many_backups_old():
    q = np.zeros_like(KNOWN.reward)
    for _ in range(4):
        q = ours.soft_backup(q, KNOWN, 0.7)
    np.testing.assert_allclose(SCENE.compute(ours.ZERO, 0.7, 4).q, q[:, len(KNOWN.nodes.pre_tanh) // 2])


@pytest.mark.parametrize("backups", [0, ours.MOST_BACKUPS])
def test_the_dot_of_now_is_whole_at_both_ends(backups):
    painter = Painter(SCENE)
    painter.paint(SCENE.compute(ours.ZERO, 0.9, backups))
    now = painter._artists.now
    middle = now.get_transform().transform(now.get_xydata())[0]
    radius = now.get_markersize() / 2 * painter.figure.dpi / 72
    assert now.axes.bbox.padded(-radius).contains(*middle)
