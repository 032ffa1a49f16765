"""Predictions and reveals on screen. Every panel also carries a form for readers without a kernel."""

import html
import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import ipywidgets as widgets

from sacnotes_lib.course.kit.predictions import ASKED, Prediction, asked
from sacnotes_lib.course.stage.control_views import mark_chosen
from sacnotes_lib.course.stage.page_panel import PagePanel, told
from sacnotes_lib.plots.picture import Picture
from sacnotes_lib.training.tables import ResultTable

Shown = str | Picture | ResultTable  # what decides a question

WIDE = {"width": "max-content", "max_width": "100%", "height": "auto", "padding": "0.2em 0.9em"}
# On a narrow page a long option takes two lines and a long line of an answer scrolls by itself: ipywidgets would cut
# them. Tables of an answer stand apart. Every page asks something, so what is said here holds for all of it: code in a
# text breaks in no word, and in JupyterLab's dark theme pictures, drawn on white, are turned over, their hues kept.
STYLE = (
    "<style>.sacnotes-predict button {white-space: normal; line-height: 1.5; text-align: left}"
    ".sacnotes-reveal :is(.widget-html, .widget-html-content) {min-width: 0}"
    ".sacnotes-reveal table {margin-bottom: 1em}"
    ".jp-RenderedHTMLCommon :is(pre, pre code) {white-space: pre; overflow-x: auto}"
    "body[data-jp-theme-light='false'] .jp-OutputArea-output img {filter: invert(0.92) hue-rotate(180deg)}</style>"
)


def predict(key: str, question: str, options: Sequence[str] | Mapping[str, Any]) -> "PredictionPanel":
    """Ask for a prediction before a cell is run: one button for each option. Make it the last line of a cell.

    ``key`` names the question for `reveal`. A mapping gives each option a value, for `reveal` to find the right one.
    Where nobody can press a button the page simply goes on. Raises ``ValueError`` unless there are at least two
    different options, all strings.
    """
    now, before = Prediction(key, question, options), ASKED.get(key)
    # Where the cell is only run again, the reveal below goes on to listen to the same question.
    if before is None or any(
        getattr(before, part) != getattr(now, part) for part in ("question", "options", "values")
    ):
        ASKED[key] = now
    return PredictionPanel(ASKED[key])


def reveal(key: str, found: Any, why: str, *, show: Shown | Sequence[Shown] = ()) -> "RevealPanel":
    """Compare the prediction made under ``key`` with what was ``found``, and say ``why``. Make it a cell of its own.

    ``found``, computed in the run, is the value of an option, or where options carry none, an option; among numbers
    the nearest is right. ``show`` is what decides: lines of text, pictures, tables, or
    a list of them. `Backticks` in ``why`` become code. Nothing is seen until a prediction was made, or until the
    reader asks for the answer anyway; a changed prediction closes it again.
    Raises ``LookupError`` for a question that was not asked, ``ValueError`` for an answer that is none of its options.
    """
    return RevealPanel(asked(key), found, why, [show] if isinstance(show, Shown) else list(show))


class PredictionPanel(PagePanel):
    """Buttons for the options of one question; ``choice`` is what was pressed."""

    def __init__(self, prediction: Prediction):
        self.prediction = prediction
        self.buttons = {option: widgets.Button(layout=WIDE.copy()) for option in prediction.options}
        for option, button in self.buttons.items():
            button.on_click(told(self._say, partial(prediction.choose, option)))
        self.status = widgets.HTML()
        prediction.on_change(self._update)
        self._update()
        question = widgets.HTML(f"{STYLE}<b>Predict.</b> {formatted(prediction.question)}")
        super().__init__([question, *self.buttons.values(), self.status], "sacnotes-predict")
        items = "".join(f"<li>{formatted(option)}</li>" for option in prediction.options)
        as_html = f"<p><b>Predict.</b> {formatted(prediction.question)}</p><ul>{items}</ul>"
        as_text = "\n".join([f"Predict. {prediction.question}", *prediction.options])
        self.static = {"text/html": as_html, "text/plain": as_text}, {}

    @property
    def choice(self) -> str | None:
        return self.prediction.choice

    def _update(self) -> None:
        # A button shows plain text alone, so that a backtick would be read as one.
        plain = {option.replace("`", ""): button for option, button in self.buttons.items()}
        mark_chosen(plain, self.choice and self.choice.replace("`", ""))
        text = f"Your prediction: {self.choice}." if self.choice else "Choose an answer before you go on."
        self._say(f'<span role="status">{formatted(text)}</span>')

    def _say(self, markup: str) -> None:
        self.status.value = markup

    def retire(self) -> None:
        self.prediction.on_change(self._update, remove=True)
        super().retire()


