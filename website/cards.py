"""Predictions and self-test questions as review cards: a page of the website, and a file that Anki imports."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup

from tools.fingerprint import digest
from website.words import html_of

SELF_TEST = re.compile(r"^\d+\. (.+?)\s*<details><summary>answer</summary>(.+?)</details>", re.M | re.S)
TEXT = """# Review cards

A question, and its answer when you open it. What you missed comes first, then what you have not seen, then what is
old: a card that you knew comes back after a day, then after three, nine and so on.
[The same cards for Anki](cards.txt).

<p role="status" id="waiting"></p>
<p class="scripted"><button type="button" id="every">Show every card</button></p>

"""


@dataclass(frozen=True)
class Card:
    """``key`` stays the same while the question does; ``question`` and ``answer`` are HTML; ``right`` is the option."""

    key: str
    place: str
    question: str
    answer: str
    right: str = ""


def cards_of(name: str, notebook: nbformat.NotebookNode) -> list[Card]:
    """The cards of a page, in its order."""
    cards, asked = [], {}
    for cell in notebook.cells:
        place = f"{Path(name).stem}.html#{cell.id}"
        if cell.cell_type == "markdown":
            for question, answer in SELF_TEST.findall(cell.source):
                cards.append(
                    Card(
                        f"{name[:2]}.test.{digest([question])[:8]}", place, html_of(question), html_of(answer)
                    )
                )
            continue
        call = re.search(r'^(predict|reveal)\(\s*"([^"]+)"', cell.source, re.MULTILINE)
        texts = [output.get("data", {}).get("text/html", "") for output in cell.outputs]
        soup = BeautifulSoup(texts[-1], "html.parser") if call and texts else None
        if soup and call[1] == "predict":
            soup.b.decompose()
            options = " · ".join(option.decode_contents() for option in soup.find_all("li"))
            asked[call[2]] = place, f"{soup.p.decode_contents().strip()} <i>{options}</i>"
        elif soup and call[2] in asked:
            answer, why = soup.find_all("details")[-1].find_all("p", recursive=False)
            said = f"{answer.decode_contents()}. {why.decode_contents()}"
            cards.append(Card(call[2], *asked[call[2]], said, answer.get_text()))
    return cards


def as_page(cards: list[Card]) -> str:
    """Markdown of the page: each card a fold, so that it can be used without a script."""
    folds = (
        f'<details class="card" data-key="{card.key}" data-right="{escape(card.right)}">'
        f"<summary>{card.question}</summary>"
        f'<p>{card.answer} <a href="{card.place}">Page {card.place[:2]}</a></p></details>'
        for card in cards
    )
    return TEXT + "\n".join(" ".join(fold.split()) for fold in folds)


def for_anki(cards: list[Card], address: str) -> str:
    """Lines for Anki's import of text. By their first column cards that are imported again are renewed."""
    header = ["#separator:tab", "#html:true", "#guid column:1", "#deck:sacnotes", "#tags column:4"]
    rows = (
        (card.key, card.question, f'{card.answer} <a href="{address}/{card.place}">page</a>', card.place[:2])
        for card in cards
    )
    return "\n".join(header + ["\t".join(" ".join(part.split()) for part in row) for row in rows]) + "\n"
