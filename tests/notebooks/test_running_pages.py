"""Every notebook from top to bottom, as a learner finds it, and again with its exercises solved.

Training is cut short here: the run that a page's stamp stands for has trained in full, with the same code and versions
(test_saved_pages.py). After the solved run every cell is run once more, from the last to the first: a learner may
return to any of them.
"""

import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from tools.execute import execute
from tools.exercises import solved, tagged
from tools.notebooks import find
from tools.tidy import faults, tidy

# How the three answers of `check` begin: an exercise left open, a right answer, a wrong one.
MARKS = {"open": "○", "solved": "✓", "wrong": "✗"}


def checks(notebook):
    """What each cell that calls `check` printed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    calling = [cell for cell in cells if re.search(r"(?<!def )(?<![\w.])check\(", cell.source)]
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in calling]


def run(path, way):
    """The page with its outputs, and the seconds that it took."""
    notebook = nbformat.read(path, as_version=4)
    again = []
    if way == "solved":
        notebook = solved(notebook)
        code = [cell.source for cell in reversed(notebook.cells) if cell.cell_type == "code"]
        again = [nbformat.v4.new_code_cell(source) for source in code]
    notebook.cells += again
    seconds = execute(notebook, quick=True)
    del notebook.cells[len(notebook.cells) - len(again) :]
    return notebook, seconds


@pytest.fixture(scope="module")
def runs(request):
    """Of all the pages that tests here ask for; two are run at a time, and each test waits for its own."""
    asked = [item.callspec.params for item in request.session.items if item.path == request.path]
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        yield {(one["path"], one["way"]): pool.submit(run, **one) for one in asked}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("path", find([]), ids=lambda path: path.stem)
@pytest.mark.parametrize("way", ["open", "solved"])
def test_it_runs_from_top_to_bottom_and_each_check_tells_how_its_exercise_stands(path, way, runs, capsys):
    notebook, seconds = runs[path, way].result()
    with capsys.disabled():  # on stderr, which reaches the terminal from a worker of pytest-xdist too
        print(f"\n{path.name}, exercises {way}: {seconds:.1f} s", end=" ", file=sys.stderr)
    said = checks(notebook)
    assert len(said) >= len(tagged(notebook, "exercise"))
    for text in said:
        assert {meaning for meaning, mark in MARKS.items() if mark in text} == {way}, text
        assert ("not done yet" in text) == (way == "open")
    assert faults(tidy(notebook)) == []
