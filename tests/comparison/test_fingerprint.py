"""A key must stay when nothing that is computed changes, and change when anything does."""

import functools
import importlib.util
import shutil
import subprocess
import sys
import textwrap
import types

import pytest
from sacnotes_lib.comparison.fingerprint import LIBRARY, code_of, training_code

from sacnotes_lib.sac.agent import SAC

WRONG_TARGET = '''
from sacnotes_lib.sac.agent import SAC
factor = 2.0

def scaled(x, by=1):
    """What it does."""
    return by * x

class Wrong(SAC):
    """What is wrong."""

    def update(self, batch):
        batch = batch._replace(reward=scaled(batch.reward, by=factor))  # here
        return super().update(batch)
'''


def in_a_notebook(source, name="Wrong"):
    """Run the source as a notebook runs a cell, and return what it calls `name`."""
    outer = {"__name__": "__main__"}
    exec(compile(textwrap.dedent(source), f"cell {hash(source)}", "exec"), outer)
    return outer[name]


def changed(old, new):
    assert old in WRONG_TARGET
    return code_of(in_a_notebook(WRONG_TARGET.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# here", "# there, and much longer"),
        ('"""What it does."""', '"""Something else."""'),
        ('"""What is wrong."""', '"""Nothing."""'),
        ("factor = 2.0", "\n\n\nfactor = 2.0\nunused = 7"),
    ],
)
def test_prose_and_place_leave_no_trace(old, new):
    assert changed(old, new) == code_of(in_a_notebook(WRONG_TARGET))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("factor = 2.0", "factor = 2.5"),
        ("by * x", "by + x"),
        ("by * x", "by * x * 3"),
        ("by=1)", "by=2)"),
        ("reward=", "terminated="),
        ("super().update(batch)", "super().update(batch) or None"),
        ("class Wrong(SAC):", "class Wrong(SAC):\n    deterministic = True"),
        ("return by * x", "return (lambda y: by * y)(x)"),
    ],
)
def test_every_change_of_what_is_done_shows(old, new):
    assert changed(old, new) != code_of(in_a_notebook(WRONG_TARGET))


def test_values_from_an_enclosing_function_count():
    def with_factor(factor):
        class Wrong(SAC):
            critic_loss = staticmethod(lambda q, target: factor * (q - target).square().sum())

        return Wrong

    assert code_of(with_factor(2)) == code_of(with_factor(2)) != code_of(with_factor(3))
    partials = [functools.partial(with_factor, factor) for factor in (2, 2, 3)]
    assert code_of(partials[0]) == code_of(partials[1]) != code_of(partials[2])


def test_what_it_inherits_counts():
    def child_of(loss):
        class Parent(SAC):
            critic_loss = staticmethod(loss)

        class Child(Parent):
            pass

        return Child

    assert code_of(child_of(lambda q, y: 1)) == code_of(child_of(lambda q, y: 1))
    assert code_of(child_of(lambda q, y: 1)) != code_of(child_of(lambda q, y: 2))


def test_a_class_that_mentions_itself_can_be_read():
    own = "class Wrong:\n    def again(self):\n        return Wrong()\n"
    assert code_of(in_a_notebook(own)) == code_of(in_a_notebook(own))
    assert code_of(in_a_notebook(own)) != code_of(in_a_notebook(own.replace("Wrong()", "Wrong")))


def test_a_file_of_ones_own_counts_by_its_content(tmp_path, monkeypatch):
    """Where a notebook says `import helper` and `helper.loss(...)`."""

    def agent_with(body):
        file = tmp_path / "helper_of_mine.py"
        file.write_text(body)
        spec = importlib.util.spec_from_file_location("helper_of_mine", file)
        helper = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(helper)
        monkeypatch.setitem(sys.modules, "helper_of_mine", helper)
        return code_of(
            types.FunctionType(
                (lambda q: helper.loss(q)).__code__, {"helper": helper}, closure=_cells(helper)
            )
        )

    first = agent_with("def loss(q):\n    return q\n")
    assert agent_with("def loss(q):\n    return q  # the same\n") == first
    assert agent_with("def loss(q):\n    return 2 * q\n") != first


def _cells(value):
    return ((lambda: value).__closure__[0],)


def test_what_cannot_be_told_is_refused():
    lines = (line for line in ())
    with pytest.raises(ValueError, match="cannot be told"):
        code_of(lambda: next(lines))


def test_it_is_the_same_in_another_process(tmp_path):
    ask = "print(code_of(in_a_notebook(WRONG_TARGET)), training_code())"
    other = subprocess.run(
        [sys.executable, "-c", f"from tests.comparison.test_fingerprint import *\n{ask}"],
        cwd=LIBRARY.parent, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert other.stdout.split() == [code_of(in_a_notebook(WRONG_TARGET)), training_code()]


def test_the_librarys_training_counts_and_its_pictures_do_not(tmp_path):
    library = tmp_path / "library"
    shutil.copytree(LIBRARY, library, ignore=shutil.ignore_patterns("__pycache__"))
    before = training_code(library)
    for file, more, counts in (
        ("scenes/base.py", "x = 1", False),
        ("comparison/watch.py", "x = 1", False),
        ("sac/losses.py", '"""A word."""  # another', False),
        ("sac/losses.py", "x = 1", True),
        ("envs/base.py", "x = 1", True),
    ):
        text = (library / file).read_text("utf-8")
        (library / file).write_text(f"{text}\n{more}\n", "utf-8")
        training_code.cache_clear()
        assert (training_code(library) != before) is counts, file
        (library / file).write_text(text, "utf-8")
