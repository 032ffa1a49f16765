"""The panels that `live` makes on a page, driven by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.lab import another_picture, key_with_room


class Panel:
    """One `live` panel on the page."""

    def __init__(self, root):
        self.root = root
        self.image = root.locator("img")

    def picture(self) -> tuple[str, str]:
        return self.image.get_attribute("src"), self.image.get_attribute("alt")

    def press(self, control, key: str) -> None:
        """Press a key on a control and wait until another picture, whole, with another description, is there."""
        before = self.picture()
        control.focus()
        control.press(key)
        another_picture(self.image, before)
        expect(self.root.get_by_role("status").first).to_contain_text(self.image.get_attribute("alt")[:60])


def panels(lab) -> list[Panel]:
    return [Panel(root) for root in lab.page.locator(".sacnotes-live").all()]


def drive(panel: Panel) -> None:
    """Three moves of the panel's first slider; where it has none, its buttons in turn."""
    slider = panel.root.get_by_role("slider")
    key = key_with_room(slider.first) if slider.count() else None
    for _ in range(3):
        if key:
            panel.press(slider.first, key)
        else:
            panel.press(panel.root.get_by_role("button", name=re.compile("^(?!✓|Reset)")).first, "Enter")
