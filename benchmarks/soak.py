"""A lesson in the classroom, from its first minute to its last: a page that idles, a page that trains.

    python -m benchmarks.soak [--minutes 90] [--row 5]

Training is begun again at its end. Once a minute a slider of either page is moved. Printed, and kept after each
row: WebSockets that were lost, on either page; pauses because no page was seen, though one was open; steps trained;
moves of a slider that changed the picture, the slowest in seconds; and the memory of each page's kernel in megabytes,
with the process that paints. The first row is the start.
"""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import TimeoutError

from benchmarks.classroom import KERNEL, PICTURE, TRAINING, megabytes, open_demo, processes
from benchmarks.machine import command_line, describe_machine, save_result
from benchmarks.widgets import the_browser
from tests.browser.server import chromium, classroom

# What a slider changes: of a picture its words; of a console the list of changes, since training changes the rest.
SHOWN = """root => {
    const words = root.querySelector('img')?.alt;
    return root.matches('.sacnotes-console') ? /Changes:.*Policy/.exec(words)?.[0] : words;
}"""
HEAD = (
    f"{'minute':>6} {'lost sockets':>16} {'false':>7} {'steps':>9} {'a slider answered':>26} {'memory (MB)':>17}\n"
    f"{'':6} {'idle':>8}{'console':>8} {'pauses':>7} {'trained':>9} {'idle':>8}{'console':>8}{'slowest':>10} "
    f"{'idle':>8}{'console':>9}"
)


class Watched:
    """One page of the classroom, with what was seen on it."""

    def __init__(self, browser, server, name: str, panel: str):
        self.page, _ = open_demo(browser, server, name)
        self.panel = self.page.locator(panel)
        self.lost = self.moved = 0
        self.seconds: list[float] = []
        self.page.on("websocket", self._reconnected)

    def _reconnected(self, _) -> None:
        """A page opens a WebSocket when it is loaded, and from then on only where it has lost the one it had."""
        self.lost += 1

    def move_slider(self) -> None:
        """There, and the next time back."""
        before, began = self.panel.evaluate(SHOWN), time.monotonic()
        self.panel.get_by_role("slider").first.press("ArrowLeft" if self.moved % 2 else "ArrowRight")
        self.moved += 1
        changed = f"([root, before]) => ({SHOWN})(root) !== before"
        try:
            self.page.wait_for_function(changed, arg=[self.panel.element_handle(), before], timeout=20_000)
        except TimeoutError:
            return
        self.seconds.append(time.monotonic() - began)

    def memory(self) -> float:
        (kernel,) = processes(self.page.evaluate(KERNEL))
        return megabytes(kernel)[0]


class WatchedConsole(Watched):
    """A training demo that is kept training, with its temperature held so that there is a slider to move."""

    def __init__(self, browser, server):
        super().__init__(browser, server, TRAINING, ".sacnotes-console")
        self.false_pauses = self.before = 0
        self.press("fixed")
        self.press("▶ Start")

    def press(self, name: str) -> None:
        self.panel.get_by_role("button", name=name).click()

    @property
    def step(self) -> int:
        words = self.panel.locator("img").first.get_attribute("alt")
        return int(re.match(r"Step ([\d,]+) of", words)[1].replace(",", ""))

    def keep_training(self) -> None:
        said = self.panel.get_by_role("status").inner_text()
        if "no page has shown this" in said:
            self.false_pauses += 1
            self.press("▶ Start")
        elif said.startswith("Done"):
            self.before += self.step
            self.press("Restart")
            self.panel.locator("img[alt^='Step 0 of']").wait_for()
            self.press("▶ Start")


def row(minute: float, idle: Watched, console: WatchedConsole) -> str:
    answered = [f"{len(watched.seconds)}/{watched.moved}" for watched in (idle, console)]
    slowest = max(idle.seconds + console.seconds, default=0.0)
    return (
        f"{minute:6.0f} {idle.lost:8}{console.lost:8} {console.false_pauses:7} "
        f"{console.before + console.step:9,} {answered[0]:>8}{answered[1]:>8}{slowest:9.1f}s "
        f"{idle.memory():8.0f}{console.memory():9.0f}"
    )


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--row", type=float, default=5, help="minutes from one row to the next")
    options = parser.parse_args()
    path = the_browser()
    lines = [describe_machine(), "", *HEAD.splitlines()]
    with (
        tempfile.TemporaryDirectory() as home,
        classroom(Path(home, "home")) as server,
        chromium(path) as browser,
    ):
        idle = Watched(browser, server, PICTURE, ".sacnotes-live")
        console = WatchedConsole(browser, server)
        began = next_move = next_row = time.monotonic()
        while True:
            passed = (time.monotonic() - began) / 60
            console.keep_training()
            if time.monotonic() >= next_move:
                next_move += 60
                for watched in (idle, console):
                    watched.move_slider()
            if time.monotonic() >= next_row or passed >= options.minutes:
                next_row += 60 * options.row
                lines.append(row(passed, idle, console))
                save_result("soak", lines)
            if passed >= options.minutes:
                return
            for watched in (idle, console):
                watched.page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
