"""A decision problem with finitely many states and one action dimension, and the form of its answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .quadrature import ActionNodes


@dataclass(frozen=True)
class SoftModel:
    """A decision problem on S states of D numbers each.

    Attributes:
        states: [S, D].
        locate: state [..., D] to weights [..., S] that read off a table over the states.
        backup: (state [..., D], action [..., 1]) to (mean reward [...], weights of the next state [..., S]).
    """

    states: np.ndarray
    locate: Callable
    backup: Callable


def finite_model(states: ArrayLike, backup: Callable) -> SoftModel:
    """The SoftModel of a problem that has exactly these states [S, D]; other states raise ValueError."""
    known = np.asarray(states, dtype=float)

    def locate(state):
        distance = np.abs(np.asarray(state, dtype=float)[..., None, :] - known).max(-1)
        if np.any(distance.min(-1) > 1e-5):
            raise ValueError(f"no such state: {state!r}; the states are {known.tolist()}")
        return np.eye(len(known))[distance.argmin(-1)]

    return SoftModel(known, locate, backup)


@dataclass(frozen=True)
class SoftAnswer:
    """A policy's soft values. States [..., D], actions [..., 1].

    Attributes:
        model, discount, temperature, entropy_weight, nodes: what was solved.
        values: V at model.states, [S].
        q: Q at model.states and nodes.actions, [S, M].
        log_policy: log density of the policy there, [S, M].
        means, stds, entropies: of the policy's actions at model.states, [S, 1], [S, 1] and [S].
        error: largest change of V over the states when all grids were made twice as fine.
    """

    model: SoftModel
    discount: float
    temperature: float
    entropy_weight: float
    nodes: ActionNodes
    values: np.ndarray
    q: np.ndarray
    log_policy: np.ndarray
    means: np.ndarray
    stds: np.ndarray
    entropies: np.ndarray
    error: float

    def __repr__(self) -> str:
        """One line: the tables themselves would fill pages."""
        return (
            f"{type(self).__name__}({len(self.values)} states, {len(self.nodes.weights)} action nodes, discount "
            f"{self.discount:g}, temperature {self.temperature:g}, V within about {self.error:.1g})"
        )

    def value(self, state: np.ndarray) -> np.ndarray:
        """V(s), [...]: the entropy at s included (times entropy_weight)."""
        return self.model.locate(state) @ self.values

    def q_value(self, state: np.ndarray, action: np.ndarray) -> np.ndarray:
        """Q(s, a), [...]: the entropy at s left out, all later entropy included (times entropy_weight)."""
        reward, next_weights = self.model.backup(
            np.asarray(state, dtype=float), np.asarray(action, dtype=float)
        )
        return reward + self.discount * next_weights @ self.values

    def mean(self, state: np.ndarray) -> np.ndarray:
        """Mean action, [..., 1]."""
        return self.model.locate(state) @ self.means

    def std(self, state: np.ndarray) -> np.ndarray:
        """Standard deviation of the action, [..., 1]."""
        return self.model.locate(state) @ self.stds

    def entropy(self, state: np.ndarray) -> np.ndarray:
        """Entropy of the policy in nats, [...]."""
        return self.model.locate(state) @ self.entropies
