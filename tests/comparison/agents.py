"""Agents that meet with an accident. Each is made inside a function, as in a notebook: it travels by value."""

import os
import signal
from pathlib import Path

from sacnotes_lib.sac.agent import SAC


def killed_once(marker: Path):
    """An agent whose process is killed at its fifth update, the first time only: `marker` remembers."""

    class KilledOnce(SAC):
        def update(self, batch):
            if self.updates_done == 5 and not marker.exists():
                marker.write_text(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGKILL)
            return super().update(batch)

    return KilledOnce


def killed_always(marker: Path):
    """An agent that kills its process at its fifth update, and leaves a line in `marker` each time."""

    class KilledAlways(SAC):
        def update(self, batch):
            if self.updates_done == 5:
                with marker.open("a") as file:
                    file.write("again\n")
                os.kill(os.getpid(), signal.SIGKILL)
            return super().update(batch)

    return KilledAlways


def interrupting(parent: int, folder: Path):
    """An agent that presses Ctrl-C in process `parent` once a first result lies in `folder`."""

    class Interrupting(SAC):
        pressed = False

        def update(self, batch):
            if not self.pressed and any(folder.glob("*.result")):
                self.pressed = True
                os.kill(parent, signal.SIGINT)
            return super().update(batch)

    return Interrupting


def counting_in(file: Path):
    """An agent that leaves a line in `file` for every training it begins."""

    class Counted(SAC):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            with file.open("a") as lines:
                lines.write("begun\n")

    return Counted
