"""The soft linear-quadratic regulator: a continuing problem whose soft-optimal policy is exactly Gaussian.

    x' = A x + B u + w,  w ~ N(0, W),  reward = -(x'Q x + u'R u),  discount, temperature.

Guess V(x) = -x'P x + c. Then Q(x, u) = -x'Q x - u'R u + discount E[V(x')] is quadratic in u with curvature
M = R + discount B'P B, so exp(Q / temperature) is a Gaussian around -K x; integrating it gives back a
quadratic V, and comparing coefficients gives the equations below. P and K do not depend on the temperature:
entropy widens the policy and shifts the value, and moves neither the mean nor the shape.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_discrete_are, solve_discrete_lyapunov

from .checks import check_discount, check_temperature


@dataclass(frozen=True)
class SoftLQR:
    """A soft LQR problem: A, Q, W [n, n], B [n, m], R [m, m]; a number stands for a 1x1 matrix."""

    A: np.ndarray
    B: np.ndarray
    Q: np.ndarray
    R: np.ndarray
    W: np.ndarray
    discount: float
    temperature: float

    def __post_init__(self):
        check_discount(self.discount)
        check_temperature(self.temperature)
        for name in "ABQRW":
            object.__setattr__(self, name, np.atleast_2d(np.asarray(getattr(self, name), dtype=float)))
        n, m = self.B.shape
        for name, shape in {"A": (n, n), "Q": (n, n), "R": (m, m), "W": (n, n)}.items():
            if getattr(self, name).shape != shape:
                found = getattr(self, name).shape
                raise ValueError(f"{name} has shape {found}: B is {self.B.shape}, so {name} must be {shape}")

    def solve(self, entropy_weight: float = 1.0) -> "SoftLQRSolution":
        """The soft-optimal policy and value, from the discounted Riccati equation.

        entropy_weight: what the Bellman target does with the next entropy: 1 adds it (the soft Bellman equation),
        0 leaves it out, -1 subtracts it. It changes the constant c and nothing else.
        """
        root = np.sqrt(self.discount)
        if self.discount == 0:
            P = self.Q
        else:
            # Scaling A and B by sqrt(discount) turns the discounted Riccati equation into the standard one.
            # SciPy wants R of the full problem, and returns P of V = -x'P x itself.
            P = solve_discrete_are(root * self.A, root * self.B, self.Q, self.R)
        M = self.R + self.discount * self.B.T @ P @ self.B
        K = self.discount * np.linalg.solve(M, self.B.T @ P @ self.A)
        Sigma = 0.5 * self.temperature * np.linalg.inv(M)
        return self.evaluate(K, Sigma, entropy_weight)

    def evaluate(self, K: np.ndarray, Sigma: np.ndarray, entropy_weight: float = 1.0) -> "SoftLQRSolution":
        """Soft value and soft Q of a given policy u ~ N(-K x, Sigma), optimal or not; K [m, n], Sigma [m, m].

        Raises ValueError if the policy's value is not finite (discount * spectral radius^2 of A - B K is 1 or more).
        """
        K, Sigma = np.atleast_2d(np.asarray(K, dtype=float)), np.atleast_2d(np.asarray(Sigma, dtype=float))
        closed = np.sqrt(self.discount) * (self.A - self.B @ K)
        radius = np.abs(np.linalg.eigvals(closed)).max()
        if radius >= 1:
            raise ValueError(
                f"this policy's cost grows by {radius**2:.3f} a step after discounting: "
                "its value is infinite; try a K that stabilises A - B K, or a smaller discount"
            )
        P = solve_discrete_lyapunov(closed.T, self.Q + K.T @ self.R @ K)
        M = self.R + self.discount * self.B.T @ P @ self.B
        bonus = entropy_weight * self.temperature * gaussian_entropy(Sigma)
        # One step's constant: the price of the policy's own noise, its entropy, and the price of the world's noise.
        step = -np.trace(M @ Sigma) + bonus - self.discount * np.trace(P @ self.W)
        return SoftLQRSolution(self, P, K, Sigma, float(step / (1 - self.discount)))

    def temperature_for_entropy(self, target_entropy: float) -> float:
        """The temperature at which the soft-optimal policy has this entropy (nats, summed over dimensions).

        Entropy = (m log(pi e temperature) - log det M) / 2 with M free of the temperature: solve for it. This
        is where a tuned temperature settles. The problem's own temperature plays no part.
        """
        P = self.solve().P
        M = self.R + self.discount * self.B.T @ P @ self.B
        return float(np.exp((2 * target_entropy + np.linalg.slogdet(M)[1]) / len(M)) / (np.pi * np.e))


@dataclass(frozen=True)
class SoftLQRSolution:
    """V(x) = -x'P x + c under the policy N(-K x, Sigma). States [..., n], actions [..., m].

    Attributes:
        problem: the SoftLQR that was solved.
        P, K, Sigma: [n, n], [m, n], [m, m] (Sigma is the policy's covariance).
        c: the constant of V.
        error: rounding only, so 0.
    """

    problem: SoftLQR
    P: np.ndarray
    K: np.ndarray
    Sigma: np.ndarray
    c: float
    error: float = 0.0

    def value(self, state: np.ndarray) -> np.ndarray:
        """V(x), [...]: the soft value, entropy at x included."""
        return self.c - _quadratic(state, self.P)

    def q_value(self, state: np.ndarray, action: np.ndarray) -> np.ndarray:
        """Q(x, u), [...]: entropy at x left out, all later entropy included."""
        problem = self.problem
        mean_next = np.asarray(state) @ problem.A.T + np.asarray(action) @ problem.B.T
        next_value = self.value(mean_next) - np.trace(self.P @ problem.W)
        return -_quadratic(state, problem.Q) - _quadratic(action, problem.R) + problem.discount * next_value

    def mean(self, state: np.ndarray) -> np.ndarray:
        """Mean action -K x, [..., m]."""
        return -np.asarray(state) @ self.K.T

    def std(self, state: np.ndarray) -> np.ndarray:
        """Standard deviation of each action dimension, [..., m]; the same in every state."""
        return np.broadcast_to(np.sqrt(np.diag(self.Sigma)), self.mean(state).shape)

    def entropy(self, state: np.ndarray) -> np.ndarray:
        """Entropy of the policy in nats, [...]; the same in every state."""
        return np.full(np.shape(state)[:-1], gaussian_entropy(self.Sigma))


def gaussian_entropy(covariance: np.ndarray) -> float:
    """Entropy of N(., covariance) in nats: log det(2 pi e covariance) / 2; covariance [m, m]."""
    return float(0.5 * np.linalg.slogdet(2 * np.pi * np.e * np.atleast_2d(covariance))[1])


def _quadratic(vector: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """v' matrix v over the last axis; [..., n] to [...]."""
    return np.einsum("...i,ij,...j->...", vector, matrix, vector)
