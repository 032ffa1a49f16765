"""What the policy does, as numbers for a picture: its density at one state, or all of Pendulum as two maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import gymnasium as gym
import numpy as np
import torch

from sacnotes_lib.envs import pendulum_observation
from sacnotes_lib.envs.base import SoftEnv
from sacnotes_lib.training.run import TrainingRun

ACTIONS = np.linspace(-0.995, 0.995, 200)
ANGLES, SPEEDS = np.linspace(-np.pi, np.pi, 37), np.linspace(-8, 8, 25)
HERE = "where seed 0 is now"


@dataclass(frozen=True)
class PolicyDensity:
    """π(a|s) over ACTIONS, `[R, actions]`, and the exact one `[actions]` at `exact_temperature`, where it is known."""

    densities: np.ndarray
    exact: np.ndarray | None = None
    exact_temperature: float = float("nan")


@dataclass(frozen=True)
class PendulumMap:
    """The first seed's torque (N·m) and Q of that torque (reward), `[speeds, angles]` each."""

    torque: np.ndarray
    value: np.ndarray


def states_to_pick(run: TrainingRun) -> dict[str, np.ndarray | None]:
    """Name to state: where a viewer may look at the policy. None stands for the present state of the first seed."""
    env = _soft_env(run.config.env_id, tuple(sorted(run.config.env_kwargs.items())))
    if env is None or env.action_space.shape != (1,):
        return {HERE: None}
    states = env.solver.states
    if len(states) > 12:  # a grid over a line: five of its places
        states = np.linspace(-1, 1, 5)[:, None]
    return {"(" + ", ".join(f"{number:.2g}" for number in state) + ")": state for state in states}


def is_pendulum(run: TrainingRun) -> bool:
    return run.config.env_id == "Pendulum-v1"


@torch.no_grad()
def policy_density(run: TrainingRun, state: np.ndarray | None) -> PolicyDensity:
    """The density of every seed's policy over the first action dimension at one state."""
    seeds = len(run.seeds)
    if state is None:
        state = run.observation[0]
    observation = torch.as_tensor(state, dtype=torch.float32, device=run.device).expand(seeds, 1, -1)
    policy = run.agent.actor(observation)
    mean, log_std = (part[..., :1].expand(-1, len(ACTIONS), -1) for part in (policy.mean, policy.log_std))
    actions = (
        torch.as_tensor(ACTIONS, dtype=torch.float32, device=run.device).unsqueeze(-1).expand(seeds, -1, -1)
    )
    densities = type(policy)(mean, log_std).log_prob(actions).exp().cpu().numpy()
    return PolicyDensity(densities, *exact_density(run, state))


def exact_density(run: TrainingRun, state: np.ndarray) -> tuple[np.ndarray | None, float]:
    """The soft-optimal density over ACTIONS, and the temperature (scaled reward per nat) it belongs to.

    A tuned temperature moves at every step, so it is rounded (to about 12 %) before the problem is solved.
    """
    config = run.config
    env_kwargs = tuple(sorted(config.env_kwargs.items()))
    env = _soft_env(config.env_id, env_kwargs)
    if env is None or env.action_space.shape != (1,) or not 0 <= config.discount < 1:
        return None, float("nan")
    if config.temperature == "auto":
        tuned = float(run.agent.temperature.mean())
        temperature = float(f"{10 ** (round(20 * np.log10(tuned)) / 20):.2g}")
    else:
        temperature = float(config.temperature)
    if temperature <= 0:
        return None, temperature
    answer = _answer(
        config.env_id, env_kwargs, config.discount, temperature / config.reward_scale,
        float(config.entropy_in_target), config.squash_actions,
    )  # fmt: skip
    if answer is None:
        return None, temperature
    state = np.asarray(state, dtype=float)
    q = answer.q_value(np.tile(state, (len(ACTIONS), 1)), ACTIONS[:, None])
    return np.exp((q - answer.value(state)) / answer.temperature), temperature


@torch.no_grad()
def pendulum_map(run: TrainingRun) -> PendulumMap:
    """The first seed's policy and value over angle and speed."""
    angle, speed = np.meshgrid(ANGLES, SPEEDS)
    states = pendulum_observation(np.stack([angle.ravel(), speed.ravel()], axis=-1))
    observation = torch.as_tensor(states, dtype=torch.float32, device=run.device)
    observation = observation.expand(len(run.seeds), -1, -1)
    action = run.agent.actor(observation).median
    q = run.agent.critic(observation, action).mean(1)[0].cpu().numpy() / run.config.reward_scale
    return PendulumMap(2 * action[0, :, 0].cpu().numpy().reshape(angle.shape), q.reshape(angle.shape))


@lru_cache
def _soft_env(env_id: str, env_kwargs: tuple) -> SoftEnv | None:
    env = gym.make(env_id, **dict(env_kwargs)).unwrapped
    return env if isinstance(env, SoftEnv) else None


@lru_cache(maxsize=64)
def _answer(env_id, env_kwargs, discount, temperature, entropy_weight, squashed):
    """The exact answer, or None where the solver cannot resolve so low a temperature."""
    env = _soft_env(env_id, env_kwargs)
    try:
        if squashed:  # tanh keeps actions inside [-1, 1], whatever the environment would take
            return env.solver.optimal(discount, temperature, "boltzmann", entropy_weight)
        return env.exact(discount, temperature, "boltzmann", entropy_weight)
    except (ValueError, RuntimeError, np.linalg.LinAlgError):
        return None
