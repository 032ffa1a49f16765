"""What the training console is made of on screen: buttons, picture, words, and the pulse of the page that shows it."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets

from sacnotes_lib.course.console.training_view import TrainingView
from sacnotes_lib.plots.picture import image_tag

BUTTONS = {  # name: text, tooltip, colour
    "start": ("▶ Start", "Train on until the end or until Pause", "success"),
    "pause": ("Pause", "Stop after the present step; Start goes on from there", ""),
    "step": ("+200 steps", "Train 200 environment steps", ""),
    "restart": ("Restart", "Back to step 0, with the settings as they are now", ""),
    "reset": ("Reset", "Back to step 0 and to the first settings", ""),
    "save": ("Save", "Write what was learned to a file, and show how to train the same again", ""),
    "clip": ("Film it", "A clip of what the policy of the first seed does now", ""),
}


def buttons(**actions: Callable[[], None]) -> dict[str, widgets.Button]:
    """The buttons by name, each calling its action."""
    made = {}
    for name, action in actions.items():
        text, tooltip, look = BUTTONS[name]
        made[name] = widgets.Button(description=text, tooltip=tooltip, button_style=look)
        made[name].layout.width = "max-content"
        made[name].on_click(lambda _, action=action: action())
    return made


def pulse(felt: Callable[[], None]) -> widgets.Play:
    """Beats once a second, in the browser, while it plays and a page shows it; each beat calls `felt()`.

    Nobody sees it: it is how the kernel learns that the page was closed.
    """
    beat = widgets.Play(min=0, max=10**9, interval=1000, show_repeat=False)
    beat.layout.display = "none"
    beat.observe(lambda _: felt(), names="value")
    return beat


def picture(png: bytes, size: tuple[int, int], description: str, view: TrainingView) -> str:
    """The picture with its text alternative, how far training is, and the list of changes behind the marks."""
    progress = (
        f'<progress value="{view.step}" max="{view.until}" aria-label="training" style="width:14em"></progress> '
        f"step {view.step:,} of {view.until:,} · {view.seeds} seeds · line: their mean, band: lowest to highest"
    )
    return (
        image_tag(png, description, *size)
        + f'<div style="font-size:1.1em;line-height:1.5">{progress}{_changes(view)}</div>'
    )


def _changes(view: TrainingView) -> str:
    two = len(view.runs) > 1
    items = [
        f"<li><b>{name if two else ''}{number}</b> at step {mark.step:,}: {html.escape(mark.text)}</li>"
        for name, run in view.runs.items()
        for number, mark in enumerate(run.marks, start=1)
    ]
    style = "list-style:none;margin:0.2em 0;padding:0;display:flex;flex-wrap:wrap;gap:0 2em"
    return f'<ul aria-label="changes while training" style="{style}">{"".join(items)}</ul>' if items else ""


def status(markup: str) -> str:
    """A line that a screen reader speaks when it changes."""
    return f'<div role="status" style="font-size:1.1em;line-height:1.5;max-width:60em">{markup}</div>'


def welcome(trained_before: int) -> str:
    """What to do; and where to find what the same cell had trained when it was run before."""
    kept = f"What this cell had trained before (to step {trained_before:,}) is in .previous. "
    what = "Press Start, or +200 steps. Every setting may be moved while it trains."
    return kept + what if trained_before else what


def saved(paths: list[Path], recipe: str) -> str:
    """Where it was saved, and how to train the same again."""
    return (
        f"Saved: {html.escape(', '.join(map(str, paths)))} (TrainingRun.load reads it). The same again:"
        '<pre tabindex="0" role="region" aria-label="how to train the same again" style="overflow-x:auto">'
        f"{html.escape(recipe)}</pre>"
    )
