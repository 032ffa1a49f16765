"""A learner's own copies: what they hide, and that neither a pull nor a renewal costs anybody's work."""

import os
import re
import shutil
import subprocess

import nbformat
import pytest

from sacnotes_lib.course.kit.progress import FILE, Progress, place
from tools.copies import MAPS, copy_of, renew
from tools.fingerprint import ROOT
from tools.notebooks import find

ASKING = re.compile(r"^\s*(predict|reveal|check)\(", re.MULTILINE)


def edit(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def written(notebook, line="One more line."):
    notebook.cells[0].source += f"\n{line}"


def solved(notebook):
    written(notebook, "A learner's own line.")


def run(notebook):
    """What JupyterLab leaves in a page that was opened, run and unfolded; tests/browser sees it do so."""
    notebook.metadata.language_info["version"] = "3.11.9"
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count, cell.outputs = number, [nbformat.v4.new_output("stream", text="seen")]
        cell.metadata.pop("jupyter", None)
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    notebook.cells.append(nbformat.v4.new_code_cell())


def same(copy, page):
    return nbformat.read(copy, as_version=4) == copy_of(page)


@pytest.mark.parametrize("path", find([]), ids=lambda path: path.stem)
def test_a_copy_is_its_page_with_nothing_given_away(path):
    page, copy = nbformat.read(path, as_version=4), copy_of(path)
    nbformat.validate(copy)
    assert [(c.cell_type, c.id) for c in copy.cells] == [(c.cell_type, c.id) for c in page.cells]
    code = [(old, new) for old, new in zip(page.cells, copy.cells) if old.cell_type == "code"]
    for old, new in code:
        assert new.source == old.source  # so that it runs as its page does
        assert new.outputs == [] and new.execution_count is None
        assert new.metadata.get("tags") == old.metadata.get("tags")
        folded = new.metadata.get("jupyter", {}).get("source_hidden", False)
        assert folded == bool(ASKING.search(new.source)), new.source
        # Of a folded cell its first line can be read.
        assert new.source.startswith("reveal(") or not re.search(r"^reveal\(", new.source, re.MULTILINE)
    assert any(old.outputs for old, _ in code) and "exercise" in str(copy)


@pytest.fixture
def git(tmp_path):
    """Call git in a folder, as nobody in particular."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    # In a hook git hands down which repository it works on: not these.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "somebody", f"GIT_{role}_EMAIL": "somebody@example.org"}

    def call(folder, *arguments):
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, check=True, capture_output=True, text=True
        ).stdout

    return call


def test_a_pull_into_a_clone_whose_pages_were_opened_run_and_edited(git, tmp_path, capsys, monkeypatch):
    author, learner = tmp_path / "author", tmp_path / "learner"
    ran, worked, same_page = names = [path.name for path in find(["00", "01", "02"])]
    (author / "notebooks").mkdir(parents=True)
    for name in (".gitignore", ".gitattributes", *(f"notebooks/{name}" for name in names)):
        shutil.copy(ROOT / name, author / name)
    shutil.copytree(ROOT / "docs", author / "docs")
    git(author, "init", "--initial-branch=main")
    git(author, "add", ".")
    git(author, "commit", "--message=The course")
    git(tmp_path, "clone", "--bare", "author", "upstream.git")
    git(tmp_path, "clone", "upstream.git", "learner")

    renew(learner)
    mine, pages = learner / "mine", learner / "notebooks"
    for name in names:
        edit(mine / name, run)
    for name in (worked, same_page):
        edit(mine / name, solved)
    as_they_were = {name: (mine / name).read_bytes() for name in (worked, same_page)}
    done = Progress(mine / FILE)
    done.record_prediction("01.shape", "[B, B]")
    done.record_exercise("score_actions", True)
    assert git(learner, "status", "--porcelain") == capsys.readouterr().out == ""

    for name in (ran, worked):
        edit(author / "notebooks" / name, written)
    git(author, "commit", "--all", "--message=Two pages say more")
    git(author, "push", "../upstream.git", "main")
    git(learner, "pull", "--ff-only")
    renew(learner)
    new = worked.replace(".ipynb", "_new.ipynb")
    assert sorted(path.name for path in mine.glob("*.ipynb")) == sorted([*names, new])
    assert same(mine / ran, pages / ran) and same(mine / new, pages / worked)
    assert {name: (mine / name).read_bytes() for name in as_they_were} == as_they_were
    about_ran, about_worked = capsys.readouterr().out.splitlines()
    assert ran in about_ran and worked in about_worked and new in about_worked
    monkeypatch.chdir(mine)
    monkeypatch.delenv("SACNOTES_PROGRESS")
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)
    still = Progress(place())
    assert still.predictions == {"01.shape": "[B, B]"} and still.exercises == {"score_actions": True}

    before = {path: path.stat().st_mtime_ns for path in mine.rglob("*.*")}
    renew(learner)
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*.*")} == before
    assert git(learner, "status", "--porcelain") == capsys.readouterr().out == ""


@pytest.fixture
def course(tmp_path, sample):
    """A course of one page, its copy, and a call that changes the page and renews."""
    for folder in ("notebooks", "docs"):
        (tmp_path / folder).mkdir()
    for name in MAPS:
        (tmp_path / "docs" / name).write_text("# A map\n")
    page = tmp_path / "notebooks" / "01_sample.ipynb"
    nbformat.write(sample, page)
    renew(tmp_path)

    def change():
        edit(page, written)
        renew(tmp_path)

    return page, tmp_path / "mine" / page.name, change


def names(copy):
    return {path.name for path in copy.parent.glob("*.ipynb")}


def test_page_after_page_is_put_beside_an_edited_copy(course):
    page, copy, change = course
    edit(copy, lambda notebook: notebook.cells.pop())
    change()
    change()
    assert names(copy) == {"01_sample.ipynb", "01_sample_new.ipynb"}
    new = copy.with_stem("01_sample_new")
    assert same(new, page)
    edit(new, written)
    by_hand = new.read_bytes()
    change()  # to what the learner has written already
    assert new.read_bytes() == by_hand and len(names(copy)) == 2
    edit(new, solved)
    change()
    assert names(copy) == {"01_sample.ipynb", "01_sample_new.ipynb", "01_sample_new2.ipynb"}
    assert same(copy.with_stem("01_sample_new2"), page)


def test_a_copy_that_was_deleted_is_made_anew(course):
    page, copy, change = course
    edit(copy, written)
    copy.unlink()
    renew(copy.parent.parent)
    assert same(copy, page) and names(copy) == {"01_sample.ipynb"}


@pytest.mark.parametrize("content", ["", '{"cells": [', "[]", '{"cells": [], "metadata": {}, "nbformat": 4}'])
def test_what_cannot_be_read_as_our_copy_is_not_overwritten(course, content):
    page, copy, change = course
    copy.write_text(content)
    change()
    assert copy.read_text() == content and same(copy.with_stem("01_sample_new"), page)


def test_a_record_from_the_time_in_notebooks_is_taken_along_once(course):
    page, copy, _ = course
    root, mine = copy.parent.parent, copy.parent
    Progress(page.with_name(FILE)).record_exercise("soft_return", True)
    renew(root)
    assert not (mine / FILE).exists()  # as after reset_progress()
    shutil.rmtree(mine)
    renew(root)
    assert Progress(mine / FILE).exercises == {"soft_return": True}


def test_a_map_is_written_anew_when_it_changes(course):
    _, copy, _ = course
    root, name = copy.parent.parent, MAPS[0]
    (root / "docs" / name).write_text(
        "[01, A page](../notebooks/01_sample.ipynb#cell-id=x), [a map](notation.md)\n"
    )
    renew(root)
    assert (
        "[01, A page](../01_sample.ipynb#cell-id=x), [a map](notation.md)\n"
        in (root / "mine/docs" / name).read_text()
    )
