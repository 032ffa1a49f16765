"""Gymnasium environments as SAC needs them: vectorised, actions in [-1, 1], episode ends told apart."""

import functools
import importlib
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec, find_highest_version, get_env_id, parse_env_id
from gymnasium.utils import RecordConstructorArgs
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.wrappers import NormalizeObservation, NormalizeReward
from gymnasium.wrappers.vector import RescaleAction, TransformAction

import sacnotes_lib.envs  # noqa: F401  (registers the environments under sacnotes/)
from sacnotes_lib.sac.config import is_whole
from sacnotes_lib.training.guards import asked_to_stop, single_thread

LONG_EPISODE = 1000  # steps: who asks to stop waits no longer
LONGEST_EPISODE = 20_000  # steps: an evaluation waits no longer
NO_BOUND = 1e30  # a bound as large as this is a way to say that there is none


class UnsuitableEnvironment(ValueError):
    """The environment does not fit SAC, or cannot be made here."""


def make_environments(env_id: str, count: int, env_kwargs: Mapping[str, Any] | None = None) -> VectorEnv:
    """`count` copies of an environment stepped together, in same-step autoreset, with actions in [-1, 1].

    An action's dimension with two bounds is rescaled from [-1, 1]. Any other is sent as it is. Both are then clipped
    to the bounds there are, which concerns a policy without tanh, and a dimension with one bound.

    Same-step autoreset returns the first observation of the next episode at once and keeps the last one of the
    finished episode in `infos["final_obs"]`. Gymnasium's default resets on the following step instead, and that step
    would enter the replay buffer as a transition that never happened.

    Raises:
        UnsuitableEnvironment: for a discrete action space, observations that are not a vector, an unknown id, or a
            missing extra, saying what to do about it.
        ValueError: for a count that is no whole number of at least 1.
    """
    if not is_whole(count) or count < 1:
        raise ValueError(
            f"{count!r} environments were asked for; episodes and seeds are whole numbers of at least 1"
        )
    arguments = dict(env_kwargs or {})
    arguments["wrappers"] = (*arguments.get("wrappers", ()), OwnNumbers)
    together = {"vectorization_mode": "sync", "vector_kwargs": {"autoreset_mode": AutoresetMode.SAME_STEP}}
    try:
        envs = gym.make_vec(env_id, num_envs=count, **together, **arguments)
    except gym.error.DependencyNotInstalled as missing:
        raise UnsuitableEnvironment(
            f"{env_id} needs a package that is not installed ({missing}). For MuJoCo's environments: "
            "pip install 'sacnotes[mujoco]' (in a clone of this project: pip install -e '.[mujoco]')"
        ) from missing
    except (gym.error.Error, ImportError) as unknown:  # a wrong name or version, or one that has moved away
        raise unknown_environment(env_id, unknown) from unknown
    envs.unwrapped.env_fns = ()  # used up by now; before Gymnasium 1.4 a generator, which cannot be pickled
    check_spaces(env_id, envs)
    space = envs.single_action_space
    low = np.where(space.low > -NO_BOUND, space.low, -np.inf)
    high = np.where(space.high < NO_BOUND, space.high, np.inf)
    if np.isinf(low).all() and np.isinf(high).all():
        return envs
    clip = functools.partial(np.clip, a_min=low, a_max=high)
    envs = TransformAction(envs, clip, single_action_space=gym.spaces.Box(low, high, dtype=space.dtype))
    bounded = np.isfinite(low) & np.isfinite(high)
    one = space.dtype.type(1)
    return RescaleAction(envs, np.where(bounded, -one, low), np.where(bounded, one, high))


class OwnNumbers(gym.Wrapper, RecordConstructorArgs):
    """Hands out copies of observations, since some environments write into the array that they returned before.

    In same-step autoreset the next episode's beginning would else stand where the last observation of the finished
    one was. And a reward of shape (1,) is taken for the number that it holds.
    """

    def __init__(self, env: gym.Env):
        RecordConstructorArgs.__init__(self)
        super().__init__(env)

    def reset(self, **how):
        observation, info = self.env.reset(**how)
        return np.array(observation), info

    def step(self, action):
        observation, reward, terminated, truncated, info = self.env.step(action)
        if np.size(reward) != 1:
            raise UnsuitableEnvironment(f"a step's reward is {reward!r:.60}, and SAC needs one number")
        return np.array(observation), float(np.asarray(reward).item()), terminated, truncated, info


def spec_of(env_id: str) -> EnvSpec:
    """How an environment is made, by its id as `gymnasium.make` takes it: "module:Id-v0", or without a version.

    Raises: UnsuitableEnvironment for an unknown id.
    """
    try:
        module, _, name = env_id.rpartition(":")
        if module:
            importlib.import_module(module)
        namespace, name, version = parse_env_id(name)
        version = find_highest_version(namespace, name) if version is None else version
        return gym.spec(get_env_id(namespace, name, version))
    except (gym.error.Error, ImportError) as unknown:
        raise unknown_environment(env_id, unknown) from unknown


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
                + "gymnasium.wrappers.FlattenObservation turns images and dictionaries into a vector."
                * (name == "observation")
            )
    if not np.issubdtype(actions.dtype, np.floating):
        raise UnsuitableEnvironment(
            f"{env_id} wants whole numbers as actions ({actions}), and SAC draws real ones."
        )
    if not (actions.low < actions.high).all():
        raise UnsuitableEnvironment(
            f"{env_id} leaves no choice in action {np.argmin(actions.low < actions.high)}: its bounds are the same in "
            f"{actions}. Leave that dimension out, with gymnasium.wrappers.TransformAction."
        )
    env = envs.unwrapped.envs[0]
    while isinstance(env, gym.Wrapper):
        if isinstance(env, NormalizeObservation | NormalizeReward):
            raise UnsuitableEnvironment(
                f"{env_id} has the wrapper {type(env).__name__}, whose statistics change as it runs: memory would hold "
                "numbers of several scales, and an evaluation would be judged on statistics of its own. Use fixed "
                "numbers instead: gymnasium.wrappers.TransformObservation(env, lambda x: (x - mean) / std, space), "
                "and reward_scale."
            )
        env = env.env


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
    try:
        for step in range(LONGEST_EPISODE):
            grouped = observation.reshape(agent.runs, episodes, -1)
            action = agent.act(grouped, deterministic=deterministic).reshape(envs.num_envs, -1)
            observation, reward, terminated, truncated, _ = envs.step(action)
            returns[running] += reward[running]
            running &= ~(terminated | truncated)
            if not running.any():
                return returns.reshape(agent.runs, episodes)
            if step > LONG_EPISODE and asked_to_stop():
                raise KeyboardInterrupt
    finally:
        agent.generators.set_state(streams)
    raise UnsuitableEnvironment(
        f"an episode of {envs.spec.id if envs.spec else 'this environment'} was still going on after "
        f"{LONGEST_EPISODE:,} steps, and an evaluation waits for its end. "
        'Give it one: env_kwargs={"max_episode_steps": 200}'
    )
