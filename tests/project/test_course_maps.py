"""The maps of the course in docs/ and in page 00: what they link to exists, and what they name is in the library."""

import ast
import re
import shutil
from functools import cache, reduce

import nbformat

import sacnotes_lib
from sacnotes_lib import SACConfig
from sacnotes_lib.course.kit.pages import PAGES
from tools.copies import MAPS as MAPS_OF_A_LEARNER, renew
from tools.fingerprint import ROOT
from tools.notebooks import FOLDER, find

DOCS = ROOT / "docs"
MAPS = {path.stem: path.read_text("utf-8") for path in (DOCS / name for name in MAPS_OF_A_LEARNER)}
START = nbformat.read(FOLDER / "00_start_here.ipynb", as_version=4)
MAP_CELL = next(cell.source for cell in START.cells if cell.source.startswith("## The map"))

WORDS_AND_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
MATHS = re.compile(r"\$([^$]+)\$")
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
    words, library = set(), ROOT / "sacnotes_lib"
    for path in (*library.glob("sac/*.py"), *library.glob("training/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(f'"{node.value}"')
            for field in ("id", "arg", "attr", "name"):
                words.add(getattr(node, field, None))
    return words


WORDS = words_of_the_algorithm()
EXISTING = {path.name[:2] for path in find([])}


def unknown(cell):
    """The names in a cell that stand neither in the algorithm's code nor in `sacnotes_lib`."""
    return [name for name in CODE.findall(cell) if name not in WORDS and not in_library(name)]


def leads_on(where):
    """Whether all links of a cell name a section, and its words begin with the number of the first page linked."""
    first = re.search(r"(\d\d)_\w+\.ipynb#", where)
    return (
        bool(first)
        and where.startswith(f"[{first[1]}, ")
        and all("#" in link for link in LINK.findall(where))
    )


def faulty(rows, is_right):
    """The first cells of the rows that are not right; a table without rows is a fault too."""
    return [row[0] for row in rows if not is_right(*row)] if rows else ["no rows"]


def prose(path):
    """The Markdown of a file or of a notebook."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


SLIPS = rows(prose(FOLDER / "10_sac_in_your_own_words.ipynb"), "the note says, or asks")
QUESTIONS, MISTAKES = (rows(MAPS["questions"], f"the {kind}") for kind in ("question", "mistake"))


def test_every_link_leads_somewhere_and_its_words_say_the_heading():
    texts = [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *find([])]
    assert {path.name: wrong for path in texts if (wrong := broken(prose(path), path.parent))} == {}
    assert all(len(LINK.findall(text)) >= 30 for text in MAPS.values())


def test_every_link_of_a_learners_copies_leads_to_a_copy(tmp_path):
    for folder in (DOCS, FOLDER):
        shutil.copytree(folder, tmp_path / folder.name)
    renew(tmp_path)
    for folder in (DOCS, FOLDER):
        shutil.rmtree(tmp_path / folder.name)  # and none leads back to where the answers are on show
    copies = sorted((tmp_path / "mine").rglob("*.*"))
    assert len(copies) == len(PAGES) + len(MAPS)
    assert {path.name: wrong for path in copies if (wrong := broken(prose(path), path.parent))} == {}


def test_a_link_that_leads_nowhere_is_found():
    right = "[00, The map](../notebooks/00_start_here.ipynb#cell-id=the-map), [symbols](notation.md#symbols)"
    wrong = [
        "[00, The map](../notebooks/00_start_here.ipynb#cell-id=the-mop)",
        "[00, The mop](../notebooks/00_start_here.ipynb#cell-id=the-map)",
        "[00](../notebooks/no_such_page.ipynb)",
        "[00, The map](../notebooks/00_start_here.ipynb#The-map)",
        "[letters](notation.md#letters)",
    ]
    assert broken(f"{right} and {', '.join(wrong)}", DOCS) == wrong


def test_each_slip_of_the_notes_leads_to_the_section_that_decided_it():
    def elsewhere(link):
        return pages(f"[x]({link})") not in (set(), {"10"})

    assert len(SLIPS) >= 10
    assert faulty(SLIPS, lambda assumed, true, where: assumed and true and leads_on(where)) == []
    assert faulty(SLIPS, lambda *row: all(elsewhere(link) for link in LINK.findall(row[2]))) == []


def test_each_question_and_each_mistake_leads_to_a_section():
    assert faulty(QUESTIONS, lambda _, short, where: short and leads_on(where)) == []
    assert faulty(MISTAKES, lambda _, shows, where: shows and leads_on(where)) == []


def test_the_short_answers_are_short():
    assert faulty(QUESTIONS, lambda _, short, __: len(re.findall(r"[.?!](?= |$)", short)) <= 2) == []


def test_the_questions_in_chinese_are_the_same_ones():
    """Table by table and row by row: the same links, code and letters, and not the same words."""

    def kept(row):
        *words, where = row
        text = " ".join(words)
        return where, {*CODE.findall(text)}, {*re.findall("[α-ω]", text)}

    english, chinese = (tables(MAPS[name]) for name in ("questions", "questions.zh"))
    assert [len(body) for _, body in english] == [len(body) for _, body in chinese]
    for (_, ours), (_, theirs) in zip(english, chinese, strict=True):
        for row, other in zip(ours, theirs, strict=True):
            assert kept(row) == kept(other)
            assert all(re.search("[\u4e00-\u9fff]", cell) for cell in other[:-1]), other


def test_every_page_answers_questions_and_names_a_mistake():
    assert {number for *_, where in QUESTIONS for number in pages(where)} == EXISTING
    assert {number for *_, where in MISTAKES for number in pages(where)} >= EXISTING - {"00", "10", "11"}


def test_each_line_of_the_cheat_sheet_names_a_function_and_a_page():
    lines = rows(MAPS["cheatsheet"], "what") + rows(MAPS["cheatsheet"], "look at")
    assert faulty(lines, lambda _, said, named, page: said and CODE.findall(named) and pages(page)) == []
    assert faulty(lines, lambda *row: all(in_library(name) for name in CODE.findall(row[2]))) == []


def test_the_cheat_sheet_is_one_page():
    without_code = re.sub(r"^```.*?^```", "", MAPS["cheatsheet"], flags=re.MULTILINE | re.DOTALL)
    assert len(without_code.splitlines()) <= 60
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


def test_each_symbol_has_its_name_in_the_code_and_a_meaning():
    symbols = rows(MAPS["notation"], "symbol")
    assert faulty(symbols, lambda symbol, code, _, meaning, __: letters(symbol) and meaning) == []
    assert {row[0]: missing for row in symbols if (missing := unknown(row[1]))} == {}


def test_each_word_of_the_homework_has_ours_beside_it():
    homework = rows(MAPS["notation"], "homework")
    assert faulty(homework, lambda theirs, ours, meaning, _: CODE.findall(theirs) and meaning) == []
    assert faulty(homework, lambda theirs, ours, _, page: bool(ours) == bool(pages(page))) == []
    assert {row[0]: missing for row in homework if (missing := unknown(row[1]))} == {}
    asked = {"num_actor_samples", "backup_entropy", "doubleq", "redq", "target_update_period", "reinforce"}
    assert asked <= set(CODE.findall(" ".join(row[0] for row in homework)))
    assert {"backup", "num_critics", "polyak_rate"} <= set(SACConfig.__dataclass_fields__)


def test_the_map_of_page_00_links_each_page_with_its_question():
    table = {page: question.replace("`", "") for page, question, *_ in rows(MAP_CELL, "page")}
    assert table == {f"[{page.number}]({page.file})": page.question for page in PAGES[1:]}
    assert {page.number for page in PAGES} == EXISTING
