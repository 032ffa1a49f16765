"""The public names of `envs/`, and where each lives."""

from .base import SoftEnv as SoftEnv
from .constant_reward import ConstantRewardEnv as ConstantRewardEnv
from .pendulum import pendulum_observation as pendulum_observation, pendulum_step as pendulum_step
from .point_mass import PointMassEnv as PointMassEnv, SeparableAnswer as SeparableAnswer
from .skewed_reward import SkewedRewardEnv as SkewedRewardEnv
from .soft_lqr import SoftLQREnv as SoftLQREnv
from .time_limit import TimeLimitEnv as TimeLimitEnv
from .two_peaks import TwoPeaksEnv as TwoPeaksEnv
from .two_routes import TwoRoutesEnv as TwoRoutesEnv

ENV_IDS: tuple[str, ...]

def register_environments() -> None: ...
