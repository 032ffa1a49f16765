"""One job, some seeds of a variant: what travels to another process, what it does there, what decides its result."""

import functools
import importlib.metadata
import inspect
import os
import shutil
import site
import sys
import sysconfig
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cloudpickle
import gymnasium as gym
import joblib
import psutil
from gymnasium.envs.registration import load_env_creator

from sacnotes_lib.comparison.results import Failure, Result, settings_of
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import spec_of
from sacnotes_lib.training.run import TrainingRun, steps_to_take

# Deaths under one job before it is given up. Dask gives up after four, and joblib never hears of that.
TRIES = 2
End = Result | Failure | None  # of a job; None where it was interrupted
LIBRARY = Path(__file__).resolve().parent.parent
ROOMS = [LIBRARY / room for room in ("sac", "training", "envs")]  # what a training run is made of
VERSIONS = ("torch", "gymnasium", "numpy", "mujoco")
INSTALLED = [
    Path(folder).resolve() for folder in (*sysconfig.get_paths().values(), site.getusersitepackages())
]


@dataclass
class Job:
    """Some seeds of a variant, and how to train them. Raises UnsuitableEnvironment for an unknown one."""

    name: str
    config: SACConfig
    agent_class: type[SAC]
    seeds: Sequence[int]
    device: str = "cpu"
    compile: bool = False
    buffers: bool = False

    def __post_init__(self):
        self.steps = steps_to_take(self.config)
        self.work = self.steps * len(self.seeds)
        self.spec = spec_of(self.config.env_id)  # travels too: the process may never have heard of it

    def to_bytes(self) -> bytes:
        """As it travels, what a notebook defines by value, to any process. Raises TypeError for what cannot travel."""
        try:
            return cloudpickle.dumps(self)
        except Exception as refused:  # each kind of object refuses with an error of its own
            raise TypeError(
                f'variant "{self.name}" cannot be sent to another process ({refused}). Its agent class or environment '
                "leans on an object of this process, such as an open file: make that object inside the class instead"
            ) from refused

    def key(self) -> str:
        """A name for all that decides the result. Raises errors of many kinds where that cannot be told.

        Configuration, seeds, steps, device, compiled or not; the library's code for training; the versions of Python,
        torch, gymnasium, numpy and mujoco; the source of an agent's or environment's class of your own. Global
        variables and functions that it uses, and files, do not count: after a change there, `drop_results()`.
        """
        maker: Any = self.spec.entry_point
        maker = load_env_creator(maker) if isinstance(maker, str) else maker
        if not (isinstance(maker, type) or _is_counted(maker)):
            raise TypeError(f"a function makes {self.spec.id}: register the environment's class instead")
        sources = [source_of(self.agent_class), self.agent_class is not SAC and self.name, source_of(maker)]
        settings = asdict(replace(self.spec, entry_point=None, vector_entry_point=None))
        how = [list(self.seeds), self.steps, self.device, self.compile, self.buffers]
        return joblib.hash([settings_of(self.config), how, settings, training_code(), sources])


def run_job(content: bytes, note: Path | None = None, parent: int | None = None) -> End:
    """Train what `Job.to_bytes` wrote. An error becomes a Failure, whose seeds `compare` fills in.

    `note` is a file for the steps done. Once its folder is gone nobody waits for the job, and it ends. `parent` is the
    process that would tidy that folder away, where it runs on this machine.
    """
    note = note if note and note.parent.is_dir() else None  # another machine may not see it
    died = note.read_text().split().count("0") if note and note.exists() else 0
    if died >= TRIES:
        return Failure([], f"the process that ran it died, {died} times")

    def go_on(run: TrainingRun) -> None:
        if note and run.step % max(1, job.steps // 200) == 0:
            if parent and not psutil.pid_exists(parent):  # killed, without time to tidy up
                shutil.rmtree(note.parent, ignore_errors=True)
                os._exit(1)  # joblib's end of a process would wait for somebody to take the result
            write_down(note, run.step * len(job.seeds))

    try:
        if note:
            write_down(note, 0)
        job: Job = cloudpickle.loads(content)
        gym.registry[job.spec.id] = job.spec  # a process that is used again may know an older one
        run = TrainingRun(job.config, job.seeds, job.agent_class, job.device, job.compile)
        run.resume(job.steps, progress=False, callback=go_on)
        return None if run.interrupted else Result.of(run, buffers=job.buffers)
    except (Exception, SystemExit) as error:
        details = traceback.format_exc()
        try:
            lost = Result.of(error.run, buffers=job.buffers)  # type: ignore[union-attr]
        except Exception:  # it failed before it began, or holds what cannot be kept
            lost = None
        return Failure([], f"{type(error).__name__}: {error}", details, lost)


def write_down(note: Path, steps: int) -> None:
    """Append the steps done, of all its seeds, to a job's note."""
    try:
        with note.open("a") as file:
            file.write(f"{steps}\n")
    except OSError:  # a full disk must not end a training
        if not note.parent.is_dir():
            raise


@functools.cache
def training_code() -> str:
    """Digest of the code that trains, and of the versions of Python and of the packages that compute."""
    files = [file for room in ROOMS for file in sorted(room.rglob("*.py"))]
    sources = [(file.relative_to(LIBRARY).as_posix(), file.read_bytes()) for file in files]
    versions = {(d.name, d.version) for d in importlib.metadata.distributions() if d.name in VERSIONS}
    return joblib.hash([sources, sorted(versions), sys.version_info[:2]])


def source_of(thing: Any) -> Any:
    """The text of a function, or of a class's methods and its bases', with the values of what else it holds.

    Values from an enclosing function count too; what is installed, or in `training_code`, by its name alone.
    (Of a class that a notebook defines `inspect.getsource` finds nothing, but of its methods it does.)
    """
    if isinstance(thing, property | staticmethod | classmethod | functools.cached_property):
        return [source_of(getattr(thing, n, None)) for n in ("__func__", "func", "fget", "fset", "fdel")]
    inner = hasattr(thing, "__wrapped__") and source_of(thing.__wrapped__)
    if not (isinstance(thing, type) or inspect.isfunction(thing)):
        return [source_of(type(thing)), joblib.hash(thing), inner]
    if _is_counted(thing):
        return [thing.__module__, thing.__qualname__, inner]
    if isinstance(thing, type):
        called = {name: callable(getattr(value, "__func__", value)) for name, value in vars(thing).items()}
        own = [name for name in sorted(called) if called[name] or not name.startswith(("__", "_abc_"))]
        members = [(name, source_of(vars(thing)[name])) for name in own]
        return [thing.__qualname__, members, *map(source_of, thing.__bases__)]
    code = thing.__code__
    cells = zip(code.co_freevars, thing.__closure__ or ())
    outer = [source_of(cell.cell_contents) for name, cell in cells if name != "__class__"]
    last = max(line or 0 for place in code.co_positions() for line in place[:2])
    lines = inspect.findsource(code)[0][code.co_firstlineno - 1 : last]  # getsource cuts a lambda short
    return [lines, inspect.getsource(code), outer, inner]


def _is_counted(thing: Any) -> bool:
    """Whether it comes from Python, from an installed package, or from `training_code`."""
    module = None if thing.__module__ == "__main__" else sys.modules.get(thing.__module__)
    if isinstance(thing, type) and getattr(module, "__file__", None) is None:
        return module is not None  # built in, while a notebook has no file either
    file = Path(inspect.getfile(thing)).resolve()
    return any(file.is_relative_to(folder) for folder in (*INSTALLED, *ROOMS))
