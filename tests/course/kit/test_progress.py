"""The record of what was done: kept line by line, shared by pages, harmless where it cannot be read or written."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sacnotes_lib.course.kit.progress import FILE, FIRST_PAGE, PROGRESS, Progress, place


@pytest.fixture
def file(tmp_path):
    return tmp_path / FILE


def test_a_record_outlives_its_session(file):
    first = Progress(file)
    first.record_prediction("00.temperature", "α ≥ 1\u2028for all")
    first.record_prediction("00.experience", "a day")
    first.record_prediction("00.experience", None)
    first.record_exercise("soft_return", True)
    first.record_exercise("soft_return", False)
    first.record_exercise("soft_q", False)
    second = Progress(file)
    assert second.predictions == {"00.temperature": "α ≥ 1\u2028for all"}
    assert second.exercises == {"soft_return": True}
    assert first.exercises == {"soft_return": True, "soft_q": False}


def test_what_changes_nothing_is_not_written_again(file):
    progress = Progress(file)
    assert not file.exists()
    progress.record_prediction("unknown", None)
    progress.record_exercise("soft_q", False)
    assert not file.exists()
    for _ in range(3):
        progress.record_prediction("key", "a")
        progress.record_exercise("soft_q", True)
    assert len(file.read_text().splitlines()) == 2


def test_pages_that_are_open_together_do_not_undo_each_other(file):
    one, other = Progress(file), Progress(file)
    one.record_prediction("one", "a")
    other.record_prediction("other", "b")
    one.record_exercise("soft_q", True)
    assert Progress(file).predictions == {"one": "a", "other": "b"}
    other.load()
    assert other.predictions == {"one": "a", "other": "b"} and other.exercises == {"soft_q": True}


def test_a_reset_is_not_undone_by_a_page_that_was_open(file):
    page, start = Progress(file), Progress(file)
    page.record_prediction("old", "a")
    start.load()
    start.reset()
    assert start.predictions == {} and not file.exists()
    page.record_prediction("new", "b")
    assert Progress(file).predictions == {"new": "b"}


def test_many_threads_lose_nothing(file):
    progress = Progress(file)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda k: progress.record_prediction(f"key {k}", "a" * 200), range(400)))
        list(pool.map(lambda k: progress.record_exercise("same", True), range(50)))
    assert len(Progress(file).predictions) == 400
    assert len(file.read_text().splitlines()) == 401


WRITES = """
import sys
from pathlib import Path
from sacnotes_lib.course.kit.progress import Progress
progress = Progress(Path(sys.argv[1]))
for k in range(200):
    progress.record_prediction(f"{sys.argv[2]} {k}", "a" * 5000)
"""


@pytest.mark.slow  # it starts processes
def test_three_processes_lose_nothing(file):
    processes = [subprocess.Popen([sys.executable, "-c", WRITES, str(file), name]) for name in "abc"]
    assert [process.wait(300) for process in processes] == [0, 0, 0]
    # Where two met, one may have ended the other's line: an empty one is nobody's loss.
    lines = [line for line in file.read_text().splitlines() if line]
    assert len(Progress(file).predictions) == len(lines) == 600


BROKEN = ["{", "[]", '{"prediction": 1, "option": "a"}', '{"exercise": 3}', '{"other": "x"}', "\0", "17"]


@pytest.mark.parametrize("line", [*(text.encode() for text in BROKEN), b"\xff\xfe"])
def test_a_line_that_cannot_be_read_costs_only_itself(file, line, capsys):
    right = b'{"prediction": "key", "option": "a"}'
    spoiled = b"\n".join([right, line, b'{"exercise": "soft_q"}', b""])
    file.write_bytes(spoiled)
    progress = Progress(file)
    assert progress.predictions == {"key": "a"} and progress.exercises == {"soft_q": True}
    said = capsys.readouterr().out
    assert f"1 line(s) of {FILE}" in said and f"{FILE}.broken" in said
    assert file.with_name(f"{FILE}.broken").read_bytes() == spoiled
    assert len([json.loads(kept) for kept in file.read_text().splitlines()]) == 2
    assert Progress(file).predictions == {"key": "a"}
    assert capsys.readouterr().out == ""


def test_marks_blank_lines_and_a_line_cut_short_cost_nothing_more(file, capsys):
    file.write_bytes(b'\xef\xbb\xbf{"exercise": "first"}\n\n{"exercise": "second"}\n{"exer')
    progress = Progress(None)
    progress.file = file
    progress.record_exercise("third", True)
    assert Progress(file).exercises == {"first": True, "second": True, "third": True}
    assert "1 line(s)" in capsys.readouterr().out


def test_a_place_that_takes_no_file_stops_nothing(tmp_path, file):
    file.mkdir()
    for progress, problem in (
        (Progress(tmp_path / "no such folder" / FILE), "No such file or directory"),
        (Progress(file), ""),  # a folder in the place of the file
    ):
        progress.record_prediction("key", "a")
        progress.record_exercise("soft_q", True)
        assert progress.predictions == {"key": "a"} and progress.exercises == {"soft_q": True}
        assert progress.problem and problem in progress.problem
        progress.reset()
        assert progress.predictions == {} and progress.exercises == {}
    assert file.is_dir()


def test_a_broken_file_that_cannot_be_moved_counts_as_far_as_it_can_be_read(file, capsys, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    file.write_text('{"exercise": "soft_q"}\n{\n')
    monkeypatch.setattr("sacnotes_lib.course.kit.progress.os.replace", refuse)
    progress = Progress(file)
    assert progress.exercises == {"soft_q": True} and progress.problem == "Permission denied"
    assert "left as it is" in capsys.readouterr().out


@pytest.fixture
def beside_the_pages(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SACNOTES_PROGRESS")
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)
    (tmp_path / FIRST_PAGE).touch()
    return tmp_path


def test_the_place_is_beside_the_pages_and_only_there(beside_the_pages, monkeypatch):
    assert place() == beside_the_pages / FILE
    monkeypatch.setenv("SACNOTES_PROGRESS", "0")
    assert place() is None
    monkeypatch.delenv("SACNOTES_PROGRESS")
    (beside_the_pages / FIRST_PAGE).unlink()
    assert place() is None
    for folder in ("notebooks", "mine"):  # an editor runs pages in the repository's root
        (beside_the_pages / folder).mkdir()
        (beside_the_pages / folder / FIRST_PAGE).touch()
        assert place() == beside_the_pages / folder / FILE


def test_the_place_can_be_named_and_a_shortened_run_keeps_nothing(beside_the_pages, monkeypatch):
    monkeypatch.setenv("SACNOTES_PROGRESS", "elsewhere.jsonl")
    assert place() == Path("elsewhere.jsonl")
    monkeypatch.setenv("SACNOTES_PROGRESS", "off")
    assert place() is None and PROGRESS.file is None  # as in all tests: see tests/conftest.py
    monkeypatch.delenv("SACNOTES_PROGRESS")
    monkeypatch.setenv("SACNOTES_QUICK", "1")
    assert place() is None


@pytest.mark.slow
def test_a_page_finds_its_record_again(beside_the_pages):
    code = "from sacnotes_lib import check, exercises as e; check(e.start.SOFT_RETURN.reference, e.start.SOFT_RETURN)"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SACNOTES_")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=beside_the_pages)
    assert Progress(beside_the_pages / FILE).exercises == {"soft_return": True}
