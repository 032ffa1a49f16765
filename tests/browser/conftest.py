"""A JupyterLab server for the session, a fresh page for each test."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.browser.lab import LabPage
from tests.browser.server import REPOSITORY, jupyter_lab
from tools.copies import renew


@pytest.fixture(scope="session")
def lab_server(browser_path, tmp_path_factory):
    with jupyter_lab(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture
def lab(browser, lab_server, request):
    """A page of JupyterLab that remembers what went wrong on it. The test fails on anything that did."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = LabPage(context.new_page(), lab_server, workspace=re.sub(r"\W+", "-", request.node.name))
    yield page
    errors, strangers = list(page.errors), list(page.strangers)  # before kernels are torn from their page
    page.close_kernels()
    context.close()
    assert strangers == [], "requests left this machine"
    assert errors == [], "errors on the page or its console"


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The course, and a learner's copies of it."""
    root = tmp_path_factory.mktemp("course")
    for folder in ("docs", "notebooks"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    renew(root)
    return root


@pytest.fixture
def course(lab, published):
    """A page of JupyterLab with the course and untouched copies in the server's folder."""
    shutil.copytree(published, lab.root, dirs_exist_ok=True)
    return lab
