"""The whole site with coarse panels, built once, behind a server under a base path; every request is remembered."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from website.build import build

BASE = "/x/y/"
ONLY = os.environ.get("SACNOTES_SITE_ONLY", "").split()  # such as "00 05", for a quick look; else all pages
BUILT = os.environ.get(
    "SACNOTES_SITE"
)  # a site with all its positions, such as build/site, instead of a new one
GRID = {} if BUILT else {"most": 24, "least": 2, "steps": 300}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """The address of a server for the files below a folder, stopped at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site. Two positions of a slider are enough to see it move."""
    folder = tmp_path_factory.mktemp("web") / BASE.strip("/")
    if not BUILT:
        return build(folder, only=ONLY, cache=tmp_path_factory.mktemp("panels"), **GRID)
    folder.parent.mkdir()
    folder.symlink_to(os.path.abspath(BUILT), target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def address(site):
    with served(site.parents[1]) as root:
        yield root + BASE


@pytest.fixture
def visit(browser, address):  # noqa: F811
    """Opens a page of the site in a new window. The test fails on an error there, and on a request to elsewhere."""
    contexts, wrong = [], []

    def open_page(name, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda request: request.url.startswith((address, "data:")) or wrong.append(request.url)
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.goto(address + name)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
