"""What was done, page by page, as a table that a person can also hear."""

import html
from collections.abc import Sequence

from sacnotes_lib.course.kit.pages import PAGES, Page
from sacnotes_lib.course.kit.progress import PROGRESS, Progress

KEPT = (
    "A prediction counts when it was made, right or wrong; an exercise, when its check passed. "
    "To be asked again what you missed: from sacnotes_lib import review; review(). "
    "To forget it all: from sacnotes_lib import reset_progress; reset_progress()"
)


def show_progress() -> "ProgressTable":
    """The predictions made and the exercises solved on each page. Make it the last line of a cell."""
    PROGRESS.load()
    return ProgressTable(PROGRESS)


def reset_progress() -> None:
    """Forget every prediction and every solved exercise. Pages that are open forget when their kernel starts again."""
    PROGRESS.reset()
    if PROGRESS.problem:
        print(f"Forgotten for now, but {PROGRESS.file.name} could not be removed: {PROGRESS.problem}.")
    else:
        print(
            "Forgotten: no prediction and no exercise is recorded now. Run a page again to start it afresh."
        )


class ProgressTable:
    """A row for each page: how many of its predictions were made, how many of its exercises were solved.

    ``rows``: (page, predictions made, exercises solved), counted when the table was made.
    """

    def __init__(self, progress: Progress, pages: Sequence[Page] = PAGES):
        self.rows = [
            (
                page,
                sum(key in progress.predictions for key in page.predictions),
                sum(progress.exercises.get(name, False) for name in page.exercises),
            )
            for page in pages
        ]
        self.problem, self.file = progress.problem, progress.file

    @property
    def summary(self) -> str:
        """Both totals in a sentence, and a second one where nothing could be kept."""
        made, solved = (sum(row[place] for row in self.rows) for place in (1, 2))
        asked = sum(len(page.predictions) for page, _, _ in self.rows)
        posed = sum(len(page.exercises) for page, _, _ in self.rows)
        sentence = f"{made} of {asked} predictions made, {solved} of {posed} exercises solved."
        if self.problem:
            sentence += f" This could not be kept ({self.problem}): it is remembered until the kernel stops."
        elif self.file is None:
            sentence += " It is remembered until the kernel stops."
        else:
            sentence += f" It is kept in {self.file.name}, in the folder {self.file.parent.name}."
        return sentence

    def __repr__(self) -> str:
        lines = [
            f"{page.number}  predictions {made} of {len(page.predictions)}   "
            f"exercises {solved} of {len(page.exercises)}   {page.question}"
            for page, made, solved in self.rows
        ]
        return "\n".join([self.summary, *lines, KEPT])

    def _repr_html_(self) -> str:
        left = 'scope="col" style="text-align:left"'
        head = "".join(f"<th {left}>{name}</th>" for name in ("page", "predictions", "exercises"))
        body = "".join(
            f'<tr><th scope="row" style="text-align:left;font-weight:normal"><a href="{page.file}">{page.number}</a> '
            f"{html.escape(page.question)}</th>{_cell(made, len(page.predictions))}"
            f"{_cell(solved, len(page.exercises))}</tr>"
            for page, made, solved in self.rows
        )
        return (
            f"<p><b>{html.escape(self.summary)}</b></p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><p>{html.escape(KEPT)}</p>"
        )


def _cell(done: int, of: int) -> str:
    dots = "●" * done + "○" * (of - done)
    return (
        '<td style="text-align:left;white-space:nowrap">'
        f'<span aria-hidden="true">{dots}</span> {done} of {of}</td>'
    )
