"""Soft dynamic programming against soft LQR, against adaptive quadrature, and against rollouts."""

import numpy as np
import pytest
from scipy.integrate import quad

from sacnotes_lib import exact as ours

# Actions in [-1, 1] stand for u = 8 a: bounds so wide that LQR's Gaussian policy never meets them near 0.
WIDE = 8.0
LQR = ours.SoftLQR(A=0.9, B=0.5, Q=1.0, R=0.1, W=0.01, discount=0.95, temperature=0.3)


@pytest.fixture(scope="module")
def wide_solver():
    return ours.grid_solver(
        ours.GridProblem(
            transition=lambda x, a, e: 0.9 * x + 0.5 * WIDE * a + 0.1 * e,
            reward=lambda x, a, y: -(x**2) - 0.1 * (WIDE * a) ** 2,
            low=-4.0,
            high=4.0,
        )
    )


def walled_end(y):
    """Probability that the episode ends at y: rare on the left, likely on the right."""
    return 1 / (1 + np.exp(-4 * (y - 1)))


def walled_step(x, a, rng):
    """Bent dynamics with an end: walls at -1 and 1.5, and the further right, the likelier it is over."""
    y = np.clip(x + 0.4 * a + 0.1 * rng.standard_normal(x.shape), -1, 1.5)
    return y, y[:, 0] - 0.2 * a[:, 0] ** 2, rng.random(len(y)) < walled_end(y[:, 0])


@pytest.fixture(scope="module")
def walled_solver():
    problem = ours.GridProblem(
        transition=lambda x, a, e: np.clip(x + 0.4 * a + 0.1 * e, -1, 1.5),
        reward=lambda x, a, y: y - 0.2 * a**2, low=-1.0, high=1.5, terminated=walled_end,
        interpolation="linear",
    )  # fmt: skip
    return ours.grid_solver(problem, state_count=101)


@pytest.mark.parametrize("entropy_weight", [1.0, 0.0, -1.0])
def test_grid_with_wide_bounds_is_lqr(wide_solver, entropy_weight):
    grid, exact = wide_solver.optimal(0.95, 0.3, entropy_weight=entropy_weight), LQR.solve(entropy_weight)
    x, a = np.array([[-1.0], [0.0], [0.5]]), np.array([[0.1], [-0.05], [0.0]])
    # A density over a is WIDE times the density over u: log WIDE less entropy at every step.
    shift = entropy_weight * 0.3 * np.log(WIDE) / (1 - 0.95)
    assert grid.value(x) + shift == pytest.approx(exact.value(x), abs=1e-5)
    assert grid.q_value(x, a) + 0.95 * shift == pytest.approx(exact.q_value(x, WIDE * a), abs=1e-5)
    assert WIDE * grid.mean(x) == pytest.approx(exact.mean(x), abs=1e-5)
    assert WIDE * grid.std(x) == pytest.approx(exact.std(x), abs=1e-5)
    assert grid.entropy(x) + np.log(WIDE) == pytest.approx(exact.entropy(x), abs=1e-5)
    assert grid.error < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
def test_the_error_estimate_covers_the_error_and_shrinks(interpolation):
    problem = ours.GridProblem(
        transition=lambda x, a, e: 1.5 * np.sin(x) + 0.5 * a, reward=lambda x, a, y: np.cos(3 * y), low=-2.0,
        high=2.0, interpolation=interpolation,
    )  # fmt: skip
    coarse, fine, true = (
        ours.grid_solver(problem, n, noise_count=1).optimal(0.9, 0.5) for n in (21, 41, 161)
    )
    x = coarse.model.states
    for answer in (coarse, fine):
        assert 0 < np.abs(answer.value(x) - true.value(x)).max() <= answer.error
    assert fine.error < 0.4 * coarse.error


