"""For every test, set before any library is imported: one thread for arithmetic, no learner's record touched.

Tests of whole rooms that start kernels, browsers and installations are marked slow here.
"""

import os
import signal
from pathlib import Path

import pytest

SLOW_ROOMS = {
    Path(__file__).parent / room for room in ("browser", "notebooks", "project", "benchmarks", "website")
}

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin make shared cores ten times slower
os.environ["SACNOTES_PROGRESS"] = os.environ["SACNOTES_RESULTS"] = "off"

# A shell starts what it runs in the background with Ctrl-C ignored, and tests that press it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent in SLOW_ROOMS:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def browser_path() -> str:
    """An installed browser. Where there is none, tests are skipped with a word about it; in CI they fail."""
    from tests.browser.server import BROWSERS, installed_browser  # playwright: not for every test

    path = installed_browser()
    if path is None:
        missing = f"NO BROWSER FOUND (looked for {', '.join(BROWSERS)}): nothing was tested in a real page"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="session")
def browser(browser_path):
    from tests.browser.server import chromium

    with chromium(browser_path) as browser:
        yield browser
