"""The public names of `envs/`, and where each lives."""

from .base import SoftEnv as SoftEnv
from .one_state import (
    ConstantRewardEnv as ConstantRewardEnv,
    SkewedRewardEnv as SkewedRewardEnv,
    TwoPeaksEnv as TwoPeaksEnv,
)
from .pendulum import pendulum_observation as pendulum_observation, pendulum_step as pendulum_step
from .point_mass import PointMassEnv as PointMassEnv, SeparableAnswer as SeparableAnswer
from .soft_lqr import SoftLQREnv as SoftLQREnv
from .time_limit import TimeLimitEnv as TimeLimitEnv
from .two_routes import TwoRoutesEnv as TwoRoutesEnv

ENV_IDS: tuple[str, ...]

def register_environments() -> None: ...
