"""What no file of the repository may hold: paths of one machine, hosts of package registries."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tools.fingerprint import ROOT

MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:work|root|home|Users)/\w|\b[A-Z]:\\+Users\\")
REGISTRY_HOST = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|(?:deb|security)\.debian\.org"
    r"|archive\.ubuntu\.com|download\.pytorch\.org|(?:conda\.)?anaconda\.org)"
)
EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\\n]+")


def files():
    """Everything that is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("this copy is no git checkout, so nobody knows which files belong to it")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def readable_text(path):
    """The text a person could read in `path`; pictures, as bytes or embedded, are left out."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""
    if path.suffix == ".ipynb":
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                output["data"] = {
                    kind: data[kind] for kind in data if not kind.startswith(("image/", "video/"))
                }
        text = json.dumps(notebook, ensure_ascii=False)
    return EMBEDDED.sub("", text)


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST], ids=["machine path", "registry host"])
def test_no_file_names_a(pattern):
    found = {path.relative_to(ROOT).as_posix(): pattern.search(readable_text(path)) for path in files()}
    assert len(found) > 20
    assert {name: match[0] for name, match in found.items() if match} == {}


def test_a_machine_path_is_told_from_other_slashes():
    paths = ["see /home/ann/x", "'/work/course'", r"C:\Users\ann", r"C:\\Users\\ann"]
    others = ["example.org/home/page", "./work/x", "/homework/1", "and/or", "~/work/x", "/work/"]
    assert [text for text in paths + others if MACHINE_PATH.search(text)] == paths


def test_a_picture_cannot_be_mistaken_for_a_path(tmp_path):
    picture = {"output_type": "display_data", "data": {"image/png": "a/work/b", "text/plain": "shown"}}
    page = {
        "output_type": "display_data",
        "data": {"text/html": "<img src='data:image/png;base64,A/home/A'>"},
    }
    file = tmp_path / "page.ipynb"
    file.write_text(json.dumps({"cells": [{"cell_type": "code", "outputs": [picture, page]}]}))
    text = readable_text(file)
    assert "shown" in text and "img src" in text
    assert "/work" not in text and "/home" not in text
