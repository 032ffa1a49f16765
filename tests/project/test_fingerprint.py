"""A fingerprint must stay when only prose changes, and change when anything does that a run could show."""

import shutil

import pytest
from nbformat.v4 import new_output

from tools.fingerprint import canonical_code, code_fingerprint, library_fingerprint, outputs_fingerprint

CODE = '''
"""Module."""
import math

def area(radius: float, *, scale=1.0) -> float:
    """Docstring."""
    return scale * math.pi * radius**2  # comment
'''


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "shapes.py").write_text(CODE)
    (folder / "style.mplstyle").write_text("font.size: 12\n")
    return folder


@pytest.fixture
def constraints(tmp_path):
    file = tmp_path / "constraints.txt"
    file.write_text("# pins\ntorch==2.1\ngymnasium==1.1\nnumpy==2.0\nmatplotlib==3.9\ntqdm==4.6\n")
    return file


def test_prose_and_layout_leave_no_trace():
    for old, new in (
        ("# comment", "# another comment, longer"),
        ('"""Docstring."""', '"""Another docstring."""'),
        ('"""Docstring."""', '"""Docstring."""\n    "a second lone string"'),
        ('"""Module."""', ""),
        ("scale * math.pi * radius**2", "(scale*math.pi*\n        radius ** 2)"),
    ):
        assert old in CODE
        assert canonical_code(CODE.replace(old, new)) == canonical_code(CODE), new


def test_every_change_of_code_shows_and_near_twins_are_told_apart():
    edits = (
        ("scale=1.0", "scale=2.0"),
        ("scale=1.0", "scale=None"),
        ("radius: float, *,", "radius: float,"),
        ("scale * math.pi", "math.pi * scale"),
        ("import math", "import math as math"),
        ("return scale", "scale"),
        ("def area", "@staticmethod\ndef area"),
        ('"""Docstring."""', 'text = """Docstring."""'),
    )
    assert all(old in CODE for old, _ in edits)
    for one, other in (
        *((CODE, CODE.replace(old, new)) for old, new in edits),
        ('x = ["", "a"]', 'x = ["a"]'),
        ("x = 1", "x = True"),
        ('x = f"{a}"', 'x = f"{a!r}"'),
        ("x = {**a}", "x = {}"),
    ):
        assert canonical_code(one) != canonical_code(other), other


def test_the_canonical_form_does_not_depend_on_the_python_version():
    # Written out: what one version of Python makes of this line, all must.
    assert canonical_code('y = f"{x:{w}}"') == (
        "Module(body=[Assign(targets=[Name(id='y', ctx=Store())], value=JoinedStr(values=[FormattedValue("
        "value=Name(id='x', ctx=Load()), conversion=-1, format_spec=JoinedStr(values=[FormattedValue("
        "value=Name(id='w', ctx=Load()), conversion=-1)]))]))])"
    )


def test_the_library_counts_with_every_file_and_its_place(library):
    seen = [library_fingerprint(library)]
    (library / "style.mplstyle").write_text("font.size: 14\n")
    seen.append(library_fingerprint(library))
    (library / "inner" / "more.py").write_text("x = 1\n")
    seen.append(library_fingerprint(library))
    shutil.move(library / "inner", library / "inside")
    seen.append(library_fingerprint(library))
    assert len(set(seen)) == 4
    shutil.move(library / "inside", library / "inner")
    (library / "inner" / "more.py").unlink()
    (library / "style.mplstyle").write_text("font.size: 12\n")
    assert library_fingerprint(library) == seen[0]


def test_what_running_and_desktops_leave_behind_does_not_count(library):
    original = library_fingerprint(library)
    (library / "__pycache__").mkdir()
    (library / "__pycache__" / "shapes.pyc").write_bytes(b"\0")
    (library / ".DS_Store").write_bytes(b"\0")
    assert library_fingerprint(library) == original


def test_a_notebook_is_its_code_its_library_and_its_versions(sample, library, constraints):
    def fingerprint():
        return code_fingerprint(sample, library, constraints)

    original = fingerprint()
    sample.cells[0].source += " Yes."
    sample.cells[1].outputs = [new_output("stream", text="1\n")]
    constraints.write_text(constraints.read_text().replace("tqdm==4.6", "tqdm==4.7"))
    assert fingerprint() == original
    constraints.write_text(constraints.read_text().replace("torch==2.1", "torch==2.2"))
    after_upgrade = fingerprint()
    assert after_upgrade != original
    (library / "inner" / "shapes.py").write_text(CODE.replace("1.0", "3.0"))
    after_library = fingerprint()
    assert after_library != after_upgrade
    sample.cells[1].source += "\nprint(4)"
    assert fingerprint() != after_library


def test_outputs_have_a_fingerprint_of_their_own(sample):
    original = outputs_fingerprint(sample)
    sample.cells[1].source += "\nprint(4)"
    assert outputs_fingerprint(sample) == original
    sample.cells[1].outputs = [new_output("stream", text="1\n")]
    assert outputs_fingerprint(sample) != original
