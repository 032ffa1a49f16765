"""From saved notebooks to a folder of static files. Nothing is run but the scenes of the live panels."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from urllib.parse import quote

import nbformat
from pygments.formatters import HtmlFormatter

from sacnotes_lib.course.kit.cards import cards_of
from sacnotes_lib.course.kit.pages import PAGES
from tools.copies import MAPS
from tools.fingerprint import ROOT
from tools.notebooks import find
from website.cards import as_page, for_anki
from website.pages import HERE, page, with_links
from website.panels import LEAST, MOST, painted, panels_of
from website.recorded import STEPS
from website.words import Words

OUT = ROOT / "build" / "site"
# What search leaves out: folded answers and the code that asks, what code printed, what is said on every page.
UNSEARCHED = "details, .output_wrapper, .anchor, .note, .letters, [popover]"
SEARCH = """# Search

<p role="status" id="told">Type a word into the box above.</p>
<ol id="found"></ol>

[Pagefind](https://pagefind.app) finds the words, here in the browser: what you type is sent to nobody.
"""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(
    out: Path | str = OUT,
    *,
    only: Sequence[str] = (),
    most: int = MOST,
    least: int = LEAST,
    steps: int = STEPS,
    cache: Path | None = None,
) -> Path:
    """Write the site into the folder ``out``; panels once painted are kept in ``cache``, beside it where none is named.

    ``most`` and ``least`` are the positions of a panel and of a slider, ``steps`` the length of recorded trainings.
    A site that is there already is replaced. Raises ValueError for a folder that holds anything else, and for a
    name in ``only`` that no page begins with.
    """
    out = Path(out)
    cache = cache or out.parent / "panels"
    if out.exists() and any(out.iterdir()) and not (out / "site.js").exists():
        raise ValueError(f"{out} holds other files than a website: name an empty folder")
    files = [path.name for path in find(list(only))]
    notebooks = {name: nbformat.read(ROOT / "notebooks" / name, as_version=4) for name in files}
    panels = {
        name: panels_of(
            [c.source if c.cell_type == "code" else "" for c in notebook.cells], most, least, steps
        )
        for name, notebook in notebooks.items()
    }
    every = [panel for found in panels.values() for panel in found.values()]
    kept = dict(zip(map(id, every), painted(every, cache)))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for folder in kept.values():
        shutil.copytree(folder, out / "panels" / folder.name, dirs_exist_ok=True)
    texts = {name: _one_cell((ROOT / "docs" / name).read_text("utf-8")) for name in MAPS}
    shown = {f"{Path(name).stem}.html": notebook for name, notebook in (notebooks | texts).items()}
    shown |= {"index.html": _front(notebooks), "search.html": _one_cell(SEARCH)}
    cards = [card for name in files for card in cards_of(ROOT / "notebooks" / name)]
    shown["cards.html"] = _one_cell(as_page(cards))
    order = [(f"{Path(one.file).stem}.html", one.question) for one in PAGES if one.file in files]
    for name, notebook in shown.items():
        place = next((place for place, one in enumerate(order) if one[0] == name), None)
        found = panels.get(f"{Path(name).stem}.ipynb", {})
        html = page(
            notebook,
            found,
            {cell: f"panels/{kept[id(panel)].name}" for cell, panel in found.items()},
            words=Words() if name.partition(".")[0] + ".ipynb" in notebooks else None,
            repository=PROJECT["urls"]["Source"],
            address=f"{PROJECT['urls']['Homepage']}/{name}",
            preview=f"{PROJECT['urls']['Homepage']}/preview.png",
            elsewhere=elsewhere(PROJECT["urls"]["Source"], f"{name.partition('.')[0]}.ipynb")
            if place is not None
            else {},
            before=order[place - 1] if place else None,
            after=order[place + 1] if place is not None and place + 1 < len(order) else None,
            language="zh" if ".zh." in name else "en",
            stamp=notebook.metadata.get("sacnotes", {}).get("code"),
        )
        (out / name).write_text(with_links(html, files, PROJECT["urls"]["Source"]), "utf-8")
    (out / "cards.txt").write_text(for_anki(cards, PROJECT["urls"]["Homepage"]), "utf-8")
    _index_words(out)
    shutil.copy(HERE / "template" / "site.js", out)
    shutil.copy(ROOT / "docs" / "page.png", out / "preview.png")
    (out / "site.css").write_text(
        (HERE / "template" / "site.css").read_text("utf-8") + _code_colors(), "utf-8"
    )
    return out


def elsewhere(source: str, file: str) -> dict[str, str]:
    """Where a page runs without installing anything; untried. Colab opens what GitHub has, Binder any repository.

    Nothing while the project's address is one to be.
    """
    if ".example/" in source:
        return {}
    there = {"Binder": f"https://mybinder.org/v2/git/{quote(source, safe='')}/HEAD?labpath=notebooks/{file}"}
    if source.startswith("https://github.com/"):
        repository = source.removeprefix("https://github.com/")
        there["Colab"] = f"https://colab.research.google.com/github/{repository}/blob/main/notebooks/{file}"
    return there


def _one_cell(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="text")])


def _index_words(out: Path) -> None:
    """Let Pagefind index every page by its sections. Its user interfaces are left out: site.js has one."""
    options = [
        "--root-selector",
        "main",
        "--exclude-selectors",
        UNSEARCHED,
        "--force-language",
        "en",
        "--quiet",
    ]
    subprocess.run([sys.executable, "-m", "pagefind", "--site", out, *options], check=True)
    for file in out.glob("pagefind/*"):
        if any(word in file.name for word in ("ui", "highlight", "unknown")):
            file.unlink()
    _, terms = (ROOT / "LICENSE").read_text("utf-8").split("\n\n", 2)[1:]  # of MIT, as theirs
    (out / "pagefind" / "LICENSE").write_text(f"Pagefind. Copyright 2022 CloudCannon\n\n{terms}", "utf-8")


def _front(notebooks: dict[str, nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """The first page: what the course is, and a line for each page."""
    pages = [f"- [{one.number} · {one.question}]({one.file})" for one in PAGES if one.file in notebooks]
    return _one_cell(
        "\n".join(
            [
                f"# {PROJECT['name']}\n\n{PROJECT['description']}.\n\n[Review cards](cards.html)\n\n## Pages\n",
                *pages,
            ]
        )
    )


def _code_colors() -> str:
    light, dark = (
        HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("xcode", "github-dark")
    )
    ours = ".highlight, .highlight pre { background: var(--soft); }\n"
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{ours}"


def told(out: Path) -> str:
    """Sizes in kB: each page, the data of each panel, the median page with its panels, and the whole site."""

    def size(path: Path) -> float:
        return sum(file.stat().st_size for file in [path, *path.rglob("*")] if file.is_file()) / 1000

    panels = {path.name: size(path) for path in sorted(out.glob("panels/*"))}
    pages = {file.name: file.read_text("utf-8") for file in sorted(out.glob("[0-9]*.html"))}
    whole = [
        size(out / name) + sum(kilobytes for panel, kilobytes in panels.items() if panel in text)
        for name, text in pages.items()
    ]
    rows = [(path.name, size(path)) for path in sorted(out.iterdir()) if path.is_file()]
    rows += [(f"panel {name.rpartition('-')[0]}", kilobytes) for name, kilobytes in panels.items()]
    rows += [("search", size(out / "pagefind"))]
    rows += [("a page with its panels, the median", median(whole)), ("the whole site", size(out))]
    return "\n".join(f"{name:<44}{kilobytes:>9,.0f} kB" for name, kilobytes in rows)
