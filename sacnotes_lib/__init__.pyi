"""Every public name, and where it lives: what `sacnotes_lib` loads when a name is first used."""

from . import envs as envs, exact as exact
from .comparison.compare import compare as compare
from .comparison.results import Comparison as Comparison
from .comparison.store import drop_results as drop_results
from .course import exercises as exercises
from .course.console.console import TrainingConsole as TrainingConsole
from .course.kit.check import check as check
from .course.kit.done import reset_progress as reset_progress, show_progress as show_progress
from .course.kit.exercise import Exercise as Exercise, ExerciseTodo as ExerciseTodo
from .course.kit.panels import predict as predict, reveal as reveal
from .course.kit.review import review as review
from .course.kit.show import show_source as show_source
from .course.p00_start.scene import TemperatureScene as TemperatureScene
from .course.p01_independent.scene import BroadcastScene as BroadcastScene
from .course.p02_summing.scene import SummingScene as SummingScene
from .course.p03_tanh.scene import SquashingScene as SquashingScene
from .course.p04_target.scene import TargetScene as TargetScene
from .course.p05_two_critics.scene import BackupScene as BackupScene
from .course.p06_expectation.contraction import ContractionScene as ContractionScene
from .course.p06_expectation.denoising import DenoisingScene as DenoisingScene
from .course.p06_expectation.noisy_labels import NoisyLabelsScene as NoisyLabelsScene
from .course.p07_gradients.scene import GradientScene as GradientScene
from .course.p08_temperature.measurements import plot_std_line as plot_std_line
from .course.p08_temperature.scene import SharedActionScene as SharedActionScene
from .course.p09_off_policy.scene import OffPolicyScene as OffPolicyScene
from .course.p10_own_words.measurements import measured_learning as measured_learning
from .course.p10_own_words.scene import OneUpdateScene as OneUpdateScene
from .course.p11_clinic.clinic import Clinic as Clinic, mark_table as mark_table, marks as marks
from .course.p11_clinic.patients import PATIENTS as PATIENTS
from .course.p11_clinic.scene import WardScene as WardScene
from .course.p11_clinic.ward_round import plot_ward_round as plot_ward_round
from .course.p12_papers.scene import LabelScene as LabelScene
from .course.p12_papers.with_value import SACWithV as SACWithV
from .course.p13_improvement.scene import ImprovementScene as ImprovementScene
from .course.p14_price.scene import PriceScene as PriceScene
from .course.p15_fails.scene import DoorScene as DoorScene
from .course.stage.live import live as live
from .plots.by_seed import plot_by_seed as plot_by_seed
from .plots.clip import animate as animate
from .plots.learning_curves import plot_learning_curves as plot_learning_curves
from .plots.q_check import check_q as check_q
from .plots.vital_signs import SIGNS as SIGNS, Examination as Examination
from .sac.agent import SAC as SAC
from .sac.config import SACConfig as SACConfig
from .sac.distributions import (
    Gaussian as Gaussian,
    SquashedGaussian as SquashedGaussian,
    log_tanh_slope as log_tanh_slope,
    normal_log_prob as normal_log_prob,
)
from .sac.losses import (
    actor_loss_reparameterized as actor_loss_reparameterized,
    actor_loss_score_function as actor_loss_score_function,
    critic_loss as critic_loss,
    temperature_loss as temperature_loss,
)
from .sac.networks import hard_update as hard_update, polyak_update as polyak_update
from .sac.replay import Batch as Batch, ReplayBuffer as ReplayBuffer
from .sac.targets import apply_backup as apply_backup, soft_bellman_target as soft_bellman_target
from .training.environments import UnsuitableEnvironment as UnsuitableEnvironment
from .training.guards import NonFiniteLoss as NonFiniteLoss
from .training.run import (
    TrainingDiverged as TrainingDiverged,
    TrainingRun as TrainingRun,
    evaluate as evaluate,
    train as train,
)
from .training.statistics import interquartile_mean as interquartile_mean
from .training.tables import table as table
