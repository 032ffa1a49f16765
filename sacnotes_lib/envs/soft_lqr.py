"""Soft LQR as an environment: linear dynamics, quadratic cost, Gaussian noise, any dimension."""

from functools import cached_property

import gymnasium as gym
import numpy as np

from ..exact import GridProblem, SoftLQR, SoftSolver, grid_solver
from .base import SoftEnv

# Gymnasium wants finite observation bounds; this one is far outside anything that a stabilising policy meets.
_OBSERVATION_LIMIT = 1000.0


class SoftLQREnv(SoftEnv):
    """x' = A x + B u + w, w ~ N(0, W), reward = -(x'Q x + u'R u), for ever (episodes are truncated).

    Episodes start uniformly in [-1, 1]^n, and are truncated at once where |x| exceeds `limit`: values are not
    touched by that, and a policy that is still wild does not fill the replay buffer with far states.

    A, B, Q, R, W: matrices; numbers stand for 1x1. B=1.0, R=0.4 is the default problem with actions in units
        of 2, which suits temperatures up to 3: the random first actions then reach as far as the policy does.
    bounded: False takes any action as it is, for a Gaussian policy without tanh and the closed form. The
        action space is the unit box all the same: it gives the unit, and the range of random first actions.
        (An infinite Box has no unit to rescale from, and Gymnasium's checker warns of it.)
        True clips actions to the box; then the answer comes from the grid, in one dimension.
    limit: distance from 0 at which an episode is truncated; float("inf") for never.
    """

    def __init__(self, A=0.9, B=0.5, Q=1.0, R=0.1, W=0.01, bounded: bool = False, limit: float = 4.0):
        # Building the problem checks the shapes; discount and temperature are the learner's and come with exact().
        problem = SoftLQR(A, B, Q, R, W, discount=0.5, temperature=1.0)
        self.A, self.B, self.Q, self.R, self.W = problem.A, problem.B, problem.Q, problem.R, problem.W
        self.bounded, self.limit = bool(bounded), float(limit)
        n, m = self.B.shape
        # One matrix gives the next state and the roots of the cost's terms from (x, u, standard noise): a
        # matrix product costs its call, not its arithmetic, at this size.
        self._linear = np.block(
            [
                [self.A.T, _root(self.Q), np.zeros((n, m))],
                [self.B.T, np.zeros((m, n)), _root(self.R)],
                [_root(self.W).T, np.zeros((n, n + m))],
            ]
        )
        super().__init__([-_OBSERVATION_LIMIT] * n, [_OBSERVATION_LIMIT] * n, m)
        if not self.bounded:
            self.action_space = gym.spaces.Box(-np.inf, np.inf, (m,), np.float32)

    def initial_state(self, rng):
        return rng.uniform(-1, 1, len(self.A))

    def transition(self, state, action, rng):
        # minimum and maximum cost a third of np.clip on arrays this small.
        u = np.minimum(np.maximum(action, -1.0), 1.0) if self.bounded else action
        joined = np.concatenate([state, u, rng.standard_normal(state.shape)], axis=-1) @ self._linear
        next_state, roots = joined[..., : len(self.A)], joined[..., len(self.A) :]
        return next_state, -np.add.reduce(roots * roots, axis=-1), np.zeros(state.shape[:-1], dtype=bool)

    def truncates(self) -> bool:
        return bool(self.state @ self.state > self.limit**2)

    def exact(self, discount, temperature, policy="boltzmann", entropy_weight=1.0):
        """As in SoftEnv: the closed form if actions are unbounded, else the grid.

        A tanh-Gaussian keeps to [-1, 1] by itself, so its answer comes from the grid in either case.
        """
        if policy == "boltzmann" and not self.bounded:
            return self.problem(discount, temperature).solve(entropy_weight)
        return self.solver.optimal(discount, temperature, policy, entropy_weight)

    def problem(self, discount: float, temperature: float) -> SoftLQR:
        """The SoftLQR problem of unbounded actions."""
        return SoftLQR(self.A, self.B, self.Q, self.R, self.W, discount, temperature)

    @cached_property
    def solver(self) -> SoftSolver:
        """Grid solver for actions in [-1, 1] and states in [-6, 6]; ValueError in more than one dimension."""
        if self.B.shape != (1, 1):
            raise ValueError(
                f"the grid has one state and one action dimension, this problem has {self.B.shape}: "
                'take bounded=False and policy="boltzmann", which have a closed form'
            )
        return axis_solver(self.A[0, 0], self.B[0, 0], self.Q[0, 0], self.R[0, 0], self.W[0, 0], limit=6.0)


def _root(matrix: np.ndarray) -> np.ndarray:
    """A matrix S with S S' = matrix, for any symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0))


def axis_solver(A: float, B: float, Q: float, R: float, W: float, limit: float) -> SoftSolver:
    """Grid solver of a one-dimensional LQR with actions in [-1, 1] and states in [-limit, limit]."""
    noise_std = np.sqrt(W)
    problem = GridProblem(
        transition=lambda x, u, noise: A * x + B * u + noise_std * noise,
        reward=lambda x, u, next_x: -Q * x**2 - R * u**2,
        low=-limit,
        high=limit,
    )
    return grid_solver(problem)
