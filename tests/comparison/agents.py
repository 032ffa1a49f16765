"""Agents that meet with an accident. Each is made inside a function, as in a notebook: it travels by value."""

import os
import signal
from pathlib import Path

from sacnotes_lib.sac.agent import SAC


def killed(marker: Path, times: int):
    """An agent that kills its process at its fifth update, so many `times`; `marker` holds a line for each."""

    class Killed(SAC):
        def update(self, batch):
            died = len(marker.read_text().splitlines()) if marker.exists() else 0
            if self.updates_done == 5 and died < times:
                with marker.open("a") as file:
                    file.write(f"{os.getpid()}\n")
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
