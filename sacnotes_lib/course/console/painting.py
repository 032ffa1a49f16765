"""Pictures painted by a process of their own: while Matplotlib draws, no other thread of the kernel could train."""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import weakref
from typing import Any

from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots.picture import fast_png


class PaintingProcess:
    """A second Python that keeps the figure of a scene and paints it when asked.

    It takes a few seconds to begin, and `paint` does not wait for that. It ends when this object is gone, when the
    kernel ends, or with `close`.

    Args:
        scene: what it paints; scene and data must be picklable.
    """

    def __init__(self, scene: Scene):
        # In a session of its own: the stop button's signal is meant for the kernel.
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._ready = threading.Event()
        self.close = weakref.finalize(self, _end, self._process)
        threading.Thread(
            target=_begin, args=(self._process, scene, self._ready), daemon=True, name="sacnotes-painting"
        ).start()

    @property
    def ready(self) -> bool:
        """Whether it can paint: it has begun, and has not ended."""
        return self._ready.is_set() and self.close.alive and self._process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Wait until it has begun, up to so many seconds; whether it has."""
        return self._ready.wait(seconds) and self.ready

    def paint(self, data: Any) -> bytes | None:
        """The picture of ``data`` as a PNG; None where there is nobody to paint it, not yet or not any more."""
        if not self.ready:
            return None
        try:
            _send(self._process.stdin, data)
            return pickle.load(self._process.stdout)
        except (OSError, EOFError, ValueError):  # it has ended, or `close` was called in the middle
            self.close()
            return None


def _begin(process: subprocess.Popen, scene: Scene, ready: threading.Event) -> None:
    """Hand over the scene, and wait for the word that it stands."""
    try:
        _send(process.stdin, scene)
        pickle.load(process.stdout)
    except (OSError, EOFError, ValueError):
        return
    ready.set()


def _end(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # half a message was still to be written
            pipe.close()


def _send(pipe, message: Any) -> None:
    pickle.dump(message, pipe)
    pipe.flush()


def main() -> None:
    """The other side: read a scene, then paint whatever comes, until nothing comes any more.

    A failure ends it too: `paint` then answers None, and whoever paints instead meets the same error in the open.
    """
    # What a library may print must not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        painter = Painter(pickle.load(sys.stdin.buffer))
        _send(answers, "ready")
        while True:
            _send(answers, fast_png(painter.paint(pickle.load(sys.stdin.buffer))))
    except (EOFError, OSError):
        return
