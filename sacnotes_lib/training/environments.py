"""Gymnasium environments as SAC needs them: vectorised, actions in [-1, 1], episode ends told apart."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.wrappers.vector import RescaleAction

import sacnotes_lib.envs  # noqa: F401  (registers the environments under sacnotes/)
from sacnotes_lib.training.guards import single_thread

LONGEST_EPISODE = 100_000  # steps: an evaluation waits no longer for an episode's end


class UnsuitableEnvironment(ValueError):
    """The environment does not fit SAC, or cannot be made here."""


def make_environments(env_id: str, count: int, env_kwargs: Mapping[str, Any] | None = None) -> VectorEnv:
    """`count` copies of an environment stepped together, in same-step autoreset, with actions in [-1, 1].

    Same-step autoreset returns the first observation of the next episode at once and keeps the last one of the
    finished episode in `infos["final_obs"]`. Gymnasium's default resets on the following step instead, and that step
    would enter the replay buffer as a transition that never happened.

    Raises:
        UnsuitableEnvironment: for a discrete action space, observations that are not a vector, an unknown id, or a
            missing extra, saying what to do about it.
    """
    try:
        together = {
            "vectorization_mode": "sync",
            "vector_kwargs": {"autoreset_mode": AutoresetMode.SAME_STEP},
        }
        envs = gym.make_vec(env_id, num_envs=count, **together, **(env_kwargs or {}))
    except gym.error.DependencyNotInstalled as missing:
        raise UnsuitableEnvironment(
            f"{env_id} needs a package that is not installed ({missing}). For MuJoCo's environments: "
            "pip install 'sacnotes[mujoco]' (in a clone of this project: pip install -e '.[mujoco]')"
        ) from missing
    except (gym.error.Error, ImportError) as unknown:  # a wrong name or version, or one that has moved away
        raise unknown_environment(env_id, unknown) from unknown
    envs.unwrapped.env_fns = ()  # used up by now; before Gymnasium 1.4 a generator, which cannot be pickled
    check_spaces(env_id, envs)
    bounded = np.isfinite([envs.single_action_space.low, envs.single_action_space.high]).all()
    return RescaleAction(envs, np.float32(-1), np.float32(1)) if bounded else envs


def unknown_environment(env_id: str, why: Exception) -> UnsuitableEnvironment:
    """The error for an id that Gymnasium refuses, with what to try."""
    return UnsuitableEnvironment(
        f'Gymnasium knows no environment {env_id!r} ({why}). Try "Pendulum-v1", list them all with '
        "gymnasium.pprint_registry(), or register yours first"
    )


def check_spaces(env_id: str, envs: VectorEnv) -> None:
    """Raise UnsuitableEnvironment unless observations and actions are vectors of real numbers."""
    observations, actions = envs.single_observation_space, envs.single_action_space
    if isinstance(actions, gym.spaces.Discrete):
        raise UnsuitableEnvironment(
            f"{env_id} has a discrete action space ({actions}), and this SAC draws real-valued actions from a "
            'Gaussian. Choose an environment with a Box of actions, such as "Pendulum-v1" or "InvertedPendulum-v5".'
        )
    for name, space in (("action", actions), ("observation", observations)):
        if not isinstance(space, gym.spaces.Box) or len(space.shape) != 1:
            raise UnsuitableEnvironment(
                f"{env_id} has the {name} space {space}, and this SAC needs a Box with one axis. "
                "gymnasium.wrappers.FlattenObservation turns images and dictionaries of observations into a vector."
            )


def last_observations(observations: np.ndarray, infos: Mapping[str, Any]) -> np.ndarray:
    """Where each step really led: the finished episode's last observation instead of the next episode's first.

    Args: observations `[R, observation_dim]` and infos as a vector environment in same-step autoreset returns them.
    """
    if "final_obs" not in infos:
        return observations
    led_to = observations.copy()
    for index in np.flatnonzero(infos["_final_obs"]):
        led_to[index] = infos["final_obs"][index]
    return led_to


@single_thread()
def play_episodes(
    agent, envs: VectorEnv, episodes: int, deterministic: bool, occasion: int = 0
) -> np.ndarray:
    """Undiscounted return of the first episode in each environment, `[R, episodes]`.

    Starting states are new on every occasion and, for one seed, the same whatever trains beside it. The agent's
    random streams are put back afterwards: looking at a policy must not change how its training goes on.

    Args:
        agent: has `act`, `runs`, `seeds` and `generators`, as SAC does.
        envs: R * episodes environments, run by run.
        deterministic: act with the policy's median; False draws samples.
        occasion: a number that tells evaluations apart, such as the training step.

    Raises:
        UnsuitableEnvironment: where an episode has no end.
    """
    starts = [np.random.default_rng([seed, occasion]).integers(2**31, size=episodes) for seed in agent.seeds]
    observation, _ = envs.reset(seed=[int(start) for start in np.concatenate(starts)])
    returns, running = np.zeros(envs.num_envs), np.ones(envs.num_envs, dtype=bool)
    streams = agent.generators.get_state()
    for _ in range(LONGEST_EPISODE):
        grouped = observation.reshape(agent.runs, episodes, -1)
        action = agent.act(grouped, deterministic=deterministic).reshape(envs.num_envs, -1)
        observation, reward, terminated, truncated, _ = envs.step(action)
        returns[running] += reward[running]
        running &= ~(terminated | truncated)
        if not running.any():
            break
    else:
        raise UnsuitableEnvironment(
            f"an episode of {envs.spec.id if envs.spec else 'this environment'} was still going on after "
            f"{LONGEST_EPISODE:,} steps, and an evaluation waits for its end. "
            'Give it one: env_kwargs={"max_episode_steps": 200}'
        )
    agent.generators.set_state(streams)
    return returns.reshape(agent.runs, episodes)