def test_optimal_value_solves_the_bellman_equation_by_another_rule(walled_solver):
    answer = walled_solver.optimal(0.9, 0.2)
    a, weights = np.polynomial.legendre.leggauss(300)
    for x in (-0.8, 0.35, 1.4):
        q = answer.q_value(np.full((300, 1), x), a[:, None])
        assert answer.value(np.array([x])) == pytest.approx(0.2 * np.log(weights @ np.exp(q / 0.2)), abs=5e-3)


def policy_of(state):
    """Some tanh-Gaussian, not optimal: (mean, log_std) of states [..., 1], both [..., 1]."""
    return 0.5 - 0.8 * state, -0.5 + 0.3 * state


def sample_policy(state, rng):
    mean, log_std = policy_of(state)
    action = np.tanh(mean + np.exp(log_std) * rng.standard_normal(state.shape))
    return action, ours.tanh_gaussian_log_density(np.clip(action, -1 + 1e-12, 1 - 1e-12), mean, log_std)


@pytest.mark.parametrize("entropy_weight", [1.0, 0.0])
def test_q_of_a_given_policy_agrees_with_rollouts(walled_solver, entropy_weight):
    answer = walled_solver.evaluate_tanh_gaussian(*policy_of(walled_solver.states), 0.9, 0.2, entropy_weight)
    state, action = np.array([[-0.9], [0.0], [0.7], [1.3]]), np.array([[0.2], [-0.5], [0.9], [-0.3]])
    played = ours.soft_return(
        sample_policy, walled_step, state, action, discount=0.9, temperature=0.2 * entropy_weight,
        rng=np.random.default_rng(0), rollouts=4000,
    )  # fmt: skip
    slack = 4 * played.standard_error + answer.error + 2 * played.cut_weight
    assert np.all(np.abs(played.mean - answer.q_value(state, action)) < slack)
    assert np.all(slack < 0.1)


def test_both_ways_to_give_a_policy_agree(wide_solver):
    mean, log_std = -0.1 * wide_solver.states, np.full_like(wide_solver.states, -1.0)
    by_arrays = wide_solver.evaluate_tanh_gaussian(mean[:, 0], log_std[:, 0], 0.95, 0.3)

    def log_density(state, action):
        return ours.tanh_gaussian_log_density(action, -0.1 * state, np.full_like(state, -1.0))

    by_function = wide_solver.evaluate(log_density, 0.95, 0.3)
    assert by_function.q == pytest.approx(by_arrays.q, rel=1e-6)


