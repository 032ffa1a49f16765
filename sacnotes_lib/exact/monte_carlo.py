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
    """

    mean: np.ndarray
    standard_error: np.ndarray
    horizon: int
    cut_weight: float


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
    reward_scale: float = 1.0,
) -> SoftReturn:
    """Play the policy `rollouts` times from each pair and average the soft return.

    sample_action: (states [n, S], rng) to (actions [n, A], log_probs [n]).
    step: (states [n, S], actions [n, A], rng) to (next_states [n, S], rewards [n], terminated [n]).
    state, action: [B, S] and [B, A].
    temperature: at or above 0; 0 gives the ordinary return.
    horizon: steps to play; None takes the first T with discount^T <= cut_weight. A time limit of the task does not
        cut it: truncation is no end of reward, so step must go on through it. Termination ends the sum.
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
            action, log_prob = sample_action(state, rng)
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
    of_pair = returns.reshape(count, rollouts)
    spread = of_pair.std(axis=1, ddof=1) if rollouts > 1 else np.full(count, np.nan)
    return SoftReturn(of_pair.mean(axis=1), spread / np.sqrt(rollouts), horizon, weight)


def _horizon(discount: float, cut_weight: float) -> int:
    """The first T with discount^T <= cut_weight, at least 1."""
    if not 0 < cut_weight < 1:
        raise ValueError(f"cut_weight = {cut_weight!r}: must be between 0 and 1, such as 1e-3")
    return 1 if discount == 0 else max(1, int(np.ceil(np.log(cut_weight) / np.log(discount))))
