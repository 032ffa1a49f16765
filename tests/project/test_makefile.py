"""The Makefile: its list of targets is complete, and it installs only when there is something to install."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tools.fingerprint import ROOT
from tools.lab import options
from website.build import OUT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
TEXT = (ROOT / "Makefile").read_text("utf-8")


def make(*arguments, folder=ROOT):
    # The tests themselves run under make: what it hands down must not reach the make that is tested.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    finished = subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return finished.stdout


def test_every_target_is_phony_and_help_is_the_default_and_gives_each_target_a_line():
    targets = set(re.findall(r"^([a-z][a-z-]*):", TEXT, re.MULTILINE))
    assert {"help", "lab", "test", "run", "notebooks", "bench", "clean"} <= targets
    assert set(re.search(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE)[1].split()) == targets
    lines = make().splitlines()
    assert lines == make("help").splitlines()
    assert {line.split()[1] for line in lines} == targets
    for line in lines:
        assert re.fullmatch(r"make [a-z-]+ +\S.{5,100}", line), line


@pytest.fixture
def installed(tmp_path):
    """A copy of the three files that decide, and stamps that say that `make lab` has been here."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
        os.utime(tmp_path / name, (1_000, 1_000))
    (tmp_path / ".venv").mkdir()
    for stamp in (".created", ".installed-lab"):
        (tmp_path / ".venv" / stamp).touch()
    return tmp_path


def test_a_bare_copy_makes_an_environment_and_installs_what_the_target_needs(installed):
    shutil.rmtree(installed / ".venv")
    lab, test = make("-n", "lab", folder=installed), make("-n", "test", folder=installed)
    assert "-m venv .venv" in lab and '--constraint constraints.txt --editable ".[mujoco]"' in lab
    assert '--editable ".[test]"' in test and "-m pytest" in test
    assert lab.index("pip install") < lab.index("-m tools.lab")


def test_a_second_call_installs_nothing_until_a_list_of_packages_changed(installed):
    for target in ("lab", "run"):
        assert "pip install" not in make("-n", target, folder=installed)
    for changed in ("pyproject.toml", "constraints.txt"):
        os.utime(installed / ".venv" / ".installed-lab", (2_000, 2_000))
        assert "pip install" not in make("-n", "lab", folder=installed)
        os.utime(installed / changed)
        assert make("-n", "lab", folder=installed).count("pip install") == 1
        os.utime(installed / changed, (1_000, 1_000))


def test_each_target_installs_its_own_extra_even_after_lab(installed):
    for target, extra in {
        "test": "test",
        "notebooks": "test",
        "bench": "bench",
        "classroom": "classroom",
    }.items():
        assert f'--editable ".[{extra}]"' in make("-n", target, folder=installed), target


def test_the_workflow_makes_what_there_is():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))["jobs"]
    called = [entry["target"] for entry in jobs["versions"]["strategy"]["matrix"]["include"]]
    assert called == ["test-floors", "test-newest"]
    for target in called:
        assert f"-m tools.versions {target.removeprefix('test-')} >" in make("-n", target)


def test_what_is_published_is_what_make_site_writes():
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text("utf-8"))["jobs"]["site"][
        "steps"
    ]
    assert {"run": "make site"} in steps
    folders = [step["with"]["path"] for step in steps if "path" in step.get("with", {})]
    assert folders == [str(OUT.parent.relative_to(ROOT) / "panels"), str(OUT.relative_to(ROOT))]


def test_another_index_is_asked_only_when_given(tmp_path):
    assert "extra-index-url" not in make("-n", "lab", "VENV=" + str(tmp_path / "v"))
    asked = make("-n", "lab", "VENV=" + str(tmp_path / "v"), "TORCH_INDEX=https://example.org/cpu")
    assert "--extra-index-url https://example.org/cpu" in asked


def test_the_page_that_lab_opens_exists_and_the_server_keeps_its_token():
    command = " ".join([make("-n", "lab").splitlines()[-1], *options([])])
    page = re.search(r"default_url=/lab/tree/mine/(\S+)", command)[1]
    assert (ROOT / "notebooks" / page).is_file(), f"make lab opens a copy of {page}, which is not there"
    assert f"root_dir={ROOT} " in command
    assert not re.search(r"token|password|--ip|disable", command)


def test_nobody_is_told_to_start_in_the_folder_of_the_pages():
    texts = ("README.md", "environment.yml", "docs/classroom.md", "CONTRIBUTING.md")
    wrong = re.compile(r"jupyter[ -]lab\b[^\n]*notebooks|cd notebooks")
    assert [text for text in texts if wrong.search((ROOT / text).read_text("utf-8"))] == []


def test_the_classroom_is_for_this_computer_unless_the_teacher_says_otherwise(monkeypatch):
    monkeypatch.delenv("LISTEN", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    assert "-m classroom --Voila.ip=127.0.0.1 --port=8866" in make("-n", "classroom")
    assert "--Voila.ip=0.0.0.0 --port=9000" in make("-n", "classroom", "LISTEN=0.0.0.0", "PORT=9000")


def test_an_old_python_is_refused_with_what_to_do(tmp_path):
    # The real Python, but it runs the Makefile's question about its version as if it were 3.10.
    old = tmp_path / "old-python"
    as_old = "import sys; sys.version_info = (3, 10); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{as_old}" "$2"\n')
    old.chmod(0o755)
    with pytest.raises(subprocess.CalledProcessError) as failed:
        make("lab", f"PYTHON={old}", f"VENV={tmp_path / 'v'}")
    assert "needs Python 3.11 or newer" in failed.value.stderr
    assert not (tmp_path / "v").exists()


def test_clean_removes_environments_and_neither_a_learners_work_nor_another_folder_that_venv_names(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = {
        "notebooks/thesis.ipynb", "mine/00_start_here.ipynb", "mine/.progress.jsonl",
        "mine/.ipynb_checkpoints/00_start_here-checkpoint.ipynb",
    }  # fmt: skip
    left_behind = {
        ".venv/pyvenv.cfg", ".venv-floors/pyvenv.cfg", ".grimp_cache/x.data.json",
        "notebooks/.ipynb_checkpoints/thesis.ipynb", "MUJOCO_LOG.TXT",
    }  # fmt: skip
    for name in kept | left_behind:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    make("clean", "VENV=notebooks", folder=tmp_path)
    make("clean", folder=tmp_path)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"Makefile"} | kept
