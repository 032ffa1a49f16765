"""The website in a browser: its panels, predictions and reveals, and what holds for every page."""

from __future__ import annotations

import html
import random
from base64 import b64decode

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

import website.panels
from sacnotes_lib.course.kit.pages import PAGES
from sacnotes_lib.course.stage.controls import Integer, Slider
from sacnotes_lib.course.stage.live import LivePanel
from tests.browser.accessibility import faults
from tests.website.conftest import GRID, ONLY
from tools.fingerprint import ROOT
from website.build import PROJECT, build, elsewhere
from website.pages import HERE, with_links
from website.panels import Frames, Palette, Panel, all_positions, grid, panels_of
from website.recorded import RecordedScene
from website.words import Words

FILES = [one.file for one in PAGES if one.file.startswith(tuple(ONLY) or "")]
NAMES = [file.replace(".ipynb", ".html") for file in FILES]
FIRST = NAMES[0]

PIXELS = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let text = ""; // in pieces: a call takes only so many arguments
    for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
    return btoa(text);
}"""
UNPACKED = """async source => {
    const answer = await fetch(`${source}/index.bin`);
    return await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
}"""


def pixels_of(panel):
    canvas = panel.locator("canvas")
    shape = [int(canvas.get_attribute(side)) for side in ("height", "width")]
    return np.frombuffer(b64decode(canvas.evaluate(PIXELS)), np.uint8).reshape(*shape, 4)[..., :3]


def panels_on(page):
    """The panels of a page, awake. Folds that wait for a prediction are opened."""
    page.evaluate("document.querySelectorAll('details.waits').forEach(fold => fold.open = true)")
    for panel in page.locator(".panel").all():
        panel.scroll_into_view_if_needed()
        panel.locator("canvas").wait_for()
        yield panel


def scenes_of(name):
    notebook = nbformat.read(ROOT / "notebooks" / name.replace(".html", ".ipynb"), as_version=4)
    return panels_of([c.source if c.cell_type == "code" else "" for c in notebook.cells], **GRID).values()


def move(page, control):
    """One press of an arrow key, to the other side where this one is the end."""
    control.focus()
    before = control.input_value()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        if control.input_value() != before:
            return
    raise AssertionError("no key moves this control")


@pytest.mark.parametrize("name", NAMES)
def test_panels_answer_the_keyboard_with_painters_pixels(visit, name):
    page = visit(name)
    panels = list(panels_on(page))
    scenes = list(scenes_of(name))
    assert [panel.get_attribute("data-name") for panel in panels] == [one.scene.name for one in scenes]
    for panel, scene in zip(panels, scenes):
        frames, combinations = Frames(scene), scene.combinations()
        index = page.evaluate(UNPACKED, panel.get_attribute("data-source"))
        palette, words = Palette(index["palette"]), panel.locator("figure p")
        assert words.get_attribute("aria-live") == "polite"
        first, controls = words.inner_text(), panel.locator("[data-name]").all()
        then, changes = (pixels_of(panel).tobytes(), first), 0
        for control in controls * 3:
            place = panel.get_attribute("data-position")
            move(page, control)
            assert panel.get_attribute("data-position") != place
            now = pixels_of(panel).tobytes(), words.inner_text()
            changes += now[0] != then[0] and now[1] != then[1]
            then = now
        assert changes >= 3, scene.scene.name
        for place in random.Random(0).sample(range(len(combinations)), 2):
            setting = combinations[place]
            frames_pixels, description = frames.frame(setting)
            for control in controls:
                key = control.get_attribute("data-name")
                at = scene.positions[key].index(setting[key])
                control.evaluate(
                    "(it, at) => { if (it.options) it.selectedIndex = at; else it.value = at;"
                    " it.dispatchEvent(new Event('input', {bubbles: true})); }",
                    at,
                )
            assert np.array_equal(pixels_of(panel), palette.colors[palette.places(frames_pixels)]), setting
            assert words.text_content() == description
        panel.get_by_role("button", name="Reset").click()
        page.wait_for_function("([p, w]) => p.textContent === w", arg=[words.element_handle(), first])


def test_a_setting_can_be_sent_as_an_address(visit, address):
    page = visit(FIRST)
    panel = next(panels_on(page))
    move(page, panel.locator("input"))
    page.wait_for_function("location.hash.startsWith('#panel=')")
    sent, told = page.url.removeprefix(address), panel.locator("figure p").inner_text()
    other = visit(sent)
    assert next(panels_on(other)).locator("figure p").inner_text() == told


def test_an_address_whose_picture_waits_for_a_prediction_leads_to_where_it_will_be(visit):
    page = visit(FIRST + "#panel=temperature&temperature=0.5")
    fold = page.locator("details.waits").filter(has=page.locator(".panel"))
    assert fold.get_attribute("open") is None
    expect(fold.locator("summary").first).to_be_in_viewport()


def test_the_notebook_offers_the_same_address(visit):
    """The text under a panel there leads to the same picture here, or to the nearest that was painted."""
    scene = next(iter(scenes_of(FIRST)))
    panel = LivePanel(scene.scene)
    setting = scene.combinations()[-1]
    assert setting != panel.parameters
    panel.set(**setting)
    assert html.escape(panel.address()) in panel.setting.value
    told = next(panels_on(visit(FIRST + panel.address()))).locator("figure p").inner_text()
    assert told == panel.description
    panel.retire()


def test_a_prediction_opens_its_answer_and_is_kept_until_it_is_forgotten(visit):
    page = visit(FIRST)
    asked, answer = page.locator(".predict").first, page.locator("details.answer").first
    waits = page.locator("details.waits").first
    assert answer.get_attribute("open") is None and waits.get_attribute("open") is None
    right = answer.locator(".verdict b").text_content()
    wrong = asked.get_by_role("button").filter(has_not_text=right).first
    wrong.press("Enter")
    assert answer.locator(".output pre").is_visible() and waits.get_attribute("open") is not None
    said = answer.locator(".verdict").get_attribute("data-said")
    assert "Not quite" in said and wrong.text_content() in said
    wrong.press("Enter")
    assert answer.get_attribute("open") is not None, "pressed again, it is the same mind"
    asked.get_by_role("button", name=right).click()
    assert answer.get_attribute("open") is None, "a changed mind closes the answer"
    page.reload()
    assert asked.get_by_role("button", name=right).get_attribute("aria-pressed") == "true"
    assert "Right" in answer.locator(".verdict").get_attribute("data-said")
    assert "1 of" in page.locator(".map tbody td").first.inner_text()
    page.evaluate(
        "localStorage.setItem('sacnotes.choices', JSON.stringify({'00.temperature': 'as it was worded once'}))"
    )
    page.reload()
    assert "Choose an answer" in asked.get_by_role("status").inner_text()
    asked.get_by_role("button", name=right).click()
    page.get_by_role("button", name="Forget them").click()
    assert page.locator("[aria-pressed=true]").count() == 0
    page.reload()
    assert page.locator("[aria-pressed=true]").count() == 0


@pytest.mark.parametrize("name", NAMES)
def test_nothing_on_a_page_gives_an_answer_away(site, name):
    page = BeautifulSoup((site / name).read_text("utf-8"), "html.parser")
    keys = [asked["data-key"] for asked in page.select("section.predict")]
    assert keys == [fold["data-key"] for fold in page.select("details.answer")]
    assert all(
        fold.find_parent("details") is None or "open" not in fold.attrs for fold in page.select("details")
    )
    for verdict in page.select(".verdict"):
        assert verdict.find_parent("details", class_="answer")
    for code in page.select("details.answer .highlight, .predict .highlight"):
        assert code.find_parent("details", class_="code")


@pytest.mark.skipif(bool(ONLY), reason="only some pages were built")
def test_every_link_leads_to_a_place_that_is_there(site):
    pages = {file.name: BeautifulSoup(file.read_text("utf-8"), "html.parser") for file in site.glob("*.html")}
    anchors = {name: {tag["id"] for tag in page.select("[id]")} for name, page in pages.items()}
    lost = []
    for name, page in pages.items():
        assert len(anchors[name]) == len(page.select("[id]")), f"an anchor twice in {name}"
        for link in page.select("a[href]"):
            file, _, anchor = link["href"].partition("#")
            if file.endswith(".txt") and (site / file).is_file():
                continue
            if ":" not in file and (anchor or "main") not in anchors.get(file or name, ()):
                lost.append((name, link["href"]))
    assert lost == []


def test_a_word_explains_itself_once_by_key_and_by_mouse_and_so_do_a_formulas_letters(visit):
    page = visit(FIRST)
    word = page.locator("main p button.word").filter(has_text="actor").first
    meaning = page.locator(f"#{word.get_attribute('popovertarget')}")
    assert not meaning.is_visible()
    word.press("Enter")
    assert meaning.is_visible() and "what an action is worth" in meaning.inner_text()
    assert meaning.get_by_role("link").get_attribute("href").startswith("00_start_here.html#")
    page.keyboard.press("Escape")
    assert not meaning.is_visible()
    word.hover()
    assert meaning.is_visible()
    word.click()
    assert meaning.is_visible(), "a click on what the mouse has opened shuts nothing"
    meaning.get_by_role("link").hover()
    place = meaning.bounding_box()
    page.mouse.move(place["x"] + 10, place["y"] - 10)
    page.mouse.move(place["x"] + 10, place["y"] + 10, steps=20)
    assert meaning.is_visible(), "on its way to a link in there, the mouse shuts nothing"
    letters = page.locator(".letters button").first
    letters.press("Enter")
    said = page.locator(f"#{letters.get_attribute('popovertarget')}")
    assert said.is_visible() and not meaning.is_visible()
    assert "price of entropy" in said.inner_text() and "terminated" not in said.inner_text()
    told = page.locator("[popover]:not(.letters *)").all_text_contents()
    assert len(told) == len(set(told)) > 3, "each once"


def test_a_mark_stays_on_the_line_of_the_word_before_it():
    for prose in ("The <em><strong>actor</strong></em>, they say", "the actor, they say"):
        soup = BeautifulSoup(Words().explained(f"<p>{prose}</p>"), "html.parser")
        kept = soup.select_one(".together")
        assert kept.button.text == "actor" and kept.contents[-1] == "," and kept.next_sibling == " they say"
        soup.select_one("[popover]").extract()
        assert soup.get_text() == BeautifulSoup(prose, "html.parser").get_text()
    assert "together" not in Words().explained("<p>an actor says</p>")


def test_cards_show_what_was_missed_first_and_bring_it_back_until_it_is_known(visit, site):
    page = visit(FIRST)
    missed = page.locator("section.predict").last
    right = page.locator("details.answer .verdict b").last.text_content()
    missed.get_by_role("button").filter(has_not_text=right).first.click()
    page.goto(page.url.replace(FIRST, "cards.html"))
    shown = page.locator("details.card:visible")
    key, count = missed_key(page), page.locator("details.card").count()
    assert shown.count() == 1 and shown.get_attribute("data-key") == key
    assert f"{count} of {count}" in page.get_by_role("status").first.inner_text()
    shown.locator("summary").press("Enter")
    shown.get_by_role("button", name="I missed it").press("Enter")
    assert shown.get_attribute("data-key") == key, "missed again"
    shown.locator("summary").press("Enter")
    shown.get_by_role("button", name="I knew it").press("Enter")
    assert shown.get_attribute("data-key") != key
    page.reload()
    assert f"{count - 1} of {count}" in page.get_by_role("status").first.inner_text()
    page.get_by_role("button", name="Forget them").click()
    assert f"{count} of {count}" in page.get_by_role("status").first.inner_text()
    shown.locator("summary").press("Enter")
    shown.get_by_role("button", name="I knew it").press("Enter")
    assert page.evaluate("Object.keys(JSON.parse(localStorage.getItem('sacnotes.cards'))).length") == 1
    page.get_by_role("button", name="Show every card").click()
    assert shown.count() == count
    header, *rows = (site / "cards.txt").read_text("utf-8").split("#tags column:4\n")
    rows = [row.split("\t") for row in rows[0].splitlines()]
    assert "#separator:tab" in header and {len(row) for row in rows} == {4} and len(rows) == count
    predicted = {key for one in PAGES if one.file in FILES for key in one.predictions}
    keys = [row[0] for row in rows]
    assert predicted <= set(keys) and len(set(keys)) == count
    assert count - len(predicted) >= 3 * len([one for one in PAGES if one.file in FILES and one.predictions])


def missed_key(page):
    """The prediction that this browser holds."""
    (key,) = page.evaluate("Object.keys(JSON.parse(localStorage.getItem('sacnotes.choices')))")
    return key


def test_painted_data_are_tied_to_all_the_code_that_painted_them(monkeypatch):
    """The name of a panel's folder holds a digest of code: of the scene, of what it uses, of the painter."""
    read = []
    monkeypatch.setattr(website.panels, "canonical_code", lambda text: read.append(text) or "")
    scene = RecordedScene(100)
    Panel(scene, "", scene.controls, {}).digest()
    for used in ("envs/two_routes", "sac/losses", "course/stage/painter", "course/console/training_curves"):
        assert (ROOT / "sacnotes_lib" / f"{used}.py").read_text("utf-8") in read, used
    assert (ROOT / "website" / "recorded.py").read_text("utf-8") in read


