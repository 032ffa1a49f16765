"""The progress line: a few plain ones in a file, one in a terminal, one updated in place in a notebook."""

import io
import re
import sys
from types import SimpleNamespace

import pytest

from sacnotes_lib.training import progress
from sacnotes_lib.training.progress import Progress
from sacnotes_lib.training.run import TrainingRun, train


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is moved."""
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_in_a_file_training_prints_a_line_at_each_quarter_and_counts_on(small, capsys):
    run = train(small, seeds=2)
    lines = capsys.readouterr().out.splitlines()
    assert [re.search(r"step (\d+) of 40", line)[1] for line in lines] == ["10", "20", "30", "40"]
    assert all(line.startswith("SAC on Pendulum-v1, 2 seeds · ") for line in lines)
    temperature = f"temperature {run.agent.temperature.mean():.2g}"
    assert lines[-1].endswith(f" s · return {run.evaluation_returns[:, -1].mean():.0f} · {temperature}")
    assert "return" not in lines[0]  # none is known yet
    assert " s left · " in lines[1]

    run.resume(5, progress=False)
    assert capsys.readouterr() == ("", "")
    run.resume(5, progress="steps")  # where a page asks what will be learned
    (line,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"SAC on Pendulum-v1, 2 seeds · step 50 of 50 · \d+ s\n?", line)

    def stop(run):
        if run.step == 63:
            raise KeyboardInterrupt

    run.resume(30, callback=stop)
    lines = capsys.readouterr().out.splitlines()
    assert [re.search(r"step (\d+) of 80", line)[1] for line in lines] == ["60", "63"]
    assert lines[-1].endswith("interrupted, kept")


def test_training_that_has_nothing_to_do_says_where_it_stands(small, clock, capsys):
    TrainingRun(small, seeds=2).resume(0)
    assert capsys.readouterr().out == "SAC on Pendulum-v1, 2 seeds · step 0 of 0 · 0 s · temperature 1\n"


def test_the_time_left_follows_from_the_time_gone(clock, capsys):
    line = Progress(2000, "task", start=1000)
    clock.now += 30
    line.update(1499, "note")  # still the quarter in which it began
    line.update(1500, "note")
    line.update(1501, "note")  # the same quarter: no second line
    clock.now += 12
    line.close(1600, "end")
    from_nothing = Progress(4, "task")
    clock.now += 600
    from_nothing.update(1, "note")
    assert capsys.readouterr().out.splitlines() == [
        "task · step 1,500 of 2,000 · 30 s left · note",
        "task · step 1,600 of 2,000 · 42 s · end",
        "task · step 1 of 4 · 1800 s left · note",
    ]


def test_a_line_comes_at_each_quarter_that_is_still_ahead(capsys):
    for start, printed in ((900, ["1,000", "1,500"]), (1000, ["1,500"]), (1490, ["1,500"]), (1600, [])):
        line = Progress(2000, "task", start)
        for step in range(start + 1, 2001):
            line.update(step, "")
        assert re.findall(r"step ([\d,]+) of", capsys.readouterr().out) == printed


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_in_a_terminal_it_is_one_bar_that_moves_at_most_five_times_a_second(monkeypatch, clock, capsys):
    terminal, moves = Terminal(), []

    class Watched(progress.tqdm):
        def set_postfix_str(self, note, refresh):
            assert not refresh  # `update` draws it
            super().set_postfix_str(note, refresh)

        def update(self, more):
            moves.append((self.n + more, self.postfix))
            super().update(more)

    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "tqdm", Watched)
    line = Progress(100, "task", start=10)
    for step in range(11, 17):
        clock.now += 0.1001
        line.update(step, f"note {step}")
    line.close(17, "end")
    assert moves == [(12, "note 12"), (14, "note 14"), (16, "note 16"), (17, "end")]
    last = terminal.getvalue().split("\r")[-1]
    for part in ("task", "17/100", "step", "end", "\n"):  # a bar that is not closed ends no line
        assert part in last
    assert capsys.readouterr().out == ""


def test_in_a_notebook_it_is_drawn_at_most_five_times_a_second(monkeypatch, clock):
    pages = []
    handle = SimpleNamespace(update=lambda html: pages.append(html.data))
    monkeypatch.setattr(progress, "kernel", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: handle.update(html) or handle)
    line = Progress(100, "a <task>", start=0)
    for step in range(1, 11):
        clock.now += 0.1001
        line.update(step, "note")
    drawn = [int(re.search('value="(.*?)"', page)[1]) for page in pages]
    assert drawn == [0, 2, 4, 6, 8, 10]
    assert pages[0].endswith("</progress> a &lt;task&gt; · step 0 of 100 · 0 s</div>")  # nothing known yet
    assert pages[1].endswith("· step 2 of 100 · 10 s left · note</div>")
    line.close(11, "end")
    assert pages[-1] == (
        '<div><progress value="11" max="100" aria-label="a &lt;task&gt;" style="width:12em;vertical-align:middle">'
        "</progress> a &lt;task&gt; · step 11 of 100 · 1 s · end</div>"
    )


def test_without_a_kernel_there_is_no_notebook(monkeypatch):
    for shell, expected in ((None, None), (object(), None), (SimpleNamespace(kernel="this one"), "this one")):
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert progress.kernel() is expected
    monkeypatch.delitem(sys.modules, "IPython")
    assert progress.kernel() is None
