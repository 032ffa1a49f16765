"""`review`: questions of the pages asked again, one at a time, those that were missed first."""

from collections.abc import Mapping, Sequence

import ipywidgets as widgets

from sacnotes_lib.course.kit.cards import PUBLISHED, Card, published_cards
from sacnotes_lib.course.kit.panels import WIDE, PredictionPanel, RevealPanel, formatted
from sacnotes_lib.course.kit.predictions import Prediction
from sacnotes_lib.course.kit.progress import PROGRESS
from sacnotes_lib.course.stage.control_views import ButtonRow
from sacnotes_lib.course.stage.page_panel import PagePanel

AGAIN = "again."  # before the key of a question: what was answered when it was asked again
KNEW, MISSED = "I knew it", "I missed it"  # the answers to a self-test question
NONE = "Nothing to ask again yet. What you predict on the pages comes back here."
LOST = f"The published pages, which hold questions and answers, are not in {PUBLISHED}."


def review() -> "ReviewPanel":
    """Ask again, one at a time: what you missed, then self-tests of the pages that you began, then what is oldest.

    What you answer here decides on the order next time, and leaves the predictions on their pages as they are. A
    question that you leave open comes back. Make it the last line of a cell.
    """
    PROGRESS.load()
    cards = published_cards()
    return ReviewPanel(due(cards, PROGRESS.predictions), NONE if cards else LOST)


def due(cards: Sequence[Card], chosen: Mapping[str, str]) -> list[Card]:
    """The predictions that were made, and the self-tests of their pages: missed ones, new ones, known ones by age.

    ``chosen``: key -> answer, the newest last; the last answer to a question asked again counts.
    """
    place = {key: number for number, key in enumerate(chosen)}
    begun = {key[:2] for key in chosen}
    order = {}
    for card in cards:
        last = next((key for key in (AGAIN + card.key, card.key) if key in chosen), None)
        if last:
            order[card] = 2 * (chosen[last] == (card.answer if card.options else KNEW)), place[last]
        elif not card.options and card.key[:2] in begun:
            order[card] = 1, 0
    return sorted(order, key=order.get)


class ReviewPanel(PagePanel):
    """One question, its answer once that was asked for, and a button for the next; ``waiting`` are still to come."""

    def __init__(self, cards: Sequence[Card], none: str = NONE):
        self.waiting, self._count = list(cards), len(cards)
        self.card, self.status = widgets.VBox(), widgets.HTML()
        said = f"{self._count} questions can be asked again." if cards else none
        self._say(said)
        self.button = widgets.Button(description="Next question", layout=WIDE.copy())
        self.button.on_click(lambda _: self.next())
        super().__init__([self.status, self.card, self.button], "sacnotes-review")
        self.static = {"text/html": f"<p>{said}</p>", "text/plain": said}, {}
        self.next()

    def next(self) -> None:
        """Show the next question, or none after the last."""
        before, self.card.children = self.card.children, self._asked() if self.waiting else ()
        for panel in before:
            panel.retire()
        self.button.layout.display = None if self.waiting else "none"

    def _asked(self) -> tuple[PagePanel, ...]:
        card = self.waiting.pop(0)
        self._say(f"Question {self._count - len(self.waiting)} of {self._count}, from page {card.file[:2]}.")
        PROGRESS.record_prediction(AGAIN + card.key, None)
        if not card.options:
            return (SelfTest(card),)
        question = Prediction(AGAIN + card.key, card.question, card.options)
        return PredictionPanel(question), RevealPanel(question, card.answer, card.why, ())

    def _say(self, text: str) -> None:
        self.status.value = f'<span role="status">{text}</span>'

    def retire(self) -> None:
        for panel in self.card.children:
            panel.retire()
        super().retire()


class SelfTest(PagePanel):
    """A question with its answer in a fold; the learner says whether it was known."""

    def __init__(self, card: Card):
        fold = f"<details><summary>Answer</summary>{formatted(card.answer)}</details>"
        self.known = ButtonRow("Did you know it?", (KNEW, MISSED), None)
        self.known.observe(lambda change: PROGRESS.record_prediction(AGAIN + card.key, change.new), "value")
        super().__init__(
            [widgets.HTML(f"<p>{formatted(card.question)}</p>{fold}"), self.known], "sacnotes-self-test"
        )
