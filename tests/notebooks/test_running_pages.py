"""Every notebook from top to bottom, as a learner finds it, and again with its exercises solved.

The solved run is `quick`: training is cut short, since the other run has trained in full.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from tools.execute import execute
from tools.exercises import solved, tagged
from tools.notebooks import find
from tools.tidy import faults, tidy

PAGES = pytest.mark.parametrize("path", find([]), ids=lambda path: path.stem)
WAYS = pytest.mark.parametrize("way", ["open", "solved"])
# How the three answers of `check` begin: an exercise left open, a right answer, a wrong one.
MARKS = {"open": "○", "solved": "✓", "wrong": "✗"}


def run(path, way):
    notebook = nbformat.read(path, as_version=4)
    if way == "solved":
        notebook = solved(notebook)
    seconds = execute(notebook, quick=way == "solved")
    return notebook, seconds


@pytest.fixture(scope="module")
def runs(request):
    """All runs that the selected tests ask for, two at a time: a future for each page and way."""
    chosen = [item.callspec.params for item in request.session.items if item.path == Path(__file__)]
    wanted = dict.fromkeys((values["path"], values["way"]) for values in chosen if "way" in values)
    pool = ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1))
    yield {(path, way): pool.submit(run, path, way) for path, way in wanted}
    pool.shutdown(cancel_futures=True)


def checks(notebook):
    """What each cell that calls `check` printed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    calling = [cell for cell in cells if re.search(r"(?<!def )(?<![\w.])check\(", cell.source)]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in calling]


@PAGES
@WAYS
def test_it_runs_from_top_to_bottom(runs, path, way, capsys):
    notebook, seconds = runs[path, way].result()
    with capsys.disabled():
        print(f"\n{path.name}, exercises {way}: {seconds:.1f} s", end=" ")
    assert faults(tidy(notebook)) == []


@PAGES
@WAYS
def test_each_check_tells_how_its_exercise_stands(runs, path, way):
    notebook, _ = runs[path, way].result()
    said = checks(notebook)
    assert len(said) >= len(tagged(notebook, "exercise"))
    for text in said:
        assert {meaning for meaning, mark in MARKS.items() if mark in text} == {way}, text
        assert ("not done yet" in text) == (way == "open")
