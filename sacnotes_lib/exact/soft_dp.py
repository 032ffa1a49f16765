"""Soft dynamic programming: finitely many states, one action dimension in [-1, 1], no learning.

A model says, for any state and action, the mean reward and the weights with which the next state's value counts
(probabilities; less than 1 in all where the episode may terminate). With the policy tabulated at the action nodes, V
of a given policy is one linear system, and the soft-optimal policy follows by soft policy iteration.
Source: Haarnoja et al. 2018, "Soft Actor-Critic", lemmas 1 and 2, theorem 1.
"""

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .boltzmann import (
    TooNarrow,
    boltzmann_log_density,
    density_entropy,
    density_mean,
    density_std,
    moments_start,
    nearest_tanh_gaussian,
    tanh_gaussian_at_nodes,
)
from .checks import check_discount, check_temperature
from .quadrature import ActionNodes, action_nodes
from .soft_model import SoftAnswer, SoftModel
from .tanh_gaussian import tanh_gaussian_entropy, tanh_gaussian_mean, tanh_gaussian_std

POLICIES = ("boltzmann", "tanh_gaussian")
FINEST = 0.006  # spacing of action nodes: finer tables of a whole grid take gigabytes and many minutes

# Standard normal noise for policies that bring their own nodes: the trapezoidal rule out to 8 standard deviations.
_NOISE = np.linspace(-8, 8, 81)
_NOISE_MASS = np.exp(-0.5 * _NOISE**2) / np.exp(-0.5 * _NOISE**2).sum()


class _Policy(NamedTuple):
    """What a policy does at S states: log density at the nodes [S, M], moments of the action, entropy."""

    log_density: np.ndarray
    means: np.ndarray
    stds: np.ndarray
    entropies: np.ndarray


class _Tables:
    """A model at its states and the action nodes: reward [S, M], next_weights [S, M, S]."""

    def __init__(self, model: SoftModel, nodes: ActionNodes):
        self.model, self.nodes = model, nodes
        self.reward, self.next_weights = model.backup(model.states[:, None, :], nodes.actions[None])

    def q_of(self, values, discount):
        return self.reward + discount * self.next_weights @ values

    def evaluate(self, log_density, discount, bonus):
        """(V [S], _Policy) of a policy given at the nodes; bonus is what one nat of entropy is worth."""
        nodes = self.nodes
        moments = (function(log_density, nodes) for function in (density_mean, density_std, density_entropy))
        policy = _Policy(log_density, *moments)
        mass = np.exp(log_density) * nodes.weights
        return _values(mass, self.reward, self.next_weights, discount, bonus * policy.entropies), policy

    def evaluate_tanh_gaussian(self, mean, log_std, discount, bonus):
        """The same of a tanh-Gaussian, at nodes of its own: right however narrow or saturated it is."""
        actions = np.tanh(mean[:, None] + np.exp(log_std)[:, None] * _NOISE[:, None])
        reward, next_weights = self.model.backup(self.model.states[:, None, :], actions)
        mass = np.broadcast_to(_NOISE_MASS, reward.shape)
        moments = (f(mean, log_std) for f in (tanh_gaussian_mean, tanh_gaussian_std, tanh_gaussian_entropy))
        policy = _Policy(tanh_gaussian_at_nodes(mean, log_std, self.nodes), *moments)
        return _values(mass, reward, next_weights, discount, bonus * policy.entropies), policy


def _values(mass, reward, next_weights, discount, bonus):
    """V = E[r] + bonus + discount P V, solved for V, [S]; mass, reward [S, M], next_weights [S, M, S]."""
    transition = np.matmul(mass[:, None, :], next_weights)[:, 0]
    return np.linalg.solve(np.eye(len(reward)) - discount * transition, (mass * reward).sum(-1) + bonus)