def test_search_finds_sections_and_no_answers(visit, site):
    page = visit(FIRST)
    page.get_by_role("searchbox").fill("pendulum")
    page.keyboard.press("Enter")
    page.locator("#found mark").first.wait_for()
    assert "q=pendulum" in page.url
    link = page.locator("#found a").first
    assert page.url.rpartition("/")[0] + "/" in link.evaluate("link => link.href"), "below the same base path"
    heading = link.inner_text()
    link.press("Enter")
    page.wait_for_url("**/*.html#*")
    anchor = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert heading in page.locator(f'[id="{anchor}"]').inner_text()
    answer = page.locator(".verdict + p").first.text_content().split(".")[0]
    page = visit("search.html")
    page.get_by_role("searchbox").fill(f'"{answer}"')  # quoted: these words in this order
    page.get_by_text("No pages with").wait_for()
    assert page.locator("#found li").count() == 0
    assert (site / "pagefind" / "LICENSE").read_text("utf-8").count("CloudCannon") == 1


def test_addresses_follow_from_the_projects(site):
    page = BeautifulSoup((site / FIRST).read_text("utf-8"), "html.parser")
    told = {tag["property"]: tag["content"] for tag in page.select("meta[property]")}
    assert told["og:url"] == f"{PROJECT['urls']['Homepage']}/{FIRST}"
    assert told["og:image"].startswith(PROJECT["urls"]["Homepage"])
    assert (site / told["og:image"].rpartition("/")[2]).read_bytes().startswith(b"\x89PNG")
    assert not page.select("footer a[href*='binder'], footer a[href*='colab']"), (
        "no link leads to an address to be"
    )
    there = elsewhere("https://github.com/a/b", "00_c.ipynb")
    assert "https%3A%2F%2Fgithub.com%2Fa%2Fb/HEAD?labpath=notebooks/00_c.ipynb" in there["Binder"]
    assert there["Colab"].endswith("/github/a/b/blob/main/notebooks/00_c.ipynb")
    first_cell = (
        (ROOT / "docs" / "classroom.md").read_text("utf-8").partition("**Colab.**")[2].split("\n\n")[1]
    )
    footer = (
        (HERE / "template" / "index.html.j2").read_text("utf-8").replace("{{ site.repository }}", "ADDRESS")
    )
    assert all(f"<code>{line.strip()}</code>" in footer for line in first_cell.splitlines())


