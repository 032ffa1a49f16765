"""A training run as plain data, which opens without running code and goes on in the middle of an episode."""

import copyreg
import io
import pickle
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import cloudpickle
import gymnasium as gym
import numpy as np
from gymnasium.utils import EzPickle

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import UnsuitableEnvironment
from sacnotes_lib.training.files import NotPlain, plain, read_data, restored

KIND = "sacnotes training run"
# Objects that an environment gets anew when it is made. All else that it holds may be its state.
REMADE = (gym.Env, type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)
REMADE_FROM = {"gymnasium", "mujoco", "pygame", "sacnotes_lib"}
NOT_STATE = {"_saved_kwargs", "_cached_spec", "_ezpickle_args", "_ezpickle_kwargs", "metadata", "spec"}


def run_state(run, trust: bool = False) -> dict[str, Any]:
    """All of a TrainingRun: networks, optimizers, buffer, random streams, environments, records.

    With `trust`, environments as a pickle, whatever they hold. Raises UnsuitableEnvironment where arguments of the
    environment cannot be written; warns where its state cannot.
    """
    try:
        configs = plain([asdict(run.config), asdict(run.initial_config), run.changes])
    except NotPlain as odd:
        if not trust:
            raise UnsuitableEnvironment(
                f"env_kwargs hold a {odd}, which a file without code cannot hold. save(path, trust=True) writes it, "
                "into a file that runs code when it is opened"
            ) from odd
        configs = cloudpickle.dumps([asdict(run.config), asdict(run.initial_config), run.changes])
    return {
        "kind": KIND,
        "configs": configs,
        "seeds": run.seeds,
        "agent_class": type(run.agent).__name__,
        "agent": run.agent.state_dict(),
        "buffer": run.buffer.state_dict(),
        "streams": [run._exploration.get_state(), run._sampling.get_state()],
        "environments": pickle_environments((run.envs, run.observation)) if trust else _environments(run),
        "progress": (run.step, run.seconds, run.interrupted),
        "records": plain([run._evaluations.state_dict(), run._records.state_dict()]),
    }


def read_run(path: str | Path, trust: bool) -> dict[str, Any]:
    """What `run_state` wrote. Raises ValueError for another or a damaged file, and where code would have to be run."""
    name, state = Path(path).name, read_data(path, trust)
    if not isinstance(state, dict) or state.get("kind") != KIND:
        raise ValueError(f"{name} is not a file that TrainingRun.save wrote")
    needs_trust = isinstance(state["configs"], bytes) or isinstance(state["environments"], bytes)
    if needs_trust and not trust:
        raise ValueError(
            f"{name} was saved with trust=True and holds code. If you know who wrote it: load(path, trust=True)"
        )
    opened = pickle.loads if isinstance(state["configs"], bytes) else restored
    config, initial, changes = opened(state["configs"])
    if not trust:  # a name from a stranger's file imports nothing
        for settings in (config, initial):
            settings["env_id"] = settings["env_id"].rpartition(":")[2]
        if config["env_id"] not in gym.registry and "/" in config["env_id"]:
            raise UnsuitableEnvironment(
                f"{name} was trained in {config['env_id']}, which nobody has registered here: import what registers it"
            )
    return state | {"configs": (SACConfig(**config), SACConfig(**initial), changes)}


