"""The form in which notebooks are kept, and what must not be found in one."""

import copy
import hashlib
import re

import nbformat
from nbstripout import strip_output

WIDGET = "application/vnd.jupyter.widget-view+json"
STRIPPED_KEYS = [
    "metadata.widgets",  # the state of every widget: megabytes, and stale without its kernel
    "metadata.signature",
    "metadata.vscode",
    "cell.metadata.execution",  # times of day
    "cell.metadata.ExecuteTime",
    "cell.metadata.collapsed",
    "cell.metadata.scrolled",
    "cell.metadata.trusted",
    "cell.metadata.vscode",
]
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# As a kernel writes it, but for the version of Python.
LANGUAGE_INFO = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}


def tidy(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of `notebook` in the form in which it is kept: its cells and outputs, and nothing that varies."""
    kept = strip_output(
        copy.deepcopy(notebook), keep_output=True, keep_count=True, keep_id=True, extra_keys=STRIPPED_KEYS
    )
    kept.metadata.kernelspec = nbformat.from_dict(KERNELSPEC)
    kept.metadata.language_info = nbformat.from_dict(LANGUAGE_INFO)
    kept.nbformat, kept.nbformat_minor = 4, 5
    names_used: set[str] = set()
    for cell in kept.cells:
        cell.id = _cell_id(cell, names_used)
        for output in cell.get("outputs", []):
            _drop_widget_reference(output)
            _drop_second_picture(output)
    return kept


def _cell_id(cell: nbformat.NotebookNode, names_used: set[str]) -> str:
    # From the content, so that a cell put in between leaves the names of the others alone.
    base = _heading_name(cell) or hashlib.sha256(cell.source.encode()).hexdigest()[:8]
    name, copies = base, 1
    while name in names_used:
        copies += 1
        name = f"{base}-{copies}"
    names_used.add(name)
    return name


def _heading_name(cell: nbformat.NotebookNode) -> str:
    # A section's cell is called as its first heading is, up to a colon, so that links to it can be read and last.
    # Links name a cell, since JupyterLab looks for a heading before it has drawn one.
    prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.MULTILINE | re.DOTALL)
    heading = re.search(r"^#+ ([^:\n]+)", prose, re.MULTILINE) if cell.cell_type == "markdown" else None
    return re.sub(r"[^a-z0-9]+", "-", heading[1].lower()).strip("-")[:60] if heading else ""


def _drop_widget_reference(output: nbformat.NotebookNode) -> None:
    # Without its kernel a widget's reference shows "model not found" in JupyterLab, in place of the picture.
    data = output.get("data", {})
    if WIDGET in data and set(data) - {WIDGET, "text/plain"}:
        del data[WIDGET]


def _drop_second_picture(output: nbformat.NotebookNode) -> None:
    # Where the HTML form holds the picture, with its words, the same bytes would only double the file.
    data = output.get("data", {})
    if "image/png" in data and "".join(data["image/png"].split()) in data.get("text/html", ""):
        del data["image/png"]
        output.get("metadata", {}).pop("image/png", None)


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """What a reader should not find in a saved notebook, a sentence each; an empty list for a sound one."""
    found = []
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code_cells]
    if counts != list(range(1, len(counts) + 1)):
        found.append(f"its cells were not run once each from top to bottom: execution counts {counts}")
    if not any(cell.outputs for cell in code_cells):
        found.append("it holds no output")
    for number, cell in enumerate(code_cells, start=1):
        found += [
            f"code cell {number} {fault}" for output in cell.outputs for fault in _output_faults(output)
        ]
    return found


def _output_faults(output: nbformat.NotebookNode) -> list[str]:
    found = []
    if output.output_type == "error":
        found.append(f"ends in an error: {output.ename}: {output.evalue}")
    if output.output_type == "stream" and output.name == "stderr":
        found.append(f"writes to stderr: {output.text[:200]!r}")
    data = output.get("data", {})
    if WIDGET in data:
        found.append(
            "shows a widget that leaves nothing where no kernel runs: give it an image or HTML form too"
        )
    text = output.get("text", "") or "".join(data.get(kind, "") for kind in ("text/plain", "text/html"))
    if address := re.search(r"\bat 0x[0-9a-f]{6,}", text):
        found.append(f"prints an address in memory, which no two runs share: {address[0]!r}")
    return found
