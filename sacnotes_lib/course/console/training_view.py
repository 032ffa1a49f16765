"""All that a picture of training shows, taken out of the runs at one moment: curves, marks, the policy, and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sacnotes_lib.course.console.policy_pictures import (
    ACTIONS,
    PendulumMap,
    PolicyDensity,
    at_state,
    is_pendulum,
    pendulum_map,
    policy_density,
)
from sacnotes_lib.plots.q_check import QCheck
from sacnotes_lib.training.run import TrainingRun

MERGE = 50  # steps: changes that follow one another more closely are one move of a slider
SHORT = {
    "temperature": "α", "learning_rate": "learning rate", "actor_gradient": "actor gradient",
    "target_update": "target update", "polyak_rate": "Polyak rate τ",
}  # fmt: skip


@dataclass(frozen=True)
class Band:
    """A curve over seeds: mean, lowest and highest at each step, all `[T]`."""

    steps: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def over(cls, steps, values) -> "Band":
        """From values `[R, T]` at steps `[T]`."""
        values = np.asarray(values, dtype=float)
        if values.size == 0:
            return cls(*np.empty((4, 0)))
        return cls(np.asarray(steps, dtype=float), values.mean(0), values.min(0), values.max(0))


@dataclass(frozen=True)
class Mark:
    """A change of the configuration while it trained: where, and what from what to what."""

    step: int
    text: str


@dataclass(frozen=True)
class RunView:
    """One run at one moment."""

    curves: Mapping[str, Band]  # return, entropy, temperature, q, monte_carlo
    marks: Sequence[Mark]
    policy: PolicyDensity | PendulumMap


@dataclass(frozen=True)
class TrainingView:
    """What the picture of a session shows."""

    step: int
    until: int
    seeds: int
    runs: Mapping[str, RunView]
    state: str


def view_run(run: TrainingRun, q_checks: Sequence[QCheck], state: np.ndarray | None) -> RunView:
    """Copy what the picture needs out of a run, so that training may go on while it is drawn."""
    checked = [check.step for check in q_checks]
    return RunView(
        curves={
            "entropy": Band.over(run.metric_steps, run.metrics.get("entropy", ())),
            "temperature": Band.over(run.metric_steps, run.metrics.get("temperature", ())),
            "return": Band.over(run.evaluation_steps, run.evaluation_returns),
            "q": Band.over(checked, np.array([check.q for check in q_checks]).T),
            "monte_carlo": Band.over(checked, np.array([check.monte_carlo for check in q_checks]).T),
        },
        marks=marks_of(run),
        policy=pendulum_map(run) if is_pendulum(run) else policy_density(run, state),
    )


def marks_of(run: TrainingRun, noted: Mapping | None = None) -> list[Mark]:
    """The run's changes in words, with what is `noted` for its next step.

    What changes in quick succession, as under a dragged slider, is one mark.
    """
    values = vars(run.initial_config).copy()
    groups: list[tuple[int, dict]] = []  # step of the last change, field -> [value before, value after]
    for step, changes in run.changes + [(run.step, noted)] * bool(noted):
        if not groups or step - groups[-1][0] > MERGE:
            groups.append((step, {}))
        moved = groups[-1][1]
        for field, value in changes.items():
            moved.setdefault(field, [values[field], value])[1] = values[field] = value
        groups[-1] = (step, moved)
    return [
        Mark(
            step,
            ", ".join(f"{SHORT.get(f, f)} {_short(old)} → {_short(new)}" for f, (old, new) in moved.items()),
        )
        for step, moved in groups
    ]


def describe(view: TrainingView) -> str:
    """The picture in words, with its numbers."""
    parts = [f"Step {view.step:,} of {view.until:,}, {view.seeds} seeds."]
    parts += [_describe_run(name if len(view.runs) > 1 else "", run, view) for name, run in view.runs.items()]
    return " ".join(parts)


def _describe_run(label: str, run: RunView, view: TrainingView) -> str:
    said = [
        f"{name} {_number(run.curves[name], unit)}"
        for name, unit in (("return", ""), ("entropy", " nats"), ("temperature", ""))
        if len(run.curves[name].steps)
    ]
    if len(run.curves["q"].steps):
        said.append(
            f"Q {run.curves['q'].middle[-1]:.3g} against a Monte Carlo return of "
            f"{run.curves['monte_carlo'].middle[-1]:.3g} (scaled reward)"
        )
    words = (f"{label}: " if label else "") + (", ".join(said) if said else "nothing learned yet") + "."
    changes = [f"{i + 1} at step {mark.step:,}: {mark.text}" for i, mark in enumerate(run.marks)]
    words += f" Changes: {'; '.join(changes)}." if changes else ""
    return f"{words} {_describe_policy(run.policy, view.state)}"


def _describe_policy(policy, state: str) -> str:
    if isinstance(policy, PendulumMap):
        upright = policy.value[policy.value.shape[0] // 2, policy.value.shape[1] // 2]
        return (
            f"Policy of seed 0: torques from {policy.torque.min():.2g} to {policy.torque.max():.2g} N·m; "
            f"value upright at rest {upright:.3g}, lowest {policy.value.min():.3g} (reward)."
        )
    peaks = ACTIONS[policy.densities.argmax(1)]
    words = f"Policy {at_state(state)}: densest at action {_range(peaks)}"
    if policy.exact is not None:
        exact = f"{ACTIONS[policy.exact.argmax()]:.2f} for temperature {policy.exact_temperature:.2g}"
        words += f", the exact soft-optimal one at {exact}"
    return words + "."


def _range(values: np.ndarray) -> str:
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    return low if low == high else f"{low} to {high} over seeds"


def _number(band: Band, unit: str) -> str:
    spread = (
        f" ({band.low[-1]:.3g} to {band.high[-1]:.3g} over seeds)" if band.low[-1] < band.high[-1] else ""
    )
    return f"{band.middle[-1]:.3g}{unit}{spread}"


def _short(value) -> str:
    if value == "auto":
        return "tuned"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
