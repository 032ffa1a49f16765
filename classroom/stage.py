"""One demo on the page: words on the left, the picture with its controls on the right."""

import html
import os
from urllib.parse import parse_qs

import ipywidgets as widgets
from voila.utils import get_query_string

import sacnotes_lib
from classroom.demos import DEMOS, Demo, find
from classroom.lessons import Lesson, find_step
from sacnotes_lib import TrainingConsole
from sacnotes_lib.course.stage.painter import Painter

IN_WORDS = '<label class="in-words"><input type="checkbox"> The picture in words</label>'


def requested() -> widgets.Widget:
    """The page that the address asks for with ``?demo=NAME``, or with ``?lesson=MINUTES&step=NUMBER``.

    The kernel is started ahead, so that a page opens at once: all that does not depend on the name is done first,
    then it waits for a page to ask.
    """
    scene = sacnotes_lib.TemperatureScene()
    Painter(scene).paint(scene.compute(**scene.defaults()))  # the first picture looks for fonts
    query = get_query_string()
    if query is None:  # the server has ended: nobody will ask, and nobody wants to read a kernel's last words
        os._exit(0)
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    try:
        if "lesson" in asked:
            return lesson_page(*find_step(asked["lesson"], asked.get("step", "1")))
        demo = find(asked.get("demo", ""))
        return page(demo, header(demo))
    except LookupError as error:
        return widgets.HTML(f'<p role="alert">{html.escape(str(error))}. <a href="../../">All demos</a></p>')


def lesson_page(lesson: Lesson, place: int) -> widgets.Widget:
    """One step of a lesson: a demo, or a few words in large type."""
    step, top = lesson.steps[place], lesson_header(lesson, place)
    if step.demo:
        return page(find(step.demo), top)
    said = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in step.shown)
    return widgets.VBox([_html(top, "header"), _html(said, "said")]).add_class("stage")


def page(demo: Demo, top: str) -> widgets.Widget:
    """Header, words and panel of one demo."""
    panel = demo.panel(sacnotes_lib)
    if isinstance(panel, TrainingConsole):
        tuck_away(panel, demo.settings)
    body = widgets.Box([_html(words(demo), "words"), widgets.Box([panel]).add_class("panel")])
    return widgets.VBox([_html(top, "header"), body.add_class("body")]).add_class("stage")


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
    around = [(f"?demo={other.name}", other.title) for other in DEMOS]
    return _header(demo.title, IN_WORDS, around, place)


def lesson_header(lesson: Lesson, place: int) -> str:
    """Title, clock, and the way to the steps before and after. The clock counts, and never ends anything."""
    step = lesson.steps[place]
    planned = lesson.planned(place)
    clock = (
        f'<span class="clock"><span role="timer">0</span> of {planned} min · '
        f"plan: {step.minute} to {step.minute + planned} of {lesson.minutes}</span>"
    )
    around = [
        (f"?lesson={lesson.minutes}&step={number}", other.heading)
        for number, other in enumerate(lesson.steps, start=1)
    ]
    return _header(step.heading, clock + (IN_WORDS if step.demo else ""), around, place, step.stays)


def _header(title: str, between: str, around: list[tuple[str, str]], place: int, stays: bool = False) -> str:
    """``around``: address and title of all pages in their order; this one stands at ``place``."""
    before = after = ""
    if place:
        address, there = map(html.escape, around[place - 1])
        before = f'<a href="{address}" rel="prev" title="{there}">‹ Previous</a>'
    if place + 1 < len(around):
        address, there = map(html.escape, around[place + 1])
        beside = ' target="_blank"' if stays else ""
        after = f'<a href="{address}" rel="next"{beside}>Next: {there} ›</a>'
    return (
        f"<h1>{html.escape(title)}</h1>{between}"
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
        for move, see in demo.moves.items()
    )
    return (
        f"<h2>Ask</h2><p class='ask'>{html.escape(demo.ask)}</p>"
        f"<h2>Predict</h2><ol type='A' class='hands'>{options}</ol>"
        f"<h2>Move</h2><ol>{moves}</ol>"
    )


def _html(markup: str, name: str) -> widgets.HTML:
    return widgets.HTML(markup).add_class(name)