class SoftSolver:
    """Solves a SoftModel, on two grids each time, so that every answer carries its error.

    model: the problem. coarse_model: the same with every second state only, or None if the states are exact.
    nodes: one-dimensional action nodes, by default 1,601, or 801 with a coarse_model. The coarse solve takes
        every second one.
    The tables are made once; discount and temperature may then change from call to call.
    entropy_weight in each method: what the Bellman target does with the next entropy: 1 adds it (the soft
    Bellman target), 0 leaves it out, -1 subtracts it. The policy itself always weighs Q by the temperature.
    """

    def __init__(
        self, model: SoftModel, coarse_model: SoftModel | None = None, nodes: ActionNodes | None = None
    ):
        # A few exact states leave room for more nodes than a grid of many states does.
        spacing = 0.0125 if coarse_model is None else 0.025
        self.nodes = action_nodes(1, spacing) if nodes is None else nodes
        self.states = model.states
        self._stride = 1 if coarse_model is None else 2
        coarse_nodes = ActionNodes(self.nodes.pre_tanh[::2], 2 * self.nodes.spacing)
        self._coarse_model = coarse_model
        self._fine = _Tables(model, self.nodes)
        self._coarse = _Tables(coarse_model or model, coarse_nodes)

    @cached_property
    def _finer(self) -> "SoftSolver":
        """The same with nodes half as far apart, for the narrow policies of low temperatures."""
        spacing, reach = self.nodes.spacing / 2, float(self.nodes.pre_tanh.max())
        return SoftSolver(self._fine.model, self._coarse_model, action_nodes(1, spacing, reach))

    def optimal(
        self, discount: float, temperature: float, policy: str = "boltzmann", entropy_weight: float = 1.0
    ) -> SoftAnswer:
        """Where soft policy iteration ends.

        policy: "boltzmann" improves to exp(Q / temperature) / Z, and so finds the soft-optimal policy;
        "tanh_gaussian" improves to the nearest tanh-Gaussian, which is as far as SAC's actor can get; where
        that is too narrow for the nodes, finer ones are made. Raises ValueError where even those are too coarse.
        """
        _check(discount, temperature)
        if policy not in POLICIES:
            raise ValueError(f"policy = {policy!r}: choose one of {', '.join(POLICIES)}")
        arguments = (discount, temperature, policy, entropy_weight)
        try:
            fine, coarse = (_iterate(tables, *arguments) for tables in (self._fine, self._coarse))
        except TooNarrow as narrow:
            if self.nodes.spacing / 2 < FINEST:
                raise TooNarrow(f"at temperature {temperature:g} {narrow}") from None
            return self._finer.optimal(*arguments)
        return self._answer(fine, coarse, discount, temperature, entropy_weight)

    def evaluate(
        self, log_density: Callable, discount: float, temperature: float, entropy_weight: float = 1.0
    ) -> SoftAnswer:
        """Soft V and Q of a given policy.

        log_density: (state [S, 1, D], action [1, M, 1]) to the log density over actions, [S, M].
        Raises ValueError if it does not integrate to 1 over [-1, 1].
        """
        _check(discount, temperature)

        def solve(tables):
            log_policy = log_density(tables.model.states[:, None, :], tables.nodes.actions[None])
            normalised = _normalised(log_policy, tables.nodes)
            return tables.evaluate(normalised, discount, entropy_weight * temperature)

        return self._answer(solve(self._fine), solve(self._coarse), discount, temperature, entropy_weight)

    def evaluate_tanh_gaussian(
        self,
        mean: np.ndarray,
        log_std: np.ndarray,
        discount: float,
        temperature: float,
        entropy_weight: float = 1.0,
    ) -> SoftAnswer:
        """Soft V and Q of a tanh-Gaussian policy; pre-tanh mean and log_std at `states`, [S] or [S, 1]."""
        _check(discount, temperature)
        mean, log_std = (np.asarray(part, dtype=float).reshape(-1, 1) for part in (mean, log_std))
        if not len(mean) == len(log_std) == len(self.states):
            raise ValueError(
                f"mean has {len(mean)} and log_std {len(log_std)} entries: give one for each of the "
                f"{len(self.states)} rows of solver.states"
            )
        bonus, stride = entropy_weight * temperature, self._stride
        fine = self._fine.evaluate_tanh_gaussian(mean, log_std, discount, bonus)
        coarse = self._coarse.evaluate_tanh_gaussian(mean[::stride], log_std[::stride], discount, bonus)
        return self._answer(fine, coarse, discount, temperature, entropy_weight)

    def _answer(self, fine, coarse, discount, temperature, entropy_weight):
        (values, policy), (coarse_values, _) = fine, coarse
        return SoftAnswer(
            self._fine.model, discount, temperature, entropy_weight, self.nodes,
            values, self._fine.q_of(values, discount), *policy,
            error=float(np.abs(values[:: self._stride] - coarse_values).max()),
        )  # fmt: skip


def _iterate(tables, discount, temperature, policy, entropy_weight, tolerance=1e-9, most=500):
    """Improve, evaluate, repeat until V stands still; (V [S], _Policy)."""
    values, fit = np.zeros(len(tables.reward)), None
    for _ in range(most):
        q = tables.q_of(values, discount)
        if policy == "boltzmann":
            log_policy = boltzmann_log_density(q, temperature, tables.nodes)
        else:
            # A round on the way may ask for a narrower policy than the last one does: only the last must be resolved.
            starts = _starts(fit, q, temperature, tables.nodes)
            fit = nearest_tanh_gaussian(q, temperature, tables.nodes, starts, strict=False)
            log_policy = tanh_gaussian_at_nodes(fit.mean, fit.log_std, tables.nodes)
        new_values, evaluated = tables.evaluate(log_policy, discount, entropy_weight * temperature)
        change = np.abs(new_values - values).max()
        values = new_values
        if change <= tolerance * max(1.0, np.abs(values).max()):
            if fit is not None:
                nearest_tanh_gaussian(q, temperature, tables.nodes, [(fit.mean, fit.log_std)])
            return values, evaluated
    raise RuntimeError(
        f"soft policy iteration still moves by {change:.1e} after {most} rounds; "
        "with entropy_weight other than 1 it need not settle: try a higher temperature"
    )


def _starts(fit, q, temperature, nodes):
    """After the first round: from the last fit, and from the new Boltzmann policy's moments."""
    if fit is None:
        return None
    return [(fit.mean, fit.log_std), moments_start(boltzmann_log_density(q, temperature, nodes), nodes)]


def _normalised(log_density, nodes):
    total = (np.exp(log_density) * nodes.weights).sum(-1, keepdims=True)
    if np.abs(total - 1).max() > 0.01:
        raise ValueError(
            f"the density integrates to {total.min():.3f} ... {total.max():.3f} over [-1, 1], not to 1: "
            "is the tanh correction in it, and are the action nodes fine enough for it?"
        )
    return log_density - np.log(total)


def _check(discount, temperature):
    check_discount(discount)
    check_temperature(temperature)
