"""The newest value wins: at most one computation under way, and the last request is always the one shown."""

import threading
from collections.abc import Callable
from typing import Any


class NewestWins:
    """Runs ``work(request)`` and hands its result to ``show(request, result)``, newest request first.

    A request that arrives while another is worked on waits; a newer one takes its place. A result that has been
    overtaken by a newer request is dropped instead of shown. Safe to call from any thread: JupyterLab may deliver a
    slider's message on another thread than the one that runs the cells.
    """

    _NOTHING = object()

    def __init__(self, work: Callable[[Any], Any], show: Callable[[Any, Any], None]):
        self._work = work
        self._show = show
        self._lock = threading.Lock()
        self._waiting: Any = self._NOTHING
        self._busy = False

    def request(self, request: Any) -> None:
        """Ask for ``request``. Returns when nothing is left to do, or at once where another thread works already."""
        with self._lock:
            self._waiting = request
            if self._busy:
                return
            self._busy = True
        while (request := self._take()) is not self._NOTHING:
            try:
                result = self._work(request)
                with self._lock:
                    overtaken = self._waiting is not self._NOTHING
                if not overtaken:
                    self._show(request, result)
            except BaseException:  # an interrupt too must leave the way free for the next request
                with self._lock:
                    self._busy = False
                raise

    def _take(self) -> Any:
        """The waiting request; or nothing, and from then on not busy."""
        with self._lock:
            request, self._waiting = self._waiting, self._NOTHING
            self._busy = request is not self._NOTHING
            return request
