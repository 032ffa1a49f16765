"""Where a browser is looked for."""

from pathlib import Path

import pytest

from tests.browser.server import BROWSERS, PROGRAMS, installed_browser


@pytest.fixture
def computer(tmp_path, monkeypatch):
    """A computer with a PATH and folders for programs, all empty."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for name in ("PATH", "PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    if installed_browser() is not None:
        pytest.skip("a browser is installed for everybody here")
    return tmp_path


def install(path: Path) -> str:
    path.parent.mkdir(parents=True)
    path.touch(mode=0o755)
    return str(path)


@pytest.mark.parametrize(
    "place",
    [f"{folder}/{PROGRAMS[2]}" for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    + [f"home/Applications/{program}" for program in PROGRAMS[:2]]
    + [f"PROGRAMFILES(X86)/{PROGRAMS[-1]}"],
)
def test_a_browser_is_found_where_macos_and_windows_keep_it(computer, place):
    path = install(computer / place)
    assert installed_browser() == path


def test_the_one_on_path_comes_first(computer):
    install(computer / "PROGRAMFILES" / PROGRAMS[2])
    path = install(computer / "PATH" / BROWSERS[0])
    assert installed_browser() == path