@pytest.mark.slow
def test_evaluating_the_optimal_policy_gives_the_optimal_value(wide_solver):
    for policy in ("boltzmann", "tanh_gaussian"):
        best = wide_solver.optimal(0.95, 0.3, policy)
        table = {len(best.values): best.log_policy, (len(best.values) + 1) // 2: best.log_policy[::2, ::2]}
        again = wide_solver.evaluate(lambda state, action, table=table: table[len(state)], 0.95, 0.3)
        assert again.values == pytest.approx(best.values, abs=1e-6)


@pytest.mark.slow
def test_the_best_tanh_gaussian_is_below_the_optimum_and_above_others(walled_solver):
    best = walled_solver.optimal(0.9, 0.2)
    squashed = walled_solver.optimal(0.9, 0.2, "tanh_gaussian")
    other = walled_solver.evaluate_tanh_gaussian(*policy_of(walled_solver.states), 0.9, 0.2)
    assert np.all(other.values < squashed.values)
    assert np.all(squashed.values < best.values)
    # Near: the class loses little on a problem with one hump.
    assert np.abs(squashed.values - best.values).max() < 0.1 * np.ptp(best.values)


def test_a_saturated_or_very_narrow_policy_is_evaluated_too(walled_solver):
    """Mean 30 is the action 1, and std 1e-6 the action tanh(0.2), whatever the nodes resolve."""
    for mean, std, action in ((30.0, 1.0, 1.0), (0.2, 1e-6, np.tanh(0.2))):
        means, log_stds = (np.full_like(walled_solver.states, number) for number in (mean, np.log(std)))
        answer = walled_solver.evaluate_tanh_gaussian(means, log_stds, 0.9, 0.2, entropy_weight=0.0)
        expected = answer.q_value(np.zeros(1), np.array([action]))
        assert answer.value(np.zeros(1)) == pytest.approx(expected, abs=1e-4)


def test_a_finite_model_by_hand():
    """Two states: the first pays a and leads to the second with probability (1 + a) / 2, else it ends."""

    def backup(state, action):
        state, action = np.broadcast_arrays(state[..., 0], action[..., 0])
        weights = np.stack([0 * action, np.where(state == 0, (1 + action) / 2, 0.0)], axis=-1)
        return np.where(state == 0, action, 3.0), weights

    answer = ours.SoftSolver(ours.finite_model([[0.0], [1.0]], backup)).optimal(0.5, 0.4)
    last = 3 + 0.4 * np.log(2)
    assert answer.value(np.array([1.0])) == pytest.approx(last, abs=1e-6)
    assert answer.q_value(np.array([0.0]), np.array([0.6])) == pytest.approx(0.6 + 0.5 * 0.8 * last, abs=1e-6)
    first = 0.4 * np.log(quad(lambda a: np.exp((a + 0.5 * (1 + a) / 2 * last) / 0.4), -1, 1)[0])
    assert answer.value(np.array([0.0])) == pytest.approx(first, abs=1e-6)
    with pytest.raises(ValueError, match="no such state"):
        answer.value(np.array([0.5]))


def test_a_policy_too_narrow_for_the_nodes_gets_finer_ones_and_a_hopeless_one_is_refused():
    """At a peak of -100 (a - 0.3)^2 and a low temperature the policy is a Gaussian of variance temperature / 200."""

    def backup(state, action):
        shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
        return np.broadcast_to(-100 * (action[..., 0] - 0.3) ** 2, shape), np.zeros((*shape, 1))

    solver, here = (
        ours.SoftSolver(ours.finite_model([[0.0]], backup), nodes=ours.action_nodes(1, spacing=0.05)),
        np.zeros(1),
    )
    answer = solver.optimal(0.9, 0.05, "tanh_gaussian")
    assert answer.nodes.spacing < solver.nodes.spacing
    assert answer.std(here) == pytest.approx(np.sqrt(0.05 / 200), rel=1e-3)
    assert answer.value(here) == pytest.approx(0.025 * np.log(2 * np.pi * 0.05 / 200), abs=1e-4)
    with pytest.raises(ValueError, match="at temperature 1e-06 .* raise the temperature"):
        solver.optimal(0.9, 1e-6, "tanh_gaussian")


def test_an_answer_is_told_in_one_line(walled_solver):
    told = repr(walled_solver.optimal(0.9, 0.2))
    assert "discount 0.9, temperature 0.2" in told and len(told.splitlines()) == 1 and len(told) < 150


def test_a_density_that_is_not_one_is_refused(wide_solver):
    def without_the_tanh_correction(state, action):
        return ours.gaussian_log_density(np.arctanh(action), 0 * state, 0 * state)

    with pytest.raises(ValueError, match="integrates to"):
        wide_solver.evaluate(without_the_tanh_correction, 0.95, 0.3)


def test_wrong_arguments_are_named(wide_solver):
    with pytest.raises(ValueError, match="boltzmann"):
        wide_solver.optimal(0.9, 0.2, policy="gaussian")
    with pytest.raises(ValueError, match="discount"):
        wide_solver.optimal(1.0, 0.2)
    with pytest.raises(ValueError, match="solver.states"):
        wide_solver.evaluate_tanh_gaussian(np.zeros(3), np.zeros(3), 0.9, 0.2)
    with pytest.raises(ValueError, match="interpolation"):
        ours.GridProblem(lambda x, a, e: x, lambda x, a, y: x, -1.0, 1.0, interpolation="quadratic")
    with pytest.raises(ValueError, match="odd"):
        ours.grid_solver(ours.GridProblem(lambda x, a, e: x, lambda x, a, y: x, -1.0, 1.0), state_count=20)
