"""Training on a thread of its own, in slices between which the picture is renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from sacnotes_lib.course.console.session import TrainingSession

SHOW_EVERY = 0.18  # seconds from one picture to the next

PAUSED, DONE, UNWATCHED = "paused", "done", "unwatched"


class Trainer:
    """Drives a session until it is told to pause, is done, diverges, or nobody watches any more.

    Args:
        session: what is trained.
        show: renews the picture; called on the training thread.
        ended: called on the training thread at the end, with PAUSED, DONE, UNWATCHED or the error.
        watched: whether somebody is there to see it; asked between slices.
    """

    def __init__(
        self,
        session: TrainingSession,
        show: Callable[[], None],
        ended: Callable[[str | Exception], None],
        watched: Callable[[], bool] = lambda: True,
    ):
        self.session, self._show, self._ended, self._watched = session, show, ended, watched
        self._pause, self._hurry = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self, until: int) -> None:
        """Begin to train on a thread, unless one trains already."""
        with self._lock:
            if self.running:
                return
            self._pause.clear()
            self._thread = threading.Thread(
                target=self.run, args=(until,), daemon=True, name="sacnotes-trainer"
            )
            self._thread.start()

    def pause(self, wait: float = 0.0) -> None:
        """Ask for an end after the present step; wait up to so many seconds for it."""
        self._pause.set()
        self.wait(wait)

    def wait(self, seconds: float) -> None:
        """Wait until it ends by itself, up to so many seconds."""
        thread = self._thread
        if seconds and thread is not None and thread is not threading.current_thread():
            thread.join(seconds)

    def hurry(self) -> None:
        """Renew the picture as soon as one more step is done: something was changed."""
        self._hurry.set()

    def run(self, until: int) -> None:
        """Train here and now, on the thread that calls."""
        why: str | Exception = PAUSED
        try:
            while self.session.step < until and not self._pause.is_set():
                if not self._watched():
                    why = UNWATCHED
                    break
                self._slice(until)
                self._show()
            if self.session.done:
                why = DONE
        except KeyboardInterrupt:
            self._show()
        except Exception as error:  # on a thread nobody else would ever see it
            why = error
        self._ended(why)

    def _slice(self, until: int) -> None:
        next_picture = monotonic() + SHOW_EVERY
        self.session.advance(
            until - self.session.step,
            stop=lambda: self._pause.is_set() or self._hurry.is_set() or monotonic() >= next_picture,
        )
        if self._hurry.is_set():
            self._hurry.clear()
            # A change counts from the next step on: with that step done the picture shows it.
            self.session.advance(min(1, until - self.session.step))
