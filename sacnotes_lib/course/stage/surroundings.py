"""Where a panel runs: is anybody there to press its buttons, which cell made it, and was the kernel interrupted."""

import asyncio
import atexit
import os
import signal
import sys
import weakref
from functools import cache

from sacnotes_lib.training.progress import kernel

# cell id -> its last run, the panels made in it, in the one before
_by_cell: dict[str, tuple[str, list, list]] = {}
_all: weakref.WeakSet = weakref.WeakSet()


def in_colab() -> bool:
    """Colab shows nothing that a background thread sends."""
    return "google.colab" in sys.modules


def somebody_is_there() -> bool:
    """Is the cell run from a page with buttons? A front end can be asked for input; nbclient cannot.

    Voilà runs cells as nbclient does and shows them afterwards: its name is in the kernel's environment.
    """
    asked = _message().get("content", {}).get("allow_stdin", False)
    return asked or in_colab() or "voila" in os.environ.get("SERVER_SOFTWARE", "").lower()


def present_page() -> str:
    """What names the page that asked for what is being done now, in the messages it sends; "" where none did."""
    return _message().get("header", {}).get("session", "")


def predecessor(panel):
    """What stood in the place of `panel` when its cell was run before, or None. All of that run goes."""
    cell = _message().get("metadata", {}).get("cellId")
    if cell is None:
        return None
    run = _message()["header"]["msg_id"]
    last, made, before = _by_cell.get(cell, (None, [], []))
    if run != last:
        before, made = made, []
        _by_cell[cell] = run, made, before
        for old in before:
            old.retire()
    made.append(panel)
    return before[len(made) - 1] if len(made) <= len(before) else None


def register(console) -> None:
    """Remember a console for interrupts."""
    _all.add(console)
    if kernel() is not None:
        _listen()


def pause_all(*_, wait: float = 0.0) -> None:
    """What interrupting the kernel means to consoles: every one stops after its present step."""
    for console in list(_all):
        console.pause(wait)


atexit.register(pause_all, wait=5)  # a kernel that shuts down lets the present step end first


def _message() -> dict:
    """What the kernel is doing now, such as a request to run a cell; empty where there is no kernel."""
    here = kernel()
    return (here.get_parent() if here is not None else None) or {}


@cache
def _listen() -> None:
    """Pause on an interrupt, which an idle kernel ignores, and after a cell that was interrupted; asked for once."""

    def after_cell(result):
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            pause_all()

    sys.modules["IPython"].get_ipython().events.register("post_run_cell", after_cell)
    loop = asyncio.get_event_loop()

    def when_idle():
        # While a cell runs the handler is the kernel's own, and it will put back what it found.
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, pause_all)
        else:
            loop.call_later(0.02, when_idle)

    loop.call_later(0.02, when_idle)
