"""The maps of the course in docs/ and in page 00: what they link to exists, and what they name is in the library."""

import ast
import re
from functools import cache, reduce

import nbformat
import pytest

import sacnotes_lib
from sacnotes_lib import SACConfig
from sacnotes_lib.course.kit.pages import PAGES
from tools.fingerprint import ROOT
from tools.notebooks import FOLDER, find

DOCS = ROOT / "docs"
MAPS = {name: (DOCS / f"{name}.md").read_text("utf-8") for name in ("questions", "cheatsheet", "notation")}
START = nbformat.read(FOLDER / "00_start_here.ipynb", as_version=4)
MAP_CELL = next(cell.source for cell in START.cells if cell.source.startswith("## The map"))

WORDS_AND_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
MATHS = re.compile(r"\$([^$]+)\$")
TO_COME = re.compile(r"^(\d\d), to come$")
# A letter of a formula, with the bar or the font that belongs to it; or a command.
TOKEN = re.compile(
    r"\\bar\s*(?:\{\\mathcal\{\w\}\}|\\[a-z]+|\w)|\\math(?:bb|cal|rm)\{\w+\}|\\[a-zA-Z]+|[a-zA-Z]"
)
TYPESETTING = {
    "\\" + name
    for name in ("big", "Big", "sum", "log", "exp", "tanh", "sim", "mid", "cdot", "quad", "dots", "leftarrow")
}


def tables(text):
    """The tables of a Markdown text: (header, rows), each row a list of its cells."""
    found, last = [], ""
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if not last.startswith("|"):
                found.append((cells, []))
            elif set(line) - set("|- :"):
                found[-1][1].append(cells)
        last = line
    return found


def rows(text, first_column):
    """All rows of the tables whose first column is called so."""
    return [row for header, body in tables(text) if header[0] == first_column for row in body]


def headings(text):
    """The headings of a Markdown text, as they read; comments in code are none."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [heading.replace("`", "").strip() for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)]


@cache
def sections(path):
    """What a link into a notebook or a Markdown file may name after its #, and the headings there."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return {f"cell-id={cell.id}": headings(cell.source) for cell in cells if cell.cell_type == "markdown"}
    return {heading.lower().replace(" ", "-"): [heading] for heading in headings(path.read_text("utf-8"))}


def broken(text, folder):
    """The links of a text in `folder` that lead nowhere, or whose words do not say the heading to look for.

    JupyterLab finds a cell in a page that it opens, and no heading; a code host's page finds neither.
    """
    wrong = []
    for words, link in WORDS_AND_LINK.findall(text):
        name, _, section = link.partition("#")
        path = folder / name
        said = re.sub(r"^((page )?\d\d, )?(exercise )?", "", words.replace("`", "").lower())
        if not link.startswith("https://") and not (
            path.exists()
            and (not section or any(h.lower().startswith(said) for h in sections(path).get(section, [])))
        ):
            wrong.append(f"[{words}]({link})")
    return wrong


def pages(cell):
    """The numbers of the pages to which a cell links."""
    return {match[1] for link in LINK.findall(cell) if (match := re.search(r"/?(\d\d)_\w+\.ipynb", link))}


def in_library(name):
    """Whether a name, dots and all, can be found in `sacnotes_lib`."""
    try:
        reduce(getattr, name.split("."), sacnotes_lib)
    except AttributeError:
        return False
    return True


