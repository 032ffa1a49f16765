"""How far all jobs are, read from the notes they leave in one folder, and shown as one line."""

import contextvars
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from sacnotes_lib.training.progress import Progress

LOOK_EVERY = 0.25  # seconds


class Watch:
    """Shows one progress line for all jobs while they run.

    Jobs note their steps in files of a folder. A process on another computer that does not see the folder leaves no
    notes; its jobs then count when they end. When the watch ends it removes the folder, and any job that still runs
    on a machine where nobody could stop it takes that as the sign to end.

    Args:
        steps: key to the steps each job will take, over all its seeds.
        seeds: key to the number of its seeds.
        label: what is being done.
        ended: steps that need not be done any more.
        shown: False draws nothing.
    """

    def __init__(
        self,
        steps: Mapping[str, int],
        seeds: Mapping[str, int],
        label: str,
        ended: int = 0,
        shown: bool = True,
    ):
        self._steps, self._seeds, self._from_before = steps, seeds, ended
        self._folder = tempfile.TemporaryDirectory(prefix="sacnotes-jobs-", ignore_cleanup_errors=True)
        self._ended: set[str] = set()
        self._seen = dict.fromkeys(steps, 0)
        self.note = ""
        self._bar = Progress(ended + sum(steps.values()), label, start=ended) if shown else None
        self._over = threading.Event()
        # The context carries where a notebook's output belongs.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._look,), daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()
        if self._bar:
            self._bar.close(self.done(), self.note)
        self._folder.cleanup()

    def file(self, key: str) -> str:
        """Where the job of this key notes its steps."""
        return str(Path(self._folder.name, key))

    def has_begun(self, key: str) -> bool:
        """Whether the job has left a note."""
        return Path(self.file(key)).exists()

    def has_ended(self, key: str) -> None:
        """Count the job as done."""
        self._ended.add(key)

    def done(self) -> int:
        """Steps done, over all seeds of all jobs."""
        return self._from_before + sum(self._done(key) for key in self._steps)

    def _done(self, key: str) -> int:
        if key in self._ended:
            return self._steps[key]
        try:
            noted = Path(self.file(key)).read_text()
        except FileNotFoundError:
            noted = ""
        if noted:  # a note is empty for the moment in which it is written
            self._seen[key] = int(noted) * self._seeds[key]
        return self._seen[key]

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            if self._bar:
                self._bar.update(self.done(), self.note)
