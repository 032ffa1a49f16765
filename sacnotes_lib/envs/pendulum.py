"""Pendulum-v1's dynamics for many states at once: what exact.soft_return needs to play thousands of rollouts.

Facts from Gymnasium's Pendulum-v1: g = 10, mass and length 1, time step 0.05, torque up to 2, speed up to 8.
"""

import numpy as np


def pendulum_step(state: np.ndarray, action: np.ndarray, rng: np.random.Generator | None = None):
    """(next_state [..., 2], reward [...], terminated [...]) from state [..., 2] and action [..., 1].

    A state is (angle, speed), angle 0 upright; an action in [-1, 1] is scaled to the torque. There is no end
    and no noise; rng is taken for the common signature.
    """
    angle, speed = state[..., 0], state[..., 1]
    torque = 2 * np.clip(action[..., 0], -1, 1)
    from_top = (angle + np.pi) % (2 * np.pi) - np.pi
    cost = from_top**2 + 0.1 * speed**2 + 0.001 * torque**2
    next_speed = np.clip(speed + (15 * np.sin(angle) + 3 * torque) * 0.05, -8, 8)
    next_state = np.stack([angle + next_speed * 0.05, next_speed], axis=-1)
    return next_state, -cost, np.zeros(cost.shape, dtype=bool)


def pendulum_observation(state: np.ndarray) -> np.ndarray:
    """(cos angle, sin angle, speed), [..., 3], from (angle, speed), [..., 2]."""
    angle, speed = state[..., 0], state[..., 1]
    return np.stack([np.cos(angle), np.sin(angle), speed], axis=-1)
