"""Results kept on disk, so that a cell that runs again computes only what is missing.

The environment variable SACNOTES_RESULTS names another folder to keep them in, or is "off".
"""

import os
import tempfile
import warnings
from dataclasses import asdict, replace
from pathlib import Path

import joblib
from gymnasium.envs.registration import load_env_creator

from sacnotes_lib.comparison.fingerprint import code_of, training_code
from sacnotes_lib.comparison.job import Job
from sacnotes_lib.comparison.result import Result

FOLDER = ".sacnotes-results"  # in the working folder, which for a notebook is the one it lies in


def results_folder(folder: str | Path | None = FOLDER) -> Path | None:
    """Where results are kept; None for nowhere. SACNOTES_RESULTS stands in for a folder nobody chose."""
    named = os.environ.get("SACNOTES_RESULTS")
    if folder == FOLDER and named:
        folder = None if named == "off" else named
    return None if folder is None else Path(folder).absolute()


def drop_results(folder: str | Path | None = FOLDER) -> int:
    """Forget the results that `compare` kept on disk, so that it computes them anew; says how many files went."""
    place = results_folder(folder)
    if place is None:
        return 0
    for cut_short in place.glob("*.part"):
        cut_short.unlink()
    files = list(place.glob("*.result"))
    for file in files:
        file.unlink()
    return len(files)


def key_of(job: Job) -> str | None:
    """A name for all that decides what a job computes; the same on any day, other after any change.

    Configuration, seeds, steps, device, compiled or not; the library's code for training; the agent's class and the
    environment, where they are not the library's, with the values they lean on; the versions of Python, torch,
    gymnasium and numpy.

    Returns: None where the code leans on something whose content cannot be told: then nothing may be kept.
    """
    spec = job.spec
    try:
        maker = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
        code = [training_code(), code_of(job.agent_class), spec.entry_point and code_of(maker)]
    except ValueError as unknown:
        warnings.warn(f'"{job.name}" is computed anew each time: {unknown}', stacklevel=3)
        return None
    settings = asdict(replace(spec, entry_point=None, vector_entry_point=None))
    trained = [asdict(job.config), list(job.seeds), job.steps, job.device, job.compile, job.buffers]
    return joblib.hash([*trained, settings, code])


class Store:
    """Files of results in one folder, by key; a None for the folder keeps nothing."""

    def __init__(self, folder: Path | None):
        self.folder = folder

    def get(self, key: str | None) -> Result | None:
        """The result of this key, or None; a file that cannot be read counts as missing."""
        if self.folder is None or key is None:
            return None
        try:
            return Result.from_bytes(self._file(key).read_bytes())
        except FileNotFoundError:
            return None
        except Exception as broken:  # whatever a file that was cut short leads torch to
            warnings.warn(f"a kept result cannot be read and is computed anew ({broken})", stacklevel=3)
            return None

    def put(self, key: str | None, content: bytes) -> None:
        """Keep a result. A full or read-only disk loses no result of this session: it is a warning."""
        if self.folder is None or key is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                file.write(content)
            os.replace(file.name, self._file(key))  # whole or not at all
        except OSError as refused:
            warnings.warn(
                f"the result is here, but could not be kept in {self.folder.name} for next time ({refused.strerror}). "
                "Try compare(..., folder=...) with a folder you may write to, or folder=None",
                stacklevel=3,
            )

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.result"
