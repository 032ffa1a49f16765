"""sacnotes: Soft Actor-Critic, one question at a time. What a notebook imports, all from here."""

from sacnotes_lib import envs as envs  # registers the environments under sacnotes/
from sacnotes_lib.lesson import exercises
from sacnotes_lib.lesson.check import check
from sacnotes_lib.lesson.exercise import Exercise, ExerciseTodo
from sacnotes_lib.lesson.panels import predict, reveal
from sacnotes_lib.sac.agent import SAC, NonFiniteLoss
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian
from sacnotes_lib.sac.environments import UnsuitableEnvironment
from sacnotes_lib.sac.losses import (
    actor_loss_reparameterized,
    actor_loss_score_function,
    critic_loss,
    temperature_loss,
)
from sacnotes_lib.sac.networks import hard_update, polyak_update
from sacnotes_lib.sac.replay import Batch, ReplayBuffer
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target
from sacnotes_lib.sac.training import TrainingDiverged, TrainingRun, evaluate, train
from sacnotes_lib.scenes.broadcast import BroadcastScene
from sacnotes_lib.scenes.clip import animate
from sacnotes_lib.scenes.learning_curves import interquartile_mean, plot_learning_curves
from sacnotes_lib.scenes.picture import show_picture
from sacnotes_lib.scenes.temperature import TemperatureScene
from sacnotes_lib.widgets.console import TrainingConsole
from sacnotes_lib.widgets.live import live

__all__ = [
    "SAC",
    "Batch",
    "BroadcastScene",
    "Exercise",
    "ExerciseTodo",
    "Gaussian",
    "NonFiniteLoss",
    "ReplayBuffer",
    "SACConfig",
    "SquashedGaussian",
    "TemperatureScene",
    "TrainingConsole",
    "TrainingDiverged",
    "TrainingRun",
    "UnsuitableEnvironment",
    "actor_loss_reparameterized",
    "actor_loss_score_function",
    "animate",
    "apply_backup",
    "check",
    "critic_loss",
    "evaluate",
    "exercises",
    "hard_update",
    "interquartile_mean",
    "live",
    "plot_learning_curves",
    "polyak_update",
    "predict",
    "reveal",
    "show_picture",
    "soft_bellman_target",
    "temperature_loss",
    "train",
]
