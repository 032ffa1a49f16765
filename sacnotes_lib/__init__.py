"""sacnotes: Soft Actor-Critic, one question at a time. What a notebook imports, all from here."""

from sacnotes_lib import envs as envs  # registers the environments under sacnotes/
from sacnotes_lib.comparison.compare import compare
from sacnotes_lib.comparison.results import Comparison
from sacnotes_lib.comparison.store import drop_results
from sacnotes_lib.lesson import exercises
from sacnotes_lib.lesson.check import check
from sacnotes_lib.lesson.done import reset_progress, show_progress
from sacnotes_lib.lesson.exercise import Exercise, ExerciseTodo
from sacnotes_lib.lesson.measured import measured_learning
from sacnotes_lib.lesson.panels import predict, reveal
from sacnotes_lib.lesson.patients import PATIENTS
from sacnotes_lib.sac.agent import SAC, NonFiniteLoss
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian, log_tanh_slope, normal_log_prob
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
from sacnotes_lib.scenes.backups import BackupScene
from sacnotes_lib.scenes.broadcast import BroadcastScene
from sacnotes_lib.scenes.by_seed import plot_by_seed
from sacnotes_lib.scenes.clip import animate
from sacnotes_lib.scenes.contraction import ContractionScene
from sacnotes_lib.scenes.denoising import DenoisingScene
from sacnotes_lib.scenes.entropy import SharedActionScene
from sacnotes_lib.scenes.expectation import NoisyLabelsScene
from sacnotes_lib.scenes.gradients import GradientScene
from sacnotes_lib.scenes.learning_curves import interquartile_mean, plot_learning_curves
from sacnotes_lib.scenes.off_policy import OffPolicyScene
from sacnotes_lib.scenes.one_update import OneUpdateScene
from sacnotes_lib.scenes.picture import show_picture
from sacnotes_lib.scenes.q_check import check_q
from sacnotes_lib.scenes.squashing import SquashingScene
from sacnotes_lib.scenes.std_line import plot_std_line
from sacnotes_lib.scenes.summing import SummingScene
from sacnotes_lib.scenes.target import TargetScene
from sacnotes_lib.scenes.temperature import TemperatureScene
from sacnotes_lib.scenes.vital_signs import SIGNS, Examination
from sacnotes_lib.scenes.ward import WardScene
from sacnotes_lib.scenes.ward_round import plot_ward_round
from sacnotes_lib.widgets.console import TrainingConsole
from sacnotes_lib.widgets.live import live

__all__ = [
    "PATIENTS",
    "SAC",
    "SIGNS",
    "BackupScene",
    "Batch",
    "BroadcastScene",
    "Comparison",
    "ContractionScene",
    "DenoisingScene",
    "Examination",
    "Exercise",
    "ExerciseTodo",
    "Gaussian",
    "GradientScene",
    "NoisyLabelsScene",
    "NonFiniteLoss",
    "OffPolicyScene",
    "OneUpdateScene",
    "ReplayBuffer",
    "SACConfig",
    "SharedActionScene",
    "SquashedGaussian",
    "SquashingScene",
    "SummingScene",
    "TargetScene",
    "TemperatureScene",
    "TrainingConsole",
    "TrainingDiverged",
    "TrainingRun",
    "UnsuitableEnvironment",
    "WardScene",
    "actor_loss_reparameterized",
    "actor_loss_score_function",
    "animate",
    "apply_backup",
    "check",
    "check_q",
    "compare",
    "critic_loss",
    "drop_results",
    "evaluate",
    "exercises",
    "hard_update",
    "interquartile_mean",
    "live",
    "log_tanh_slope",
    "measured_learning",
    "normal_log_prob",
    "plot_by_seed",
    "plot_learning_curves",
    "plot_std_line",
    "plot_ward_round",
    "polyak_update",
    "predict",
    "reset_progress",
    "reveal",
    "show_picture",
    "show_progress",
    "soft_bellman_target",
    "temperature_loss",
    "train",
]
