"""One job: some seeds of one variant, from a few kilobytes of instructions to the bytes of its result.

This is all that runs in another process, on whichever machine it stands.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from sacnotes_lib.comparison.result import Result
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import METRICS_INTERVAL, TrainingDiverged, TrainingRun

TRIES = 3  # deaths under one job before it is given up: of a task that Dask gives up, joblib never hears


@dataclass(frozen=True)
class Job:
    """What a process needs to know to train.

    Attributes:
        name: the variant's.
        config, seeds, steps, agent_class, device, compile: what to train, how far, and how.
        spec: the environment, in case it was registered in a notebook that the process never saw.
        buffers: whether the result keeps the replay buffer.
    """

    name: str
    config: SACConfig
    seeds: tuple[int, ...]
    steps: int
    agent_class: type[SAC]
    spec: EnvSpec
    device: str = "cpu"
    compile: bool = False
    buffers: bool = False

    def to_bytes(self) -> bytes:
        """As it travels: what a notebook defines goes along by value, so that any kind of process can run it.

        Raises: TypeError, naming the variant, where a part of it cannot travel.
        """
        try:
            return cloudpickle.dumps(self)
        except Exception as refused:  # each kind of object refuses with an error of its own
            raise TypeError(
                f'variant "{self.name}" cannot be sent to another process ({refused}). Its agent class or environment '
                "leans on an object that lives in this process alone, such as an open file or a generator: make that "
                "object inside the class instead"
            ) from refused


@dataclass(frozen=True)
class Outcome:
    """How a job ended: with `result` alone, or with an `error` and what there was until then."""

    result: bytes | None
    error: str = ""
    details: str = ""
    interrupted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for was done."""
        return not (self.error or self.interrupted)


def run_job(content: bytes, note: str | None = None) -> Outcome:
    """Train as the job says. An error of the job is an outcome like another: it costs no other job anything.

    Args:
        content: a Job's `to_bytes()`.
        note: a file to write the steps done into. Once its folder is gone nobody waits for the job, and it ends.
    """
    if (died := _count_try(note)) >= TRIES:
        return Outcome(None, f"the process that ran it died, {died} times")
    try:
        job: Job = cloudpickle.loads(content)
        gym.registry[job.spec.id] = job.spec  # a process that is used again may know an older one
        run = TrainingRun(job.config, job.seeds, job.agent_class, job.device, job.compile)
        run.resume(job.steps, progress=False, callback=_taking_notes(note))
    except TrainingDiverged as lost:
        kept = Result.of(lost.run, buffers=job.buffers).to_bytes()
        return Outcome(kept, f"TrainingDiverged: {lost}", traceback.format_exc())
    except (Exception, SystemExit) as error:
        return Outcome(None, f"{type(error).__name__}: {error}", traceback.format_exc())
    return Outcome(Result.of(run, buffers=job.buffers).to_bytes(), interrupted=run.interrupted)


def _count_try(note: str | None) -> int:
    """How often the job was begun before, its process having died each time; 0 where notes cannot be kept."""
    if note is None:
        return 0
    try:
        with Path(f"{note}.tries").open("a") as tries:
            begun_before = tries.tell()
            tries.write(".")
            return begun_before
    except OSError:
        return 0


def _taking_notes(file: str | None) -> Callable[[TrainingRun], None] | None:
    """A callback that writes down the steps done, where the folder can be seen and written to from here."""
    try:
        Path(file or "").write_text("0")
    except OSError:
        return None

    def write(run: TrainingRun) -> None:
        if run.step % METRICS_INTERVAL == 0:
            try:
                Path(file).write_text(str(run.step))
            except FileNotFoundError as nobody_waits:
                raise KeyboardInterrupt from nobody_waits
            except OSError:
                pass  # a full disk must not end a training

    return write
