"""Files that are whole or not there and hold no code, and the environment variables that say where they lie."""

import os
import pickle
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A path to write to. At the block's end it takes the place of `path`; after an error the old file is untouched.

    So neither a full disk nor a process that is killed while it saves destroys what was saved before.
    """
    place = Path(os.path.realpath(path))
    part = place.with_name(f"{place.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


class NotPlain(TypeError):
    """Something that a file without code cannot hold."""


def plain(thing: Any) -> Any:
    """Numbers, texts, arrays, generators and containers of them, as `torch.load(weights_only=True)` opens them.

    Arrays become tensors, and numbers of NumPy tensors without axes. Raises NotPlain for anything else.
    """
    if (
        thing is None
        or isinstance(thing, bool | int | float | str | bytes)
        and type(thing).__module__ == "builtins"
    ):
        return thing
    if isinstance(thing, torch.Tensor):
        return {"tensor": thing}
    if isinstance(thing, np.ndarray | np.generic) and thing.dtype.kind in "biuf":
        return torch.tensor(thing, device="cpu")
    if isinstance(thing, np.random.Generator):
        return {"generator": plain(thing.bit_generator.state)}
    if type(thing) in (list, tuple):
        return type(thing)(map(plain, thing))
    if type(thing) is dict and all(isinstance(name, str | int | float | tuple) for name in thing):
        return {"dict": {name: plain(value) for name, value in thing.items()}}
    raise NotPlain(f"{type(thing).__module__}.{type(thing).__qualname__}")


def restored(data: Any) -> Any:
    """What `plain` was given."""
    if isinstance(data, torch.Tensor):
        return data.numpy()[()]
    if isinstance(data, dict):
        ((kind, content),) = data.items()
        if kind == "generator":
            content = restored(content)
            generator = np.random.Generator(getattr(np.random, content["bit_generator"])())
            generator.bit_generator.state = content
            return generator
        return content if kind == "tensor" else {name: restored(value) for name, value in content.items()}
    return type(data)(map(restored, data)) if isinstance(data, list | tuple) else data


def read_data(path: str | Path, trust: bool = False) -> Any:
    """What `torch.save` wrote. Without `trust` no code in it is run. Raises ValueError for what cannot be read so."""
    try:
        return torch.load(path, weights_only=not trust, map_location="cpu")
    except OSError:
        raise
    except Exception as refused:  # torch's and pickle's, of many kinds
        code = zipfile.is_zipfile(path) and isinstance(refused, pickle.UnpicklingError)
        why = "is damaged, or no file of this library"
        if code and not trust:
            why = "holds code. A run that somebody you know has saved opens with TrainingRun.load(path, trust=True)"
        raise ValueError(f"{Path(path).name} {why} ({type(refused).__name__})") from None


def switch(name: str) -> str | bool | None:
    """What an environment variable says: True or False for words such as "1", "yes", "0", "off"; other text as it is.

    None where it is not set, or empty.
    """
    said = os.environ.get(name, "").strip()
    if said.lower() in ("0", "no", "false", "off"):
        return False
    return True if said.lower() in ("1", "yes", "true", "on") else said or None
