"""One demo on the page: words on the left, the picture with its controls on the right."""

import html
import os
from urllib.parse import parse_qs

import ipywidgets as widgets
from voila.utils import get_query_string

import sacnotes_lib
from classroom.demos import DEMOS, Demo, find
from sacnotes_lib import TrainingConsole
from sacnotes_lib.course.stage.painter import Painter


def requested() -> widgets.Widget:
    """The page that the address asks for with ``?demo=NAME``.

    The kernel is started ahead, so that a page opens at once: all that does not depend on the name is done first,
    then it waits for a page to ask.
    """
    scene = sacnotes_lib.TemperatureScene()
    Painter(scene).paint(scene.compute(**scene.defaults()))  # the first picture looks for fonts
    query = get_query_string()
    if query is None:  # the server has ended: nobody will ask, and nobody wants to read a kernel's last words
        os._exit(0)
    name = parse_qs(query).get("demo", [""])[0]
    try:
        return page(find(name))
    except LookupError as error:
        return widgets.HTML(f'<p role="alert">{html.escape(str(error))}. <a href="../../">All demos</a></p>')


def page(demo: Demo) -> widgets.Widget:
    """Header, words and panel of one demo."""
    panel = demo.panel(sacnotes_lib)
    if isinstance(panel, TrainingConsole):
        tuck_away(panel, demo.settings)
    body = widgets.Box([_html(words(demo), "words"), widgets.Box([panel]).add_class("panel")])
    return widgets.VBox([_html(header(demo), "header"), body.add_class("body")]).add_class("stage")


def tuck_away(console: TrainingConsole, wanted: tuple[str, ...]) -> None:
    """Leave the picture the room that settings take which this demo does not need; a button brings them back."""
    for steering in console.steering.values():
        for name, view in steering.views.items():
            if name not in wanted:
                view.box.add_class("tucked-away")
    more = widgets.ToggleButton(
        description="All settings", tooltip="Show every setting of the training console"
    )
    more.observe(
        lambda change: (console.add_class if change.new else console.remove_class)("all"), names="value"
    )
    buttons = console.children[0]
    buttons.children += (more,)


def header(demo: Demo) -> str:
    """Title and the way to the other demos."""
    place = DEMOS.index(demo)
    before = _link(DEMOS[place - 1], "‹ ", "") if place else ""
    after = _link(DEMOS[place + 1], "", " ›") if place + 1 < len(DEMOS) else ""
    return (
        f"<h1>{html.escape(demo.title)}</h1>"
        '<label class="in-words"><input type="checkbox"> The picture in words</label>'
        f'<nav aria-label="demos">{before}<a href="../../">All demos</a>{after}</nav>'
    )


def words(demo: Demo) -> str:
    """Question, predictions with room for the number of hands, and each move with what is to be seen, folded."""
    options = "".join(
        f'<li><label><span>{html.escape(option)}</span> <input type="number" min="0" aria-label="hands for '
        f'{html.escape(option, quote=True)}"></label></li>'
        for option in demo.options
    )
    moves = "".join(  # of the same name, so that one closes when another opens: all of it stays on the screen
        f'<li>{html.escape(move)} <details name="see"><summary>See</summary><p>{html.escape(see)}</p></details></li>'
        for move, see in zip(demo.move, demo.see, strict=True)
    )
    return (
        f"<h2>Ask</h2><p class='ask'>{html.escape(demo.ask)}</p>"
        f"<h2>Predict</h2><ol type='A' class='hands'>{options}</ol>"
        f"<h2>Move</h2><ol>{moves}</ol>"
    )


def _link(demo: Demo, before: str, after: str) -> str:
    return f'<a href="?demo={demo.name}">{before}{html.escape(demo.title)}{after}</a>'


def _html(markup: str, name: str) -> widgets.HTML:
    return widgets.HTML(markup).add_class(name)
