"""Panels that a page can show without a kernel, and that answer again after a lost connection.

A control on a page sends one change, and keeps the next ones until the kernel says that it is done with the first.
Where the change or the answer was lost with the connection, it would keep them for ever. A new model on the page has
nothing to wait for.
"""

import html
import weakref
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from sacnotes_lib.course.stage import surroundings

ROW = {"flex_flow": "row wrap", "align_items": "center"}  # the layout of controls side by side

_panels: weakref.WeakSet = weakref.WeakSet()
_pages: set[str] = set()  # have asked for the state of all widgets, as every page does when it connects


class PagePanel(widgets.VBox):
    """A column of widgets that goes when its cell is run again. When a page reconnects, its controls get new models.

    A subclass sets ``static``: data and metadata of the output for readers without a kernel, each by MIME type.
    """

    static: tuple[dict, dict]

    def __init__(self, children, css_class: str):
        self.predecessor = surroundings.predecessor(self)
        super().__init__(children)
        self.add_class(css_class)
        kernel = surroundings.kernel()
        if kernel is not None and not _pages:
            _pages.add(surroundings.present_page())
            kernel.comm_manager.register_target("jupyter.widget.control", page_connected)
        _panels.add(self)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = self.static
        return super()._repr_mimebundle_(**kwargs) | data, metadata

    def retire(self) -> None:
        """Take it off the page, with all that it is made of."""
        _panels.discard(self)
        self.predecessor = None
        for part in (*_parts(self), self):
            part.layout.close()
            if hasattr(part, "style"):
                part.style.close()
            part.close()


def _parts(box: widgets.Box) -> list[widgets.Widget]:
    """All widgets below ``box``."""
    return [
        part
        for child in box.children
        for part in (child, *(_parts(child) if hasattr(child, "children") else ()))
    ]


def told(say: Callable[[str], Any], action: Callable[[], Any], title: str = "This did not work.") -> Callable:
    """``action`` for a widget to call. Its error is said by ``say``, as HTML: raised, it would reach nobody there."""

    def call(*_) -> None:
        try:
            action()
        except Exception as error:
            say(alert(title, error))

    return call


def page_connected(comm, message: dict) -> None:
    """A page is about to ask for the state of all widgets; if not for the first time, it had lost its connection."""
    widgets.Widget.handle_control_comm_opened(comm, message)
    page = message["header"]["session"]
    if page in _pages:
        for panel in list(_panels):
            renew(panel)
    _pages.add(page)


def renew(box: widgets.Box) -> None:
    """Give every control below ``box`` a new model on the pages that show it.

    Here it stays the same object, with its value and its callbacks. Buttons wait for nothing, and keep their models.
    """
    controls = [
        child
        for child in box.children
        if isinstance(child, widgets.ValueWidget) and not isinstance(child, (widgets.HTML, widgets.Label))
    ]
    for control in controls:
        if isinstance(control, widgets.Play):
            control.playing = False  # else its old model would go on counting
        control.close()
        control.open()
    if controls:
        box.send_state("children")
    for child in box.children:
        if isinstance(child, widgets.Box):
            renew(child)


def alert(title: str, error: Exception, advice: str = "") -> str:
    """What went wrong, spoken at once by a screen reader; ``advice`` is HTML."""
    return (
        '<div role="alert" style="border-left:5px solid #bd1f01;padding:0.5em 1em;max-width:60em;line-height:1.5">'
        f"<b>{title}</b> {html.escape(f'{type(error).__name__}: {error}')}{advice}</div>"
    )
