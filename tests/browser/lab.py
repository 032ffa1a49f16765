"""A page that is watched, and one notebook open in JupyterLab: open it, run it."""

from __future__ import annotations

from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import expect

from tests.browser.server import Server
from tools.tidy import KERNELSPEC

CURRENT = "window.jupyterapp?.shell?.currentWidget"

# JupyterLab draws the cells of a page one after the other, when it has nothing else to do.
DRAWN = (
    f"(cells => cells?.length > 0 && cells.every(cell => cell.node.isConnected))({CURRENT}?.content?.widgets)"
)

READY = f"""() => {{
    const context = {CURRENT}?.sessionContext;
    const kernel = context?.session?.kernel;
    const connected = kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
    return Boolean(context?.isReady && connected && {DRAWN});
}}"""

# The names of the errors so far, or 'done', or false while cells are still to run.
PROGRESS = f"""() => {{
    const panel = {CURRENT};
    const code = Array.from(panel.content.model.cells).filter(cell => cell.type === 'code');
    for (const cell of code)
        for (let i = 0; i < cell.outputs.length; i++) {{
            const output = cell.outputs.get(i).toJSON();
            if (output.output_type === 'error') return output.ename + ': ' + output.evalue;
        }}
    const empty = cell => cell.sharedModel.getSource().trim() === '';
    const ran = code.every(cell => cell.executionCount !== null || empty(cell));
    return ran && panel.sessionContext.session.kernel.status === 'idle' ? 'done' : false;
}}"""

# Messages that Jupyter itself writes to the console, whatever the notebook.
OWN_NOISE = ("favicon",)


class WatchedPage:
    """A browser page. ``errors`` and ``strangers`` collect what must not happen."""

    def __init__(self, page, server: Server):
        self.page, self.server, self.root = page, server, server.root
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._on_console)
        page.on("request", lambda request: self._on_address(request.url))
        page.on("websocket", lambda socket: self._on_address(socket.url))

    def _on_console(self, message) -> None:
        if message.type == "error" and not any(noise in message.text for noise in OWN_NOISE):
            self.errors.append(message.text)

    def _on_address(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname != "127.0.0.1":
            self.strangers.append(url)


class LabPage(WatchedPage):
    """A browser page with JupyterLab on it."""

    def __init__(self, page, server: Server, workspace: str):
        super().__init__(page, server)
        self.workspace = workspace

    def write(self, name: str, *cells: str) -> str:
        """A new notebook of these code cells in the server's folder."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = dict(KERNELSPEC)
        nbformat.write(notebook, self.root / name)
        return name

    def show(self) -> None:
        """JupyterLab with nothing open in it."""
        self.page.goto(
            f"{self.server.address}/lab/workspaces/{self.workspace}?reset&token={self.server.token}"
        )
        self.page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=120_000)

    def open(self, name: str) -> None:
        """Show a notebook, alone, and wait until its kernel is idle."""
        place = f"/doc/workspaces/{self.workspace}/tree/{name}?reset&token={self.server.token}"
        self.page.goto(self.server.address + place)
        self.page.wait_for_function(READY, timeout=120_000)

    def run_all(self) -> None:
        """Run every cell, wait for the last one, fail at the first error."""
        # The command's promise is not awaited: it may never settle where a widget still talks.
        self.page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        outcome = self.page.wait_for_function(PROGRESS, timeout=300_000).json_value()
        assert outcome == "done", outcome

    def run(self, name: str, *cells: str) -> None:
        """Write a notebook, open it, run it."""
        self.open(self.write(name, *cells))
        self.run_all()

    def close_kernels(self) -> None:
        """Shut down every kernel of the server."""
        self.page.evaluate(
            "async () => { await window.jupyterapp?.serviceManager?.sessions?.shutdownAll(); }",
        )


def another_picture(image, before: tuple[str, str], timeout: float | None = None) -> None:
    """Wait for a picture with another source and description than before, alone and whole."""
    expect(image).not_to_have_attribute("alt", before[1], timeout=timeout)
    expect(image).not_to_have_attribute("src", before[0])
    expect(image).to_have_js_property("complete", True)
    expect(image).to_have_count(1)
    assert image.evaluate("image => image.naturalWidth") > 0


def key_with_room(slider) -> str:
    """The arrow that leads away from the nearer end."""
    low, now, high = (float(slider.get_attribute(f"aria-value{end}")) for end in ("min", "now", "max"))
    return "ArrowRight" if high - now >= now - low else "ArrowLeft"


def drag(page, slider, by: float) -> None:
    """Take a slider's handle by its middle and pull it, fast, past its end, as far as `by` pixels from its left."""
    box, mouse = slider.bounding_box(), page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + by, box["y"], steps=40)
    mouse.up()
