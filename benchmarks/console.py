"""The training console: how soon it answers while it trains, how often it is redrawn, and what that costs.

    python -m benchmarks.console [--moves 100] [--seconds 8]

Printed: steps a second of the training loop alone and inside the console (on a thread, pictures drawn beside it);
pictures a second; and, in a real JupyterLab and a real browser, the median and 95th percentile in milliseconds from a
key press on a control to the frame after a picture with the change's mark was first on screen, while training, once
the process that paints has begun (a few seconds after the first Start; until then pictures take longer). The last row
is Pendulum again, with the evaluations that it has on the pages.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.machine import command_line, describe_machine, save_result
from benchmarks.widgets import p95
from sacnotes_lib.course.console.console import TrainingConsole
from sacnotes_lib.course.console.session import TrainingSession
from sacnotes_lib.sac.config import SACConfig
from tests.browser.lab import LabPage
from tests.browser.server import chromium, installed_browser, jupyter_lab

# Without evaluations, where steps are counted: they would come in the one stretch and not in the other.
EVALUATED = "SACConfig(total_steps=1_000_000)"
PENDULUM = "SACConfig(total_steps=1_000_000, evaluation_interval=10**6)"
BANDIT = 'SACConfig(env_id="sacnotes/TwoPeaks-v0", total_steps=1_000_000, evaluation_interval=10**6)'
WARM_UP = 250  # steps: from here on every step is an update

# From a key on the slider of the discount to the frame after its new value was in the picture's words.
WATCH = """root => {
    root.times = [];
    let pressed = null, before = null;
    const marks = () => root.querySelector('img').alt.replace(/.*Changes:/, '').replace(/Policy.*/, '');
    root.addEventListener('keydown', event => { pressed = event.timeStamp; before = marks(); }, true);
    const frame = () => {
        if (pressed !== null && root.querySelector('img')?.complete && marks() !== before) {
            const start = pressed;
            pressed = null;
            requestAnimationFrame(now => root.times.push(now - start));
        }
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""


def speed_alone(config: SACConfig, seconds: float) -> float:
    """Steps a second of the session with nobody looking."""
    session = TrainingSession({"A": config})
    session.advance(WARM_UP)
    began, first = time.monotonic(), session.step
    session.advance(10**9, stop=lambda: time.monotonic() - began > seconds)
    return (session.step - first) / (time.monotonic() - began)


def speed_in_console(config: SACConfig, seconds: float) -> tuple[float, float]:
    """Steps and pictures a second inside the console, without a browser."""
    console = TrainingConsole(config, interactive=True)
    console.session.advance(WARM_UP)
    pictures = []
    console.picture.observe(lambda _: pictures.append(time.monotonic()), names="value")
    console.start()
    console.painting.wait(60)
    time.sleep(1)  # the first pictures settle the axes
    began, first, drawn = time.monotonic(), console.session.step, len(pictures)
    time.sleep(seconds)
    steps, count, took = console.session.step - first, len(pictures) - drawn, time.monotonic() - began
    console.pause(wait=30)
    return steps / took, count / took


def response(server, browser, name: str, config: str, moves: int) -> list[float]:
    """Milliseconds of each move while it trains."""
    page = browser.new_page(viewport={"width": 1280, "height": 1300})
    lab = LabPage(page, server, workspace=name)
    make = "from sacnotes_lib import SACConfig, TrainingConsole\n"
    begin = f"console = TrainingConsole({config})\nconsole.start()\nassert console.painting.wait(60)\nconsole"
    lab.run(f"{name}.ipynb", make + begin)
    root = page.locator(".sacnotes-console")
    page.wait_for_function("root => /entropy/.test(root.querySelector('img').alt)", arg=root.element_handle())
    root.evaluate(WATCH)
    slider = root.get_by_role("slider").nth(2)  # discount
    for k in range(moves):
        slider.press("ArrowLeft" if k % 2 == 0 else "ArrowRight")
        page.wait_for_function("([root, n]) => root.times.length > n", arg=[root.element_handle(), k])
        page.wait_for_timeout(137 + 31 * (k % 5))  # not in step with the redraws
    times = root.evaluate("root => root.times")
    lab.close_kernels()
    page.close()
    return times


def main() -> None:
    parser = command_line(__doc__)
    parser.add_argument("--moves", type=int, default=100)  # of 40 the 95th percentile is the second slowest
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    lines = [describe_machine(), "", f"{'':12} {'alone':>9} {'console':>9} {'slower':>7} {'pictures':>9}"]
    cases = {"Pendulum": PENDULUM, "TwoPeaks": BANDIT}
    for name, written in cases.items():
        config = eval(written)
        # Alone, in the console, alone again: a machine that is shared gets slower and faster by itself.
        rounds = [
            (speed_alone(config, options.seconds), *speed_in_console(config, options.seconds))
            for _ in range(3)
        ]
        alone, inside, pictures = (statistics.median(column) for column in zip(*rounds, strict=True))
        slower = statistics.median(1 - in_console / by_itself for by_itself, in_console, _ in rounds)
        lines.append(f"{name:12} {alone:7.0f}/s {inside:7.0f}/s {100 * slower:6.0f}% {pictures:7.1f}/s")
    if path := installed_browser():
        lines += ["", f"{'':12} {'median':>9} {'p95':>9}   from key to marked picture, while training (ms)"]
        with (
            tempfile.TemporaryDirectory() as home,
            jupyter_lab(Path(home)) as server,
            chromium(path) as browser,
        ):
            for name, written in (cases | {"Evaluations": EVALUATED}).items():
                times = response(server, browser, name, written, options.moves)
                lines.append(
                    f"{name:12} {statistics.median(times):9.0f} {p95(times):9.0f}   {len(times)} moves"
                )
    save_result("console", lines)


if __name__ == "__main__":
    main()
