"""Running, renewing and checking notebooks, with a real kernel on a small sample."""

import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat.v4 import new_code_cell, new_notebook

from tools import notebooks
from tools.execute import execute
from tools.saved import problems, renew
from tools.tidy import WIDGET


@pytest.fixture
def course(tmp_path, sample):
    """A folder of two notebooks, a library and constraints that they depend on."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "code.py").write_text("x = 1\n")
    (tmp_path / "constraints.txt").write_text("torch==2.1\ngymnasium==1.1\nnumpy==2.0\nmatplotlib==3.9\n")
    nbformat.write(sample, folder / "01_sample.ipynb")
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), folder / "00_broken.ipynb")
    return tmp_path


@pytest.fixture
def ground(course):
    """What `renew` and `problems` hold a notebook against."""
    return {"library": course / "library", "constraints": course / "constraints.txt"}


def printed(*sources, **options):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    execute(notebook, **options)
    return "".join(output.text for cell in notebook.cells for output in cell.outputs)


def test_the_kernel_is_this_interpreter_alone_and_leaves_nothing_behind(monkeypatch, tmp_path):
    somebody_elses = tmp_path / "kernels" / "python3"
    somebody_elses.mkdir(parents=True)
    (somebody_elses / "kernel.json").write_text('{"argv": ["false"], "display_name": "", "language": ""}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("SACNOTES_QUICK", "1")
    monkeypatch.setenv("SACNOTES_PROGRESS", str(tmp_path / "a learner's record"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    lines = printed(
        "import os, sys\nprint(sys.executable)",
        "print([name for name in os.environ if name.startswith('SACNOTES_')])",
        "print(os.environ.get('MPLBACKEND', '').startswith('module'))",
        "print(os.getcwd())\nopen('left.txt', 'w').close()",
        "print(os.getpid())",
    ).splitlines()
    assert lines[:3] == [sys.executable, "[]", "True"]
    assert not Path(lines[3]).exists()
    assert not psutil.pid_exists(int(lines[4]))


def test_quick_reaches_the_kernel_and_a_cell_that_hangs_or_fails_is_told():
    assert printed("import os\nprint(os.environ['SACNOTES_QUICK'])", quick=True) == "1\n"
    with pytest.raises(CellTimeoutError):
        printed("while True: pass", cell_timeout=1)
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        printed("1 / 0")


def test_run_goes_on_after_a_failure_and_changes_no_file(course, capsys):
    paths = notebooks.find([], course / "notebooks")
    before = [path.read_bytes() for path in paths]
    assert notebooks.run(paths, at_a_time=2) is False
    broken, *middle, total = capsys.readouterr().out.splitlines()
    assert broken.startswith("00_broken.ipynb") and "failed after" in broken
    assert any("ZeroDivisionError" in line for line in middle)
    assert middle[-1].startswith("01_sample.ipynb") and middle[-1].endswith(" s")
    assert total.startswith("2 notebooks, 1 failed, ")
    assert [path.read_bytes() for path in paths] == before
    assert notebooks.run(paths[1:]) is True  # one at a time


def test_renewing_makes_it_sound_the_same_each_time_and_only_when_needed(course, ground, capsys):
    path = course / "notebooks" / "01_sample.ipynb"
    assert problems(path, **ground) != []
    assert renew(path, always=False, **ground)
    assert problems(path, **ground) == []
    saved = path.read_bytes()

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs[0].text == "1\n2\n"
    assert [out.data["image/png"] for out in outputs if "image/png" in out.get("data", {})] == ["AAAA"]
    assert "widgets" not in notebook.metadata and WIDGET.encode() not in saved

    capsys.readouterr()
    assert renew(path, always=False, **ground)
    assert capsys.readouterr().out.split() == [path.name, "up", "to", "date"]
    assert renew(path, always=True, **ground)
    assert path.read_bytes() == saved


def test_outputs_older_than_the_code_are_found_and_so_are_edited_ones(course, ground):
    path = course / "notebooks" / "01_sample.ipynb"
    assert renew(path, always=True, **ground)
    saved = path.read_text("utf-8")

    library, code = course / "library" / "code.py", "x = 1\n"
    for file, before, edited, words in (
        (library, code, "x = 2\n", "older than its code"),
        (path, saved, saved.replace('"2\\n"', '"5\\n"'), "not those of the run"),
        (path, saved, saved + "\n", "not in the form"),
    ):
        file.write_text(edited, "utf-8")
        (problem,) = problems(path, **ground)
        assert words in problem
        file.write_text(before, "utf-8")
        assert problems(path, **ground) == []

    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source = "print(33)"
    nbformat.write(notebook, path)
    found = " ".join(problems(path, **ground))
    assert "older than its code" in found
    assert "make notebooks ONLY=01" in found


def test_a_notebook_that_fails_is_left_as_it_was(course, ground, capsys):
    path = course / "notebooks" / "00_broken.ipynb"
    before = path.read_bytes()
    assert not renew(path, always=True, **ground)
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_outputs_are_saved_only_from_the_pinned_versions(monkeypatch, capsys):
    old = dict.fromkeys(notebooks.VERSIONS_THAT_COUNT, "0.1")
    monkeypatch.setattr(notebooks, "pinned_versions", lambda: old)
    assert notebooks.write([Path("never_opened.ipynb")], everything=True) is False
    assert "not 0.1" in capsys.readouterr().out


def test_names_select_and_a_wrong_one_is_told(course, capsys):
    folder = course / "notebooks"
    assert [path.name for path in notebooks.find([], folder)] == ["00_broken.ipynb", "01_sample.ipynb"]
    assert [path.name for path in notebooks.find(["01"], folder)] == ["01_sample.ipynb"]
    with pytest.raises(ValueError, match="begins with '7'; there are: 00_broken.ipynb, 01_sample.ipynb"):
        notebooks.find(["7"], folder)
    with pytest.raises(SystemExit) as stopped:
        notebooks.main(["run", "no-such-notebook"])
    assert stopped.value.code == 2
    assert "no-such-notebook" in capsys.readouterr().err
