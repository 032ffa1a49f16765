"""Every page in a real JupyterLab, a learner's copy run before anything is chosen: nothing gives an answer away.

Then the answers are asked for, and every slider is moved. Training is cut short: elsewhere pages train in full.
"""

from __future__ import annotations

import re

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults, unnamed_sliders
from tests.browser.lab import CURRENT
from tests.browser.panels import drive, panels
from tools.notebooks import find

QUICK = "import os\nos.environ['SACNOTES_QUICK'] = '1'"
ASKED, ANSWERED = (re.compile(rf'^{call}\(\s*"([^"]+)"', re.MULTILINE) for call in ("predict", "reveal"))
ANYWAY = "Show me anyway"

# What can be seen of each cell's outputs: the text outside of questions and lines of progress, those lines, pictures.
SEEN = f"""() => {CURRENT}.content.widgets.map(cell => {{
    const outputs = [...cell.node.querySelectorAll('.jp-OutputArea-output')];
    const moving = outputs.filter(output => output.querySelector('progress'));
    const said = outputs.filter(output => !moving.includes(output) && !output.querySelector('.sacnotes-predict'));
    const text = some => some.map(output => output.innerText).join('\\n');
    const pictures = outputs.flatMap(output => [...output.querySelectorAll('img')]);
    return {{
        source: cell.model.sharedModel.getSource(),
        code: cell.model.type === 'code',
        text: text(said), progress: text(moving),
        pictures: pictures.filter(image => image.checkVisibility()).length,
    }};
}})"""

# Of each answer that is open: the right option, the lines that decide, the reason.
TOLD = """() => [...document.querySelectorAll('.sacnotes-reveal [role=status]')].map(told => ({
    answer: told.querySelector('b').innerText,
    lines: [...told.querySelectorAll('pre')].flatMap(lines => lines.innerText.split('\\n')),
    why: [...told.querySelectorAll('p')].at(-1).innerText,
}))"""


def given_away(cells: list[dict], answers: list[dict]) -> list[str]:
    """What could be read before the choice, in words; ``cells`` as they were then, ``answers`` in their order."""
    asked = {
        key: place
        for place, cell in enumerate(cells)
        if cell["code"]
        for key in ASKED.findall(cell["source"])
    }
    answered = [
        (key, place)
        for place, cell in enumerate(cells)
        if cell["code"]
        for key in ANSWERED.findall(cell["source"])
    ]
    assert {key for key, _ in answered} == set(asked), "a question without an answer, or the other way round"
    found = []
    for (key, place), told in zip(answered, answers, strict=True):
        before, between = cells[:place], cells[asked[key] : place]
        said = "\n".join(cell["text"] for cell in between)
        numbers = {number for line in told["lines"] for number in numbers_of(line)} & set(numbers_of(said))
        found += [f"{key}: a picture between question and answer" for cell in between if cell["pictures"]]
        found += [f"{key}: a return while it trains" for cell in between if "return" in cell["progress"]]
        found += [f"{key}: the number {number}" for number in sorted(numbers)]
        if re.search(rf"(?<!\w){re.escape(told['answer'])}(?!\w)", said):
            found.append(f"{key}: the answer {told['answer']!r}")
        for line in filter(None, [told["why"], *map(str.strip, told["lines"])]):
            if any(line in cell["text"] for cell in before):
                found.append(f"{key}: {line!r}")
    return found


def numbers_of(text: str) -> list[str]:
    """The numbers in a text that nobody would meet by chance: of three digits or more."""
    return [number for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text) if sum(map(str.isdigit, number)) > 2]


@pytest.mark.parametrize("path", find([]), ids=lambda path: path.stem)
def test_a_page_that_is_run_before_anything_is_chosen_answers_nothing(course, path):
    copy = course.root / "mine" / path.name
    notebook = nbformat.read(copy, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(QUICK))
    nbformat.write(notebook, copy)
    course.open(f"mine/{path.name}")
    course.run_all()
    page, cells = course.page, course.page.evaluate(SEEN)

    waiting = page.locator(".sacnotes-reveal").get_by_role("button", name=ANYWAY)
    assert waiting.count() == page.locator(".sacnotes-reveal").count() > 0
    while waiting.count():
        left = waiting.count()
        waiting.first.press("Enter")
        expect(waiting).to_have_count(left - 1)
    assert given_away(cells, page.evaluate(TOLD)) == []

    assert panels(course) or page.locator(".sacnotes-console").count()
    for panel in panels(course):
        drive(panel)
    assert faults(page) == [] and unnamed_sliders(page) == []


def test_what_gives_an_answer_away_would_be_found():
    def cell(source="", text="", pictures=0, progress=""):
        return {"source": source, "code": True, "text": text, "pictures": pictures, "progress": progress}

    asked, told = cell('predict(\n    "a"'), cell('reveal("a", 1')
    answers = [{"answer": "In both", "lines": ["sum   0.813", "of 12"], "why": "It grows."}]
    innocent = cell("x", "12 runs\nin bothways 0.81", progress="step 600 of 600")
    assert given_away([cell("y", "0.813", 1), asked, innocent, told], answers) == []
    for seen in (
        {"text": "about 0.813"},
        {"text": "In both."},
        {"text": "It grows."},
        {"pictures": 1},
        {"progress": "return 3"},
    ):
        assert len(given_away([asked, cell(**seen), told], answers)) == 1
    assert len(given_away([cell("", "of 12"), asked, told], answers)) == 1
