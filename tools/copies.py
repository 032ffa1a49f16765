"""The learner's own copies of the pages, in mine/:  python -m tools.copies  (`python -m tools.lab` begins with it)

A copy is its page without outputs, so that nothing is answered before it is asked. Git ignores mine/: nothing that is
done there is in the way of `git pull`. The record of progress and kept results lie beside the copies.
"""

import re
import shutil
from itertools import chain, count
from pathlib import Path

import nbformat

from tools.fingerprint import ROOT, digest

MINE = "mine"
# What pages link to in docs/. Copied as well, since these link back to notebooks/, where the answers are on show.
MAPS = ("questions.md", "questions.zh.md", "cheatsheet.md", "notation.md")
FOLDED = re.compile(r"(?<!def )(?<![\w.])(?:predict|reveal|check)\(")


def renew(root: Path = ROOT) -> None:
    """Bring `root`/mine up to date with `root`/notebooks; a copy whose cells were edited stays as it is.

    Its page, when that changes, is put beside it as NN_name_new.ipynb, and a line says so. A copy that was only run
    counts as unedited: what was predicted and solved is in the record of progress, and outputs come back by running.
    """
    mine, record = root / MINE, root / "notebooks" / ".progress.jsonl"
    first_time = not mine.exists()
    (mine / "docs").mkdir(parents=True, exist_ok=True)
    if first_time and record.exists():  # of somebody who has worked in notebooks/ so far
        shutil.copy(record, mine)
    for page in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        _place(copy_of(page), mine / page.name)
    for name in MAPS:
        text = (root / "docs" / name).read_text("utf-8").replace("](../notebooks/", "](../")
        note = (
            f"*A copy of docs/{name} that leads to your own pages. Keep no notes here: it is written anew.*"
        )
        _write(mine / "docs" / name, f"{text}\n{note}\n")


def copy_of(page: Path) -> nbformat.NotebookNode:
    """The page without outputs; cells that ask, answer or check folded; links to docs/ turned to the copies there."""
    copy = nbformat.read(page, as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if FOLDED.search(cell.source):
                cell.metadata["jupyter"] = {"source_hidden": True}
        else:
            cell.source = cell.source.replace("](../docs/", "](docs/")
    copy.metadata["sacnotes"] = {"copy": _cells_digest(copy)}  # in the place of the page's own stamp
    return copy


def _place(copy: nbformat.NotebookNode, first: Path) -> None:
    # The first of these names that is free, or whose copy nobody edited; none where one is of the page as it is.
    later = (first.with_stem(f"{first.stem}_new{number}") for number in chain([""], count(2)))
    for path in chain([first], later):
        made, now = _digests(path)
        if copy.metadata["sacnotes"]["copy"] in (made, now):
            return
        if now in (None, made):
            _write(path, nbformat.writes(copy) + "\n")
            if path != first:
                print(f"{first.name} has changed. Your edited copy stays: the new page is {path.name}.")
            elif now:
                print(f"{first.name} has changed. Your copy, not edited, is the new page now.")
            return


def _digests(path: Path) -> tuple[str | None, str | None]:
    """Of a copy's cells, when it was made and now; None where nobody knows, the second one where there is no file."""
    if not path.exists():
        return None, None
    try:
        copy = nbformat.read(path, as_version=4)
        return copy.metadata.get("sacnotes", {}).get("copy"), _cells_digest(copy)
    except Exception:  # whatever a file that was cut short leads nbformat to: it is not ours to overwrite
        return None, "unreadable"


def _cells_digest(notebook: nbformat.NotebookNode) -> str:
    # Of what a person types. Not of what an editor adds: outputs, and an empty cell after the last one was run.
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells if cell.source.strip()]
    return digest(cells)


def _write(path: Path, text: str) -> None:
    content = text.encode()
    if not path.exists() or path.read_bytes() != content:  # an open JupyterLab asks about a file that changes
        path.write_bytes(content)


if __name__ == "__main__":
    renew()
