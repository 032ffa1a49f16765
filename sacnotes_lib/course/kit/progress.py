"""What a learner has done so far, kept beside the pages. Every prediction and checked exercise passes through here.

The environment variable SACNOTES_PROGRESS names another file to keep it in, or is "off".
"""

import json
import os
import threading
from pathlib import Path

from sacnotes_lib.training.files import switch

FILE = ".progress.jsonl"
FIRST_PAGE = "00_start_here.ipynb"


class Progress:
    """Predictions and exercise results: in memory, and line by line in ``file`` where one is given.

    ``predictions``: key -> the option chosen, the newest last. ``exercises``: name -> True once it has passed.
    ``problem``: why the last reading or writing failed, or None. A file that cannot be read or written stops nothing.
    """

    def __init__(self, file: Path | None = None):
        self.file = file
        self.predictions: dict[str, str] = {}
        self.exercises: dict[str, bool] = {}
        self.problem: str | None = None
        self._lock = threading.RLock()
        self.load()

    def record_prediction(self, key: str, option: str | None) -> None:
        """Keep ``option`` as the prediction for ``key``; None takes a prediction back."""
        with self._lock:
            if self.predictions.get(key) != option:
                self._remember({"prediction": key, "option": option})

    def record_exercise(self, name: str, passed: bool) -> None:
        """Keep the result of an exercise. Once passed, a later try that fails does not take that away."""
        with self._lock:
            if passed and not self.exercises.get(name):
                self._remember({"exercise": name})
            self.exercises.setdefault(name, False)

    def load(self) -> None:
        """Add what the file holds by now: other pages write to it too.

        Where lines cannot be read, the file is put aside, a new one keeps the rest, and a sentence says so.
        """
        if self.file is None:
            return
        with self._lock:
            try:
                text = self.file.read_text("utf-8-sig", errors="replace")  # some editors put a mark before it
            except FileNotFoundError:
                return
            except OSError as error:
                self.problem = _reason(error)
                return
            lines = [line for line in text.splitlines() if line.strip()]
            entries = [entry for line in lines if (entry := _entry(line)) is not None]
            for entry in entries:
                self._apply(entry)
            if len(entries) < len(lines):
                self._put_aside(entries, len(lines) - len(entries))

    def reset(self) -> None:
        """Forget everything, in memory and in the file."""
        with self._lock:
            self.predictions.clear()
            self.exercises.clear()
            self._on_disk(lambda file: file.unlink(missing_ok=True))

    def _remember(self, entry: dict) -> None:
        self._apply(entry)
        self._on_disk(lambda file: _append(file, entry))

    def _apply(self, entry: dict) -> None:
        if "exercise" in entry:
            self.exercises[entry["exercise"]] = True
            return
        self.predictions.pop(entry["prediction"], None)  # the newest stands last
        if entry["option"] is not None:
            self.predictions[entry["prediction"]] = entry["option"]

    def _put_aside(self, entries: list[dict], lost: int) -> None:
        aside = self.file.with_name(self.file.name + ".broken")

        def begin_anew(file):
            os.replace(file, aside)
            for entry in entries:
                _append(file, entry)

        print(f"{lost} line(s) of {self.file.name}, your record of progress, could not be read.", end=" ")
        if self._on_disk(begin_anew):
            print(f"The file is now called {aside.name}; a new one was begun with all that could be read.")
        else:
            print("Everything else in it counts; the file was left as it is.")

    def _on_disk(self, action) -> bool:
        if self.file is None:
            return False
        try:
            action(self.file)
        except OSError as error:
            self.problem = _reason(error)
            return False
        self.problem = None
        return True


def place() -> Path | None:
    """Where progress is kept: what SACNOTES_PROGRESS says, else beside the pages, where the first of them is.

    Some editors run a page in the folder above, the repository's root: then it is the folder of pages in there, the
    learner's own copies before the published ones.

    None, in memory only, for "off", in a run that SACNOTES_QUICK shortens, and away from the pages: so neither tests
    nor the runs that renew the saved pages write a learner's state, or show one.
    """
    if isinstance(named := switch("SACNOTES_PROGRESS"), str):
        return Path(named).expanduser()
    if named is False or switch("SACNOTES_QUICK"):
        return None
    folders = (Path(), Path("mine"), Path("notebooks"))
    folder = next((folder for folder in folders if (folder / FIRST_PAGE).is_file()), None)
    return folder and (folder / FILE).absolute()


def _append(file: Path, entry: dict) -> None:
    # A line at the end, never the whole file: pages that are open together cannot undo each other's lines.
    # Where a line was cut short, it stays alone.
    whole = not file.exists() or file.read_bytes()[-1:] in (b"", b"\n")
    with file.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write("" if whole else "\n")
        lines.write(json.dumps(entry) + "\n")


def _entry(line: str) -> dict | None:
    """What a line of the file says, or None where it is none of ours."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    match entry:
        case {"exercise": str(), **others} if not others:
            return entry
        case {"prediction": str(), "option": str() | None, **others} if not others:
            return entry
    return None


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__


PROGRESS = Progress(place())
