"""What `benchmarks.proof` trains: one Experiment for each environment and temperature, set once for all seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gymnasium as gym

from sacnotes_lib.envs.base import SoftEnv
from sacnotes_lib.sac.config import SACConfig

SEEDS = 8
DISCOUNT = 0.9

# Two critics, each regressed on the mean of their targets: "min" would shift Q, see benchmarks.backup_bias.
COMMON = {
    "discount": DISCOUNT,
    "backup": "mean",
    "reward_scale": 1.0,
    "hidden_sizes": (64, 64),
    "batch_size": 128,
    "learning_starts": 200,
    "total_steps": 3000,
    "learning_rate": 3e-3,
    "polyak_rate": 0.04,
    "evaluation_interval": 10**9,  # never: nothing here looks at returns
}


@dataclass(frozen=True)
class Experiment:
    """One environment at one temperature.

    Attributes:
        label: what the table calls it.
        name: the environment's name under `sacnotes/`.
        temperature: α, fixed.
        env_kwargs: the environment's settings.
        settings: fields of SACConfig that differ from COMMON.
    """

    label: str
    name: str
    temperature: float
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> SACConfig:
        """The training run's choices."""
        fields = {**COMMON, **self.settings, "temperature": self.temperature}
        return SACConfig(env_id=f"sacnotes/{self.name}-v0", env_kwargs=self.env_kwargs, **fields)

    def make_environment(self) -> SoftEnv:
        """The environment without wrappers: its dynamics and its exact answers."""
        return gym.make(self.config.env_id, **self.env_kwargs).unwrapped

    def exact(self, env: SoftEnv, policy: str):
        """The exact answer; policy is "boltzmann" (the optimum) or "actor_class" (the best such an actor can be)."""
        config = self.config
        if policy == "actor_class" and config.squash_actions:
            policy = "tanh_gaussian"
        else:
            policy = "boltzmann"  # without bounds and tanh the optimum of soft LQR is itself a Gaussian
        weight = 1.0 if config.entropy_in_target else 0.0
        return env.exact(config.discount, self.temperature, policy, entropy_weight=weight)


LQR_TEMPERATURES = (0.05, 0.1, 0.3, 0.6, 1.0)
PEAK_TEMPERATURES = (0.05, 0.1, 0.2, 0.3, 1.0)
# Few states need few steps; noisy dynamics with bounds, or two dimensions, need more.
FEW, MORE = {"total_steps": 2000}, {"total_steps": 4000}
NO_TANH, REWARD_ONLY = {"squash_actions": False}, {"entropy_in_target": False}

EXPERIMENTS = (
    Experiment("constant reward", "ConstantReward", 0.2, settings=FEW),
    *(Experiment("two peaks", "TwoPeaks", t, settings=FEW) for t in PEAK_TEMPERATURES),
    *(Experiment("soft LQR, no tanh", "SoftLQR", t, settings=NO_TANH) for t in LQR_TEMPERATURES),
    *(Experiment("soft LQR, bounded", "SoftLQR", t, {"bounded": True}, MORE) for t in (0.05, 0.3, 1.0)),
    *(Experiment("point mass", "PointMass", t, settings=MORE) for t in (0.05, 0.3, 1.0)),
    Experiment("two routes", "TwoRoutes", 0.2),
    Experiment("two routes, r only", "TwoRoutes", 0.2, settings=REWARD_ONLY),
    Experiment("skewed reward", "SkewedReward", 0.2),
    Experiment("time limit, truncated", "TimeLimit", 0.2, {"end": "truncated"}, FEW),
    Experiment("time limit, terminated", "TimeLimit", 0.2, {"end": "terminated"}, FEW),
)
