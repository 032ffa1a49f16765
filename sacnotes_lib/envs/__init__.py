"""Small Gymnasium environments whose soft answers are known. Importing this module registers them.

Example:
    import gymnasium
    import sacnotes_lib.envs

    env = gymnasium.make("sacnotes/SoftLQR-v0")
    answer = env.unwrapped.exact(discount=0.95, temperature=0.3)
    answer.q_value(state, action), answer.mean(state), answer.std(state), answer.entropy(state)
"""

import gymnasium as gym
import lazy_loader

# Where the class is, and after how many steps an episode is truncated; None where the environment ends by itself.
_REGISTERED = {
    "sacnotes/ConstantReward-v0": ("one_state:ConstantRewardEnv", 50),
    "sacnotes/TwoPeaks-v0": ("one_state:TwoPeaksEnv", None),
    "sacnotes/SoftLQR-v0": ("soft_lqr:SoftLQREnv", 20),
    "sacnotes/PointMass-v0": ("point_mass:PointMassEnv", 20),
    "sacnotes/TwoRoutes-v0": ("two_routes:TwoRoutesEnv", None),
    "sacnotes/SkewedReward-v0": ("one_state:SkewedRewardEnv", 50),
    "sacnotes/TimeLimit-v0": ("time_limit:TimeLimitEnv", None),
}
ENV_IDS = tuple(_REGISTERED)


def register_environments() -> None:
    """Register every environment under `sacnotes/`; calling it again changes nothing."""
    for env_id, (place, limit) in _REGISTERED.items():
        if env_id not in gym.registry:
            gym.register(env_id, entry_point=f"{__name__}.{place}", max_episode_steps=limit)


register_environments()
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
