"""The course's questions as review cards: a page of the website, and a file that Anki imports."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from sacnotes_lib.course.kit.cards import Card
from sacnotes_lib.course.kit.panels import formatted
from website.words import html_of

TEXT = """# Review cards

A question, and its answer when you open it. What you missed comes first, then what you have not seen, then what is
old: a card that you knew comes back after a day, then after three, nine and so on.
[The same cards for Anki](cards.txt).

<p role="status" id="waiting"></p>
<p class="scripted"><button type="button" id="every">Show every card</button></p>

"""


def as_page(cards: Sequence[Card]) -> str:
    """Markdown of the page: each card a fold, so that it can be used without a script."""
    folds = (
        f'<details class="card" data-key="{card.key}" data-right="{_right(card)}">'
        f"<summary>{question}</summary>"
        f'<p>{answer} <a href="{_place(card)}">Page {card.file[:2]}</a></p></details>'
        for card in cards
        for question, answer in [_sides(card)]
    )
    return TEXT + "\n".join(" ".join(fold.split()) for fold in folds)


def for_anki(cards: Sequence[Card], address: str) -> str:
    """Lines for Anki's import of text. By their first column cards that are imported again are renewed."""
    header = ["#separator:tab", "#html:true", "#guid column:1", "#deck:sacnotes", "#tags column:4"]
    rows = (
        (card.key, question, f'{answer} <a href="{address}/{_place(card)}">page</a>', card.file[:2])
        for card in cards
        for question, answer in [_sides(card)]
    )
    return "\n".join(header + ["\t".join(" ".join(part.split()) for part in row) for row in rows]) + "\n"


def _sides(card: Card) -> tuple[str, str]:
    """Question and answer as HTML."""
    if not card.options:
        return html_of(card.question), html_of(card.answer)
    options = " · ".join(map(formatted, card.options))
    return (
        f"{formatted(card.question)} <i>{options}</i>",
        f"<b>{formatted(card.answer)}</b>. {formatted(card.why)}",
    )


def _place(card: Card) -> str:
    return f"{Path(card.file).stem}.html#{card.cell}"


def _right(card: Card) -> str:
    """The right option as its button on the page reads, without marks of code; nothing for a self-test question."""
    return escape(card.answer.replace("`", "")) if card.options else ""