def test_a_folder_with_other_files_and_a_page_that_is_not_there_are_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds other files than a website"):
        build(tmp_path, only=["00"])
    with pytest.raises(ValueError, match="no notebook .* begins with '99'"):
        build(tmp_path / "new", only=["99"])
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_links_turn_from_files_into_pages():
    text = (
        '<a href="../notebooks/01_a.ipynb#cell-id=why"><a href="../CHANGELOG.md"><a href="https://a.b/c.md">'
    )
    turned = '<a href="01_a.html#why"><a href="s/CHANGELOG.md"><a href="https://a.b/c.md">'
    assert with_links(text, ["01_a.ipynb"], "s") == turned


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_small_screen_and_has_no_serious_fault(visit, site, scheme):
    page = visit("index.html", viewport={"width": 360, "height": 740}, color_scheme=scheme)
    for file in sorted(site.glob("*.html")):
        page.goto(page.url.rpartition("/")[0] + f"/{file.name}")
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, file.name
        if file.name in (FIRST, "index.html", "notation.html", "search.html", "cards.html"):
            assert faults(page, "body") == [], file.name


@pytest.mark.parametrize("name", NAMES)
def test_on_a_phone_a_number_stands_beside_its_slider_and_the_title_on_the_first_screen(visit, name):
    page = visit(name, viewport={"width": 390, "height": 740})
    expect(page.locator("h1")).to_be_in_viewport()
    for first, second in [
        ("input[type=search]", "form[role=search] button"),
        (".slide input", ".slide output"),
    ]:
        list(panels_on(page))
        for one, other in zip(page.locator(first).all(), page.locator(second).all(), strict=True):
            left, right = one.bounding_box(), other.bounding_box()
            assert left["y"] < right["y"] + right["height"] / 2 < left["y"] + left["height"], (
                other.inner_text()
            )
    page.set_viewport_size({"width": 1400, "height": 740})
    page.locator(".contents details[open]").wait_for()


