"""A connection between page and kernel that loses what is said on it, and is cut."""

from __future__ import annotations

LOSSY = """
window.connection = {sockets: [], lost: null};
window.WebSocket = class extends WebSocket {
    constructor(...place) {
        super(...place);
        if (String(place[0]).includes('/channels')) connection.sockets.push(this);
    }
    set onmessage(receive) {
        super.onmessage = message => { if (connection.lost !== 'answers') receive(message); };
    }
    send(message) {
        if (connection.lost !== 'changes') super.send(message);
    }
};
"""


class Connection:
    """The page's side of its WebSocket to the kernel. Made before the page is opened."""

    def __init__(self, page):
        self.page = page
        page.add_init_script(LOSSY)

    @property
    def opened(self) -> int:
        """How many times the page has connected."""
        return self.page.evaluate("connection.sockets.length")

    def lose(self, what: str, control, key: str) -> None:
        """Lose 'answers' of the kernel, or 'changes' on the page, while a key is pressed on a control. Then cut the
        connection, and wait until the page is back and shows the control anew."""
        shown = control.element_handle()
        self.page.evaluate("what => { connection.lost = what; }", what)
        control.press(key)
        self.page.wait_for_timeout(2_500)  # a console's pulse beats once a second: a beat is lost too
        self.page.evaluate("connection.lost = null; connection.sockets.at(-1).close()")
        self.page.wait_for_function("shown => !shown.isConnected", arg=shown, timeout=60_000)
