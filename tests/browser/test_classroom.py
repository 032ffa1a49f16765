"""The demos of `make classroom` in a real browser, at the size of a projector."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import TimeoutError, expect

from classroom.demos import DEMOS, find
from classroom.lessons import LESSONS
from tests.browser.accessibility import faults, unnamed_sliders
from tests.browser.connection import Connection
from tests.browser.lab import WatchedPage, another_picture, drag, key_with_room
from tests.browser.server import classroom

SCREEN = {"width": 1920, "height": 1080}
SMALL_SCREEN = {"width": 1280, "height": 720}
PING = 3_000  # milliseconds; a page that is silent for three pings is cut off
SMALLEST_TYPE = 1 / 50  # of the screen's height: what is smaller cannot be read from the last row
KERNEL = "() => JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
STATUS = "async kernel => (await fetch(`/api/kernels/${kernel}`)).status"
GONE = f"""async kernel => {{
    const end = Date.now() + 300_000;
    while (await ({STATUS})(kernel) !== 404 && Date.now() < end) await new Promise(next => setTimeout(next, 100));
    return await ({STATUS})(kernel) === 404;
}}"""
# What does not fit the screen, in words. Asked in a frame: before the first one after a change of the screen's size,
# Chromium has laid out the page's outer boxes anew, and not yet the inner ones.
MISFITS = """([width, height, smallest]) => {
    const all = selector => [...document.querySelectorAll(selector)].filter(part => part.checkVisibility());
    const box = part => part.getBoundingClientRect();
    const { width: wide, bottom } = all('.panel img').map(box)[0] ?? {};
    return Object.entries({
        [`the screen is ${innerWidth} × ${innerHeight}`]: innerWidth !== width || innerHeight !== height,
        [`the page is ${document.body.scrollWidth} × ${document.body.scrollHeight}`]:
            document.body.scrollWidth > width || document.body.scrollHeight > height,
        [`links of the header end at ${all('.header a').map(link => box(link).right)}`]:
            all('.header a').some(link => box(link).right > width),
        ...Object.fromEntries(all('.words, .panel').map(part => [
            `${part.className} scrolls`,
            part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight,
        ])),
        [`the picture is ${wide} wide and ends at ${bottom}`]: !(wide > 0.6 * width && bottom <= height),
        ...Object.fromEntries(all('.words p, .words li, .panel button, .panel input, .panel label').map(part => [
            `type of ${getComputedStyle(part).fontSize}: ${part.textContent}`,
            parseFloat(getComputedStyle(part).fontSize) < smallest * height,
        ])),
    }).filter(([, misfit]) => misfit).map(([words]) => words);
}"""


class Stage(WatchedPage):
    """One page of the classroom."""

    def open(self, name: str) -> None:
        self.page.goto(f"{self.server.address}/voila/render/demo.ipynb?demo={name}", wait_until="commit")
        expect(self.image).to_have_js_property("complete", True, timeout=120_000)

    @property
    def image(self):
        return self.page.locator(".panel img")

    def picture(self) -> tuple[str, str]:
        return self.image.get_attribute("src"), self.image.get_attribute("alt")

    def changed(self, before: tuple[str, str]) -> None:
        another_picture(self.image, before, timeout=60_000)


@pytest.fixture(scope="module")
def server(browser_path, tmp_path_factory):
    with classroom(tmp_path_factory.mktemp("classroom") / "home", ping=PING) as server:
        yield server


@pytest.fixture
def stage(browser, server):
    """A page that remembers what went wrong on it. The test fails on anything that did."""
    context = browser.new_context(viewport=SCREEN)
    stage = Stage(context.new_page(), server)
    yield stage
    stage.page.close(run_before_unload=True)  # tells the server that its kernel is no longer wanted
    context.close()
    assert stage.strangers == [], "requests left this machine"
    assert stage.errors == [], "errors on the page or its console"


def test_the_list_leads_to_every_demo(stage):
    stage.page.goto(stage.server.address)
    links = stage.page.get_by_role("listitem").get_by_role("link")
    expect(links).to_have_count(len(DEMOS))
    for demo, link in zip(DEMOS, links.all(), strict=True):
        expect(link).to_contain_text(demo.title)
        expect(link).to_contain_text(demo.ask)
        assert link.get_attribute("href").endswith(f"?demo={demo.name}")
    assert faults(stage.page, "body") == []
    stage.page.set_viewport_size(SMALL_SCREEN)
    links.last.scroll_into_view_if_needed()
    expect(stage.page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    stage.page.set_viewport_size(SCREEN)
    links.first.press("Enter")
    expect(stage.page.get_by_role("heading", level=1)).to_have_text(DEMOS[0].title, timeout=120_000)


def test_a_page_from_elsewhere_whose_name_leads_here_is_refused(server):
    """Its own name is what a browser sends as Host, for pages and for the connection to a kernel."""
    own, here = f"localhost:{urlsplit(server.address).port}", urlsplit(server.address)
    for path in ("/", "/api/kernels/a/channels"):
        for host, refused in (
            (own, False),
            (here.netloc, False),
            ("192.0.2.7", False),
            ("example.org", True),
        ):
            connection = HTTPConnection(here.hostname, here.port, timeout=60)
            connection.request("GET", path, headers={"Host": host})
            answer = connection.getresponse()
            assert (answer.status == 403 and b"example.org" in answer.read()) == refused, (path, host)
            connection.close()


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)
def test_a_demo_shows_its_words_and_moves_its_picture_by_keyboard(stage, demo):
    stage.open(demo.name)
    page = stage.page
    expect(page.get_by_role("heading", level=1)).to_have_text(demo.title)
    expect(page.locator(".words")).to_contain_text(demo.ask)
    expect(page.get_by_role("spinbutton", name="hands for")).to_have_count(len(demo.options))
    expect(page).to_have_title(demo.title)
    fits_the_screen(stage)
    for place, see in enumerate(demo.moves.values()):
        expect(page.get_by_text(see)).to_be_hidden()
        page.locator(".words summary").nth(place).press("Enter")
        expect(page.get_by_text(see)).to_be_in_viewport()
        expect(page.locator(".words details[open]")).to_have_count(1)
        for size in (SMALL_SCREEN, SCREEN):
            page.set_viewport_size(size)
            fits_the_screen(stage)  # predictions and moves stay in sight
    console = page.locator(".sacnotes-console").count()
    if console:
        page.get_by_role("button", name="All settings").press("Enter")
        expect(page.get_by_label("Learning rate").last).to_be_visible()
    assert faults(page, "body") == [] and unnamed_sliders(page, ".panel") == []

    before = stage.picture()
    slider = page.locator(".panel").get_by_role("slider")
    if console:
        for step in (200, 400):  # the first steps are taken at random: nothing is learned, nothing changes
            page.get_by_role("button", name="+200 steps").press("Enter")
            expect(stage.image).to_have_attribute("alt", re.compile(f"^Step {step} of"), timeout=60_000)
    elif slider.count():
        slider.first.press(key_with_room(slider.first))
    else:
        page.locator(".panel").get_by_role("button", name=re.compile("^(?!✓|Reset)")).first.press("Enter")
    stage.changed(before)


def test_hands_are_counted_by_clicks_and_shown_as_bars_and_the_words_of_the_picture_when_wanted(stage):
    stage.open("temperature")
    page, bars = stage.page, stage.page.locator(".hands label")
    for _ in range(3):
        bars.first.locator("span").click()
    page.get_by_role("spinbutton").nth(1).fill("9")
    size = "bar => getComputedStyle(bar).backgroundSize.split(' ')[0]"
    assert [bars.nth(place).evaluate(size) for place in range(3)] == ["25%", "75%", "0%"]
    words = page.locator(".panel img ~ [role=status]")
    assert words.bounding_box()["height"] <= 1
    page.get_by_label("The picture in words").check()
    assert words.bounding_box()["height"] > SMALLEST_TYPE * SCREEN["height"]


def test_a_lesson_is_walked_through_by_keyboard(stage):
    page, lesson = stage.page, LESSONS[0]
    heading = page.get_by_role("heading", level=1)
    page.goto(stage.server.address)
    page.get_by_role("link", name=f"{lesson.minutes} minutes").press("Enter")
    for step in lesson.steps[:2]:
        expect(heading).to_have_text(step.heading, timeout=120_000)
        expect(page).to_have_title(step.heading)
        assert faults(page, "body") == []
        page.get_by_role("link", name="Next: ").press("Enter")
    expect(heading).to_have_text(lesson.steps[2].heading, timeout=120_000)
    for size in (SMALL_SCREEN, SCREEN):
        page.set_viewport_size(size)
        fits_the_screen(stage)
    page.get_by_role("link", name="Previous").press("Enter")
    expect(page.get_by_role("timer")).to_have_text("0", timeout=120_000)
    page.evaluate("performance.now = () => 9 * 60_000")  # more than is planned: it only counts on
    expect(page.get_by_role("timer")).to_have_text("9")
    expect(heading).to_have_text(lesson.steps[1].heading)


def fits_the_screen(stage) -> None:
    """Wait until nothing scrolls, the picture takes most of the screen, and all type can be read from the last row."""
    asked = [*stage.page.viewport_size.values(), SMALLEST_TYPE]
    try:
        stage.page.wait_for_function(f"asked => ({MISFITS})(asked).length === 0", arg=asked, timeout=20_000)
    except TimeoutError:
        pytest.fail(f"on {asked[0]} × {asked[1]}: {'; '.join(stage.page.evaluate(MISFITS, asked))}")


def test_a_fast_drag_ends_on_the_picture_of_its_last_value(stage):
    stage.open("broadcast")
    drag(stage.page, stage.page.get_by_role("slider").first, by=1200)
    expect(stage.page.get_by_label("Batch size B")).to_have_value("12")
    expect(stage.image).to_have_attribute("alt", re.compile(r"label is \[12\]"))


def test_a_console_trains_and_marks_a_change_while_it_does(stage):
    stage.open("two-answers")
    page = stage.page
    page.get_by_role("button", name="▶ Start").press("Enter")
    expect(stage.image).to_have_attribute("alt", re.compile("entropy"), timeout=60_000)
    number = page.get_by_label("α", exact=True)
    number.fill("0.2")
    number.press("Enter")
    expect(stage.image).to_have_attribute("alt", re.compile("α 0.05 → 0.2"), timeout=60_000)
    page.get_by_role("button", name="Pause").press("Enter")
    expect(page.locator(".panel").get_by_role("status")).to_contain_text("Paused at step", timeout=60_000)


def test_pages_keep_their_connection_and_live_on_where_it_is_lost(stage, browser):
    idle, console = stage, Stage(browser.new_context(viewport=SCREEN).new_page(), stage.server)
    connections = [Connection(idle.page), Connection(console.page)]
    idle.open("temperature")
    console.open("two-answers")
    console.page.get_by_role("button", name="▶ Start").press("Enter")
    sliders = [shown.page.locator(".panel").get_by_role("slider").first for shown in (idle, console)]
    for connection, slider, lost in zip(connections, sliders, ("answers", "changes"), strict=True):
        connection.lose(lost, slider, "ArrowRight")
    before = idle.picture()
    sliders[0].press("ArrowRight")
    idle.changed(before)
    sliders[1].press("ArrowRight")
    expect(console.image).to_have_attribute("alt", re.compile("α 0.05 →"), timeout=60_000)

    idle.page.wait_for_timeout(5 * PING)
    assert [connection.opened for connection in connections] == [2, 2]
    expect(console.page.locator(".panel").get_by_role("status")).to_have_text(re.compile("Training|Done"))
    before = idle.picture()
    sliders[0].press("ArrowLeft")
    idle.changed(before)
    console.page.close(run_before_unload=True)
    assert console.errors == []


def test_settings_that_a_demo_does_not_need_wait_behind_a_button(stage):
    stage.open("training")
    expect(stage.page.get_by_label("α", exact=True)).to_be_visible()
    expect(stage.page.get_by_label("Learning rate")).to_be_hidden()
    stage.page.get_by_role("button", name="All settings").press("Enter")
    expect(stage.page.get_by_label("Learning rate")).to_be_visible()


def test_a_film_plays_in_large_beside_the_picture(stage):
    stage.open("a-against-b")
    page = stage.page
    page.get_by_role("button", name="Film it").press("Enter")
    films = page.locator("figure img")
    expect(films).to_have_count(2, timeout=60_000)
    expect(films.last).to_have_js_property("complete", True)
    for size in (SMALL_SCREEN, SCREEN):
        page.set_viewport_size(size)
        picture = page.locator(".panel .widget-html-content > img").bounding_box()
        for film in films.all():
            box = film.bounding_box()
            assert box["width"] > 0.14 * size["width"] and box["x"] >= picture["x"] + picture["width"]
            assert box["y"] + box["height"] < size["height"]
    expect(page.locator(".panel").get_by_text("B", exact=True)).to_be_in_viewport()


def test_a_closed_page_leaves_no_kernel_behind(stage, browser):
    other = Stage(browser.new_context(viewport=SCREEN).new_page(), stage.server)
    other.open(DEMOS[0].name)
    kernel = other.page.evaluate(KERNEL)
    stage.page.goto(stage.server.address)
    assert stage.page.evaluate(STATUS, kernel) == 200
    other.page.close(run_before_unload=True)
    assert stage.page.evaluate(GONE, kernel)
    stage.errors.clear()  # the browser notes the 404 that was asked for


def test_an_unknown_demo_says_which_there_are(stage):
    stage.page.goto(f"{stage.server.address}/voila/render/demo.ipynb?demo=%3Cb%3E")
    expect(stage.page.get_by_role("alert")).to_contain_text("no demo called '<b>'", timeout=120_000)
    expect(stage.page.get_by_role("alert")).to_contain_text(find("temperature").name)
    stage.page.get_by_role("link", name="All demos").press("Enter")
    expect(stage.page.get_by_role("listitem")).to_have_count(len(DEMOS))
