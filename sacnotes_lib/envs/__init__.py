"""Small Gymnasium environments whose soft answers are known. Importing this module registers them.

Example:
    import gymnasium
    import sacnotes_lib.envs

    env = gymnasium.make("sacnotes/SoftLQR-v0")
    answer = env.unwrapped.exact(discount=0.95, temperature=0.3)
    answer.q_value(state, action), answer.mean(state), answer.std(state), answer.entropy(state)
"""

import gymnasium as gym

from .base import SoftEnv
from .constant_reward import ConstantRewardEnv
from .pendulum import pendulum_observation, pendulum_step
from .point_mass import PointMassEnv, SeparableAnswer
from .skewed_reward import SkewedRewardEnv
from .soft_lqr import SoftLQREnv
from .time_limit import TimeLimitEnv
from .two_peaks import TwoPeaksEnv
from .two_routes import TwoRoutesEnv

# Steps after which an episode is truncated; None where the environment ends by itself.
_REGISTERED = {
    "sacnotes/ConstantReward-v0": (ConstantRewardEnv, 50),
    "sacnotes/TwoPeaks-v0": (TwoPeaksEnv, None),
    "sacnotes/SoftLQR-v0": (SoftLQREnv, 20),
    "sacnotes/PointMass-v0": (PointMassEnv, 20),
    "sacnotes/TwoRoutes-v0": (TwoRoutesEnv, None),
    "sacnotes/SkewedReward-v0": (SkewedRewardEnv, 50),
    "sacnotes/TimeLimit-v0": (TimeLimitEnv, None),
}
ENV_IDS = tuple(_REGISTERED)


def register_environments() -> None:
    """Register every environment under `sacnotes/`; calling it again changes nothing."""
    for env_id, (env_class, limit) in _REGISTERED.items():
        if env_id not in gym.registry:
            # A string, so that a process that only unpickles the spec can import the class.
            entry_point = f"{env_class.__module__}:{env_class.__name__}"
            gym.register(env_id, entry_point=entry_point, max_episode_steps=limit)


register_environments()

__all__ = [
    "ENV_IDS",
    "ConstantRewardEnv",
    "PointMassEnv",
    "SeparableAnswer",
    "SkewedRewardEnv",
    "SoftEnv",
    "SoftLQREnv",
    "TimeLimitEnv",
    "TwoPeaksEnv",
    "TwoRoutesEnv",
    "pendulum_observation",
    "pendulum_step",
    "register_environments",
]
