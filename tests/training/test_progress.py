"""The progress line: a few plain ones in a file, one in a terminal, one updated in place in a notebook."""

import io
import re
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from sacnotes_lib.training import progress
from sacnotes_lib.training.progress import Progress
from sacnotes_lib.training.run import TrainingRun, train


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_in_a_file_training_prints_a_line_at_each_quarter(small, capsys):
    run = train(small, seeds=2)
    lines = capsys.readouterr().out.splitlines()
    assert [re.search(r"step (\d+) of 40", line)[1] for line in lines] == ["10", "20", "30", "40"]
    assert all(line.startswith("Pendulum-v1, 2 seeds · ") for line in lines)
    temperature = f"temperature {run.agent.temperature.mean():.2g}"
    assert lines[-1].endswith(f" s · return {run.evaluation_returns[:, -1].mean():.0f} · {temperature}")
    assert "return" not in lines[0]  # none is known yet
    assert " s left · " in lines[1]


def test_an_interrupted_training_says_so(small, capsys):
    def stop(run):
        if run.step == 23:
            raise KeyboardInterrupt

    train(small, seeds=2, callback=stop)
    assert "step 23 of 40" in (last := capsys.readouterr().out.splitlines()[-1])
    assert last.endswith("interrupted, kept")


def test_resumed_training_counts_on(small, capsys):
    run = train(small, seeds=2, progress=False)
    run.resume(40)
    lines = capsys.readouterr().out.splitlines()
    assert [re.search(r"step (\d+) of 80", line)[1] for line in lines] == ["60", "80"]


def test_training_that_has_nothing_to_do_says_where_it_stands(small, clock, capsys):
    TrainingRun(small, seeds=2).resume(0)
    assert capsys.readouterr().out == "Pendulum-v1, 2 seeds · step 0 of 0 · 0 s · temperature 1\n"


def test_nothing_is_printed_where_nothing_is_wanted(small, capsys):
    train(small, seeds=2, progress=False).resume(5, progress=False)
    assert capsys.readouterr() == ("", "")


def test_the_time_left_follows_from_the_time_gone(clock, capsys):
    line = Progress(2000, "task", start=1000)
    clock.now += 30
    line.update(1499, "note")  # still the quarter in which it began
    line.update(1500, "note")
    line.update(1501, "note")  # the same quarter: no second line
    clock.now += 12
    line.close(1600, "end")
    assert capsys.readouterr().out.splitlines() == [
        "task · step 1,500 of 2,000 · 30 s left · note",
        "task · step 1,600 of 2,000 · 42 s · end",
    ]


def test_it_counts_from_nothing_when_nothing_is_said(clock, capsys):
    line = Progress(4, "task")
    clock.now += 600
    line.update(1, "note")
    assert capsys.readouterr().out == "task · step 1 of 4 · 1800 s left · note\n"


@pytest.mark.parametrize("start, printed", [(900, [1000, 1500]), (1000, [1500]), (1490, [1500]), (1600, [])])
def test_a_line_comes_at_each_quarter_that_is_still_ahead(start, printed, capsys):
    line = Progress(2000, "task", start)
    for step in range(start + 1, 2001):
        line.update(step, "")
    lines = capsys.readouterr().out.splitlines()
    assert [re.search(r"step ([\d,]+) of", line)[1] for line in lines] == [f"{step:,}" for step in printed]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_terminal_it_is_one_bar(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    line = Progress(100, "task", start=10)
    line.update(40, "return 40")
    line.close(70, "return 70")
    last = terminal.getvalue().split("\r")[-1]
    assert "task" in last
    assert "70/100" in last
    assert "step/s" in last or "s/step" in last
    assert "return 70" in last
    assert last.endswith("\n")
    assert capsys.readouterr().out == ""


class Bar:
    """Stands for tqdm."""

    def __init__(self, total, initial, desc, unit):
        self.n, self.shown, self.closed = initial, [], False

    def set_postfix_str(self, note, refresh):
        self.shown.append((note, refresh))

    def update(self, more):
        self.n += more
        self.shown[-1] += (self.n,)

    def close(self):
        self.closed = True


def test_a_terminals_bar_moves_at_most_five_times_a_second(monkeypatch, clock):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "tqdm", Bar)
    line = Progress(100, "task", start=10)
    for step in range(11, 17):
        clock.now += 0.1001
        line.update(step, f"note {step}")
    assert line._bar.shown == [("note 12", False, 12), ("note 14", False, 14), ("note 16", False, 16)]
    assert not line._bar.closed
    line.close(17, "end")
    assert line._bar.shown[-1] == ("end", False, 17)
    assert line._bar.closed


class Handle:
    """Stands for the place of an output in a notebook."""

    def __init__(self):
        self.pages = []

    def update(self, html):
        self.pages.append(html.data)


def test_in_a_notebook_it_is_drawn_at_most_five_times_a_second(monkeypatch, clock):
    handle, first = Handle(), []
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: first.append(html.data) or handle)
    line = Progress(100, "a <task>", start=0)
    for step in range(1, 11):
        clock.now += 0.1001
        line.update(step, "note")
    assert [re.search('value="(.*?)"', page)[1] for page in first + handle.pages] == [
        "0",
        "2",
        "4",
        "6",
        "8",
        "10",
    ]
    assert first[0].endswith(
        "</progress> a &lt;task&gt; · step 0 of 100 · 0 s</div>"
    )  # nothing known, nothing said
    assert handle.pages[0].endswith("· step 2 of 100 · 10 s left · note</div>")
    line.close(11, "end")
    assert handle.pages[-1] == (
        '<div><progress value="11" max="100" aria-label="a &lt;task&gt;" style="width:12em;vertical-align:middle">'
        "</progress> a &lt;task&gt; · step 11 of 100 · 1 s · end</div>"
    )


@pytest.mark.parametrize("shell, expected", [(None, False), (object(), False)])
def test_ipython_without_a_kernel_is_no_notebook(monkeypatch, shell, expected):
    import IPython

    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    assert progress._in_notebook() is expected


def test_without_ipython_there_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert progress._in_notebook() is False


CELL = """
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import train
config = SACConfig(total_steps=40, learning_starts=10, batch_size=8, hidden_sizes=(4,), evaluation_interval=20)
run = train(config, seeds=2)
"""


@pytest.mark.slow
def test_in_a_kernel_there_is_one_output_updated_in_place(tmp_path):
    updates = []

    class Listening(NotebookClient):
        def process_message(self, message, cell, index):
            if message["msg_type"] == "update_display_data":
                updates.append(message["content"]["data"]["text/html"])
            return super().process_message(message, cell, index)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    client = Listening(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    (output,) = notebook.cells[0].outputs
    assert output.output_type == "display_data"
    assert "step 40 of 40" in output.data["text/html"]
    assert '<progress value="40" max="40"' in output.data["text/html"]
    assert updates[-1] == output.data["text/html"]
