"""Results kept on disk, so that a cell that runs again computes only what is missing."""

import warnings
from pathlib import Path

import torch

from sacnotes_lib.comparison.jobs import Job
from sacnotes_lib.comparison.results import Result
from sacnotes_lib.training.files import switch, whole_file

OURS = "sacnotes-"  # how the names of our files begin: nobody else's is ever read or removed
FOLDER = ".sacnotes-results"  # in the working folder, which for a notebook is the one it lies in


def results_folder(folder: str | Path | None = FOLDER) -> Path | None:
    """Where results are kept; None for nowhere. SACNOTES_RESULTS stands in for a folder nobody chose."""
    if folder == FOLDER and (named := switch("SACNOTES_RESULTS")) is not None:
        folder = FOLDER if named is True else named or None
    return None if folder is None else Path(folder).absolute()


def drop_results(folder: str | Path | None = FOLDER) -> int:
    """Forget the results that `compare` kept on disk, so that it computes them anew; says how many files went."""
    place = results_folder(folder)
    files = list(place.glob(f"{OURS}{'[0-9a-f]' * 32}.result*")) if place else []
    for file in files:
        file.unlink()
    return len(files)


def file_of(job: Job, folder: Path | None) -> Path | None:
    """Where the job's result is kept; None where it is not."""
    try:
        return folder and folder / f"{OURS}{job.key()}.result"
    except Exception as unknown:  # no source anywhere, or an object that refuses to be pickled
        warnings.warn(f'"{job.name}" is computed anew each time: {unknown}', stacklevel=3)
        return None


def kept(file: Path | None) -> Result | None:
    """The result in this file, or None; a file that cannot be read counts as missing."""
    try:
        if not (file and file.exists()):
            return None
        name, content = torch.load(file, weights_only=True)
        if name != file.name:
            raise ValueError(f"it holds {name}, and is called {file.name}")
        return Result.from_bytes(content)
    except Exception as broken:  # whatever a file that was cut short leads torch to
        warnings.warn(f"a kept result cannot be read and is computed anew ({broken})", stacklevel=3)
        return None


def keep(result: Result, file: Path) -> None:
    """Keep a result. A full or read-only disk loses no result of this session: it is a warning."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as part:
            torch.save((file.name, result.to_bytes()), part)
    except (OSError, RuntimeError) as no:  # RuntimeError: torch's, of a disk that is full
        warnings.warn(
            f"a result could not be kept for next time ({no}): try folder=None, or another", stacklevel=3
        )
