"""How soon a demo of the classroom opens and answers, and what demos and pages cost in memory.

    python -m benchmarks.classroom [--rounds 5] [--moves 60]

Printed: seconds from the request for a page to its picture, with the kernel that waits ahead and without; median and
95th percentile in milliseconds from a key press to the changed picture, at a projector's resolution; and megabytes:
resident, and own, which is what one more user takes from a machine where others already run the same (a second
process holds the libraries meanwhile, as a classmate's would).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import psutil

from benchmarks.machine import command_line, describe_machine, save_result
from benchmarks.widgets import measure_panel, report, the_browser
from tests.browser.server import REPOSITORY, chromium, classroom, jupyter_lab
from tools.execute import execute

SCREEN = {"width": 1920, "height": 1080}
PICTURE, TRAINING = "temperature", "training"
KERNEL = "() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"


def processes(word: str) -> list[psutil.Process]:
    """Processes below this one in whose command the word stands."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it may end at any moment
            found += [process] * any(word in part for part in process.cmdline())
    return found


def megabytes(*roots: psutil.Process) -> tuple[float, float]:
    """Resident and own memory of some processes and all that they started."""
    resident = own = 0.0
    for root in roots:
        for process in (root, *root.children(recursive=True)):
            memory = process.memory_full_info()
            resident, own = resident + memory.rss / 1e6, own + memory.uss / 1e6
    return resident, own


def wait_until_idle(process: psutil.Process) -> None:
    """Until a process has done nothing for a second."""
    before = -1.0
    while (now := sum(process.cpu_times()[:2])) - before > 0.05:
        before = now
        time.sleep(1)


def open_demo(browser, server, name: str):
    """The page of a demo, and the seconds until its picture was there."""
    page = browser.new_context(viewport=SCREEN).new_page()
    began = time.monotonic()
    page.goto(f"{server.address}/voila/render/demo.ipynb?demo={name}", wait_until="commit", timeout=120_000)
    page.wait_for_function("document.querySelector('.panel img')?.complete", timeout=120_000)
    return page, time.monotonic() - began


def close(page) -> None:
    """Close a page and wait for the end of its kernel."""
    kernel = page.evaluate(KERNEL)
    page.close(run_before_unload=True)
    while processes(kernel):
        time.sleep(0.1)


def opening(browser, server, rounds: int, *, ahead: bool) -> str:
    """A line with the median time to open, and the slowest."""
    seconds = []
    for _ in range(rounds):
        for name in (PICTURE, TRAINING):
            if ahead:
                while not processes("ipykernel_launcher"):
                    time.sleep(0.1)
                wait_until_idle(processes("ipykernel_launcher")[0])
            page, took = open_demo(browser, server, name)
            seconds.append(took)
            close(page)
    how = "a kernel waits ahead" if ahead else "no kernel waits ahead"
    return f"{how:40} {statistics.median(seconds):7.1f} {max(seconds):7.1f}"


def demo_memory(browser, server) -> list[str]:
    """Memory of the server, of the kernel that waits, and of two demos."""
    lines = [memory_line("server of the classroom, alone", *own_parts(processes("classroom")))]
    (waiting,) = processes("ipykernel_launcher")
    wait_until_idle(waiting)
    lines.append(memory_line("kernel that waits ahead", megabytes(waiting)))
    for name, steps in ((PICTURE, 0), (TRAINING, 600)):
        page, _ = open_demo(browser, server, name)
        (kernel,) = processes(page.evaluate(KERNEL))
        for step in range(200, steps + 1, 200):
            page.get_by_role("button", name="+200 steps").click()
            page.locator(f".panel img[alt^='Step {step:,} of']").wait_for(timeout=120_000)
        lines.append(memory_line(f"demo: {name}" + (f", {steps} steps" if steps else ""), megabytes(kernel)))
        close(page)
    return lines


def own_parts(found: list[psutil.Process]) -> list[tuple[float, float]]:
    """Memory of the first process alone, without what it started."""
    memory = found[0].memory_full_info()
    return [(memory.rss / 1e6, memory.uss / 1e6)]


def memory_line(name: str, memory: tuple[float, float]) -> str:
    return f"{name:40} {memory[0]:7.0f} {memory[1]:7.0f}"


@contextmanager
def classmate():
    """Another process that holds the same libraries."""
    code = "import sacnotes_lib, sys; print(flush=True); sys.stdin.read()"
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    other.stdout.readline()
    yield
    other.stdin.close()
    other.wait()


def page_memory(path: Path) -> str:
    """The most memory of a page's kernel while it is run to its end, and its seconds of one core."""
    peak, seconds, done = (0.0, 0.0), 0.0, threading.Event()

    def watch():
        nonlocal peak, seconds
        while not done.wait(0.2):
            for kernel in processes("ipykernel_launcher"):
                with suppress(psutil.NoSuchProcess):
                    peak = max(peak, megabytes(kernel))
                    seconds = max(seconds, sum(kernel.cpu_times()[:2]))

    with classmate():
        watcher = threading.Thread(target=watch)
        watcher.start()
        execute(nbformat.read(path, as_version=4))
        done.set()
        watcher.join()
    return (
        memory_line(f"page {path.stem[:2]}, run to its end: the most", peak)
        + f"   {seconds:.0f} s of one core"
    )


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    path = the_browser()
    lines = [describe_machine(), "", f"{'a demo opens (s)':40} {'median':>7} {'slowest':>7}"]
    with tempfile.TemporaryDirectory() as home, chromium(path) as browser:
        with classroom(Path(home, "ahead")) as server:
            lines.append(opening(browser, server, options.rounds, ahead=True))
            answers = []
            for name in (PICTURE, "broadcast"):
                page, _ = open_demo(browser, server, name)
                panel = page.locator(".sacnotes-live")
                answers.append(report(name, measure_panel(page, panel, options.moves)))
                close(page)
            memory = demo_memory(browser, server)
        with classroom(Path(home, "cold"), "--VoilaConfiguration.preheat_kernel=False") as server:
            lines.append(opening(browser, server, options.rounds, ahead=False))
        with jupyter_lab(Path(home, "lab")):
            memory.append(memory_line("JupyterLab's server, alone", *own_parts(processes("jupyterlab"))))
    head = f"{'from key to picture (ms)':40} {'median':>7} {'p95':>7} {'moves':>6} {'blank':>6} {'stale':>6}"
    lines += ["", f"{head} {'frames':>7}  last value shown", *answers]
    lines += ["", f"{'memory (MB)':40} {'resident':>7} {'own':>6}", *memory]
    lines += [page_memory(page) for page in sorted((REPOSITORY / "notebooks").glob("0[01]*.ipynb"))]
    save_result("classroom", lines)


if __name__ == "__main__":
    main()
