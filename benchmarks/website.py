"""How soon a painted panel follows a key, in a real browser. `python -m website --record` calls it."""

from pathlib import Path

import numpy as np

from tests.browser.server import chromium, installed_browser
from tests.website.conftest import served

PRESSES = 20  # of each panel's first slider, there and back again
# From the key to the end of the frame in which the browser painted what the key had changed.
CLOCK = """() => {
    window.times = [];
    addEventListener("keydown", ({timeStamp}) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - timeStamp);
        port2.postMessage(null);
    }), true);
}"""


def from_key_to_picture(site: Path) -> str:
    """Median and 95th percentile over all panels of a site, in a line."""
    times: list[float] = []
    panels = 0
    with served(site) as address, chromium(installed_browser()) as browser:
        page = browser.new_page()
        for file in sorted(site.glob("[0-9]*.html")):
            page.goto(f"{address}/{file.name}")
            page.evaluate(CLOCK)
            page.evaluate("document.querySelectorAll('details.waits').forEach(fold => fold.open = true)")
            pressed = 0
            for panel in page.locator(".panel:has(input[type=range])").all():
                panel.scroll_into_view_if_needed()
                panel.locator("canvas").wait_for()
                panel.locator("input").first.focus()
                panels += 1
                for press in range(PRESSES):
                    page.keyboard.press("ArrowLeft" if press < PRESSES / 2 else "ArrowRight")
                    pressed += 1
                    page.wait_for_function("count => times.length === count", arg=pressed)
            times += page.evaluate("times")
    median, most = np.percentile(times, [50, 95])
    return f"from a key to the picture: median {median:.0f} ms, 95 % within {most:.0f} ms ({panels} panels)"
