"""Soft LQR against the Bellman equation done numerically, against rollouts, and against known numbers."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal

from sacnotes_lib.exact import SoftLQR, gaussian_entropy, soft_return

ONE = {"A": 0.9, "B": 0.5, "Q": 1.0, "R": 0.1, "W": 0.01, "discount": 0.95, "temperature": 0.3}
MANY = {
    "A": np.array([[0.9, 0.2], [0.0, 0.8]]), "B": np.array([[0.3, 0.0, 0.1], [0.1, 0.5, 0.0]]),
    "Q": np.array([[1.0, 0.2], [0.2, 0.5]]), "R": np.diag([0.2, 0.4, 0.3]),
    "W": np.array([[0.02, 0.005], [0.005, 0.01]]), "discount": 0.9, "temperature": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("x", [0.0, 0.7, -2.0])
def test_value_is_the_fixed_point_of_the_soft_bellman_equation(x):
    """Q = r + discount E[V(x')] and V = temperature log integral exp(Q / temperature), by quadrature."""
    answer = SoftLQR(**ONE).solve()

    def q(u):
        def next_value(w):
            y = ONE["A"] * x + ONE["B"] * u + w
            return (
                (answer.c - answer.P[0, 0] * y * y) * np.exp(-0.5 * w * w / 0.01) / np.sqrt(2 * np.pi * 0.01)
            )

        return -x * x - 0.1 * u * u + 0.95 * quad(next_value, -0.8, 0.8)[0]

    state = np.array([x])
    assert answer.q_value(state, np.array([0.4])) == pytest.approx(q(0.4), abs=1e-8)
    centre, width = answer.mean(state)[0], answer.std(state)[0]
    top = q(centre)
    integral = quad(lambda u: np.exp((q(u) - top) / 0.3), centre - 9 * width, centre + 9 * width)[0]
    assert answer.value(state) == pytest.approx(top + 0.3 * np.log(integral), abs=1e-7)


def test_policy_is_the_boltzmann_policy_of_its_own_q_in_many_dimensions():
    answer, rng = SoftLQR(**MANY).solve(), np.random.default_rng(0)
    for x in rng.normal(size=(3, 2)):
        u = rng.normal(size=(20, 3))
        log_policy = multivariate_normal(answer.mean(x), answer.Sigma).logpdf(u)
        gap = answer.q_value(x, u) - 0.2 * log_policy
        assert gap == pytest.approx(np.full(20, answer.value(x)), abs=1e-9)


@pytest.mark.parametrize("entropy_weight", [1.0, 0.0])
def test_value_of_a_given_policy_agrees_with_rollouts(entropy_weight):
    problem = SoftLQR(**MANY)
    answer = problem.evaluate(np.full((3, 2), 0.4), np.diag([0.1, 0.05, 0.2]), entropy_weight)
    policy, world = (np.linalg.cholesky(matrix) for matrix in (answer.Sigma, problem.W))

    def sample_action(x, rng):
        e = rng.standard_normal((len(x), 3))
        log_prob = multivariate_normal(np.zeros(3), answer.Sigma).logpdf(e @ policy.T)
        return x @ -answer.K.T + e @ policy.T, log_prob

    def step(x, u, rng):
        reward = -np.einsum("bi,ij,bj->b", x, problem.Q, x) - np.einsum("bi,ij,bj->b", u, problem.R, u)
        return (
            x @ problem.A.T + u @ problem.B.T + rng.standard_normal(x.shape) @ world.T,
            reward,
            np.zeros(len(x)),
        )

    x, u = np.array([[0.5, -0.3], [0.0, 1.0]]), np.array([[0.1, 0.2, -0.3], [0.5, 0.0, 0.0]])
    played = soft_return(
        sample_action, step, x, u, discount=0.9, temperature=0.2 * entropy_weight,
        rng=np.random.default_rng(2), rollouts=2000,
    )  # fmt: skip
    exact = answer.q_value(x, u)
    assert np.all(np.abs(played.mean - exact) < 4 * played.standard_error + 2 * played.cut_weight)
    assert np.all(played.standard_error < 0.05)


def test_entropy_in_the_target_moves_nothing_but_the_constant():
    problem = SoftLQR(**ONE)
    soft, without, wrong = (problem.solve(weight) for weight in (1.0, 0.0, -1.0))
    for other in (without, wrong):
        assert np.array_equal(soft.P, other.P)
        assert np.array_equal(soft.Sigma, other.Sigma)
    bonus = 0.3 * gaussian_entropy(soft.Sigma) / (1 - 0.95)
    assert soft.c - without.c == pytest.approx(bonus)
    assert without.c - wrong.c == pytest.approx(bonus)


def test_temperature_for_entropy_is_where_the_entropy_is_met():
    temperature = SoftLQR(**MANY).temperature_for_entropy(-3.0)
    answer = SoftLQR(**{**MANY, "temperature": temperature}).solve()
    assert answer.entropy(np.zeros(2)) == pytest.approx(-3.0, abs=1e-9)


def test_leading_axes():
    answer = SoftLQR(**MANY).solve()
    x, u = np.ones((4, 5, 2)), np.ones((4, 5, 3))
    assert answer.q_value(x, u).shape == answer.value(x).shape == answer.entropy(x).shape == (4, 5)
    assert answer.mean(x).shape == answer.std(x).shape == (4, 5, 3)


def test_wrong_problems_and_policies_of_infinite_cost_are_named():
    wrong = {"discount": 1.0, "temperature": 0.0, "R": np.eye(2)}
    for name, value in wrong.items():
        with pytest.raises(ValueError, match=name):
            SoftLQR(**ONE | {name: value})
    with pytest.raises(ValueError, match="infinite"):
        SoftLQR(**ONE).evaluate(-1.0, 0.1)
