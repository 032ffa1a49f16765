"""What a result depends on, as text: two equal fingerprints promise equal code, whatever its comments say."""

import ast
import dis
import functools
import hashlib
import importlib.metadata
import site
import sys
import sysconfig
import types
from collections.abc import Sequence
from pathlib import Path

import joblib

LIBRARY = Path(__file__).resolve().parent.parent
ROOMS_THAT_COUNT = ("sac", "training", "envs")  # what a training run is made of
VERSIONS_THAT_COUNT = ("torch", "gymnasium", "numpy", "mujoco")
INSTALLED = {Path(p).resolve() for p in (*sysconfig.get_paths().values(), site.getusersitepackages())}


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


@functools.cache
def training_code(library: Path = LIBRARY, rooms: Sequence[str] = ROOMS_THAT_COUNT) -> str:
    """Digest of the code that trains, and of the versions of Python and of the packages that compute."""
    sources = [
        (path.relative_to(library).as_posix(), canonical_code(path.read_text("utf-8")))
        for room in rooms
        for path in sorted((library / room).rglob("*.py"))
    ]
    return _digest([sources, sys.version_info[:2], [_version(name) for name in VERSIONS_THAT_COUNT]])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def code_of(thing: object) -> str:
    """Digest of a class or function with all that it leans on: bases, methods, and the values of outer variables.

    What a package brings counts by its name, since its version counts beside it. What was written in a notebook or
    in a file next to it counts by its compiled code, so that comments may change and line numbers move.

    Raises:
        ValueError: where it leans on an object whose content cannot be told.
    """
    return _digest(_Reader().read(thing))


class _Reader:
    """Reads through classes, functions and values, each one once."""

    def __init__(self):
        self._met: dict[int, tuple[int, object]] = {}  # objects are held, lest an id be used again

    def read(self, thing: object) -> object:
        if isinstance(thing, types.ModuleType):
            own = None if _is_installed(thing) else Path(thing.__file__).read_text("utf-8")
            return ["module", thing.__name__, own and canonical_code(own)]
        if isinstance(thing, type | types.FunctionType | types.BuiltinFunctionType) and _is_installed(thing):
            return ["package", thing.__module__, thing.__qualname__]
        if isinstance(thing, staticmethod | classmethod | types.MethodType):
            return [type(thing).__name__, self.read(thing.__func__)]
        if isinstance(thing, property):
            return ["property", *(self.read(part) for part in (thing.fget, thing.fset, thing.fdel))]
        if isinstance(thing, functools.partial):
            return ["partial", self.read(thing.func), self.read(list(thing.args)), self.read(thing.keywords)]
        if isinstance(thing, list | tuple):
            return [type(thing).__name__, *(self.read(part) for part in thing)]
        if isinstance(thing, dict):
            return ["dict", *([self.read(key), self.read(value)] for key, value in thing.items())]
        if isinstance(thing, type | types.FunctionType):
            if id(thing) in self._met:
                return ["met", self._met[id(thing)][0]]
            self._met[id(thing)] = len(self._met), thing
            return self._class(thing) if isinstance(thing, type) else self._function(thing)
        return ["value", self.read(type(thing)), _content(thing)]

    def _class(self, cls: type) -> list:
        own = {name: value for name, value in vars(cls).items() if name not in _BOOKKEEPING}
        return [
            "class", [self.read(base) for base in cls.__bases__],
            [[name, self.read(value)] for name, value in sorted(own.items())],
        ]  # fmt: skip

    def _function(self, function: types.FunctionType) -> list:
        code, outer = function.__code__, function.__globals__
        used = {name: outer[name] for name in sorted(_names(code)) if name in outer}
        used |= {name: _cell(cell) for name, cell in zip(code.co_freevars, function.__closure__ or ())}
        return [
            "function", _compiled(code, function.__doc__),
            self.read([function.__defaults__, function.__kwdefaults__]),
            [[name, self.read(value)] for name, value in used.items()],
        ]  # fmt: skip


# What Python notes about a class without its doing anything: where it stands, what it is called.
_BOOKKEEPING = {
    "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__firstlineno__", "__static_attributes__",
    "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__", "__abstractmethods__", "_abc_impl",
}  # fmt: skip


def _is_installed(thing: types.ModuleType | type | types.FunctionType) -> bool:
    """Whether a package, Python itself or this library brings it, and not the person who asks."""
    name = thing.__name__ if isinstance(thing, types.ModuleType) else thing.__module__
    module = sys.modules.get(name)
    if name == "__main__" or module is None:
        return False
    file = getattr(module, "__file__", None)
    return file is None or any(
        Path(file).resolve().is_relative_to(folder) for folder in (LIBRARY, *INSTALLED)
    )


def _names(code: types.CodeType) -> set[str]:
    """Outer variables that the code, or code inside it, looks up."""
    inner = (_names(part) for part in code.co_consts if isinstance(part, types.CodeType))
    own = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return own.union(*inner)


def _cell(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is bound later, or never
        return None


def _compiled(code: types.CodeType, doc: str | None = None) -> list:
    """A function's code without what says where it stood."""
    constants = [
        _compiled(part) if isinstance(part, types.CodeType) else ["value", repr(part)]
        for part in code.co_consts
        if doc is None or part != doc
    ]
    return [code.co_code.hex(), code.co_names, code.co_varnames, code.co_freevars, code.co_flags, constants]


def _content(thing: object) -> str:
    try:
        return joblib.hash(thing)
    except Exception as refused:  # whatever an object raises that does not let itself be pickled
        raise ValueError(
            f"the code leans on {thing!r:.80}, and what that holds cannot be told ({refused})"
        ) from refused


def _digest(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()[:20]
