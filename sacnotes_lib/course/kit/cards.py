"""What the published pages ask, as cards to review: predictions, each with its answer, and self-test questions."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

PUBLISHED = Path(__file__).parents[3] / "notebooks"
SELF_TEST = re.compile(r"^\d+\. (.+?)\s*<details><summary>answer</summary>(.+?)</details>", re.M | re.S)
CALL = re.compile(r'^(predict|reveal)\(\s*"([^"]+)"', re.M)


@dataclass(frozen=True)
class Card:
    """One question. ``key`` stays the same while the question does; ``cell`` of the page ``file`` asks it.

    Of a prediction, ``answer`` is one of the ``options``, ``why`` its reason, all as the page's code writes them. A
    self-test question has no options; question and answer are Markdown.
    """

    key: str
    file: str
    cell: str
    question: str
    answer: str
    options: tuple[str, ...] = ()
    why: str = ""


def published_cards() -> list[Card]:
    """The cards of all pages in notebooks/; none where the library was installed without them."""
    return [card for path in sorted(PUBLISHED.glob("[0-9][0-9]_*.ipynb")) for card in cards_of(path)]


def cards_of(path: Path) -> list[Card]:
    """The cards of a saved page, in its order: of predictions, those whose question and answer it shows."""
    cards, asked = [], {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for question, answer in SELF_TEST.findall(cell.source):
                name = hashlib.sha256(question.encode()).hexdigest()[:8]
                cards.append(Card(f"{path.name[:2]}.test.{name}", path.name, cell.id, question, answer))
        elif cell.cell_type == "code" and (call := CALL.search(cell.source)):
            told = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs[-1:])
            if call[1] == "predict":
                question, *options = told.removeprefix("Predict. ").splitlines() or [""]
                asked[call[2]] = cell.id, question, tuple(options)
            elif call[2] in asked:
                place, question, options = asked[call[2]]
                said = told.rpartition(f"Answer: {question} ")[2]
                right = [option for option in options if said.startswith(f"{option}. ")]
                if right:
                    answer = max(right, key=len)
                    why = said.removeprefix(f"{answer}. ")
                    cards.append(Card(call[2], path.name, place, question, answer, options, why))
    return cards
