"""JupyterLab or the classroom on a free local port, and an installed browser: shared by tests and benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[2]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# macOS and Windows keep programs in folders of their own, not on PATH. Edge is a Chromium too, and Windows has it.
PROGRAMS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium",
    "Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)  # fmt: skip
BROWSER_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Server(NamedTuple):
    """Where JupyterLab listens, its own token, and the folder that it shows."""

    address: str
    token: str
    root: Path


def installed_browser() -> str | None:
    """The browser that the user or the distribution installed; Playwright's own is never downloaded."""
    if path := next(filter(None, map(shutil.which, BROWSERS)), None):
        return path
    folders = ["/Applications", Path.home() / "Applications"]
    folders += filter(None, map(os.environ.get, ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")))
    kept = (Path(folder, program) for folder in folders for program in PROGRAMS)
    return next((str(path) for path in kept if path.is_file()), None)


@contextmanager
def chromium(path: str) -> Iterator:
    """A headless browser, closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@contextmanager
def jupyter_lab(home: Path) -> Iterator[Server]:
    """JupyterLab as `make lab` starts it, with everything of its own under ``home``, stopped at the end."""
    root, environment = own_folders(home)
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", "tools.lab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True"]
    announcement = r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)"
    with _running(command, environment, root, announcement) as (address, token):
        yield Server(address, token, root)


@contextmanager
def classroom(home: Path, *options: str, ping: int | None = None) -> Iterator[Server]:
    """The demos as `make classroom` serves them, with everything of their own under ``home``.

    ``ping`` milliseconds between two signs of life, in place of the half minute that a Jupyter server waits.
    """
    root, environment = own_folders(home)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hurried = f"import jupyter_server.base.websocket as socket, sys; socket.WS_PING_INTERVAL = {ping}\n"
    hurried += "from classroom.__main__ import main; main(sys.argv[1:])"
    command = [sys.executable, *(["-c", hurried] if ping else ["-m", "classroom"])]
    command += ["--no-browser", f"--port={port}", "--Voila.log_level=INFO", *options]
    announcement = r"is running at:()()"
    with _running(command, environment, root, announcement):
        yield Server(f"http://127.0.0.1:{port}", "", root)


def own_folders(home: Path) -> tuple[Path, dict[str, str]]:
    """A folder to work in, and the environment of a server that sees nothing of what the user has set up."""
    folders = {name: home / name for name in ("root", "config", "data", "runtime", "ipython")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    return folders["root"], os.environ | {
        "JUPYTER_CONFIG_DIR": str(folders["config"]),
        "JUPYTER_DATA_DIR": str(folders["data"]),
        "JUPYTER_RUNTIME_DIR": str(folders["runtime"]),
        "IPYTHONDIR": str(folders["ipython"]),
        "PYTHONPATH": str(REPOSITORY),
        "OMP_NUM_THREADS": "1",
        "SACNOTES_QUICK": "1",  # pages cut their training short; here it is the widgets that count
    }


@contextmanager
def _running(command, environment, folder, announcement) -> Iterator[tuple[str, str]]:
    """A server while the block lasts, from the moment on at which it says that it listens."""
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=folder)
    try:
        yield _announced(process, announcement)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _announced(process, announcement: str) -> tuple[str, str]:
    """Address and token, as the server prints them when it listens. Its log is read on until it ends."""
    ready, found, log = threading.Event(), [], []

    def read():
        for line in process.stderr:
            log.append(line)
            match = re.search(announcement, line)
            if match and not found:
                found.extend(match.groups())
                ready.set()
        ready.set()  # it ended before it listened: say so at once

    threading.Thread(target=read, daemon=True).start()
    ready.wait(timeout=120)
    if not found:
        raise RuntimeError(f"{' '.join(process.args)} did not start:\n" + "".join(log))
    return found[0], found[1]
