"""Where learned and exact answers are compared: states that the soft-optimal policy visits, and its actions there."""

from typing import NamedTuple

import numpy as np

from sacnotes_lib.envs import SeparableAnswer, SoftEnv
from sacnotes_lib.exact import SoftAnswer, SoftLQRSolution, boltzmann_log_density

EPISODE_STEPS = 20  # of the environments that never terminate


class Points(NamedTuple):
    """States [P, S] and actions [P, A], the same for every seed."""

    states: np.ndarray
    actions: np.ndarray


def visited_points(env: SoftEnv, optimum, count: int = 256, episodes: int = 256, seed: int = 0) -> Points:
    """`count` states, each with the action taken there, drawn from episodes of the soft-optimal policy.

    env: whose `initial_state` and `transition` are played.
    optimum: the Boltzmann answer, as `env.exact(discount, temperature)` returns it.
    """
    rng = np.random.default_rng(seed)
    state = np.stack([env.initial_state(rng) for _ in range(episodes)])
    states, actions = [], []
    for _ in range(EPISODE_STEPS):
        action = sample_actions(optimum, state, rng)
        states.append(state)
        actions.append(action)
        state, _, terminated = env.transition(state, action, rng)
        state = state[~terminated]
        if len(state) == 0:
            break
    states, actions = np.concatenate(states), np.concatenate(actions)
    chosen = rng.choice(len(states), count, replace=False)
    return Points(states[chosen], actions[chosen])


def sample_actions(optimum, states: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One action of the soft-optimal policy at each state; states [P, S], result [P, A]."""
    if isinstance(optimum, SoftLQRSolution):
        noise = rng.standard_normal((len(states), len(optimum.Sigma)))
        return optimum.mean(states) + noise @ np.linalg.cholesky(optimum.Sigma).T
    if isinstance(optimum, SeparableAnswer):
        columns = [sample_actions(optimum.axis, column[:, None], rng) for column in states.T]
        return np.concatenate(columns, axis=-1)
    return _sample_boltzmann(optimum, states, rng)


def _sample_boltzmann(optimum: SoftAnswer, states: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Actions [P, 1] drawn among the quadrature nodes, with the mass that each node stands for."""
    q = optimum.model.locate(states) @ optimum.q
    mass = np.exp(boltzmann_log_density(q, optimum.temperature, optimum.nodes)) * optimum.nodes.weights
    below = mass.cumsum(-1) < rng.random((len(states), 1)) * mass.sum(-1, keepdims=True)
    return optimum.nodes.actions[below.sum(-1)]
