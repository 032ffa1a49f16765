"""The two worlds of notebook 15: a pole to balance, spoiled in one thing at a time, and a corridor to cross."""

import gymnasium as gym
import numpy as np

STEPS = 50  # of an episode, in either world: then the watching stops
FAR = 1e6  # no observation is larger


class WatchedEnv(gym.Env):
    """A world for any leading axes, as `check_q` plays it, in episodes of `STEPS` steps.

    A subclass writes `initial_state` and `transition`. limit_ends: whether a time limit counts as an end of the world.
    """

    metadata: dict = {"render_modes": []}

    def __init__(self, seen: int, reach: float, limit_ends: bool = False):
        self.observation_space = gym.spaces.Box(-FAR, FAR, (seen,), np.float32)
        self.action_space = gym.spaces.Box(-reach, reach, (1,), np.float32)
        self.limit_ends, self.clock = limit_ends, 0

    def observe(self, state: np.ndarray) -> np.ndarray:
        """What is seen of states, as float32."""
        return state.astype(np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.state, self.clock = self.initial_state(self.np_random), 0
        return self.observe(self.state), {}

    def step(self, action):
        self.state, reward, fallen = self.transition(self.state, np.asarray(action, float), self.np_random)
        self.clock += 1
        over = self.clock >= STEPS
        return self.observe(self.state), float(reward), bool(fallen or over and self.limit_ends), over, {}


class PoleEnv(WatchedEnv):
    """A pole that falls by itself: lean x, speed v, force f; an episode ends at a lean of 1.

    v' = v + 0.2 (x + f), x' = x + 0.2 v', reward = 1 - x'^2 - price f^2. A third number of the state is the weather,
    which matters to nothing: noise that remembers, of mean 0 and std 1.

    reach: the force's bounds are ±reach. price: of force. noise: std of what is added to a reward, of mean 0.
    pressure: (mean, spread) of a barometer among the observations; None for no barometer.
    """

    def __init__(self, reach=1.0, price=0.05, noise=0.0, pressure=None, limit_ends=False):
        super().__init__(2 if pressure is None else 3, reach, limit_ends)
        self.price, self.noise, self.pressure = price, noise, pressure

    def initial_state(self, rng):
        return np.append(rng.uniform(-0.3, 0.3, 2), rng.standard_normal())

    def transition(self, state, action, rng):
        (x, v, weather), force = np.moveaxis(state, -1, 0), action[..., 0]
        v = v + 0.2 * (x + force)
        x = x + 0.2 * v
        reward = 1 - x**2 - self.price * force**2
        luck, change = rng.standard_normal((2, *x.shape))
        weather = 0.9 * weather + np.sqrt(1 - 0.9**2) * change
        return np.stack([x, v, weather], axis=-1), reward + self.noise * luck, np.abs(x) >= 1

    def observe(self, state):
        if self.pressure is None:
            return state[..., :2].astype(np.float32)
        mean, spread = self.pressure
        barometer = mean + spread * state[..., 2:]
        return np.concatenate([state[..., :2], barometer], axis=-1).astype(np.float32)


class CorridorEnv(WatchedEnv):
    """A corridor from 0, where a wall is, to a door at 1 that pays 1 and ends the episode: x' = max(x + a / 10, 0)."""

    def __init__(self):
        super().__init__(1, 1.0)

    def initial_state(self, rng):
        return np.zeros(1)

    def transition(self, state, action, rng):
        next_state = np.maximum(state + action / 10, 0)
        arrived = next_state[..., 0] >= 1
        return next_state, arrived.astype(float), arrived


for _name, _world in {"Pole": PoleEnv, "Corridor": CorridorEnv}.items():
    if f"sacnotes/{_name}-v0" not in gym.registry:
        gym.register(f"sacnotes/{_name}-v0", entry_point=f"{__name__}:{_world.__name__}")
