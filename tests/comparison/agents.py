"""Agents that meet with an accident. Each is made inside a function, as in a notebook: it travels by value."""

import os
import signal
import time
from pathlib import Path

from sacnotes_lib.sac.agent import SAC


def killed(marker: Path, times: int, company: Path):
    """An agent that kills its process at its fifth update, so many `times`; `marker` holds a line for each.

    The line is written at the first update. The kill waits for the file `company`, another one's marker: on loky a
    process that dies takes the others along, and whose death comes first must not matter.
    """

    class Killed(SAC):
        doomed = False

        def update(self, batch):
            if self.updates_done == 0:
                died = len(marker.read_text().splitlines()) if marker.exists() else 0
                self.doomed = died < times
                if self.doomed:
                    with marker.open("a") as file:
                        file.write(f"{os.getpid()}\n")
            if self.updates_done == 5 and self.doomed:
                while not company.exists():
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGKILL)
            return super().update(batch)

    return Killed


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