class RevealPanel(PagePanel):
    """The comparison of a prediction with the answer. ``is_open`` says whether it is shown."""

    def __init__(self, prediction: Prediction, found: Any, why: str, show: Sequence[Shown]):
        self.prediction = prediction
        self.answer = prediction.right_option(found)
        self.why, self._shown = formatted(why), _as_html(show)
        self.is_open = prediction.settled
        self._choice, self._has_chosen = prediction.choice, prediction.choice is not None
        self.text = widgets.HTML()
        self.button = widgets.Button(layout=WIDE.copy())
        self.button.on_click(lambda _: self.show())
        prediction.on_change(self._prediction_changed)
        super().__init__([self.text, self.button], "sacnotes-reveal")
        as_html = (
            f"{self._shown}<details><summary>Answer: {formatted(prediction.question)}</summary>"
            f"<p><b>{formatted(self.answer)}</b></p><p>{self.why}</p></details>"
        )
        words = [one.description if isinstance(one, Picture) else str(one) for one in show]
        as_text = "\n".join([*words, f"Answer: {prediction.question} {self.answer}. {why}"])
        self.static = {"text/html": as_html, "text/plain": as_text}, {}
        self._update()

    def show(self) -> None:
        """Show the answer, compared with the prediction where there is one."""
        self.is_open = True
        if self.prediction.settled:
            self._update()
        else:
            self.prediction.show_anyway()

    def retire(self) -> None:
        self.prediction.on_change(self._prediction_changed, remove=True)
        super().retire()

    def _prediction_changed(self) -> None:
        choice, before = self.prediction.choice, self._choice
        self._choice = choice
        if choice != before:  # A first choice opens the panel; changing one's mind closes it.
            self.is_open = not (self._has_chosen or self.is_open)
            self._has_chosen = True
        elif self.prediction.settled:
            self.is_open = True
        self._update()

    def _update(self) -> None:
        choice = self.prediction.choice
        self.button.layout.display = "none" if self.is_open else ""
        self.button.description = "Show me anyway" if choice is None else "Compare with my prediction"
        if self.is_open:
            body = f"<p>{_verdict(choice, self.answer)}</p>{self._shown}<p>{self.why}</p>"
        elif choice is None:
            body = "<p>The answer appears here when you have made your prediction above.</p>"
        else:
            body = "<p>You changed your mind. Press the button when you are ready to compare.</p>"
        self.text.value = f'<div role="status" style="line-height:1.5;font-size:1.1em">{body}</div>'


def _as_html(shown: Sequence[Any]) -> str:
    """Lines of text one below the other, as `print` would set them, tables, and pictures with their words."""
    parts = []
    for is_text, some in groupby(shown, lambda one: isinstance(one, str)):
        if is_text:
            parts.append(
                f'<pre style="overflow-x:auto;white-space:pre;line-height:1.3">{html.escape(chr(10).join(some))}</pre>'
            )
        else:
            parts += [
                one._repr_mimebundle_()[0]["text/html"] if isinstance(one, Picture) else one._repr_html_()
                for one in some
            ]
    return "".join(parts)


def _verdict(choice: str | None, answer: str) -> str:
    if choice is None:
        return f"The answer: <b>{formatted(answer)}</b>."
    if choice == answer:
        return f"<b>✓ Right.</b> You predicted <b>{formatted(choice)}</b>, and so it is."
    return f"<b>✗ Not quite.</b> You predicted <b>{formatted(choice)}</b>; it is <b>{formatted(answer)}</b>."


def formatted(text: str) -> str:
    """``text`` as HTML, with `backticks` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
