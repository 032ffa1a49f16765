"""A saved notebook, or a text of docs/, as a page: nbconvert with a template of ours, formulas as MathML."""

import ast
import html
import re
from pathlib import Path
from typing import Any

import latex2mathml.converter
import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from sacnotes_lib.course.stage.controls import Choice
from tools.copies import FOLDED, MAPS
from website.panels import Panel, all_positions, called
from website.recorded import RecordedScene
from website.words import Words

HERE = Path(__file__).parent
# What a cell is here: by the function that it calls.
ROLES = {"show_progress": "map", "check": "check", "review": "review"}
OF_RECORDED = (
    "The console trains where Python runs. Instead, here are sixteen trainings that were recorded, on a problem whose "
    "answer is known: a fork, then a narrow route that pays more to those who keep still, or a wide one on which any "
    "action will do. At the fork an action above 0 leads mostly to the narrow route. SAC has five critics here, and "
    "four seeds. Choose a temperature and a backup, then move the step: which route does the policy take, and is Q "
    "what it really earns (Monte Carlo)?"
)


class Renderer(IPythonRenderer):
    """Markdown with formulas that a browser sets by itself; remembers headings for the list of contents.

    ``words`` explains letters and words; None explains none.
    """

    def __init__(self, words: Words | None = None):
        super().__init__(escape=False)
        self.words = words
        self.headings: list[tuple[int, str, str]] = []  # level, anchor, HTML

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        words = BeautifulSoup(text, "html.parser").get_text()
        slug = re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", words.lower()).strip())
        anchor = f"{slug}-{sum(slug == re.sub(r'-[0-9]+$', '', one) for _, one, _ in self.headings)}"
        self.headings.append((level, anchor, text))
        link = f'<a class="anchor" href="#{anchor}" aria-label="Link to: {html.escape(words)}">¶</a>'
        return f'<h{level} id="{anchor}">{text}{link if level > 1 else ""}</h{level}>\n'

    def block_math(self, body: str) -> str:
        formula = latex2mathml.converter.convert(body, display="block")
        return f'<div class="scroll">{formula}</div>{self.words.of_formula(body) if self.words else ""}'

    def inline_math(self, body: str) -> str:
        return f'<span class="scroll">{latex2mathml.converter.convert(body)}</span>'

    def table(self, text: str) -> str:
        return f'<div class="scroll"><table>{text}</table></div>'


def page(
    notebook: nbformat.NotebookNode,
    panels: dict[int, Panel],
    sources: dict[int, str],
    words: Words | None = None,
    **shown: Any,
) -> str:
    """The page of a notebook. ``panels`` and the addresses of their data by cell; ``shown`` is for the template."""
    renderer = Renderer(words)
    markdown = MarkdownWithMath(renderer)
    calls = [_calls(cell) for cell in notebook.cells]
    waiting: set[str] = set()  # predictions whose answer is still to come
    for place, cell in enumerate(notebook.cells):
        key = {name: keys.get("key") for name, keys in calls[place].items()}
        told = {"folded": bool(FOLDED.search(cell.source)) or "live" in key, "key": None}
        if cell.cell_type == "markdown":
            told["html"] = markdown.render(cell.source)
            if words:
                told["html"] = words.explained(told["html"])
        elif "predict" in key:
            told |= {"role": "predict", "key": key["predict"]}
            if any(later.get("reveal", {}).get("key") == key["predict"] for later in calls[place:]):
                waiting.add(key["predict"])
        elif "reveal" in key:
            told |= {"role": "reveal", "key": key["reveal"]}
            waiting.discard(key["reveal"])
            _open_answer(cell)
        else:
            hidden_until = calls[place].get("live", {}).get("hidden_until")
            told["waits"] = " ".join(sorted(waiting | ({hidden_until} - {None})))
            told["role"] = next((role for call, role in ROLES.items() if call in key), None)
            if place in panels:
                told["panel"] = _described(panels[place]) | {"source": sources[place]}
        cell.metadata["site"] = told
    title, description = _title_and_description(notebook)
    exporter = HTMLExporter(extra_template_basedirs=[str(HERE)], template_name="template")
    contents = [heading for heading in renderer.headings if heading[0] in (2, 3)]
    shown |= {"title": title, "description": description, "contents": contents}
    body, _ = exporter.from_notebook_node(notebook, {"site": shown})
    return body


def _calls(cell: nbformat.NotebookNode) -> dict[str, dict[str, str]]:
    """The course's functions that a cell calls: name -> its key, and its keywords that are plain strings."""
    if cell.cell_type != "code":
        return {}
    nodes = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    return {
        called(node): {
            name: value.value
            for name, value in [("key", a) for a in node.args[:1]] + [(k.arg, k.value) for k in node.keywords]
            if isinstance(value, ast.Constant)
        }
        for node in nodes
    }


def _open_answer(cell: nbformat.NotebookNode) -> None:
    """Take the answer out of its own fold: here the whole cell is one."""
    for output in cell.outputs:
        if "<details>" in output.get("data", {}).get("text/html", ""):
            soup = BeautifulSoup(output.data["text/html"], "html.parser")
            fold = soup.find_all("details")[-1]
            cell.metadata["question"] = fold.summary.extract().decode_contents().removeprefix("Answer: ")
            answer, why = fold.find_all("p", recursive=False)
            answer["class"] = "verdict"
            fold.unwrap()
            output.data["text/html"] = str(soup)


def _described(panel: Panel) -> dict:
    """What the template writes of a panel: its controls, and how coarse they are."""
    controls, coarser = [], []
    for name, values in panel.positions.items():
        control = panel.controls[name]
        texts = [str(v) if isinstance(control, Choice) else f"{float(f'{v:.3g}'):g}" for v in values]
        label = f"{control.label} [{control.unit}]" if control.unit else control.label
        menu = isinstance(control, Choice)
        at, full = values.index(control.default), len(all_positions(control))
        controls.append({"name": name, "label": label, "texts": texts, "menu": menu, "at": at})
        if len(values) < full:
            coarser.append(f"{control.label} has {len(values)} of {full}")
    told = {
        "name": panel.scene.name,
        "controls": controls,
        "count": len(panel.combinations()),
        "coarser": coarser,
    }
    return told | {"introduction": OF_RECORDED if isinstance(panel.scene, RecordedScene) else None}


def _title_and_description(notebook: nbformat.NotebookNode) -> tuple[str, str]:
    """The first heading, and the first paragraph that is neither a heading nor begins in bold."""
    title, *paragraphs = notebook.cells[0].source.split("\n\n")
    plain = next((p for p in paragraphs if p[0] not in "#*-|"), title)
    plain = re.sub(r"[*`]|\[([^]]*)\]\([^)]*\)", r"\1", plain).replace("\n", " ")
    return title.splitlines()[0].removeprefix("# ").replace("`", ""), plain


def with_links(text: str, pages: list[str], repository: str) -> str:
    """Links among notebooks and texts become links among pages; what is no page is looked up in the repository."""

    def turned(match: re.Match) -> str:
        path, _, anchor = match[1].partition("#")
        name = path.rpartition("/")[2]
        anchor = f"#{anchor.removeprefix('cell-id=')}" if anchor else ""
        if name in (*pages, *MAPS):
            return f'href="{Path(name).stem}.html{anchor}"'
        if name == "cards.txt":
            return match[0]
        return f'href="{repository}/{path.removeprefix("../")}{anchor}"'

    return re.sub(r'href="(?!\w+:|#)([^"#]+\.(?:ipynb|md|txt|py|toml)(?:#[^"]*)?)"', turned, text)
