"""The training console without a browser: its buttons, its thread, its words, and what stays when it stops."""

import html
import re
import threading
import time

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from sacnotes_lib.course.console import console as console_module, session as session_module
from sacnotes_lib.course.console.console import TrainingConsole
from sacnotes_lib.course.console.painting import PaintingProcess
from sacnotes_lib.course.console.session import DONE, PAUSED, UNWATCHED, Trainer, TrainingSession
from sacnotes_lib.course.console.views import BUTTONS
from sacnotes_lib.course.stage import surroundings
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, steps_to_take

pytestmark = pytest.mark.slow  # they train on threads and wait for pictures; two of them start a process
SMALL = SACConfig(
    env_id="sacnotes/TwoPeaks-v0", total_steps=400, learning_starts=10, batch_size=16, hidden_sizes=(8, 8),
    evaluation_interval=100, evaluation_episodes=1,
)  # fmt: skip
LONG = SMALL.replace(total_steps=1_000_000)
WAIT = 60


class NoPainting:
    """In place of a process that takes seconds to begin: everything is painted here."""

    def __init__(self, scene):
        self.paint, self.closed = lambda data: None, False

    def close(self):
        self.closed = True


@pytest.fixture(autouse=True)
def painted_here(monkeypatch):
    monkeypatch.setattr(console_module, "PaintingProcess", NoPainting)
    # No page beats here: on a slow machine training would pause for want of a viewer.
    monkeypatch.setattr(console_module, "ALONE_AFTER", 1e9)


def console_of(config=SMALL, against=None, **options):
    return TrainingConsole(config, against, seeds=2, interactive=True, **options)


def text(widget):
    return html.unescape(re.sub("<[^>]+>", "", widget.value))


def alt(console):
    return html.unescape(re.search(r'alt="([^"]*)"', console.picture.value)[1])


def until(console, happened):
    """Wait for a picture of which `happened(description)` is true."""
    seen = threading.Event()
    look = lambda _: happened(alt(console)) and seen.set()  # noqa: E731
    console.picture.observe(look, names="value")
    look(None)
    assert seen.wait(WAIT), alt(console)
    console.picture.unobserve(look, names="value")


def train_on(console, steps):
    """Let a console train so many steps more, and wait for them."""
    console.step(steps)
    console.trainer.wait(WAIT)


def training():
    """A console that has something to show and trains on."""
    console = console_of(LONG)
    console.start()
    until(console, lambda words: "entropy" in words)
    return console


