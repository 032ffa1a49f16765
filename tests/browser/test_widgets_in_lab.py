"""Widgets in a real JupyterLab, driven by keyboard: what a learner does, and what a learner sees."""

from __future__ import annotations

import re

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import expect

from tests.browser.accessibility import faults, unnamed_sliders
from tests.browser.lab import drag
from tests.browser.panels import drive, panels

LIVE = """
from sacnotes_lib.course.p01_independent.scene import BroadcastScene
from sacnotes_lib.course.stage.live import live
live(BroadcastScene())
"""
PREDICT = """
from sacnotes_lib.course.kit.panels import predict, reveal
predict("shape", "What is the shape?", ["[B]", "[B, 1]", "[B, B]"])
"""
TOY = """
from tests.course.stage.toy_scenes import CurveScene, GatedScene
from sacnotes_lib.course.stage.live import live
"""
REVEAL = 'reveal("shape", "[B, B]", "because `[B, 1]` meets `[B]`")'


def test_moves_menus_number_boxes_reset_and_a_drag_change_one_picture(lab):
    lab.run("live.ipynb", LIVE)
    (panel,) = panels(lab)
    first, number = panel.picture(), panel.root.get_by_label("Batch size B")
    drive(panel)
    expect(number).to_have_value("9")
    assert "[9, 9]" in panel.image.get_attribute("alt")
    panel.press(panel.root.get_by_role("button", name="Independent"), "Enter")
    expect(panel.root.get_by_role("button", name="✓ Independent")).to_be_focused()
    panel.press(panel.root.get_by_label("Action dimension A"), "ArrowUp")
    panel.press(number, "ArrowUp")
    expect(panel.root.get_by_role("slider").first).to_have_attribute("aria-valuetext", "10")
    panel.press(panel.root.get_by_role("button", name="Reset"), "Enter")
    assert panel.picture() == first
    drag(lab.page, panel.root.get_by_role("slider").first, by=600)  # it ends on the picture of its last value
    expect(number).to_have_value("12")
    expect(panel.image).to_have_attribute("alt", re.compile(r"label is \[12, 12\]"))


def test_a_reveal_waits_for_the_prediction_and_closes_when_it_changes(lab):
    lab.run("predict.ipynb", PREDICT, REVEAL)
    page = lab.page
    predict, reveal = page.locator(".sacnotes-predict"), page.locator(".sacnotes-reveal")
    expect(reveal).not_to_contain_text("because")
    predict.get_by_role("button", name="[B, 1]").press("Enter")
    expect(predict.get_by_role("status")).to_have_text("Your prediction: [B, 1].")
    expect(reveal).to_contain_text("You predicted [B, 1]; it is [B, B].")
    expect(reveal.locator("code").first).to_have_text("[B, 1]")
    predict.get_by_role("button", name="[B, B]").press("Space")
    expect(reveal).not_to_contain_text("because")
    reveal.get_by_role("button", name="Compare").press("Enter")
    expect(reveal).to_contain_text("Right.")
    assert faults(page) == []


def test_review_asks_what_was_missed_and_the_key_that_asked_for_the_next_question_does_so_again(lab):
    missed = (
        "for key in ('00.temperature', '01.shape'): PROGRESS.record_prediction(key, 'as it was worded once')"
    )
    imports = "from sacnotes_lib import review\nfrom sacnotes_lib.course.kit.progress import PROGRESS"
    lab.run("review.ipynb", f"{imports}\n{missed}", "review()")
    panel = lab.page.locator(".sacnotes-review")
    number, following = panel.get_by_role("status").first, panel.get_by_role("button", name="Next question")
    expect(number).to_contain_text(re.compile(r"Question 1 of \d+, from page 00"))
    panel.locator(".sacnotes-predict button").first.press("Enter")
    expect(panel.locator(".sacnotes-reveal")).to_contain_text(re.compile("Right|Not quite"))
    assert faults(lab.page) == []
    following.press("Enter")
    expect(number).to_contain_text("from page 01")
    expect(following).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(panel.locator(".sacnotes-self-test")).to_be_visible()
    panel.locator("summary").press("Enter")
    panel.get_by_role("button", name="I knew it").press("Space")
    expect(panel.get_by_role("button", name="✓ I knew it")).to_be_focused()
    assert faults(lab.page) == []


def test_the_setting_to_send_follows_its_panel_and_stays_open(lab):
    lab.run("setting.ipynb", LIVE)
    (panel,) = panels(lab)
    setting = panel.root.get_by_role("textbox", name="Behind the address")
    expect(setting).to_be_hidden()
    panel.root.locator("summary").press("Enter")
    drive(panel)
    expect(setting).to_be_visible()
    expect(setting).to_have_value(re.compile("#panel=broadcast.*batch_size=9"))


