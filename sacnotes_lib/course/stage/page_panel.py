"""Controls that answer again when their page had lost its connection and is back.

A control on a page sends one change, and keeps the next ones until the kernel says that it is done with the first.
Where the change or the answer was lost with the connection, it would keep them for ever. A new model on the page has
nothing to wait for.
"""

from __future__ import annotations

import weakref

import ipywidgets as widgets

from sacnotes_lib.course.stage import surroundings

_panels: weakref.WeakSet = weakref.WeakSet()
_pages: set[str] = (
    set()
)  # those that have asked for the state of all widgets, as every page does when it connects


def answer_after_reconnection(panel: widgets.Box) -> None:
    """Whenever a page reconnects, give the controls below ``panel`` new models there."""
    kernel = surroundings.kernel()
    if kernel is not None and not _pages:
        _pages.add(surroundings.present_page())
        kernel.comm_manager.register_target("jupyter.widget.control", page_connected)
    _panels.add(panel)


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
    controls = [child for child in box.children if _is_control(child)]
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


def _is_control(widget: widgets.Widget) -> bool:
    return isinstance(widget, widgets.ValueWidget) and not isinstance(widget, (widgets.HTML, widgets.Label))
