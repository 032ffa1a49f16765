"""Environments so small that every transition is known by heart. Importing this module registers them."""

import gymnasium as gym
import numpy as np
from gymnasium.utils import EzPickle


class Counting(gym.Env):
    """Observation (episode, step within it), both counted from 0; the reward is the step.

    After `length` steps the episode ends, by termination or by truncation.
    """

    def __init__(self, length: int = 3, ends: str = "truncated"):
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        self.action_space = gym.spaces.Box(-1, 1, (1,))
        self.length, self.ends = length, ends
        self.episode, self.t = -1, 0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.episode, self.t = self.episode + 1, 0
        return self._observe(), {}

    def step(self, action):
        reward, over = float(self.t), self.t + 1 == self.length
        self.t += 1
        ends = {name: over and self.ends == name for name in ("terminated", "truncated")}
        return self._observe(), reward, *ends.values(), {}

    def _observe(self):
        return np.array([self.episode, self.t], np.float32)


class Echo(gym.Env):
    """One step long: the reward is the first action as it arrives; the observation is the whole last action."""

    def __init__(self, low=(-2.0, 0.0), high=(2.0, 10.0)):
        self.action_space = gym.spaces.Box(np.float32(low), np.float32(high))
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, self.action_space.shape, np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros(self.observation_space.shape, np.float32), {}

    def step(self, action):
        return np.asarray(action, np.float32), float(action[0]), True, False, {}


class Wanderer(gym.Env, EzPickle):
    """A random walk steered by the action, which pickles as MuJoCo's environments do: as its arguments only."""

    def __init__(self, size: float = 0.1):
        EzPickle.__init__(self, size)
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (1,), np.float32)
        self.action_space = gym.spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.size, self.x = size, 0.0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.x = self.np_random.normal()
        return np.array([self.x], np.float32), {}

    def step(self, action):
        self.x += self.size * (float(action[0]) + self.np_random.normal())
        return np.array([self.x], np.float32), -abs(self.x), False, False, {}


class Breaking(Wanderer):
    """A Wanderer whose reward turns into NaN at step `after`, where its seed is `bad_seed`."""

    def __init__(self, bad_seed: int, after: int, becomes: float = np.nan):
        super().__init__()
        EzPickle.__init__(self, bad_seed, after, becomes)
        self.bad_seed, self.after, self.becomes, self.t = bad_seed, after, becomes, 0

    def step(self, action):
        observation, reward, terminated, truncated, info = super().step(action)
        self.t += 1
        if self.np_random_seed == self.bad_seed and self.t >= self.after:
            reward = self.becomes
        return observation, reward, terminated, truncated, info


class Misfit(gym.Env):
    """Spaces that a test replaces by ones that do not fit."""

    observation_space = action_space = gym.spaces.Box(-1, 1, (2,))


class MissingExtra(gym.Env):
    """Stands for an environment whose package is not there."""

    def __init__(self):
        raise gym.error.DependencyNotInstalled("no module named wheels")


for _name, _class, _limit in (
    ("Counting", Counting, None),
    ("Echo", Echo, None),
    ("Wanderer", Wanderer, 7),
    ("Breaking", Breaking, 7),
    ("Misfit", Misfit, None),
    ("MissingExtra", MissingExtra, None),
):
    if f"tiny/{_name}-v0" not in gym.registry:
        gym.register(f"tiny/{_name}-v0", entry_point=_class, max_episode_steps=_limit)
