"""A small page run headless, as a test or an export does it, and read as a reader without a kernel reads it."""

import html

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

CELLS = [
    "from sacnotes_lib.course.kit.panels import predict, reveal\n"
    "from sacnotes_lib.course.p01_independent.scene import BroadcastScene\n"
    "from sacnotes_lib.course.stage.live import live",
    'predict("shape", "Which `shape`?", ["[B]", "[B, B]"])',
    "panel = live(BroadcastScene(), batch_size=(2, 12))\npanel",
    "panel.set(batch_size=9)\nprint(panel.description)",
    'reveal("shape", "[B, B]", "they broadcast", panel)',
]


@pytest.fixture(scope="module")
def page():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    return notebook


def test_the_page_runs_to_its_end_with_nobody_there(page):
    assert all(cell.execution_count for cell in page.cells)
    assert not [
        out
        for cell in page.cells
        for out in cell.outputs
        if out.output_type == "error" or out.get("name") == "stderr"
    ]


def test_code_reaches_the_panel(page):
    assert "[9, 9]" in page.cells[3].outputs[0].text


def test_outputs_stay_small(page):
    (output,) = page.cells[2].outputs
    assert set(output.data) == {
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "image/png",
        "text/plain",
    }
    assert len(nbformat.writes(page)) < 120_000


def test_an_exported_page_shows_picture_words_and_folded_answer(page):
    exported, _ = HTMLExporter().from_notebook_node(page)
    words = page.cells[2].outputs[0].data["text/plain"]
    assert page.cells[2].outputs[0].data["image/png"].strip() in exported
    assert f'alt="{words}"' in html.unescape(exported)
    assert "<details><summary>Answer: Which <code>shape</code>?</summary>" in exported
    assert "<b>Predict.</b> Which <code>shape</code>?" in exported
