"""The soft return of a policy from given states and actions, by playing it, where no grid reaches.

G = r_0 + sum over t >= 1 of discount^t (r_t - temperature log pi(a_t | s_t)).

The first reward counts without the entropy at s_0: that is the soft Q, which leaves out the entropy at s
itself and holds all later entropy. The policy and the world come as functions, so nothing here knows how
either was made.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .checks import check_discount


@dataclass(frozen=True)
class SoftReturn:
    """Estimates of the soft Q at B pairs (s, a).

    Attributes:
        mean: [B], average over rollouts.
        standard_error: [B], standard deviation of that average (NaN with one rollout).
        horizon: steps after which a rollout was cut.
        cut_weight: discount^horizon, the weight of the soft value cut off. If soft values stay within +-v,
            the cut moves mean by at most cut_weight * v. It is 0 when every rollout terminated before.
        rollouts: rollouts for each pair.
    """

    mean: np.ndarray
    standard_error: np.ndarray
    horizon: int
    cut_weight: float
    rollouts: int


def soft_return(
    sample_action: Callable,
    step: Callable,
    state: np.ndarray,
    action: np.ndarray,
    *,
    discount: float,
    temperature: float,
    rng: np.random.Generator,
    rollouts: int = 100,
    horizon: int | None = None,
    cut_weight: float = 1e-3,
    observe: Callable | None = None,
    reward_scale: float = 1.0,
) -> SoftReturn:
    """Play the policy `rollouts` times from each pair and average the soft return.

    sample_action: (observations [n, D], rng) to (actions [n, A], log_probs [n]).
    step: (states [n, S], actions [n, A], rng) to (next_states [n, S], rewards [n], terminated [n]).
    state, action: [B, S] and [B, A].
    temperature: at or above 0; 0 gives the ordinary return.
    horizon: steps to play; None takes the first T with discount^T <= cut_weight. A time limit of the task
        does not cut it: truncation is no end of reward, so step must go on through it. Termination ends the
        sum.
    observe: states to observations; None if they are the same.
    reward_scale: factor on rewards, where the critic was trained with one.
    Raises ValueError on shapes that do not fit.
    """
    check_discount(discount)
    state, action = np.asarray(state, dtype=float), np.asarray(action, dtype=float)
    if state.ndim != 2 or action.ndim != 2 or len(state) != len(action):
        raise ValueError(
            f"state {state.shape} and action {action.shape}: must be [B, S] and [B, A] with the same B"
        )
    horizon = _horizon(discount, cut_weight) if horizon is None else horizon
    count = len(state)
    state, action = np.repeat(state, rollouts, axis=0), np.repeat(action, rollouts, axis=0)
    returns, alive, weight = np.zeros(len(state)), np.arange(len(state)), 1.0
    log_prob = None
    for t in range(horizon):
        if t > 0:
            action, log_prob = sample_action(state if observe is None else observe(state), rng)
            if np.shape(log_prob) != (len(alive),):
                raise ValueError(
                    f"log_probs has shape {np.shape(log_prob)}: must be ({len(alive)},), "
                    "summed over action dimensions"
                )
        next_state, reward, terminated = step(state, action, rng)
        bonus = 0.0 if log_prob is None else -temperature * np.asarray(log_prob)
        returns[alive] += weight * (reward_scale * np.asarray(reward) + bonus)
        weight *= discount
        going = ~np.broadcast_to(np.asarray(terminated, dtype=bool), alive.shape)
        alive, state = alive[going], next_state[going]
        if len(alive) == 0:
            weight = 0.0
            break
    returns = returns.reshape(count, rollouts)
    spread = returns.std(axis=1, ddof=1) if rollouts > 1 else np.full(count, np.nan)
    return SoftReturn(returns.mean(axis=1), spread / np.sqrt(rollouts), horizon, weight, rollouts)


class EnvModel:
    """Makes one Gymnasium environment into the `step` and `observe` that soft_return asks for.

    Each row is set, stepped and read back, so any number of rollouts share one environment. Time limits don't
    cut: wrappers are left aside and `truncated` is ignored. Actions in [-1, 1] are rescaled to the bounds.

    env: the environment (reset here once).
    get_state, set_state: env to a flat array of floats, and (env, that array) to nothing.
    observe_one: env to the observation of the state it is in.
    """

    def __init__(self, env, get_state: Callable, set_state: Callable, observe_one: Callable):
        self.env = env.unwrapped
        self.env.reset(seed=0)
        self._get_state, self._set_state, self._observe_one = get_state, set_state, observe_one
        low, high = self.env.action_space.low, self.env.action_space.high
        self._centre, self._half = (high + low) / 2, (high - low) / 2

    def step(self, state: np.ndarray, action: np.ndarray, rng: np.random.Generator):
        """[n, S], [n, A] to next state [n, S], reward [n], terminated [n]; rng is the source of noise."""
        self.env.np_random = rng
        rows = [self._step_one(s, a) for s, a in zip(state, action, strict=True)]
        next_state, reward, terminated = zip(*rows, strict=True)
        return np.stack(next_state), np.array(reward), np.array(terminated)

    def observe(self, state: np.ndarray) -> np.ndarray:
        """States [n, S] to observations [n, D]."""
        return np.stack([self._observe_state(s) for s in state])

    def _step_one(self, state, action):
        self._set_state(self.env, state)
        scaled = (self._centre + self._half * action).astype(np.float32)
        _, reward, terminated, _, _ = self.env.step(scaled)
        return np.array(self._get_state(self.env), dtype=float), float(reward), bool(terminated)

    def _observe_state(self, state):
        self._set_state(self.env, state)
        return np.asarray(self._observe_one(self.env))


def pendulum_model(env) -> EnvModel:
    """EnvModel of Pendulum-v1; a state is (angle, speed)."""

    def set_state(env, state):
        env.state = np.array(state)

    return EnvModel(env, lambda env: env.state, set_state, lambda env: env._get_obs())


def mujoco_model(env) -> EnvModel:
    """EnvModel of a Gymnasium MuJoCo environment; a state is (qpos, qvel), one after the other."""

    def get_state(env):
        return np.concatenate([env.data.qpos, env.data.qvel])

    def set_state(env, state):
        env.set_state(state[: env.model.nq], state[env.model.nq :])

    return EnvModel(env, get_state, set_state, lambda env: env._get_obs())


def _horizon(discount: float, cut_weight: float) -> int:
    """The first T with discount^T <= cut_weight, at least 1."""
    if not 0 < cut_weight < 1:
        raise ValueError(f"cut_weight = {cut_weight!r}: must be between 0 and 1, such as 1e-3")
    return 1 if discount == 0 else max(1, int(np.ceil(np.log(cut_weight) / np.log(discount))))
