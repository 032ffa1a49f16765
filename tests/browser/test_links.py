"""Links to a section, clicked once in a real JupyterLab among a learner's copies: the heading is in view."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import CURRENT, DRAWN

LAPTOP = {"width": 1280, "height": 720}
PREVIEW = "path => window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Markdown Preview'})"
# The page that shows a link, and the link's words: the number of a page and the beginning of a heading. Among them a
# first and a last section, a second heading in one cell, a link in a table, one in running text, letters beyond ASCII.
CLICKS = [
    ("mine/docs/questions.md", "00, What SAC maximises"),
    ("mine/docs/cheatsheet.md", "01, What a clean library does"),
    ("mine/docs/questions.md", "03, What torch will not tell you"),
    ("mine/docs/questions.md", "05, The full run, second half"),
    ("mine/docs/questions.md", "07, What is num_actor_samples?"),
    ("mine/docs/questions.md", "10, Assert it"),
    ("mine/docs/cheatsheet.md", "08, Who sets α?"),
    ("mine/docs/notation.md", "01, Decide it"),
    ("mine/10_sac_in_your_own_words.ipynb", "06, Is MSE itself the sample expectation?"),
    ("mine/11_bug_clinic.ipynb", "page 01, The bug that makes no sound"),
]


@pytest.fixture(autouse=True)
def small_screen(course):
    course.page.set_viewport_size(LAPTOP)


def click(course, words: str) -> None:
    """Click a link to a section and wait until its page, the learner's own, is drawn to the end."""
    shown = course.page.locator(".lm-DockPanel-widget:not(.lm-mod-hidden)")
    shown.get_by_role("link", name=words, exact=True).first.click()
    page = re.match(r"(?:page )?(\d\d), ", words)[1]
    course.page.wait_for_function(
        f"page => {CURRENT}?.context?.path.startsWith('mine/' + page) && {DRAWN}", arg=page
    )


def in_view(course, words: str) -> None:
    heading = re.compile("^" + re.escape(re.sub(r"^(page )?\d\d, ", "", words)))
    shown = course.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(shown.get_by_role("heading", name=heading)).to_be_in_viewport()


@pytest.mark.parametrize(("source", "words"), CLICKS)
def test_a_link_to_a_section_shows_it_at_the_first_click(course, source, words):
    if source.endswith(".md"):
        course.show()
        course.page.evaluate(PREVIEW, source)
    else:
        course.open(source)
    click(course, words)
    in_view(course, words)


def test_from_the_first_page_to_a_question_to_its_answer(course):
    course.open("mine/00_start_here.ipynb")
    course.page.get_by_role("link", name="Questions and mistakes").click()
    click(course, "04, Which done")
    in_view(course, "04, Which done")