def words_of_the_algorithm():
    """Every name and every string that stands in the code of sac/ and training/."""
    words = set()
    for path in (
        path for room in ("sac", "training") for path in (ROOT / "sacnotes_lib" / room).glob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(f'"{node.value}"')
            for field in ("id", "arg", "attr", "name"):
                words.add(getattr(node, field, None))
    return words


WORDS = words_of_the_algorithm()
EXISTING = {path.name[:2] for path in find([])}


def prose(path):
    """The Markdown of a file or of a notebook."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


WORDS_10 = prose(FOLDER / "10_sac_in_your_own_words.ipynb")
TEXTS = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *find([])]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere_and_its_words_say_the_heading(path):
    assert broken(prose(path), path.parent) == []


def test_the_maps_and_the_slips_are_there():
    assert all(len(LINK.findall(text)) >= 30 for text in MAPS.values())
    assert len(rows(WORDS_10, "the note says, or asks")) >= 10


@pytest.mark.parametrize("row", rows(WORDS_10, "the note says, or asks"), ids=lambda row: row[0][:50])
def test_each_slip_of_the_notes_leads_to_the_section_that_decided_it(row):
    assumed, true, where = row
    assert assumed and true and LINK.findall(where)
    for link in LINK.findall(where):
        assert "#" in link and pages(f"[x]({link})") and pages(f"[x]({link})") != {"10"}
    # The number in the words is that of the first page linked.
    assert where.startswith(f"[{min(pages(f'[x]({LINK.findall(where)[0]})'))}, ")


@pytest.mark.parametrize("row", rows(MAPS["questions"], "the question"), ids=lambda row: row[0][:50])
def test_each_question_leads_to_a_section_or_is_to_come(row):
    _, where = row
    if TO_COME.match(where):
        number = TO_COME.match(where)[1]
        assert number not in EXISTING, f"page {number} exists by now: link its section"
        return
    assert LINK.findall(where) and all("#" in link for link in LINK.findall(where))
    # The number in the words is that of the first page linked.
    assert where.startswith(f"[{re.search(r'notebooks/(..)_', where)[1]}, ")


def test_every_page_answers_questions():
    answered = {number for row in rows(MAPS["questions"], "the question") for number in pages(row[1])}
    assert answered == EXISTING


@pytest.mark.parametrize("row", rows(MAPS["questions"], "the mistake"), ids=lambda row: row[0][:50])
def test_each_mistake_has_a_symptom_and_a_section(row):
    _, shows, where = row
    assert shows and LINK.findall(where) and all("#" in link for link in LINK.findall(where))


def test_every_page_but_the_first_names_a_mistake():
    assert {number for row in rows(MAPS["questions"], "the mistake") for number in pages(row[2])} >= EXISTING - {
        "00", "10", "11",
    }  # fmt: skip


@pytest.mark.parametrize(
    "row", rows(MAPS["cheatsheet"], "what") + rows(MAPS["cheatsheet"], "look at"), ids=lambda row: row[0]
)
def test_each_line_of_the_cheat_sheet_names_a_function_and_a_page(row):
    _, said, named, page = row
    assert said and CODE.findall(named) and pages(page)
    assert [name for name in CODE.findall(named) if not in_library(name)] == []


def test_the_cheat_sheet_is_one_page():
    assert len(MAPS["cheatsheet"].splitlines()) <= 60
    assert {number for number in EXISTING if number < "10"} <= pages(MAPS["cheatsheet"])


def letters(text):
    """The letters of all formulas in a text, without the typesetting between them."""
    return {
        re.sub(r"\s", "", token) for maths in MATHS.findall(text) for token in TOKEN.findall(maths)
    } - TYPESETTING


def test_every_letter_of_the_cheat_sheet_stands_in_the_notation_table():
    known = letters(" ".join(row[0] for row in rows(MAPS["notation"], "symbol")))
    used = letters(MAPS["cheatsheet"])
    assert {r"\alpha", r"\bar{\mathcal{H}}", r"\barQ", r"\mathbb{E}", "y", r"\mathrm{Var}"} <= used
    assert used - known == set()


@pytest.mark.parametrize("row", rows(MAPS["notation"], "symbol"), ids=lambda row: row[0])
def test_each_symbol_has_its_name_in_the_code_and_a_meaning(row):
    symbol, code, _, meaning, _ = row
    assert letters(symbol) and meaning
    assert [name for name in CODE.findall(code) if name not in WORDS and not in_library(name)] == []


@pytest.mark.parametrize("row", rows(MAPS["notation"], "homework"), ids=lambda row: row[0])
def test_each_word_of_the_homework_has_ours_beside_it(row):
    theirs, ours, meaning, page = row
    assert CODE.findall(theirs) and meaning
    assert bool(ours) == bool(pages(page))
    assert [name for name in CODE.findall(ours) if name not in WORDS and not in_library(name)] == []


def test_the_words_that_the_questions_use_are_there():
    theirs = " ".join(row[0] for row in rows(MAPS["notation"], "homework"))
    for word in (
        "num_actor_samples",
        "backup_entropy",
        "doubleq",
        "redq",
        "target_update_period",
        "reinforce",
    ):
        assert f"`{word}`" in theirs
    assert {"backup", "num_critics", "polyak_rate"} <= set(SACConfig.__dataclass_fields__)


def test_the_map_of_page_00_links_each_page_with_its_question():
    table = {row[0]: row[1] for row in rows(MAP_CELL, "page")}
    linked = {cell: question for cell, question in table.items() if pages(cell)}
    assert {number for cell in linked for number in pages(cell)} == EXISTING - {"00"}
    assert {number for number in table if number.isdigit()} & EXISTING == set()
    for page in PAGES[1:]:
        assert linked[f"[{page.number}]({page.file})"].replace("`", "") == page.question


@pytest.mark.parametrize(
    "link",
    [
        "[00, The map](../notebooks/00_start_here.ipynb#cell-id=the-mop)",
        "[00, The mop](../notebooks/00_start_here.ipynb#cell-id=the-map)",
        "[00](../notebooks/no_such_page.ipynb)",
        "[00, The map](../notebooks/00_start_here.ipynb#The-map)",
        "[letters](notation.md#letters)",
    ],
)
def test_a_link_that_leads_nowhere_is_found(link):
    right = "[00, The map](../notebooks/00_start_here.ipynb#cell-id=the-map), [symbols](notation.md#symbols)"
    assert broken(f"{right} and {link}", DOCS) == [link]
