"""Exercises in a notebook, and their solutions put in their place.

An exercise is a code cell tagged `exercise`. It defines functions whose bodies raise `ExerciseTodo`. Its
solution is a later Markdown cell tagged `solution`: a folded `<details>` block with one fenced Python block that
defines the same functions. The two belong together by the names of these functions.
"""

import ast
import copy
import re

import nbformat

FENCED_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    """The cells of `notebook` that carry `tag`, in order."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def solved(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of `notebook` in which each exercise holds its solution's code.

    Raises ValueError, naming the exercise, where one has no solution or several, where a solution belongs to
    no exercise, stands before it, is not folded, or does not hold exactly one block of Python.
    """
    filled_in = copy.deepcopy(notebook)
    solutions = {}
    for cell in tagged(filled_in, "solution"):
        code = _solution_code(cell)
        names = _functions(code)
        if names in solutions:
            raise ValueError(f"two solutions define {_listed(names)}: keep one")
        solutions[names] = (filled_in.cells.index(cell), code)
    for cell in tagged(filled_in, "exercise"):
        names = _functions(cell.source)
        if "ExerciseTodo" not in cell.source:
            raise ValueError(f"the exercise {_listed(names)} does not raise ExerciseTodo: it is not open")
        position, code = solutions.pop(names, (-1, ""))
        if position < filled_in.cells.index(cell):
            raise ValueError(
                f"the exercise {_listed(names)} needs one cell tagged `solution`, after it, that defines it"
            )
        cell.source = code
    if solutions:
        raise ValueError(f"a solution defines {_listed(next(iter(solutions)))}, which no exercise asks for")
    return filled_in


def _solution_code(cell: nbformat.NotebookNode) -> str:
    text = cell.source.strip()
    blocks = FENCED_PYTHON.findall(text)
    if cell.cell_type != "markdown" or not (text.startswith("<details>") and text.endswith("</details>")):
        raise ValueError(
            f"a solution is a Markdown cell folded in <details>...</details>; this one is not: {text[:80]!r}"
        )
    if len(blocks) != 1:
        raise ValueError(
            f"a solution holds one block of ```python; this one holds {len(blocks)}: {text[:80]!r}"
        )
    return blocks[0].rstrip("\n")


def _functions(code: str) -> frozenset[str]:
    names = frozenset(node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef))
    if not names:
        raise ValueError(f"exercises and solutions define functions; this code defines none: {code[:80]!r}")
    return names


def _listed(names: frozenset[str]) -> str:
    return " and ".join(f"`{name}`" for name in sorted(names))