def same(run, other):
    pairs = zip(run.agent.actor.tensors(), other.agent.actor.tensors(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_it_waits_for_start_and_trains_to_its_end():
    console = console_of()
    assert console.session.step == 0 and "Press Start" in text(console.status)
    console.buttons["start"].click()
    console.trainer.wait(WAIT)
    until(console, lambda words: words.startswith("Step 400 of 400"))
    assert text(console.status) == "Done at step 400 of 400." and not console.pulse.playing
    console.buttons["start"].click()
    assert "Trained to its end" in text(console.status)


def test_controls_steer_while_it_trains_and_the_run_can_be_replayed():
    console = training()
    views = console.steering["A"].views
    views["mode"].source._buttons["fixed"].click()
    views["backup"].source._buttons["mean"].click()
    until(console, lambda words: "backup min → mean" in words)
    views["learning_rate"].value = 1e-3
    views["discount"].value = 0.5
    views["actor_gradient"].value = "score_function"
    views["target_update"].value = "hard"
    until(console, lambda words: "target update polyak → hard" in words)
    console.pause(wait=WAIT)
    run = console.runs["A"]
    changed = {name: value for _, changes in run.changes for name, value in changes.items()}
    assert changed.pop("temperature") <= 1
    assert changed == {
        "backup": "mean", "learning_rate": 1e-3, "discount": 0.5, "actor_gradient": "score_function",
        "target_update": "hard",
    }  # fmt: skip
    assert same(run, TrainingRun(LONG, 2).replay(run.changes, until=run.step))
    assert "changes while training" in console.picture.value


def test_pause_shows_where_it_stopped_and_start_goes_on():
    console = training()
    thread = console.trainer._thread
    console.start()
    assert console.trainer._thread is thread  # a second start is no second thread
    console.pause(wait=WAIT)
    stopped = console.session.step
    until(console, lambda words: words.startswith(f"Step {stopped:,} of"))
    assert text(console.status) == f"Paused at step {stopped:,} of 1,000,000."
    assert not console.trainer.running
    console.start()
    until(console, lambda words: not words.startswith(f"Step {stopped:,} of"))
    console.pause(wait=WAIT)
    assert console.session.step > stopped


def test_a_little_at_a_time_and_a_change_while_paused_counts_from_the_next_update():
    console = console_of()
    console.buttons["step"].click()
    console.trainer.wait(WAIT)
    assert console.session.step == 200 and "Paused at step 200" in text(console.status)
    console.steering["A"].views["backup"].source._buttons["swap"].click()
    assert "backup = swap, from the next update on" in text(console.status)
    train_on(console, 10)
    assert console.runs["A"].changes == [(200, {"backup": "swap"})]
    console.start()
    console.trainer.wait(WAIT)
    console.change(backup="min")
    assert "Press Restart" in text(console.status)


def test_restart_keeps_the_settings_reset_does_not_and_neither_loses_anything():
    console = console_of()
    console.steering["A"].views["backup"].value = "mean"
    train_on(console, 30)
    learned = console.session
    console.buttons["restart"].click()
    assert console.session.step == 0 and console.previous is learned
    assert console.runs["A"].initial_config.backup == "mean"
    train_on(console, 20)
    console.buttons["reset"].click()
    assert console.previous.step == 20 and console.session.step == 0
    assert "At step 0 again. What was learned is in .previous." in text(console.status)
    assert console.steering["A"].fields["backup"] == "min"
    train_on(console, 5)
    assert console.runs["A"].initial_config == SMALL and console.runs["A"].changes == []


def test_reset_while_it_trains():
    console = training()
    console.reset()
    assert console.session.step == 0 and not console.trainer.running
    assert console.previous.step > 0
    until(console, lambda words: words.startswith("Step 0 of"))


def test_fixing_holds_the_temperature_where_tuning_has_brought_it():
    console = console_of(SMALL.replace(total_steps=1000, learning_rate=0.02))
    train_on(console, 300)
    tuned = float(console.runs["A"].agent.temperature.mean())
    console.steering["A"].views["mode"].value = "fixed"
    fixed = console.session.settings("A").temperature
    assert abs(fixed / tuned - 1) < 0.13 and tuned < 0.9
    alpha = console.steering["A"].views["alpha"]
    assert not alpha.source.disabled
    console.steering["A"].views["mode"].value = "tuned"
    assert alpha.source.disabled and console.session.settings("A").temperature == "auto"


def test_a_beside_b_on_the_same_seeds():
    console = console_of(SMALL, SMALL.replace(temperature=0.05))
    labels = [view.control.label for view in console.steering["B"].views.values()]
    assert all(label.startswith("B: ") for label in labels)
    console.steering["B"].views["backup"].value = "mean"
    train_on(console, 100)
    assert console.runs["A"].changes == [] and console.runs["B"].changes == [(0, {"backup": "mean"})]
    until(console, lambda words: "A: return" in words and "B: return" in words)
    with pytest.raises(ValueError, match="share total_steps"):
        console_of(SMALL, LONG)


def test_saving_says_where_and_how_to_train_the_same_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    console = console_of()
    train_on(console, 20)
    console.buttons["save"].click()
    assert "sac-at-step-20.pt" in text(console.status) and "until=20" in text(console.status)
    assert same(TrainingRun.load(tmp_path / "sac-at-step-20.pt"), console.runs["A"])
    console.reset()
    train_on(console, 20)
    console.buttons["save"].click()  # a file of that name is there, and stays
    assert {path.name for path in tmp_path.iterdir()} == {"sac-at-step-20.pt", "sac-at-step-20-2.pt"}


def test_a_button_that_fails_says_so_on_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    console = console_of(SMALL.replace(env_id="Pendulum-v1"))

    def refuse(*_, **how):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sacnotes_lib.training.run.torch.save", refuse)
    monkeypatch.setattr("sacnotes_lib.course.console.console.animate", refuse)
    for name in ("save", "clip"):
        console._say("")
        console.buttons[name].click()
        assert f"{name.capitalize()} did not work" in text(console.status)
        assert "No space left" in text(console.status) and 'role="alert"' in console.status.value


def test_the_viewer_picks_the_state():
    console = console_of(SMALL.replace(env_id="sacnotes/TwoRoutes-v0"))
    names = list(console._states)
    assert len(names) == 11
    console.state_view.value = names[0]
    assert f"at state {names[0]}" in alt(console)


def test_a_film_of_pendulum_and_none_where_nothing_is_drawn():
    assert console_of().buttons["clip"] not in console_of().children[0].children
    console = console_of(SMALL.replace(env_id="Pendulum-v1"))
    assert console.buttons["clip"] in console.children[0].children
    console.buttons["clip"].click()
    assert "Pendulum-v1 before training" in console.film.value and "image/webp" in console.film.value


def test_divergence_is_shown_and_what_was_learned_stays(monkeypatch):
    console = console_of(LONG)
    monkeypatch.setattr(console.runs["A"].agent, "critic_loss", lambda q, target: (q * float("nan")).sum())
    console.start()
    console.trainer.wait(WAIT)
    assert 'role="alert"' in console.status.value and "TrainingDiverged" in text(console.status)
    assert console.session.step == 10 and alt(console).startswith("Step 10 of")


def test_nothing_trains_on_unwatched(monkeypatch):
    monkeypatch.setattr(console_module, "ALONE_AFTER", 0.0)
    console = console_of(LONG)
    console.start()
    console.trainer.wait(WAIT)
    assert "no page has shown this" in text(console.status) and not console.trainer.running
    assert not console.pulse.playing


def test_a_silent_page_is_asked_for_a_sign_and_a_beat_keeps_it_going(monkeypatch):
    """A pulse that was told to beat before its page was there beats only when told again."""
    now, told = [0.0], []
    monkeypatch.setattr(console_module, "monotonic", lambda: now[0])
    console = console_of(LONG)
    console.pulse.playing = True
    console.pulse.observe(lambda change: told.append(change["new"]), names="playing")
    now[0] = console_module.KNOCK_EVERY - 0.1
    assert console._is_watched() and told == []
    now[0] = console_module.KNOCK_EVERY + 0.1
    assert console._is_watched() and console._is_watched() and told == [False, True]
    console.pulse.value += 1  # it answers
    now[0] += console_module.KNOCK_EVERY - 0.1
    assert console._is_watched() and told == [False, True]
    now[0] += console_module.ALONE_AFTER
    assert not console._is_watched()
    console.pulse.value += 1
    assert console._is_watched()


def test_an_interrupt_pauses_every_console():
    consoles = [training(), training()]
    surroundings.pause_all()
    for console in consoles:
        console.trainer.wait(WAIT)
        assert "Paused at step" in text(console.status)


def test_the_same_cell_again_pauses_and_keeps_what_it_had(monkeypatch):
    running = {"header": {"msg_id": "1"}, "metadata": {"cellId": "cell"}}
    monkeypatch.setattr(surroundings, "_message", lambda: running)
    first = training()
    running["header"] = {"msg_id": "2"}
    second, beside = console_of(LONG), console_of(LONG)
    assert not first.trainer.running and first.session.step > 0
    assert second.previous is first.session and "is in .previous" in text(second.status)
    assert first.painting.closed
    assert beside.previous is None


@pytest.mark.parametrize(
    ("content", "waits"), [({"allow_stdin": True}, True), ({"allow_stdin": False}, False)]
)
def test_where_somebody_can_be_asked_it_waits_though_the_front_end_names_no_cell(monkeypatch, content, waits):
    monkeypatch.setattr(surroundings, "_message", lambda: {"content": content, "metadata": {}})
    console = TrainingConsole(SMALL, seeds=2)
    assert console.interactive == waits and (console.session.step == 0) == waits


def test_the_ends_of_a_setting_can_be_read_from_the_back_row():
    alpha = console_of().steering["A"].views["alpha"].control
    assert (alpha.low, alpha.high) == (0.01, 3.2)


def test_in_colab_the_button_trains_in_its_callback(monkeypatch):
    monkeypatch.setattr(surroundings, "in_colab", lambda: True)
    console = console_of()
    assert console.buttons["start"].disabled
    console.buttons["pause"].click()  # with nothing to pause it says nothing about what comes
    console.buttons["step"].click()
    assert console.session.step == 200 and alt(console).startswith("Step 200 of")


def test_with_nobody_there_it_trains_to_its_end_at_once():
    console = TrainingConsole(SMALL, seeds=2)
    assert not console.interactive
    steps = steps_to_take(SMALL)
    assert console.session.step == steps and alt(console).startswith(f"Step {steps} of")
    data, metadata = console._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == console.description == data["text/plain"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == console.model_id


def test_a_page_run_by_nobody_ends_with_the_final_picture(monkeypatch):
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)
    cell = (
        "from sacnotes_lib import SACConfig, TrainingConsole\n"
        f"console = TrainingConsole(SACConfig(**{vars(SMALL)}), seeds=2)\nconsole"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    (output,) = notebook.cells[0].outputs
    assert output.data["text/plain"].startswith("Step 400 of 400, 2 seeds. return")
    assert output.data["image/png"]


def test_everything_has_a_name_and_the_status_is_spoken():
    console = console_of(SMALL.replace(env_id="Pendulum-v1"))
    assert console.status.value.startswith('<div role="status"')
    for name, button in console.buttons.items():
        assert button.description == BUTTONS[name][0] and button.tooltip
    assert 'role="status"' not in console.picture.value  # five times a second would drown everything else


def test_a_trainer_says_why_it_ended():
    session = TrainingSession({"A": SMALL}, seeds=1)
    said, shown = [], []
    Trainer(session, lambda: shown.append(session.step), said.append).run(20)
    Trainer(session, lambda: shown.append(session.step), said.append, watched=lambda: False).run(30)
    Trainer(session, lambda: shown.append(session.step), said.append).run(400)
    assert said == [PAUSED, UNWATCHED, DONE] and shown[-1] == 400 and session.step == 400
    Trainer(TrainingSession({"A": LONG}, seeds=1), lambda: 1 / 0, said.append).run(1000)
    assert isinstance(said[-1], ZeroDivisionError)  # an error of the picture does not vanish with the thread


def test_a_start_is_never_lost_neither_while_the_last_picture_is_drawn_nor_just_before_the_end():
    session, ended = TrainingSession({"A": SMALL}, seeds=1), []
    drawing, go_on, ending = threading.Event(), threading.Event(), threading.Event()

    def show():
        if session.step == 10:
            drawing.set()
            go_on.wait(WAIT)

    def end(why):
        ending.set()
        time.sleep(0.2)
        ended.append((why, session.step))

    trainer = Trainer(session, show, end)
    trainer.start(10)
    assert drawing.wait(WAIT)  # nobody has asked yet whether to go on
    trainer.start(20)
    go_on.set()
    assert ending.wait(WAIT)
    trainer.start(30)
    trainer.wait(WAIT)
    assert ended == [(PAUSED, 20), (PAUSED, 30)]


def test_a_change_is_marked_at_once_though_an_evaluation_goes_on(monkeypatch):
    console = console_of(LONG)
    evaluating, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(
        console.runs["A"], "evaluate", lambda _: evaluating.set() or go_on.wait(WAIT) * np.zeros((2, 1))
    )
    console.start()
    assert evaluating.wait(WAIT)
    console.change(backup="mean")
    assert "1 at step 100: backup min → mean" in alt(console)
    console.change(backup="min")
    assert "Changes" not in alt(console)
    console.change(backup="swap")
    console.trainer.pause()
    go_on.set()
    console.pause(wait=WAIT)
    assert console.session.step == 100 and console.runs["A"].changes == []
    train_on(console, 1)
    assert console.runs["A"].changes == [(100, {"backup": "swap"})]


def test_training_waits_while_it_is_held_and_then_goes_on():
    session = TrainingSession({"A": LONG}, seeds=1)
    trainer = Trainer(session, lambda: None, lambda why: None)
    trainer.start(LONG.total_steps)
    with trainer.held():
        time.sleep(0.3)  # the step that was under way ends
        at = session.step
        time.sleep(0.3)
        assert session.step == at
        trainer.pause()
    trainer.wait(WAIT)
    trainer.start(at + 20)
    trainer.wait(WAIT)
    assert session.step == at + 20


def test_a_trainer_that_is_hurried_shows_what_stands(monkeypatch):
    monkeypatch.setattr(session_module, "SHOW_EVERY", 1e9)
    shown = threading.Event()
    trainer = Trainer(TrainingSession({"A": LONG}, seeds=1), shown.set, lambda why: None)
    trainer.start(LONG.total_steps)
    while not shown.wait(0.01):  # until the test's own time is over
        trainer.hurry()
    trainer.pause(wait=WAIT)


def test_pictures_come_from_a_process_of_their_own_once_it_has_begun(monkeypatch):
    monkeypatch.setattr(console_module, "PaintingProcess", PaintingProcess)
    console = console_of()
    here = console._painter.paint
    painted_here = []
    monkeypatch.setattr(console._painter, "paint", lambda view: painted_here.append(view) or here(view))
    train_on(console, 20)
    assert console.painting.wait(WAIT)
    before = len(painted_here)
    train_on(console, 20)
    until(console, lambda words: words.startswith("Step 40 of"))
    assert len(painted_here) == before
    console.painting.close()
    train_on(console, 20)
    until(console, lambda words: words.startswith("Step 60 of"))
    assert len(painted_here) > before
