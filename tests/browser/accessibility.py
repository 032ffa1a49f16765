"""What axe-core finds wrong with our outputs for people who use a keyboard or a screen reader."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe

# The handle of an ipywidgets slider has no name, and nothing in Python can give it one. Each stands beside a number
# box that has the name, the value and the arrow keys; `unnamed_sliders` looks for it.
SLIDER_HANDLE = "aria-input-field-name", "noUi-handle"


def faults(page, within: str = ".jp-OutputArea-output") -> list[str]:
    """Serious and critical faults inside elements that fit a selector: rule and the element's first words."""
    found = Axe().run(page, context={"include": [[within]]}, options={"resultTypes": ["violations"]})
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found.response["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if not (fault["id"] == SLIDER_HANDLE[0] and SLIDER_HANDLE[1] in node["html"])
    ]


def unnamed_sliders(page, within: str = ".jp-OutputArea-output") -> list[str]:
    """Sliders without a named number box beside them: the text around each. (ipywidgets calls no name "null".)"""
    rows = page.locator(f"{within} .jupyter-widgets:has(> .widget-slider)").all()
    sliders = page.locator(f"{within} .widget-slider")
    named = [
        row for row in rows if row.get_by_role("spinbutton", name=re.compile(r"^(?!null$).*\S")).count() == 1
    ]
    alone = [row.inner_text() for row in rows if row not in named]
    missing = sliders.count() - sum(row.locator("> .widget-slider").count() for row in rows)
    return alone + ["a slider outside of any row"] * missing
