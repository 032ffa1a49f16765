"""The notebooks as they are saved: outputs that belong to the code, within the budgets of a page."""

import re
import statistics

import nbformat
import pytest

from tools.notebooks import find
from tools.saved import problems

KILOBYTES = 300
LINES_IN_A_CELL, MEDIAN = 14, 5
CELLS = range(25, 61)
WORDS = 1_800

PAGES = pytest.mark.parametrize("path", find([]), ids=lambda path: path.stem)
FENCED_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
DISPLAYED_MATHS = re.compile(r"\$\$.*?\$\$", re.DOTALL)
MARKUP = re.compile(r"</?[a-z][^>]*>|\]\([^)]*\)")


def words(notebook):
    """The words of the prose: without blocks of code, displayed formulas, HTML tags and addresses of links."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for left_out in (FENCED_CODE, DISPLAYED_MATHS, MARKUP):
        text = left_out.sub(" ", text)
    return [word for word in text.split() if any(character.isalnum() for character in word)]


@PAGES
def test_outputs_are_those_of_the_present_code(path):
    assert problems(path) == []


@PAGES
def test_a_page_is_as_large_as_a_lesson_can_carry_and_a_code_hosting_site_shows(path):
    assert path.stat().st_size <= KILOBYTES * 1_000
    cells = nbformat.read(path, as_version=4).cells
    assert len(cells) in CELLS
    code = [cell.source.splitlines() for cell in cells if cell.cell_type == "code"]
    assert [lines[0] for lines in code if len(lines) > LINES_IN_A_CELL] == []
    assert statistics.median(map(len, code)) <= MEDIAN


@PAGES
@pytest.mark.parametrize(("call", "shown"), [("predict", "Predict."), ("reveal", "Answer:")])
def test_every_question_and_every_answer_is_shown(path, call, shown):
    """A panel shows itself as the last line of its cell; anywhere else nobody would ever see it."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    asking = [cell for cell in cells if re.search(rf"^{call}\(", cell.source, re.MULTILINE)]
    hidden = [
        cell.source
        for cell in asking
        if not any(shown in output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    ]
    assert hidden == []


@PAGES
def test_the_prose_can_be_read_in_the_time_it_asks_for(path):
    count = len(words(nbformat.read(path, as_version=4)))
    print(f"{path.name}: {count} words")
    assert 0 < count <= WORDS


def test_only_prose_is_counted():
    prose = (
        "# Two words\n\nand **three** more [linked](https://example.org/a/b c)\n\n$$x\n= y$$\n- <b>item</b>\n"
    )
    code = "```python\nnot = counted\n```\n"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(prose + code), nbformat.v4.new_code_cell("nor this")]
    )
    assert " ".join(words(notebook)) == "Two words and **three** more [linked item"
