"""A training run, or two on the same seeds, in slices that can be changed in between, and on a thread. No widget."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import torch

from sacnotes_lib.course.console.training_view import TrainingView, marks_of, view_run
from sacnotes_lib.plots.q_check import QCheck, check_q
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.guards import single_thread
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.steering import check_changeable

SHOW_EVERY = 0.15  # seconds from one picture to the next

PAUSED, DONE, UNWATCHED = "paused", "done", "unwatched"


class TrainingSession:
    """Runs side by side: one configuration, or A against B, each over the same seeds.

    Every method may be called from any thread. `change` never waits for a step to end: it leaves a note, which is
    read before the next step.

    Args:
        configs: name to configuration; they share environment and length.
        seeds: how many, or which.
        agent_class: SAC, or a subclass.
        device: where networks and memory live.

    Raises: ValueError where the configurations differ in environment or length.
    """

    def __init__(
        self,
        configs: Mapping[str, SACConfig],
        seeds: int | Sequence[int] = 4,
        agent_class: type[SAC] = SAC,
        device: str | torch.device = "cpu",
    ):
        _check_comparable(configs)
        self.runs = {
            name: TrainingRun(config, seeds, agent_class, device) for name, config in configs.items()
        }
        self.q_checks: dict[str, list[QCheck]] = {name: [] for name in configs}
        self.until = next(iter(configs.values())).total_steps
        self.lock = threading.RLock()  # held while a step is taken, and while somebody looks at the runs
        self._notes: dict[str, dict] = {name: {} for name in configs}
        self._notes_lock = threading.Lock()

    @property
    def step(self) -> int:
        """Environment steps done, of each seed."""
        return min(run.step for run in self.runs.values())

    @property
    def done(self) -> bool:
        return self.step >= self.until

    def settings(self, name: str) -> SACConfig:
        """The configuration that the next step of this run will use."""
        with self._notes_lock:
            return self.runs[name].config.replace(**self._notes[name])

    def change(self, name: str, **changes) -> None:
        """Change fields of one run's configuration from its next update on.

        Raises: ValueError or TypeError, as `TrainingRun.change`, and then nothing is changed.
        """
        with self._notes_lock:
            config = self.runs[name].config
            noted = self._notes[name] | changes
            check_changeable(config, config.replace(**noted))
            self._notes[name] = noted

    def advance(self, steps: int, stop: Callable[[], bool] = lambda: False) -> int:
        """Take up to `steps` steps in every run, fewer at the end or when `stop()` says so; the number taken.

        Raises: TrainingDiverged.
        """
        with self.lock, single_thread():
            began, first = monotonic(), self.step
            try:
                while self.step < min(first + steps, self.until):
                    self._one_step()
                    if stop():
                        break
            finally:
                for run in self.runs.values():
                    run.seconds += (monotonic() - began) / len(self.runs)
            return self.step - first

    def view(self, state_name: str, state: np.ndarray | None) -> TrainingView:
        """What a picture shows now, copied, with the policy at one of `states_to_pick`."""
        with self.lock:
            runs = {name: view_run(run, self.q_checks[name], state) for name, run in self.runs.items()}
            seeds = len(next(iter(self.runs.values())).seeds)
            return TrainingView(self.step, self.until, seeds, runs, state_name)

    def marked(self, view: TrainingView) -> TrainingView:
        """The view with a mark for every change until now, for those too that no step has read yet.

        It waits for nothing: an evaluation inside a step takes longer than a viewer likes to wait.
        """
        with self._notes_lock:
            marks = {name: marks_of(run, self._news(name)) for name, run in self.runs.items()}
        return replace(view, runs={name: replace(run, marks=marks[name]) for name, run in view.runs.items()})

    def save(self, path: str | Path) -> list[Path]:
        """Write every run to a file of its own, for `TrainingRun.load`; the paths, the name before the suffix."""
        path = Path(path)
        with self.lock:
            written = []
            for name, run in self.runs.items():
                target = path if len(self.runs) == 1 else path.with_name(f"{path.stem}-{name}{path.suffix}")
                run.save(target)
                written.append(target)
        return written

    def recipe(self) -> str:
        """Python lines that train the same again: each run's first configuration and its changes."""
        with self.lock:
            return "\n".join(
                f"{name} = TrainingRun({_written(run.initial_config)}, seeds={run.seeds}).replay(\n"
                f"    {run.changes}, until={run.step})"
                for name, run in self.runs.items()
            )

    def _one_step(self) -> None:
        for name, run in self.runs.items():
            self._apply_note(name, run)
            next(run.iterate(run.step + 1))
            if run.step % run.config.evaluation_interval == 0 and run.agent.updates_done:
                found = check_q(run)
                if found is not None:
                    self.q_checks[name].append(found)

    def _apply_note(self, name: str, run: TrainingRun) -> None:
        with self._notes_lock:
            if news := self._news(name):
                run.change(**news)
            self._notes[name] = {}

    def _news(self, name: str) -> dict:
        """What the note of a run changes."""
        config = self.runs[name].config
        return {field: value for field, value in self._notes[name].items() if getattr(config, field) != value}