def test_on_paper_it_is_dark_on_white_with_all_options_and_no_controls(visit):
    page = visit(FIRST, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("main img").first.evaluate("image => getComputedStyle(image).filter") == "none"
    assert page.locator(".predict li button").first.is_visible() and page.locator(".word").first.is_visible()
    for gone in (".contents", "form[role=search]", ".letters button", "footer"):
        assert not page.locator(gone).first.is_visible(), gone


def test_without_scripts_a_page_is_whole(visit):
    page = visit(FIRST, java_script_enabled=False)
    answer = page.locator("details.answer").first
    assert not answer.locator(".output pre").is_visible()
    answer.locator("summary").first.click()
    assert answer.locator(".output pre").is_visible() and answer.locator(".verdict").is_visible()
    fold = page.locator("details.waits").filter(has=page.locator("img")).first
    fold.locator("summary").click()
    expect(fold.locator("img").first).to_be_visible()
    assert not fold.locator("form").is_visible()
    assert page.locator("math:visible").count() > 0
    assert not page.get_by_role("button", name="Forget them").is_visible()


@pytest.mark.parametrize("name", NAMES)
def test_sliders_keep_ends_and_default_and_menus_every_option(name):
    for panel in scenes_of(name):
        for most, least in ((24, 2), (400, 3)):
            for key, values in grid(panel.controls, most, least).items():
                control, full = panel.controls[key], all_positions(panel.controls[key])
                assert control.default in values and len(set(values)) == len(values)
                assert [control.check(value) for value in values] == values
                if most == 400 and control.default not in (full[0], full[-1]):
                    assert (values[0], values[-1]) == (full[0], full[-1])


def test_positions_are_even_with_0_and_1_and_a_panel_that_is_nearly_small_enough_stays_whole():
    width, target = Slider("Width", 0.5, 1.5, 1.3, step=0.05), Integer("Target", 0, 129, 7)
    assert grid({"width": width}, 4, 3)["width"] == [0.5, 1.0, 1.3, 1.5]
    assert grid({"target": target}, 70, 3)["target"] == list(range(130))
    assert len(grid({"target": target}, 65, 3)["target"]) == 65