def restore_run(run, state: dict[str, Any]) -> None:
    """Put a new TrainingRun of the same configuration and seeds to where `run_state` was taken."""
    run.agent.load_state_dict(state["agent"])
    run.buffer.load_state_dict(state["buffer"])
    for stream, position in zip((run._exploration, run._sampling), state["streams"], strict=True):
        stream.set_state(position)
    run.step, run.seconds, run.interrupted = state["progress"]
    _, run.initial_config, run.changes = state["configs"]
    for records, kept in zip((run._evaluations, run._records), restored(state["records"]), strict=True):
        records.load_state_dict(kept)
    kept = state["environments"]
    if isinstance(kept, bytes):
        run.envs, run.observation = pickle.loads(kept)
    elif kept is None:
        starts = np.random.default_rng([*run.seeds, run.step]).integers(2**31, size=len(run.seeds))
        run.observation, _ = run.envs.reset(seed=starts.tolist())
        warnings.warn(
            f"{run.config.env_id} keeps its state in a way that the file could not hold: new episodes begin here",
            stacklevel=3,
        )
    else:
        states, run.observation = restored(kept)
        for env, levels in zip(run.envs.unwrapped.envs, states, strict=True):
            for level, values in zip(_levels(env), levels, strict=True):
                _fill_level(level, values)


def _environments(run) -> Any:
    """The state of every environment as data, and the present observations; None, and a warning, where it is none."""
    try:
        states = [[_state_of(level) for level in _levels(env)] for env in run.envs.unwrapped.envs]
        return plain((states, run.observation))
    except NotPlain as odd:
        warnings.warn(
            f"the state of {run.config.env_id} is not all in the file, since it holds a {odd}: a loaded run will begin "
            "new episodes. save(path, trust=True) keeps it, in a file that runs code when it is opened",
            stacklevel=4,
        )
        return None


def _levels(env: gym.Env) -> Iterator[gym.Env]:
    """An environment's wrappers from the outside in, and itself."""
    yield env
    while isinstance(env, gym.Wrapper):
        env = env.env
        yield env


def _state_of(env: gym.Env) -> dict[str, Any]:
    """What one level of an environment holds, without what it gets anew when it is made."""
    state = {}
    for name, value in vars(env).items():
        library = type(value).__module__.partition(".")[0]
        mujoco = sys.modules.get("mujoco")
        if mujoco and isinstance(value, mujoco.MjData):
            kind = mujoco.mjtState.mjSTATE_INTEGRATION
            state[name] = np.empty(mujoco.mj_stateSize(env.unwrapped.model, kind))
            mujoco.mj_getState(env.unwrapped.model, value, state[name], kind)
        elif not (name in NOT_STATE or isinstance(value, REMADE) or library in REMADE_FROM):
            plain(value)  # says what cannot be kept
            state[name] = value
    return state


def _fill_level(env: gym.Env, values: dict[str, Any]) -> None:
    mujoco = sys.modules.get("mujoco")
    for name, value in values.items():
        present = vars(env).get(name)
        if mujoco and isinstance(present, mujoco.MjData):
            kind, model = mujoco.mjtState.mjSTATE_INTEGRATION, env.unwrapped.model
            mujoco.mj_setState(model, present, value, kind)
            mujoco.mj_forward(model, present)  # what follows from the state, such as forces
            # and the start of the solver's next step, as it was
            mujoco.mj_setState(model, present, value, kind)
        else:
            setattr(env, name, value)


def pickle_environments(envs) -> bytes:
    """The present state of environments, and of what stands beside them, as bytes for `pickle.loads`.

    Raises:
        UnsuitableEnvironment: where a part of an environment cannot be pickled.
    """
    buffer = io.BytesIO()
    try:
        _StatefulPickler(buffer).dump(envs)
    except Exception as refused:  # each library's objects refuse with an error of their own
        raise UnsuitableEnvironment(
            f"the environment cannot be saved, since a part of it cannot be pickled: {refused}. "
            "save(path) without trust keeps all but its state"
        ) from refused
    return buffer.getvalue()


class _StatefulPickler(cloudpickle.Pickler):
    """Keeps what an environment holds; left to itself, an `EzPickle` one (all of MuJoCo's) comes back as new."""

    def reducer_override(self, obj):
        if isinstance(obj, EzPickle):
            return copyreg.__newobj__, (type(obj),), vars(obj), None, None, _fill
        return super().reducer_override(obj)


def _fill(env: EzPickle, state: dict) -> None:
    vars(env).update(state)
