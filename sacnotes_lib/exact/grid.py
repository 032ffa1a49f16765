"""One continuous state dimension on a grid: turns dynamics given as functions into a SoftModel.

The value between grid states is a spline; the noise is integrated by Gauss-Hermite quadrature. Both are
linear in the tabulated values, so they become weights of the next states, and soft_dp.py does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline, make_interp_spline

from .quadrature import ActionNodes
from .soft_dp import SoftSolver
from .soft_model import SoftModel

INTERPOLATIONS = {"linear": 1, "cubic": 3}


@dataclass(frozen=True)
class GridProblem:
    """Dynamics with a state on a line and an action in [-1, 1]; all functions are elementwise on arrays.

    Attributes:
        transition: (state, action, noise) to the next state; noise is standard normal.
        reward: (state, action, next_state) to the reward.
        low, high: ends of the state grid. It must hold every state that matters: beyond the ends the last
            piece of the spline goes on, which the error estimate can't judge.
        terminated: next_state to the probability that the episode ends there for good; None if it never does.
            A sharp threshold is allowed, and costs accuracy.
        interpolation: "cubic" for smooth dynamics, "linear" where clipping or a threshold bends the value.
    """

    transition: Callable
    reward: Callable
    low: float
    high: float
    terminated: Callable | None = None
    interpolation: str = "cubic"

    def __post_init__(self):
        if self.interpolation not in INTERPOLATIONS:
            raise ValueError(
                f"interpolation = {self.interpolation!r}: choose one of {', '.join(INTERPOLATIONS)}"
            )
        if not self.low < self.high:
            raise ValueError(f"low = {self.low!r} must be below high = {self.high!r}")


def grid_model(problem: GridProblem, state_count: int, noise_count: int) -> SoftModel:
    """The SoftModel of a GridProblem on state_count even states, with noise_count Gauss-Hermite nodes."""
    states = np.linspace(problem.low, problem.high, state_count)
    degree = INTERPOLATIONS[problem.interpolation]
    knots = make_interp_spline(states, states, k=degree).t
    to_coefficients = np.linalg.inv(BSpline.design_matrix(states, knots, degree).toarray())
    noise, noise_weights = np.polynomial.hermite_e.hermegauss(noise_count)
    noise_weights = noise_weights / noise_weights.sum()

    def spline_rows(state):
        return BSpline.design_matrix(np.ravel(state), knots, degree, extrapolate=True)

    def locate(state):
        state = np.asarray(state, dtype=float)[..., 0]
        return (spline_rows(state) @ to_coefficients).reshape(*state.shape, -1)

    def backup(state, action):
        state, action = np.broadcast_arrays(state[..., 0], action[..., 0])
        mean_reward, rows = np.zeros(state.shape), 0
        for e, weight in zip(noise, noise_weights, strict=True):
            next_state = problem.transition(state, action, e)
            mean_reward = mean_reward + weight * problem.reward(state, action, next_state)
            goes_on = 1.0 if problem.terminated is None else 1.0 - problem.terminated(next_state)
            weights = np.broadcast_to(weight * goes_on, state.shape).reshape(-1, 1)
            rows = rows + spline_rows(next_state).multiply(weights).tocsr()
        return mean_reward, (rows @ to_coefficients).reshape(*state.shape, state_count)

    return SoftModel(states[:, None], locate, backup)


def grid_solver(
    problem: GridProblem, state_count: int = 61, noise_count: int = 15, nodes: ActionNodes | None = None
) -> SoftSolver:
    """A SoftSolver on state_count states (odd); its coarse grid has every second state, half the noise nodes.

    Without noise in the dynamics take noise_count=1. Raises ValueError if state_count is even or below 9.
    """
    if state_count % 2 == 0 or state_count < 9:
        raise ValueError(
            f"state_count = {state_count!r}: must be odd and at least 9, so that every second state nests"
        )
    fine = grid_model(problem, state_count, noise_count)
    coarse = grid_model(problem, (state_count + 1) // 2, (noise_count + 1) // 2)
    return SoftSolver(fine, coarse, nodes)
