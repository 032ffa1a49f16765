"""The table of what was done, and the list of pages behind it, held against the notebooks."""

import ast
import re

import nbformat
import pytest

import sacnotes_lib
from sacnotes_lib.course import exercises
from sacnotes_lib.course.kit import done
from sacnotes_lib.course.kit.pages import PAGES, Page
from sacnotes_lib.course.kit.progress import Progress
from tools.notebooks import find


def calls(notebook, name):
    """The calls of a function in a notebook's code, in order."""
    trees = [ast.parse(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == name]


def listed(page):
    return page.file, page.question, page.predictions, list(page.exercises)


def found(path):
    notebook = nbformat.read(path, as_version=4)
    question = re.match(r"# \d\d · (.*)", notebook.cells[0].source)[1].replace("`", "")
    keys = tuple(call.args[0].value for call in calls(notebook, "predict"))
    names = [ast.unparse(call.args[1]) for call in calls(notebook, "check")]
    return path.name, question, keys, [eval(name, {"exercises": exercises}).name for name in names]


def test_each_notebook_stands_in_the_list_with_what_it_asks():
    """`PAGES` in sacnotes_lib/course/kit/pages.py: all pages and no others, in order."""
    assert [listed(page) for page in PAGES] == [found(path) for path in find([])]


TOY = (
    Page("00_a.ipynb", "Is 1 < 2?", ("00.x", "00.y"), ("one",)),
    Page("01_b.ipynb", "And then?", ("01.x",), ("two", "three")),
)


@pytest.fixture
def progress(tmp_path):
    progress = Progress(tmp_path / "done.jsonl")
    progress.record_prediction("00.y", "yes")
    progress.record_prediction("99.old", "a question of long ago")
    progress.record_exercise("one", True)
    progress.record_exercise("two", False)
    progress.record_exercise("three", True)
    return progress


def test_the_table_counts_page_by_page(progress):
    table = done.ProgressTable(progress, TOY)
    assert [(made, solved) for _, made, solved in table.rows] == [(1, 1), (0, 1)]
    kept = f" It is kept in {progress.file.name}, in the folder {progress.file.parent.name}."
    assert table.summary == f"1 of 3 predictions made, 2 of 3 exercises solved.{kept}"
    assert done.ProgressTable(Progress(), TOY).summary.endswith(" It is remembered until the kernel stops.")


def test_the_table_can_be_read_and_heard(progress):
    table = done.ProgressTable(progress, TOY)
    assert "00  predictions 1 of 2   exercises 1 of 1   Is 1 < 2?" in repr(table)
    shown = table._repr_html_()
    assert '<a href="01_b.ipynb">01</a> And then?' in shown and "Is 1 &lt; 2?" in shown
    assert '<span aria-hidden="true">●○</span> 1 of 2' in shown
    assert shown.count('scope="row"') == 2


def test_a_record_that_could_not_be_kept_says_so(tmp_path):
    progress = Progress(tmp_path / "no folder" / "done.jsonl")
    progress.record_prediction("00.x", "yes")
    assert "could not be kept (No such file or directory)" in done.ProgressTable(progress, TOY).summary


def test_show_reads_what_other_pages_wrote_and_reset_forgets_it(tmp_path, monkeypatch, capsys):
    here, other_page = Progress(tmp_path / "done.jsonl"), Progress(tmp_path / "done.jsonl")
    monkeypatch.setattr(done, "PROGRESS", here)
    other_page.record_exercise("soft_return", True)
    assert ", 1 of " in sacnotes_lib.show_progress().summary
    sacnotes_lib.reset_progress()
    assert ", 0 of " in sacnotes_lib.show_progress().summary
    assert "Forgotten" in capsys.readouterr().out and list(tmp_path.iterdir()) == []
