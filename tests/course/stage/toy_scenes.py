"""Small scenes for tests of what surrounds a scene."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sacnotes_lib.course.stage.controls import Choice, Integer, Slider
from sacnotes_lib.course.stage.live import SLOW
from sacnotes_lib.course.stage.scene import Scene


@dataclass(frozen=True)
class Curve:
    x: np.ndarray
    y: np.ndarray
    limit: float
    title: str


class CurveScene(Scene):
    """amplitude * sin(x): the curve moves over a kept background, the limit and title change the background."""

    size = (5.0, 3.0)
    controls = {
        "amplitude": Slider("Amplitude", 0.01, 10.0, 1.0, log=True, unit="V"),
        "shift": Slider("Shift", -1.0, 1.0, 0.0), "limit": Integer("Limit", 1, 20, 12),
        "title": Choice("Title", ("one", "two")), "broken": Choice("Broken", (False, True)),
    }  # fmt: skip

    def compute(self, amplitude, shift, limit, title, broken):
        if broken:
            raise ArithmeticError("this setting <cannot> be drawn")
        x = np.linspace(0, 6, 50)
        return Curve(x, amplitude * np.sin(x + shift), limit, title)

    def setup(self, figure):
        axes = figure.subplots()
        axes.set(xlabel="x [s]", ylabel="y [V]")
        (line,) = axes.plot([], [], animated=True)
        return axes, line

    def draw(self, artists, data):
        axes, line = artists
        line.set_data(data.x, data.y)
        if axes.get_xlim() != (0, 6):
            axes.set_xlim(0, 6)
        if axes.get_ylim() != (-data.limit, data.limit):
            axes.set_ylim(-data.limit, data.limit)
        if axes.get_title(loc="left") != data.title:
            axes.set_title(data.title)

    def describe(self, parameters, data):
        return f"A sine of amplitude {parameters['amplitude']:g}, shift {parameters['shift']:g}, title {data.title}."


class GatedScene(CurveScene):
    """Slow: the third picture and later ones wait until a file is there."""

    def __init__(self, gate: str):
        self.gate = Path(gate)
        self.calls = 0

    def compute(self, **parameters):
        self.calls += 1
        time.sleep(1.5 * SLOW)
        while self.calls > 2 and not self.gate.exists():
            time.sleep(0.01)
        return super().compute(**parameters)


DEFAULTS = CurveScene().defaults()
