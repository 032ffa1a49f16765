"""What the training console is made of on screen: buttons, controls, picture, words, and the pulse of the page."""

import html
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ipywidgets as widgets

from sacnotes_lib.course.console.training_view import TrainingView
from sacnotes_lib.course.stage.control_views import ControlView
from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.page_panel import ROW
from sacnotes_lib.plots.picture import image_tag
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.targets import BACKUPS, backup_misfit

TUNED, FIXED = "tuned", "fixed"

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


def welcome(trained_before: int) -> str:
    """What to do; and where to find what the same cell had trained when it was run before."""
    kept = f"What this cell had trained before (to step {trained_before:,}) is in .previous. "
    what = "Press Start, or +200 steps. Every setting may be moved while it trains."
    return kept + what if trained_before else what


def saved(paths: list[Path], recipe: str) -> str:
    """Where it was saved, and how to train the same again."""
    them = "it" if len(paths) == 1 else "them"
    return (
        f"Saved: {html.escape(', '.join(map(str, paths)))} (TrainingRun.load reads {them}). "
        "<details><summary>How to train the same again</summary>"
        '<pre tabindex="0" role="region" aria-label="how to train the same again" style="overflow:auto;max-height:9em">'
        f"{html.escape(recipe)}</pre></details>"
    )


def steering_controls(config: SACConfig) -> dict:
    """Name to control, with the configuration's own values as defaults and inside every range."""
    fixed = config.temperature != "auto"
    alpha = max(float(config.temperature if fixed else config.initial_temperature), 1e-3)
    sizes = config.num_critics, config.redq_subset_size
    backups = [name for name in BACKUPS if not backup_misfit(name, *sizes)]
    rate, discount = config.learning_rate, config.discount
    return {
        "mode": Choice("Temperature", (TUNED, FIXED), FIXED if fixed else TUNED),
        "alpha": _log_slider("α", alpha, down=1.5 if fixed else 2.0, up=1.0 if fixed else 0.5),
        "learning_rate": _log_slider("Learning rate", rate, down=1.5, up=0.5),
        "discount": Slider("Discount γ", 0.0, max(0.99, discount), discount, step=0.01),
        "backup": Choice("Backup", tuple(backups), config.backup),
        "actor_gradient": Choice(
            "Actor gradient", ("reparameterized", "score_function"), config.actor_gradient
        ),
        "target_update": Choice("Target update", ("polyak", "hard"), config.target_update),
    }


def _log_slider(label: str, default: float, down: float, up: float) -> Slider:
    """From so many powers of ten below the default to so many above. The default is one of its positions: a browser
    moves a slider that stands between two, and that would be a change that nobody made."""
    low, high = (float(f"{end:.2g}") for end in (default / 10**down, default * 10**up))
    return Slider(label, low, high, default, log=True)


class SteeringView:
    """The controls of one run as a box; calls `change(**fields)` when somebody moves one.

    Args:
        name: of the run; in front of each control's name, where there are two.
        config: where the controls start.
        change: takes fields of SACConfig.
        present_temperature: α as it is now; where fixing it starts.
    """

    def __init__(
        self,
        name: str,
        config: SACConfig,
        change: Callable[..., None],
        present_temperature: Callable[[], float],
    ):
        self._change, self._present = change, present_temperature
        controls = steering_controls(config)
        if name:  # with two runs on screen every control says whose it is
            controls = {
                key: replace(control, label=f"{name}: {control.label}") for key, control in controls.items()
            }
        self.views = {key: ControlView(control) for key, control in controls.items()}
        self._told = self.fields
        self.box = widgets.Box([view.box for view in self.views.values()], layout=ROW)
        for key, view in self.views.items():
            view.on_change(lambda _, key=key: self._moved(key))
        self._mark_temperature()

    @property
    def fields(self) -> dict:
        """What the controls say, as fields of SACConfig."""
        said = {key: view.value for key, view in self.views.items()}
        mode, alpha = said.pop("mode"), said.pop("alpha")
        return {"temperature": alpha if mode == FIXED else "auto", **said}

    def reset(self, config: SACConfig) -> None:
        """Show another configuration."""
        for key, control in steering_controls(config).items():
            self.views[key].value = control.default

    def _moved(self, key: str) -> None:
        if key == "mode":
            self._mark_temperature()
            if self.views["mode"].value == FIXED:  # held from where tuning has brought it
                self.views["alpha"].value = self._nearest_position(self._present())
        fields = self.fields
        changes = {name: value for name, value in fields.items() if self._told[name] != value}
        self._told = fields
        if changes:
            self._change(**changes)

    def _nearest_position(self, temperature: float) -> float:
        """The slider's position nearest to a temperature: the browser would move it there anyway."""
        control = self.views["alpha"].control
        steps = round(math.log10(max(temperature, control.low) / control.low) / control.resolution)
        return min(float(f"{control.low * 10 ** (steps * control.resolution):.2g}"), control.high)

    def _mark_temperature(self) -> None:
        """While the temperature is tuned there is nothing to set."""
        for part in self.views["alpha"].box.children:
            part.disabled = self.views["mode"].value == TUNED
