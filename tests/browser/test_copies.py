"""A learner's copy in a real JupyterLab: what is folded, and that to open and run it is not to edit it."""

from __future__ import annotations

import nbformat
from playwright.sync_api import expect

from tests.browser.lab import CURRENT
from tools.copies import copy_of, renew

NAME = "00_start_here.ipynb"
RUN_THE_LAST = "() => window.jupyterapp.commands.execute('notebook:run-cell-and-select-next')"
SAVE = f"() => {CURRENT}.context.save()"


def shown_code(course) -> list[str]:
    """The sources of the code cells of the open page that are not folded."""
    return course.page.evaluate(
        f"""() => {CURRENT}.content.widgets.filter(cell => cell.model.type === 'code' && !cell.inputHidden)
            .map(cell => cell.model.sharedModel.getSource())"""
    )


def test_a_copy_is_folded_and_may_be_opened_run_and_saved_without_being_edited(course):
    page, copy = course.root / "notebooks" / NAME, course.root / "mine" / NAME
    published, made = page.read_bytes(), nbformat.read(copy, as_version=4)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    course.open(f"mine/{NAME}")
    notebook = course.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    readable = [cell.source for cell in code if not cell.metadata.get("jupyter")]
    assert shown_code(course) == readable and len(readable) < len(code)
    expect(notebook.locator(".jp-OutputArea-output")).to_have_count(0)
    expect(notebook.locator(".jp-CodeCell .jp-InputPlaceholder")).to_have_count(len(code) - len(readable))

    course.run_all()
    course.page.evaluate(RUN_THE_LAST)
    course.page.evaluate(SAVE)
    saved = nbformat.read(copy, as_version=4)
    assert len(saved.cells) == len(made.cells) + 1  # as JupyterLab does when Shift+Enter has come to the end
    assert any(cell.get("outputs") for cell in saved.cells) and "version" in saved.metadata.language_info
    assert page.read_bytes() == published
    changed = nbformat.read(page, as_version=4)
    changed.cells[-1].source += "\nOne more line."
    nbformat.write(changed, page)
    renew(course.root)
    assert nbformat.read(copy, as_version=4) == copy_of(page)
