"""What the training console is made of on screen: buttons, picture, words, and the pulse of the page that shows it."""

from __future__ import annotations

import html
from collections.abc import Callable

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


def disable_start(made: dict[str, widgets.Button]) -> None:
    """Where nothing is shown that a thread sends there is only the button that trains a little."""
    made["start"].disabled = True
    made["start"].tooltip = "Colab shows nothing from a thread: press +200 steps"


def layout(made, beat, line, steering, image, states, film, *, can_film: bool) -> list[widgets.Widget]:
    """The console from top to bottom: buttons, what it says, the controls, the picture, where to look, the film."""
    shown = [button for name, button in made.items() if name != "clip" or can_film]
    row = widgets.Layout(flex_flow="row wrap", align_items="center")
    below = [states] if states is not None else []
    return [widgets.Box([*shown, beat], layout=row), line, *steering, image, *below, film]


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
    return (
        kept if trained_before else ""
    ) + "Press Start, or +200 steps. Every setting may be moved while it trains."


def noted(name: str, changes: dict) -> str:
    """What was changed while nothing trains."""
    said = ", ".join(f"{field} = {value}" for field, value in changes.items())
    return html.escape(
        f"{name + ': ' if name else ''}{said}, from the next update on. Press Start or +200 steps."
    )


def saved(paths: str, recipe: str) -> str:
    """Where it was saved, and how to train the same again."""
    return (
        f"Saved: {html.escape(paths)} (TrainingRun.load reads it). The same again:"
        '<pre tabindex="0" role="region" aria-label="how to train the same again" style="overflow-x:auto">'
        f"{html.escape(recipe)}</pre>"
    )


def diverged(error: Exception) -> str:
    """Why training ended; what was learned until then is still there."""
    return (
        '<div role="alert" style="border-left:5px solid #bd1f01;padding:0.5em 1em;max-width:60em">'
        f"<b>Training stopped.</b> {html.escape(f'{type(error).__name__}: {error}')}</div>"
    )