def test_on_a_narrow_page_a_long_line_of_an_answer_scrolls_by_itself_and_tables_stand_apart(lab):
    lab.page.set_viewport_size({"width": 450, "height": 1000})
    tables = "from sacnotes_lib import table\nrows = [table({'a': {'x': 1}}), table({'b': {'y': 2}})]"
    shown = 'reveal("shape", "[B]", "why " * 60, show=["line " * 40, *rows])'
    lab.run("answer.ipynb", PREDICT, tables, shown)
    lab.page.get_by_role("button", name="Show me anyway").press("Enter")
    panel = lab.page.locator(".sacnotes-reveal")
    right = panel.bounding_box()["x"] + panel.bounding_box()["width"]
    why = panel.get_by_text("why why").bounding_box()
    assert why["x"] + why["width"] <= right
    assert panel.locator("pre").evaluate("line => line.scrollWidth > line.clientWidth")
    upper, lower = (panel.locator("table").nth(place).bounding_box() for place in range(2))
    assert lower["y"] - upper["y"] - upper["height"] > 8


def test_on_a_narrow_page_no_button_is_cut(lab):
    lab.page.set_viewport_size({"width": 450, "height": 1000})
    long = 'predict("long", "Which?", ["The one whose name goes on and on, and on, until a page is too narrow", "b"])'
    import_scene = "from sacnotes_lib import BackupScene, live, predict"
    lab.run("narrow.ipynb", f"{import_scene}\n{long}", "live(BackupScene())")
    expect(lab.page.get_by_role("button", name="redq")).to_be_visible()
    buttons = lab.page.locator(".sacnotes-predict button, .sacnotes-live button")
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert buttons.count() > 6
    assert buttons.evaluate_all(cut) == []


def test_a_log_slider_shows_its_value_and_a_button_takes_the_space_bar(lab):
    lab.run("log.ipynb", TOY, "live(CurveScene())")
    (panel,) = panels(lab)
    panel.press(panel.root.get_by_role("slider").first, "ArrowLeft")
    expect(panel.root.get_by_label("Amplitude [V]")).to_have_value("0.79")
    assert "amplitude 0.79" in panel.image.get_attribute("alt")
    panel.root.get_by_role("button", name="True").press("Space")
    expect(panel.root.get_by_role("alert")).to_contain_text("this setting <cannot> be drawn")
    expect(panel.image).to_have_count(0)
    panel.root.get_by_role("button", name="False").press("Space")
    expect(panel.image).to_have_count(1)
    expect(panel.root.get_by_role("alert")).to_have_count(0)


def test_a_slow_scene_shows_that_it_is_busy_and_ends_on_the_last_value(lab):
    lab.run("slow.ipynb", TOY, "scene = GatedScene('gate')\nlive(scene)")
    (panel,) = panels(lab)
    first = panel.image.get_attribute("src")
    slider = panel.root.get_by_role("slider").nth(1)
    for _ in range(5):
        slider.press("ArrowRight")
    expect(panel.root.get_by_text("computing")).to_be_visible()
    expect(panel.image).to_have_attribute("src", first)
    (lab.root / "gate").touch()
    expect(panel.root.get_by_label("Shift")).to_have_value("0.1")
    expect(panel.image).to_have_attribute("alt", re.compile("shift 0.1,"))
    expect(panel.root.get_by_text("computing")).to_have_count(0)


def test_a_saved_page_shows_its_pictures_before_anything_is_run(lab):
    """As it comes from the repository: outputs there, no kernel has run them, the page not trusted."""
    picture = "from sacnotes_lib.plots import picture, style\n"
    picture += "picture.figure_picture(style.new_figure(3, 2), 'An empty figure')"
    cells = [nbformat.v4.new_code_cell(cell) for cell in (picture, LIVE, PREDICT, REVEAL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    nbformat.write(notebook, lab.root / "saved.ipynb")
    lab.open("saved.ipynb")
    page = lab.page
    expect(page.get_by_role("img", name="An empty figure")).to_have_js_property("naturalWidth", 300)
    expect(page.locator("figcaption").first).to_have_text("An empty figure")
    expect(page.get_by_role("img", name="log_prob is [6, 1]")).to_have_js_property("naturalWidth", 1100)
    expect(page.get_by_role("listitem").filter(has_text="[B, 1]")).to_be_visible()
    expect(page.locator("details p").last).to_be_hidden()
    page.locator("summary").click()
    expect(page.locator("details p").last).to_contain_text("because")
    expect(page.locator("details p").last).to_be_visible()


def test_a_fault_would_be_found(lab):
    """A picture without a text, a number box and a slider without a name: each is told."""
    make = "import ipywidgets\nipywidgets.HBox([ipywidgets.BoundedFloatText(), ipywidgets.FloatSlider()])"
    lab.run("faults.ipynb", make)
    output = lab.page.locator(".jp-OutputArea-output").first
    picture = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    output.evaluate("(element, picture) => element.insertAdjacentHTML('afterbegin', picture)", picture)
    assert {fault.partition(":")[0] for fault in faults(lab.page)} == {"image-alt", "label"}
    assert len(unnamed_sliders(lab.page)) == 1
