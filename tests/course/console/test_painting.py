"""Painting in a process of its own: the same picture, and nothing left behind."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from sacnotes_lib.course.console.painting import PaintingProcess
from sacnotes_lib.course.p00_start.scene import TemperatureScene
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.plots.picture import fast_png

pytestmark = pytest.mark.slow  # each test starts a process
SCENE = TemperatureScene()
WAIT = 120


@pytest.fixture
def painting():
    process = PaintingProcess(SCENE)
    yield process
    process.close()


def test_the_picture_is_the_one_that_is_painted_here(painting):
    assert painting.paint(SCENE.compute(0.2)) is None or painting.ready  # it does not wait for the beginning
    assert painting.wait(WAIT)
    here = Painter(SCENE)
    pictures = [painting.paint(SCENE.compute(value)) for value in (0.2, 1.0, 0.2)]
    assert pictures == [fast_png(here.paint(SCENE.compute(value))) for value in (0.2, 1.0, 0.2)]
    assert pictures[0] != pictures[1]


def test_the_stop_buttons_signal_does_not_reach_it(painting):
    assert painting.wait(WAIT)
    assert os.getpgid(painting._process.pid) != os.getpgid(0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_was_ended_says_so_and_does_not_hang(painting, how):
    assert painting.wait(WAIT)
    painting._process.send_signal(how)
    painting._process.wait(WAIT)
    assert not painting.ready and painting.paint(SCENE.compute(0.2)) is None


def test_data_that_cannot_be_painted_ends_it(painting):
    """Whoever paints in its place then meets the error where it can be read."""
    assert painting.wait(WAIT)
    assert painting.paint(np.zeros(3)) is None
    assert not painting.ready


def test_closed_it_is_gone():
    painting = PaintingProcess(SCENE)
    process = painting._process
    painting.close()
    painting.close()
    assert (
        process.returncode is not None and not painting.wait(0) and painting.paint(SCENE.compute(0.2)) is None
    )


def test_it_ends_with_the_kernel_even_where_that_was_killed():
    code = (
        "import os, signal\nfrom sacnotes_lib.course.p00_start.scene import TemperatureScene\n"
        "from sacnotes_lib.course.console.painting import PaintingProcess\n"
        f"p = PaintingProcess(TemperatureScene())\nassert p.wait({WAIT})\n"
        "print(p._process.pid, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # The pipe to which the painter's own descriptors do not belong is closed by the kernel's end alone, so that
    # communicate() returns; the painter's descriptor 2 goes nowhere.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=2 * WAIT)
    pid = int(done.stdout)
    for _ in range(600):
        if not os.path.exists(f"/proc/{pid}") or _is_zombie(pid):
            return
        signal.sigtimedwait([], 0.1)
    raise AssertionError("it outlived the kernel")


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
