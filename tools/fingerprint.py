"""Fingerprints that tell whether a notebook's saved outputs still belong to the code.

Two are kept in a notebook's metadata. The first covers all that decides what a run prints: the notebook's
code cells, the code of the library, the versions of the packages that compute and draw. The second covers the
outputs themselves, so that outputs saved by hand, from a run nobody can name, are noticed.
"""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "sacnotes_lib"
CONSTRAINTS = ROOT / "constraints.txt"
VERSIONS_THAT_COUNT = ("torch", "gymnasium", "numpy", "matplotlib")


@cache
def canonical_code(source: str) -> str:
    """A text that is equal for two Python sources with the same code.

    Comments, layout and strings that stand alone as a statement (docstrings above all) leave no trace. Raises
    SyntaxError, as `ast.parse` does.
    """
    return _canonical(ast.parse(source))


def _canonical(node: object) -> str:
    # Not ast.dump: it writes fields that one Python version has and another has not.
    if isinstance(node, ast.JoinedStr):
        # Python 3.12 alone puts an empty text after some format specifications.
        node = ast.JoinedStr([part for part in node.values if getattr(part, "value", None) != ""])
    if isinstance(node, ast.AST):
        fields = [
            f"{name}={_canonical(value)}" for name, value in ast.iter_fields(node) if value not in (None, [])
        ]
        return f"{type(node).__name__}({', '.join(fields)})"
    if isinstance(node, list):
        return f"[{', '.join(_canonical(item) for item in node if not _is_lone_string(item))}]"
    return repr(node)


def _is_lone_string(node: object) -> bool:
    lone = node.value if isinstance(node, ast.Expr) else None
    return isinstance(lone, ast.Constant) and isinstance(lone.value, str)


def library_fingerprint(library: Path = LIBRARY) -> str:
    """Digest of all code below `library`, and of the bytes of every file there that is not Python."""
    files = sorted(
        (path.relative_to(library).as_posix(), path)
        for path in library.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    )
    parts = []
    for name, path in files:
        content = (
            canonical_code(path.read_text("utf-8")).encode() if path.suffix == ".py" else path.read_bytes()
        )
        parts.append([name, hashlib.sha256(content).hexdigest()])
    return digest(parts)


def pinned_versions(constraints: Path = CONSTRAINTS) -> dict[str, str]:
    """Package name to exact version, as constraints.txt pins them."""
    lines = (line.partition("#")[0].strip() for line in constraints.read_text("utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


def code_fingerprint(
    notebook: nbformat.NotebookNode, library: Path = LIBRARY, constraints: Path = CONSTRAINTS
) -> str:
    """Digest of all that decides the outputs of `notebook`."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    versions = pinned_versions(constraints)
    return digest([sources, library_fingerprint(library), [versions[name] for name in VERSIONS_THAT_COUNT]])


def outputs_fingerprint(notebook: nbformat.NotebookNode) -> str:
    """Digest of the outputs that `notebook` holds."""
    return digest([cell.outputs for cell in notebook.cells if cell.cell_type == "code"])


def digest(content: object) -> str:
    """Sixteen hexadecimal digits for anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
