"""Links to a section, clicked once in a real JupyterLab among a learner's copies: the heading is in view."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.lab import CURRENT, DRAWN

LAPTOP = {"width": 1280, "height": 720}
OPEN = "([path, factory]) => window.jupyterapp.commands.execute('docmanager:open', {path, factory})"
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


def click(course, words: str) -> None:
    """Click a link to a section: its page, the learner's own, is drawn to the end with the heading in view."""
    shown = course.page.locator(".lm-DockPanel-widget:not(.lm-mod-hidden)")
    shown.get_by_role("link", name=words, exact=True).first.click()
    page, heading = re.fullmatch(r"(?:page )?(\d\d), (.*)", words).groups()
    course.page.wait_for_function(
        f"page => {CURRENT}?.context?.path.startsWith('mine/' + page) && {DRAWN}", arg=page
    )
    shown = course.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(shown.get_by_role("heading", name=re.compile("^" + re.escape(heading)))).to_be_in_viewport(
        timeout=60_000
    )


def test_links_to_sections_show_them_at_the_first_click(course):
    course.page.set_viewport_size(LAPTOP)
    course.show()
    for source, words in CLICKS:
        course.page.evaluate(OPEN, [source, "Markdown Preview" if source.endswith(".md") else "Notebook"])
        click(course, words)


def test_from_the_first_page_to_a_question_to_its_answer(course):
    course.page.set_viewport_size(LAPTOP)
    course.open("mine/00_start_here.ipynb")
    course.page.get_by_role("link", name="Questions and mistakes").click()
    click(course, "04, Which done")