def _written(config: SACConfig) -> str:
    """The configuration as one would type it: only what differs from the defaults."""
    default = SACConfig()
    fields = {name: value for name, value in vars(config).items() if value != getattr(default, name)}
    return f"SACConfig({', '.join(f'{name}={value!r}' for name, value in fields.items())})"


def _check_comparable(configs: Mapping[str, SACConfig]) -> None:
    (first, config), *others = configs.items()
    for name, other in others:
        for field in ("env_id", "env_kwargs", "total_steps"):
            if getattr(config, field) != getattr(other, field):
                raise ValueError(
                    f"{first} and {name} must share {field}, but {first} has {getattr(config, field)!r} and {name} "
                    f"{getattr(other, field)!r}: only then do they meet the same seeds at the same steps"
                )


class Trainer:
    """Drives a session until it is told to pause, is done, diverges, or nobody watches any more.

    Args:
        session: what is trained.
        show: renews the picture; called on the training thread.
        ended: called on the training thread at the end, with PAUSED, DONE, UNWATCHED or the error.
        watched: whether somebody is there to see it; asked between slices.
        began: called on the training thread before its first step.
    """

    def __init__(
        self,
        session: TrainingSession,
        show: Callable[[], None],
        ended: Callable[[str | Exception], None],
        watched: Callable[[], bool] = lambda: True,
        began: Callable[[], None] = lambda: None,
    ):
        self.session, self._show, self._ended = session, show, ended
        self._watched, self._began = watched, began
        self._pause = threading.Event()
        self._free = threading.Event()
        self._free.set()
        self._next_picture = 0.0
        self._lock = threading.Lock()  # held while it is decided whether training goes on
        self._goes_on, self._until = False, 0
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, until: int) -> None:
        """Train on a thread until this step; a thread that trains already goes on until then at least."""
        with self._lock:
            self._pause.clear()
            if self._goes_on:
                self._until = max(self._until, until)
                return
            self.wait(30)  # it has stopped, and may still be busy with its last picture
            self._goes_on, self._until = True, until
            self._thread = threading.Thread(target=self._run, daemon=True, name="sacnotes-trainer")
            self._thread.start()

    def pause(self, wait: float = 0.0) -> None:
        """Ask for an end after the present step; wait up to so many seconds for it."""
        if self.running:  # else it would hold up what `run` is called for next
            self._pause.set()
            self.wait(wait)

    def wait(self, seconds: float) -> None:
        """Wait until it ends by itself, up to so many seconds."""
        thread = self._thread
        if seconds and thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take no step while the block lasts, so that what it does has the machine to itself."""
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def hurry(self) -> None:
        """Renew the picture as soon as the present step is done."""
        self._next_picture = 0.0

    def run(self, until: int) -> None:
        """Train here and now, on the thread that calls."""
        self._until = until
        self._run()

    def _run(self) -> None:
        why: str | Exception = PAUSED
        try:
            self._began()
            while self._is_more_wanted():
                if not self._watched():
                    why = UNWATCHED
                    break
                self.session.advance(self._until - self.session.step, stop=self._is_picture_due)
                self._next_picture = monotonic() + SHOW_EVERY
                self._show()
            if self.session.done:
                why = DONE
        except KeyboardInterrupt:  # in Colab, where it trains in the cell
            pass
        except Exception as error:  # on a thread nobody else would ever see it
            why = error
        self._goes_on = False
        self._ended(why)

    def _is_more_wanted(self) -> bool:
        with self._lock:
            self._goes_on = self.session.step < self._until and not self._pause.is_set()
            return self._goes_on

    def _is_picture_due(self) -> bool:
        self._free.wait()
        return self._pause.is_set() or monotonic() >= self._next_picture
