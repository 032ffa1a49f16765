"""What a page shows of the library: a function, without its checks."""

import ast
import inspect
import textwrap
from collections.abc import Callable

from IPython.display import display


def show_source(function: Callable) -> None:
    """Show the body of a library's function below the cell: its lines, without docstring, types and checks.

    A check is a statement that can only raise, an assertion, or a call of a function that is named for checking or
    for comparing shapes; what is computed for checks alone goes with them. Raises what `short_source` raises.
    """
    source = short_source(function)
    display({"text/markdown": f"```python\n{source}\n```", "text/plain": source}, raw=True)


def short_source(function: Callable) -> str:
    """The text that `show_source` shows. Raises ``OSError`` where there is no source, ``TypeError`` for a class."""
    lines = textwrap.dedent(inspect.getsource(function)).replace("  # fmt: skip", "").splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise TypeError(f"{function!r} is no function with a body of its own")
    body = definition.body[1 if ast.get_docstring(definition) else 0 :]
    kept = [node for node in body if not _only_checks(node)]
    kept = [node for place, node in enumerate(kept) if not _is_unread(node, kept[place + 1 :])]
    for argument in ast.walk(definition.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    head = [f"@{ast.unparse(decorator)}" for decorator in definition.decorator_list]
    head.append(f"def {definition.name}({ast.unparse(definition.args)}):")
    return "\n".join(head + [line for node in kept for line in lines[node.lineno - 1 : node.end_lineno]])


def _only_checks(node: ast.stmt) -> bool:
    """Whether a statement does nothing but raise, if something is wrong."""
    if isinstance(node, (ast.If, ast.For, ast.With)):
        return all(map(_only_checks, [*node.body, *getattr(node, "orelse", [])]))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).rpartition(".")[2].startswith(("check", "_check", "_same_shape"))
    return isinstance(node, (ast.Raise, ast.Assert))


def _is_unread(node: ast.stmt, later: list[ast.stmt]) -> bool:
    """Whether a statement gives values to names that none of the later ones reads."""
    read = {name.id for one in later for name in ast.walk(one) if isinstance(name, ast.Name)}
    targets = node.targets if isinstance(node, ast.Assign) else []
    return bool(targets) and all(isinstance(name, ast.Name) and name.id not in read for name in targets)
