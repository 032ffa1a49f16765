"""Environments written down as they stand, so that training can go on in the middle of an episode."""

import copyreg
import io

import cloudpickle
from gymnasium.utils import EzPickle

from sacnotes_lib.sac.environments import UnsuitableEnvironment


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
