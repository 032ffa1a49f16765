"""Trainings recorded beforehand: what the training console shows, for pages where nothing can train."""

from functools import cache

from sacnotes_lib import SACConfig
from sacnotes_lib.course.console.session import TrainingSession
from sacnotes_lib.course.console.training_curves import TrainingScene
from sacnotes_lib.course.console.training_view import TrainingView, describe
from sacnotes_lib.course.stage.controls import Choice, Integer
from sacnotes_lib.envs.two_routes import TwoRoutesEnv

STEPS, EVERY, SEEDS = 1500, 100, 4
BACKUPS = ("single", "swap", "mean", "min")
# Labels come from the critics as they are now, and steps are large: so the critics disagree, and a backup matters.
BASE = SACConfig(
    env_id="sacnotes/TwoRoutes-v0", num_critics=5, discount=0.98, reward_scale=1.0, hidden_sizes=(32, 32),
    batch_size=32, learning_starts=100, learning_rate=1e-2, polyak_rate=1.0, evaluation_interval=EVERY,
)  # fmt: skip


class RecordedScene(TrainingScene):
    """One training out of a grid of temperatures and backups, as it was after so many steps."""

    def __init__(self, steps: int = STEPS):
        super().__init__(("A",), steps, pendulum=False)
        self.controls = {
            "temperature": Choice("Temperature α", (0.05, 0.2, 1, "tuned"), 0.2),
            "backup": Choice("Backup", BACKUPS, "min"),
            "step": Integer("Step", 0, steps, steps, step=EVERY),
        }

    def compute(self, temperature, backup, step) -> tuple[TrainingView, float | str, list[TrainingView]]:
        """The run, and what decides its scales: the temperature, and the ends of all runs at that temperature."""
        ends = [trained(self.until, temperature, other)[self.until] for other in BACKUPS]
        return trained(self.until, temperature, backup)[step], temperature, ends

    def draw(self, artists, data) -> None:
        view, temperature, ends = data
        if getattr(artists, "temperature", None) != temperature:
            artists.temperature = temperature
            for panel in artists.panels.values():
                panel.limits = None
            for end in ends:
                super().draw(artists, end)
        super().draw(artists, view)

    def describe(self, parameters, data) -> str:
        return f"Temperature {parameters['temperature']}, backup {parameters['backup']}. {describe(data[0])}"


@cache
def trained(steps: int, temperature: float | str, backup: str) -> dict[int, TrainingView]:
    """A training at every hundredth step, with the policy at the fork."""
    alpha = "auto" if temperature == "tuned" else temperature
    config = BASE.replace(total_steps=steps, temperature=alpha, backup=backup)
    session = TrainingSession({"A": config}, SEEDS)
    fork = "fork", TwoRoutesEnv().states[0]
    views = {0: session.view(*fork)}
    while not session.done:
        session.advance(EVERY)
        views[session.step] = session.view(*fork)
    return views
