"""A scene under sliders and menus, with a picture for every place where it may be looked at."""

import html
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import ipywidgets as widgets
import numpy as np

from sacnotes_lib.course.kit.predictions import Prediction, asked
from sacnotes_lib.course.stage.control_views import ControlView
from sacnotes_lib.course.stage.controls import adjusted_controls
from sacnotes_lib.course.stage.latest import NewestWins
from sacnotes_lib.course.stage.page_panel import ROW, PagePanel, alert, told
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots.picture import Picture, fast_png, image_tag

SLOW = 0.5  # seconds: of a shorter wait nothing is said
# The fold is a widget of its own, so that a move which changes the setting leaves it open.
FOLD = (
    "<details><summary>This setting, to send</summary></details>"
    "<style>.sacnotes-setting:not(:has(details[open])) label {display: none}</style>"
)


def live(scene: Scene, *, hidden_until: str | None = None, **defaults: Any) -> "LivePanel":
    """The picture of ``scene`` under its controls. Make it the last line of a cell.

    Each keyword names one control of the scene and gives it another default. Moving a control redraws the picture;
    where there is no kernel (an exported page, a code-hosting site), the same output shows the picture at the
    defaults. ``hidden_until`` is the key of a prediction that the picture would answer: it appears when that is made,
    or when the reader asks for it anyway.

    Raises ``ValueError`` that lists the scene's controls when a keyword names none of them, ``LookupError`` for a
    prediction that was not asked.
    """
    return LivePanel(scene, None if hidden_until is None else asked(hidden_until), **defaults)


class LivePanel(PagePanel):
    """What `live` returns. ``parameters`` are the present ones, ``description`` says what the picture shows."""

    def __init__(self, scene: Scene, prediction: Prediction | None = None, **defaults: Any):
        self.scene = scene
        self.prediction = prediction
        self.error: Exception | None = None
        self._painter = Painter(scene)
        self._newest = NewestWins(self._compute, self._show)
        self._seconds = 0.0
        self._quiet = False
        controls = adjusted_controls(scene.controls, defaults)
        self.views = {name: ControlView(control) for name, control in controls.items()}
        self.defaults = {name: view.control.default for name, view in self.views.items()}
        self.picture, self.setting = widgets.HTML(), widgets.HTML()
        self.busy = widgets.HTML()
        self.reset_button = widgets.Button(
            description="Reset", tooltip="Every control back to where it started"
        )
        self.reset_button.on_click(told(self._say, self.reset))
        self._show_first_picture()
        boxes = [view.box for view in self.views.values()]
        row = widgets.Box([*boxes, self.reset_button, self.busy], layout=ROW)
        fold = widgets.VBox([widgets.HTML(FOLD), self.setting]).add_class("sacnotes-setting")
        super().__init__([row, self.picture, fold], "sacnotes-live")
        if prediction is not None:
            anyway = widgets.Button(description="Show me anyway", layout={"width": "max-content"})
            anyway.on_click(lambda _: prediction.show_anyway())
            waiting = widgets.HTML("The picture appears here when you have made your prediction above.")
            self.children += (waiting, anyway)
            prediction.on_change(self._hide_until_settled)
            self._hide_until_settled()
        for view in self.views.values():
            view.on_change(told(self._say, self._changed))

    @property
    def parameters(self) -> dict[str, Any]:
        """What the controls say now."""
        return {name: view.value for name, view in self.views.items()}

    def address(self) -> str:
        """The setting as text: behind the address of a page on the website (`make site`) it opens the panel so set."""
        return self._address_of(self.parameters)

    def _address_of(self, parameters: dict[str, Any]) -> str:
        return f"#{urlencode({'panel': self.scene.name} | parameters)}"

    def set(self, **parameters: Any) -> None:
        """Move several controls at once; the picture is drawn once. ``ValueError`` for a value out of range."""
        unknown = [name for name in parameters if name not in self.views]
        if unknown:
            raise ValueError(f"No control is called {unknown[0]!r}; there are: {', '.join(self.views)}.")
        values = {name: self.views[name].control.check(value) for name, value in parameters.items()}
        self._quiet = True
        try:
            for name, value in values.items():
                self.views[name].value = value
        finally:
            self._quiet = False
        self._changed()

    def reset(self) -> None:
        """Every control back to its default."""
        self.set(**self.defaults)

    def retire(self) -> None:
        """Take it off the page, and free its figure: Jupyter keeps whatever a cell has shown."""
        if self.prediction is not None:
            self.prediction.on_change(self._hide_until_settled, remove=True)
        self._painter.forget()
        super().retire()

    def _hide_until_settled(self) -> None:
        *shown, waiting, anyway = self.children
        for part in shown:
            part.layout.display = None if self.prediction.settled else "none"
        for part in (waiting, anyway):
            part.layout.display = "none" if self.prediction.settled else None

    @property
    def slow(self) -> bool:
        """Does a picture of this scene take longer than half a second?"""
        return self._seconds > SLOW

    def _show_first_picture(self) -> None:
        """The picture at the defaults. A scene that fails here fails in the cell, where it can be read in full."""
        pixels, description = self._painted(self.defaults)
        if self.slow:  # the first picture also pays for warming up
            pixels, description = self._painted(self.defaults)
        self.static = Picture(pixels, description)._repr_mimebundle_()
        self._show(self.defaults, (pixels, description))

    def _changed(self) -> None:
        if self._quiet:
            return
        self._newest.request(self.parameters)

    def _say(self, markup: str) -> None:
        """In a line that a screen reader speaks when it changes."""
        self.busy.value = markup

    def _painted(self, parameters) -> tuple[np.ndarray, str]:
        """Picture and words for ``parameters``, timed."""
        start = perf_counter()
        data = self.scene.compute(**parameters)
        pixels = self._painter.paint(data)
        self._seconds = perf_counter() - start
        return pixels, self.scene.describe(parameters, data)

    def _compute(self, parameters):
        """Picture and words, or the exception that stood in the way."""
        if self.slow:
            self.busy.value = '<span role="status">⏳ computing …</span>'
        try:
            return self._painted(parameters)
        except Exception as error:
            return error

    def _show(self, parameters, result) -> None:
        self.busy.value = f"A picture takes about {self._seconds:.1f} s." if self.slow else ""
        self.setting.value = (
            "<label>Behind the address of this page on the website: "
            '<input readonly size="60" style="max-width:100%" '
            f'value="{html.escape(self._address_of(parameters))}"></label>'
        )
        if isinstance(result, Exception):
            self.error = result
            said = ", ".join(
                f"{self.views[name].control.label} {value}" for name, value in parameters.items()
            )
            advice = f"<br>Settings: {html.escape(said)}. Move a control, or press Reset."
            self.picture.value = alert("No picture for these settings.", result, advice)
            return
        self.error = None
        pixels, self.description = result
        # Picture and words in one message, so that they can never disagree on screen.
        self.picture.value = (
            image_tag(fast_png(pixels), self.description, pixels.shape[1], pixels.shape[0])
            + '<div role="status" style="max-width:60em;line-height:1.4;font-size:1.1em">'
            + f"{html.escape(self.description)}</div>"
        )
