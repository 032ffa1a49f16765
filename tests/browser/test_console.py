"""The training console in a real JupyterLab: steered by keyboard while it trains, interrupted, run again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults, unnamed_sliders
from tests.browser.connection import Connection

MAKE = """
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.course.console.console import TrainingConsole
small = dict(batch_size=16, hidden_sizes=(16, 16), learning_starts=20, evaluation_interval=50, evaluation_episodes=1)
"""
BANDIT = 'console = TrainingConsole(SACConfig(env_id="sacnotes/TwoPeaks-v0", total_steps=100_000, **small), seeds=2)'
INTERRUPT = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.interrupt()"
STEP_SHOWN = "Number(/Step ([\\d,]+) of/.exec(root.querySelector('img').alt)[1].replaceAll(',', ''))"
EXECUTE = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({code});
    let printed = '';
    future.onIOPub = message => { printed += message.content.text ?? ''; };
    await future.done;
    return printed;
}"""


class Console:
    """One console on the page."""

    def __init__(self, lab, root=None):
        self.page = lab.page
        self.root = root or lab.page.locator(".sacnotes-console")
        self.image = self.root.locator("img").first
        self.status = self.root.get_by_role("status")

    def button(self, name: str):
        return self.root.get_by_role("button", name=re.compile(name))

    def press(self, name: str) -> None:
        self.button(name).first.press("Enter")

    def says(self, words: str) -> None:
        expect(self.status).to_contain_text(words, timeout=60_000)

    def shows(self, pattern: str) -> None:
        expect(self.image).to_have_attribute("alt", re.compile(pattern), timeout=60_000)

    def shown_step(self) -> int:
        return int(re.match(r"Step ([\d,]+) of", self.image.get_attribute("alt"))[1].replace(",", ""))

    def trains_on(self) -> None:
        """Another picture, of a later step."""
        before = self.shown_step()
        self.page.wait_for_function(
            f"([root, step]) => {STEP_SHOWN} > step",
            arg=[self.root.element_handle(), before],
            timeout=60_000,
        )


def started(lab, name: str, make: str = MAKE) -> Console:
    """The console of a new notebook, while it trains."""
    lab.run(name, make, f"{BANDIT}\nconsole")
    console = Console(lab)
    console.press("Start")
    console.trains_on()
    return console


def beats(lab) -> int:
    """How often the page has told the kernel that it shows the console."""
    return int(lab.page.evaluate(EXECUTE, "print(console.pulse.value)"))


def test_a_console_that_trained_before_it_was_shown_is_told_that_somebody_looks(lab):
    lab.run("early.ipynb", MAKE, f"{BANDIT}\nconsole.start()\nconsole")
    Console(lab).trains_on()
    while beats(lab) == 0:  # until the test's own time is over
        lab.page.wait_for_timeout(200)


def test_start_change_temperature_and_backup_pause_and_reset(lab):
    lab.run("console.ipynb", MAKE, f"{BANDIT}\nconsole")
    console = Console(lab)
    console.shows("Step 0 of 100,000, 2 seeds")
    console.press("Start")
    console.shows(r"entropy -?\d")
    console.press("fixed")
    console.shows(r"1 at step [\d,]+: α tuned → \d")
    console.press("^mean$")
    console.shows(r"backup min → mean")
    number = console.root.get_by_label("α", exact=True)
    number.fill("0.5")
    number.press("Enter")
    console.shows(r"α .*→ 0.5")
    console.trains_on()
    expect(console.root.get_by_role("list", name="changes while training")).to_contain_text(
        "backup min → mean"
    )
    console.press("Pause")
    console.says("Paused at step")
    step = int(re.search(r"step ([\d,]+)", console.status.inner_text())[1].replace(",", ""))
    console.shows(f"^Step {step:,} of")
    expect(console.root.locator("img")).to_have_count(1)
    console.press("Reset")
    console.says("At step 0 again. What was learned is in .previous.")
    console.shows("Step 0 of 100,000")
    expect(console.button("✓ min")).to_be_visible()
    expect(console.button("✓ tuned")).to_be_visible()


def test_a_little_at_a_time_and_saving(lab):
    lab.run("step.ipynb", MAKE, f"{BANDIT}\nconsole")
    console = Console(lab)
    console.press(r"\+200 steps")
    console.says("Paused at step 200 of 100,000.")
    console.shows("^Step 200 of")
    console.press("Save")
    console.says("Saved: sac-at-step-200.pt")
    console.says("until=200")
    assert (lab.root / "sac-at-step-200.pt").stat().st_size > 1000
    assert faults(lab.page) == [] and unnamed_sliders(lab.page) == []


def test_an_interrupt_pauses_and_start_goes_on(lab):
    lab.run("interrupt.ipynb", MAKE, f"{BANDIT}\nconsole")
    console = Console(lab)
    console.press("Start")
    console.says("Training.")
    lab.page.evaluate(INTERRUPT)  # at once: a kernel that has just run the cell listens already
    console.says("Paused at step")
    console.press("Start")
    console.says("Training.")
    console.trains_on()
    console.press("Pause")
    console.says("Paused at step")


def test_running_the_cell_again_stops_what_it_had_started_and_keeps_it(lab):
    lab.run(
        "again.ipynb",
        MAKE,
        f"{BANDIT}\nconsole",
        "console.session.step, console.previous and console.previous.step",
    )
    Console(lab).press("Start")
    Console(lab).trains_on()
    lab.run_all()
    console = Console(lab)
    console.says("is in .previous")
    console.shows("Step 0 of")
    kept = re.search(r"to step ([\d,]+)", console.status.inner_text())[1].replace(",", "")
    expect(lab.page.locator(".jp-OutputArea-output", has_text=f"(0, {kept})")).to_have_count(1)


def test_two_consoles_train_side_by_side(lab):
    lab.run("two.ipynb", MAKE, f"{BANDIT}\nconsole", BANDIT.replace("console", "other", 1) + "\nother")
    first, second = (Console(lab, root) for root in lab.page.locator(".sacnotes-console").all())
    for console in (first, second):
        console.press("Start")
    for console in (first, second):
        console.trains_on()
    first.press("Pause")
    first.says("Paused at step")
    second.trains_on()
    second.press("Pause")
    second.says("Paused at step")


@pytest.mark.parametrize(("lost", "in_the_end"), [("answers", "0.96"), ("changes", "0.97")])
def test_pulse_and_controls_go_on_after_a_lost_connection(lab, lost, in_the_end):
    """The discount begins at 0.98 and is moved twice; where the first move was lost, once."""
    connection = Connection(lab.page)
    console = started(lab, "lost.ipynb")
    discount = console.root.get_by_label("Discount γ")
    connection.lose(lost, discount, "ArrowDown")
    before = beats(lab)
    while beats(lab) == before:  # until the test's own time is over
        lab.page.wait_for_timeout(200)
    discount.press("ArrowDown")
    console.shows(f"discount .*→ {in_the_end}")


def test_nothing_trains_on_when_the_page_is_closed(lab):
    shorter = "import sacnotes_lib.course.console.console as module\nmodule.ALONE_AFTER = 3.0"
    started(lab, "closed.ipynb", MAKE + shorter)
    lab.page.goto("about:blank")
    lab.open("closed.ipynb")  # the same kernel, on a page that was not saved: no console is on it
    said = lab.page.evaluate(EXECUTE, "console.trainer.wait(60); print(console.status.value)")
    assert "no page has shown this for 3 seconds" in said
