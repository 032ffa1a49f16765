"""Predictions and reveals on screen. Every panel also carries a form for readers without a kernel."""

import html
import re
from collections.abc import Sequence
from functools import partial

import ipywidgets as widgets

from sacnotes_lib.course.kit.predictions import Prediction
from sacnotes_lib.course.stage.control_views import mark_chosen
from sacnotes_lib.course.stage.page_panel import PagePanel, told

WIDE = {"width": "max-content", "max_width": "100%", "height": "auto", "padding": "0.2em 0.9em"}

_asked: dict[str, Prediction] = {}  # key -> the question as it was asked last; the choice made before is kept


def predict(key: str, question: str, options: Sequence[str]) -> "PredictionPanel":
    """Ask for a prediction before a cell is run: one button for each option. Make it the last line of a cell.

    ``key`` names the question for `reveal`. Where nobody can press a button the page simply goes on.
    Raises ``ValueError`` unless there are at least two different options, all strings.
    """
    asked, before = Prediction(key, question, options), _asked.get(key)
    # Where the cell is only run again, the reveal below goes on to listen to the same question.
    if before is None or (before.question, before.options) != (asked.question, asked.options):
        _asked[key] = asked
    return PredictionPanel(_asked[key])


def reveal(key: str, answer: str | int, why: str, panel=None) -> "RevealPanel":
    """Compare the prediction made under ``key`` with ``answer``, and say ``why``. Make it the last line of a cell.

    ``answer`` is one of the options, or its place counted from 0; it may be computed in the run. The panel stays
    closed until a prediction was made, or until the reader asks for the answer anyway, and closes again when the
    prediction is changed, or when a control of ``panel`` (what `live` returns) is moved. `Backticks` in ``why``
    become code. Raises ``LookupError`` for a question that was not asked, ``ValueError`` for an answer that is none
    of its options.
    """
    if key not in _asked:
        known = ", ".join(repr(name) for name in _asked) or "none yet"
        raise LookupError(
            f"No prediction is called {key!r}. Run the cell with its predict(...) first. Asked so far: {known}."
        )
    return RevealPanel(_asked[key], answer, why, panel)


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
        question = widgets.HTML(f"<b>Predict.</b> {_formatted(prediction.question)}")
        super().__init__([question, *self.buttons.values(), self.status], "sacnotes-predict")
        items = "".join(f"<li>{_formatted(option)}</li>" for option in prediction.options)
        as_html = f"<p><b>Predict.</b> {_formatted(prediction.question)}</p><ul>{items}</ul>"
        as_text = "\n".join([f"Predict. {prediction.question}", *prediction.options])
        self.static = {"text/html": as_html, "text/plain": as_text}, {}

    @property
    def choice(self) -> str | None:
        return self.prediction.choice

    def _update(self) -> None:
        mark_chosen(self.buttons, self.choice)
        text = f"Your prediction: {self.choice}." if self.choice else "Choose an answer before you go on."
        self._say(f'<span role="status">{html.escape(text)}</span>')

    def _say(self, markup: str) -> None:
        self.status.value = markup

    def retire(self) -> None:
        self.prediction.on_change(self._update, remove=True)
        super().retire()


class RevealPanel(PagePanel):
    """The comparison of a prediction with the answer. ``is_open`` says whether it is shown."""

    def __init__(self, prediction: Prediction, answer: str | int, why: str, panel=None):
        self.prediction = prediction
        self.answer = prediction.right_option(answer)
        self.why = why
        self.is_open = prediction.choice is not None
        self._seen_choice = prediction.choice
        self.text = widgets.HTML()
        self.button = widgets.Button(layout=WIDE.copy())
        self.button.on_click(lambda _: self.show())
        prediction.on_change(self._prediction_changed)
        self._panel = panel
        if panel is not None:
            panel.on_change(self.hide)
        super().__init__([self.text, self.button], "sacnotes-reveal")
        as_html = (
            f"<details><summary>Answer: {_formatted(prediction.question)}</summary>"
            f"<p><b>{_formatted(self.answer)}</b></p><p>{_formatted(why)}</p></details>"
        )
        as_text = f"Answer: {prediction.question} {self.answer}. {why}"
        self.static = {"text/html": as_html, "text/plain": as_text}, {}
        self._update()

    def show(self) -> None:
        """Show the answer, compared with the prediction where there is one."""
        self.is_open = True
        self._update()

    def hide(self) -> None:
        """Close the panel again, until a button is pressed."""
        self.is_open = False
        self._update()

    def retire(self) -> None:
        self.prediction.on_change(self._prediction_changed, remove=True)
        if self._panel is not None:
            self._panel.on_change(self.hide, remove=True)
        super().retire()

    def _prediction_changed(self) -> None:
        # A first choice opens the panel; changing one's mind closes it.
        first = self._seen_choice is None and self.prediction.choice is not None and not self.is_open
        self._seen_choice = self._seen_choice or self.prediction.choice
        self.is_open = first
        self._update()

    def _update(self) -> None:
        choice = self.prediction.choice
        self.button.layout.display = "none" if self.is_open else ""
        self.button.description = "Show me anyway" if choice is None else "Compare with my prediction"
        if self.is_open:
            body = f"<p>{_verdict(choice, self.answer)}</p><p>{_formatted(self.why)}</p>"
        elif choice is None:
            body = "<p>The answer appears here when you have made your prediction above.</p>"
        else:
            body = "<p>Something changed. Press the button when you are ready to compare.</p>"
        self.text.value = (
            f'<div role="status" style="max-width:60em;line-height:1.5;font-size:1.1em">{body}</div>'
        )


def _verdict(choice: str | None, answer: str) -> str:
    if choice is None:
        return f"The answer: <b>{_formatted(answer)}</b>."
    if choice == answer:
        return f"<b>✓ Right.</b> You predicted <b>{_formatted(choice)}</b>, and so it is."
    return (
        f"<b>✗ Not quite.</b> You predicted <b>{_formatted(choice)}</b>; it is <b>{_formatted(answer)}</b>."
    )


def _formatted(text: str) -> str:
    """``text`` as HTML, with `backticks` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
