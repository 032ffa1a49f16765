"""A training run written down as it stands, so that it can go on in the middle of an episode."""

import copyreg
import io
import pickle
from dataclasses import asdict

import cloudpickle
from gymnasium.utils import EzPickle

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import UnsuitableEnvironment


def run_state(run) -> dict:
    """All of a TrainingRun: networks, optimizers, buffer, random streams, environments, records.

    Raises:
        UnsuitableEnvironment: where a part of an environment cannot be pickled.
    """
    return {
        "config": asdict(run.config),
        "history": (asdict(run.initial_config), run.changes),
        "seeds": run.seeds,
        "agent": run.agent.state_dict(),
        "buffer": run.buffer.state_dict(),
        "streams": [run._exploration.get_state(), run._sampling.get_state()],
        "environments": pickle_environments((run.envs, run.observation)),
        "progress": (run.step, run.seconds, run.interrupted),
        "records": (run._evaluations.state_dict(), run._records.state_dict()),
    }


def restore_run(run, state: dict) -> None:
    """Put a new TrainingRun of the same configuration and seeds to where `run_state` was taken."""
    run.agent.load_state_dict(state["agent"])
    run.buffer.load_state_dict(state["buffer"])
    for stream, position in zip((run._exploration, run._sampling), state["streams"], strict=True):
        stream.set_state(position)
    run.envs, run.observation = pickle.loads(state["environments"])
    first, run.changes = state["history"]
    run.initial_config = SACConfig(**first)
    run.step, run.seconds, run.interrupted = state["progress"]
    for records, kept in zip((run._evaluations, run._records), state["records"], strict=True):
        records.load_state_dict(kept)


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
            "What was learned can still be kept: torch.save(run.agent.state_dict(), path)"
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
