"""Saved notebooks: what is wrong with one, and how one is renewed."""

from pathlib import Path

import nbformat

from tools.execute import execute_and_tell
from tools.fingerprint import CONSTRAINTS, LIBRARY, code_fingerprint, outputs_fingerprint
from tools.tidy import faults, tidy

STAMP = "sacnotes"


def problems(path: Path, library: Path = LIBRARY, constraints: Path = CONSTRAINTS) -> list[str]:
    """What is wrong with the notebook saved at `path`, a sentence each, the remedy included."""
    notebook = nbformat.read(path, as_version=4)
    found = faults(notebook)
    stamp = notebook.metadata.get(STAMP, {})
    if stamp.get("code") != code_fingerprint(notebook, library, constraints):
        found.append(
            "its outputs are older than its code, the library's code or the versions in constraints.txt"
        )
    elif stamp.get("outputs") != outputs_fingerprint(notebook):
        found.append("its outputs are not those of the run that stamped it")
    if path.read_text("utf-8") != _as_text(tidy(notebook)):
        found.append("it is not in the form in which notebooks are kept")
    number = path.name.partition("_")[0]
    return [f"{path.name}: {fault}; `make notebooks ONLY={number}` renews it" for fault in found]


def renew(path: Path, *, always: bool, library: Path = LIBRARY, constraints: Path = CONSTRAINTS) -> bool:
    """Execute the notebook at `path` if anything is wrong with it, or `always`; save it tidied and stamped.

    Prints what happened, and returns whether the file is now sound. A notebook that fails is left as it was.
    """
    if not always and not problems(path, library, constraints):
        print(f"{path.name:<44} up to date")
        return True
    notebook = nbformat.read(path, as_version=4)
    # Taken before the run: code that is edited meanwhile must not be vouched for.
    code = code_fingerprint(notebook, library, constraints)
    ran, told = execute_and_tell(path, notebook)
    print(told, flush=True)
    if not ran:
        return False
    notebook = tidy(notebook)
    notebook.metadata[STAMP] = {"code": code, "outputs": outputs_fingerprint(notebook)}
    path.write_text(_as_text(notebook), "utf-8", newline="\n")
    left = problems(path, library, constraints)
    for problem in left:
        print(f"  {problem}")
    return not left


def _as_text(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(notebook) + "\n"
