"""Panels that a page can show without a kernel, and that answer again after a lost connection.

A control on a page sends one change, and keeps the next ones until the kernel says that it is done with the first.
Where the change or the answer was lost with the connection, it would keep them for ever. A new model on the page has
nothing to wait for.
"""

import html
import weakref

import ipywidgets as widgets

from sacnotes_lib.course.stage import surroundings

ROW = {"flex_flow": "row wrap", "align_items": "center"}  # the layout of controls side by side

_panels: weakref.WeakSet = weakref.WeakSet()
_pages: set[str] = set()  # have asked for the state of all widgets, as every page does when it connects


class PagePanel(widgets.VBox):
    """A column of widgets. Whenever a page reconnects, the controls in it get new models there.

    A subclass sets ``static``: data and metadata of the output for readers without a kernel, each by MIME type.
    """

    static: tuple[dict, dict]

    def __init__(self, children, css_class: str):
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
