"""From a key press to the changed picture, in a real JupyterLab and a real browser.

    python -m benchmarks.widgets [--moves 60] [NOTEBOOK ...]

For every `live` panel of the notebooks (all in notebooks/ by default) one slider is moved by keyboard: the first of
which every position looks different, since a picture that stays cannot be timed. Printed for each: median and 95th
percentile in milliseconds from the key event to the frame after the new picture was first on screen; frames without
a picture; and whether a burst of keys, pressed without waiting, ended on the picture of its last value.
"""

from __future__ import annotations

import itertools
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import TimeoutError

from benchmarks.machine import command_line, describe_machine, save_result
from tests.browser.lab import LabPage
from tests.browser.server import REPOSITORY, chromium, installed_browser, jupyter_lab

# Watches a panel frame by frame. A frame is blank when its picture is missing or not yet decoded.
WATCH = """root => {
    const seen = {times: [], frames: 0, blank: 0, shown: []};
    let pressed = null, before = null;
    root.addEventListener('keydown', event => {
        pressed = event.timeStamp;
        before = root.querySelector('img').src;
    }, true);
    const frame = () => {
        const image = root.querySelector('img');
        seen.frames += 1;
        if (image && root.burst) seen.shown.push(root.burst.indexOf(image.src));
        if (!image || !image.complete || image.naturalWidth === 0) seen.blank += 1;
        else if (pressed !== null && image.src !== before) {
            const start = pressed;
            pressed = null;
            requestAnimationFrame(now => seen.times.push(now - start));
        }
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    root.seen = seen;
}"""


def measure_panel(page, root, moves: int) -> dict | None:
    """What was measured with the first slider that will do, or None where none will."""
    for number in range(root.get_by_role("slider").count()):
        try:
            return measure(page, root, number, moves) | {"slider": number + 1}
        except TimeoutError:
            root.get_by_role("button", name="Reset").click()
    return None


def measure(page, root, number: int, moves: int) -> dict:
    """Moves one slider of a panel there and back again, a key at a time, then in a burst.

    Raises TimeoutError where a move leaves the picture as it was.
    """
    slider = root.get_by_role("slider").nth(number)
    box = root.get_by_role("spinbutton").nth(number)
    image = root.locator("img")
    root.evaluate(WATCH)
    handle = root.element_handle()
    pressed = 0

    def press(key: str) -> None:
        nonlocal pressed
        slider.press(key)
        pressed += 1
        page.wait_for_function(
            "([root, count]) => root.seen.times.length === count", arg=[handle, pressed], timeout=10_000
        )

    def at_upper_end() -> bool:
        return float(slider.get_attribute("aria-valuenow")) >= float(slider.get_attribute("aria-valuemax"))

    there, back = ("ArrowLeft", "ArrowRight") if at_upper_end() else ("ArrowRight", "ArrowLeft")
    for k in range(moves):
        press(there if k % 2 == 0 else back)
    seen = root.evaluate("root => root.seen")

    # A burst, without waiting, from five steps below the upper end back to it. Each position's picture is known.
    if not at_upper_end():
        press("End")
    last = image.get_attribute("alt"), box.input_value()
    pictures = [image.get_attribute("src")]
    for _ in range(5):
        press("ArrowLeft")
        pictures.insert(0, image.get_attribute("src"))
    root.evaluate("(root, pictures) => { root.burst = pictures; }", pictures)
    for _ in range(5):
        slider.press("ArrowRight")
    page.wait_for_function("([root, alt]) => root.querySelector('img')?.alt === alt", arg=[handle, last[0]])
    seen |= {"shown": root.evaluate("root => root.seen.shown")}
    return seen | {"burst": (image.get_attribute("alt"), box.input_value()) == last}


def stale(shown: list[int]) -> int:
    """Frames that show an older position than one shown before: positions frame by frame, oldest 0."""
    newest = itertools.accumulate(shown, max)
    return sum(position < latest for position, latest in zip(shown, newest, strict=True))


def the_browser() -> str:
    """Where a Chromium is; ends the program where there is none."""
    return installed_browser() or sys.exit("No Chromium or Chrome is installed: nothing to measure in.")


def p95(times: list[float]) -> float:
    """The 95th percentile: one of the times."""
    return sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]


def report(name: str, seen: dict) -> str:
    times = seen["times"]
    return (
        f"{name:40} {statistics.median(times):7.0f} {p95(times):7.0f} {len(times):6} {seen['blank']:6} "
        f"{stale(seen['shown']):6} {seen['frames']:7}  "
        f"{'yes' if seen['burst'] else 'NO'}" + (f"  (slider {seen['slider']})" if seen["slider"] > 1 else "")
    )


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--moves", type=int, default=60)
    options = parser.parse_args()
    notebooks = options.notebooks or sorted((REPOSITORY / "notebooks").glob("[0-9]*.ipynb"))
    notebooks = [path for path in notebooks if "live(" in path.read_text()]
    path = the_browser()
    head = f"{'panel':40} {'median':>7} {'p95':>7} {'moves':>6} {'blank':>6} {'stale':>6} {'frames':>7}"
    lines = [describe_machine(), "", f"{head}  last value shown (times in ms)"]
    with tempfile.TemporaryDirectory() as home, jupyter_lab(Path(home)) as server, chromium(path) as browser:
        for notebook in notebooks:
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            lab = LabPage(page, server, workspace=notebook.stem)
            shutil.copy(notebook, server.root / notebook.name)
            lab.open(notebook.name)
            lab.run_all()
            for number, root in enumerate(page.locator(".sacnotes-live").all(), start=1):
                name = f"{notebook.stem} #{number}"
                if root.get_by_role("slider").count() == 0:
                    line = "buttons only"
                elif seen := measure_panel(page, root, options.moves):
                    line = report(name, seen)
                else:
                    line = "not measured: every slider has neighbouring positions that look alike"
                lines.append(line if line.startswith(name) else f"{name:40} {line}")
                print(lines[-1], flush=True)
            lab.close_kernels()
            page.close()
    save_result("widgets", lines)


if __name__ == "__main__":
    main()
