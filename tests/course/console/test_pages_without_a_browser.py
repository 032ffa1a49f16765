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
    "panel = live(BroadcastScene(), batch_size=4)\npanel",
    "panel.set(batch_size=9)\nprint(panel.description)",
    'reveal("shape", "[B, B]", "they broadcast")',
]


@pytest.mark.slow
def test_a_page_runs_with_nobody_there_and_is_read_without_a_kernel():
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(page, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    outputs = [output for cell in page.cells for output in cell.outputs]
    assert all(cell.execution_count for cell in page.cells)
    assert not [out for out in outputs if out.output_type == "error" or out.get("name") == "stderr"]
    assert "[9, 9]" in page.cells[3].outputs[0].text  # code reached the panel

    (shown,) = page.cells[2].outputs
    widget = "application/vnd.jupyter.widget-view+json"
    assert set(shown.data) == {widget, "text/html", "image/png", "text/plain"}
    assert len(nbformat.writes(page)) < 120_000

    exported, _ = HTMLExporter().from_notebook_node(page)
    assert shown.data["image/png"].strip() in exported
    assert f'alt="{shown.data["text/plain"]}"' in html.unescape(exported)
    assert "<details><summary>Answer: Which <code>shape</code>?</summary>" in exported
    assert "<b>Predict.</b> Which <code>shape</code>?" in exported
