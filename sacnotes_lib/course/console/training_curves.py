"""Training as a picture that is redrawn while it goes on: four curves with their bands, and the policy beside them."""

from functools import cache
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.ticker import StrMethodFormatter
from matplotlib.transforms import Affine2D

from sacnotes_lib.course.console.policy_pictures import draw_policies, setup_policies
from sacnotes_lib.course.console.training_view import TrainingView
from sacnotes_lib.course.stage import moving
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

PANELS = {  # panel: title, unit of its axis, curves in it
    "return": ("Return", "reward of an episode", ("return",)),
    "entropy": ("Entropy", "nats", ("entropy",)),
    "temperature": ("Temperature α", "scaled reward per nat", ("temperature",)),
    "q": ("Q", "scaled reward", ("q", "monte_carlo")),
}
NUMBERS_SHOWN = 6  # marks with a number; older ones keep their line
ROOM = 1.12  # of the steps shown: behind a curve's end stands its name
HEADROOM = 0.18  # of the numbers shown: above the last of them hang the marks, clear of every curve


class TrainingScene(Scene):
    """The picture of a session; `draw` takes a `TrainingView`. It has no controls of its own.

    Args:
        names: of the runs, one or two.
        until: steps at the right end of the curves.
        pendulum: whether the policy is drawn as maps over angle and speed.
    """

    size = (13.0, 7.6)

    def __init__(self, names: tuple[str, ...], until: int, pendulum: bool):
        self.names, self.until, self.pendulum = names, until, pendulum

    def setup(self, figure) -> SimpleNamespace:
        upper, lower = (row.subgridspec(1, 3) for row in figure.add_gridspec(2, 1))
        places = {"return": upper[0], "entropy": upper[1], "temperature": upper[2], "q": lower[0]}
        panels = {name: self._panel(figure.add_subplot(place), name) for name, place in places.items()}
        policies = setup_policies(figure, lower, self.names, self.pendulum)
        figure.get_layout_engine().set(w_pad=0.08, h_pad=0.12, wspace=0.03, hspace=0.03)
        # Laid out for wide numbers once and for all: the same view is the same picture, whatever was drawn before.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        return SimpleNamespace(panels=panels, policies=policies)

    def draw(self, artists: SimpleNamespace, data: TrainingView) -> None:
        for name, panel in artists.panels.items():
            self._draw_panel(name, panel, data)
        draw_policies(artists.policies, data)

    def _panel(self, axes, name: str) -> SimpleNamespace:
        title, unit, curves = PANELS[name]
        axes.set(xlim=(0, ROOM * self._width(0)), ylim=(-1500, 0), ylabel=unit, xlabel="environment steps")
        two = len(self.names) > 1
        axes.set_title(title, y=1)  # where it is: Matplotlib would measure all numbers to find out
        axes.locator_params(axis="x", nbins=4)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.locator_params(axis="y", nbins=5)
        axes.yaxis.get_offset_text().set(x=1, ha="right")  # a power of ten, clear of the title
        axes.tick_params(axis="y", labelcolor="none")  # no numbers before there is anything to read off
        across = axes.get_xaxis_transform()
        panel = SimpleNamespace(
            axes=axes,
            limits=None,
            numbered=axes.yaxis.get_major_locator(),
            lines={},
            bands={},
            marks={},
            ends={},
            numbers={},
        )
        for index, run in enumerate(self.names):
            color = style.PAIR[index]
            # One broken line: a collection would take as long for each of its lines as for all of them.
            (panel.marks[run],) = axes.plot(
                [], [], color=color if two else style.QUIET, linestyle=style.DASHES[4], linewidth=2, zorder=2,
                transform=across, animated=True,
            )  # fmt: skip
            # Circle, digits, circle, digits: one collection, since texts take half of a picture's time.
            panel.numbers[run] = PathCollection(
                [], facecolors=["white", style.INK], edgecolors=[color, "none"], animated=True, zorder=3, clip_on=False,
                transform=Affine2D().scale(style.DPI / 72), offset_transform=across,
            )  # fmt: skip
            axes.add_collection(panel.numbers[run], autolim=False)
            for place, curve in enumerate(curves):
                key = run, curve
                shade = style.PURPLE if curve == "monte_carlo" and not two else color
                look = {"color": shade, "linestyle": style.DASHES[(index if place == 0 else 2)]}
                if place or name in ("return", "q"):  # few points: each is shown
                    look["marker"] = style.MARKERS[index + 2 * place]
                panel.bands[key] = PolyCollection([], color=shade, alpha=0.22, linewidth=0, animated=True)
                axes.add_collection(panel.bands[key], autolim=False)
                (panel.lines[key],) = axes.plot([], [], animated=True, zorder=3, **look)
                panel.ends[key] = axes.text(
                    0, 0, "", color=shade, fontweight="bold", va="center", zorder=4, animated=True
                )
        if "monte_carlo" in curves:
            own = {"color": style.QUIET} if two else {"color": style.PURPLE, "marker": style.MARKERS[2]}
            sample = Line2D([], [], linestyle=style.DASHES[2], **own)
            moving.key(axes, {sample: "Monte Carlo"}, [0.15, 0.25, 0.35], 0.41, top=1.065, step=0)
        return panel

    def _draw_panel(self, name: str, panel: SimpleNamespace, data: TrainingView) -> None:
        two = len(self.names) > 1
        bands = {key: data.runs[key[0]].curves[key[1]] for key in panel.lines}
        _fit(panel, bands.values())
        width = ROOM * self._width(data.step)
        if panel.axes.get_xlim()[1] != width:
            panel.axes.set_xlim(0, width)
        low, high = panel.axes.get_ylim()
        gap = 0.1 * (high - low)
        names = {key: (key[0] if two else "Q" * (name == "q")) for key in bands if key[1] != "monte_carlo"}
        ends = {key: bands[key].middle[-1] for key in names if len(bands[key].steps)}
        heights = style.moved_apart(ends, gap, high - gap)
        for key, band in bands.items():
            panel.lines[key].set_data(band.steps, band.middle)
            panel.bands[key].set_verts([_outline(band)] if len(band.steps) else [])
            panel.ends[key].set_text(names[key] if key in heights else "")
            if key in heights:
                panel.ends[key].set_position((band.steps[-1] + 0.04 * width, heights[key]))
        for run, view in data.runs.items():
            # From the lower edge to the upper; NaN lifts the pen before the next mark.
            uprights = [(mark.step, height) for mark in view.marks for height in (0, 1, np.nan)]
            panel.marks[run].set_data(np.reshape(uprights, (-1, 2)).T)
            shown = list(enumerate(view.marks, start=1))[-NUMBERS_SHOWN:]
            side = (-1, 1)[self.names.index(run)] if two else 0  # both may change at one step
            labels = [_in_circle(f"{run if two else ''}{number}", side) for number, _ in shown]
            panel.numbers[run].set_paths([path for label in labels for path in label])
            places = [(mark.step, 1) for _, mark in shown for _ in range(2)]
            panel.numbers[run].set_offsets(np.reshape(places, (-1, 2)))

    def _width(self, step: int) -> float:
        """Where the axis of steps ends: the run's end, or a half, a quarter ... of it while that is room enough."""
        width = float(self.until)
        while width / 2 > max(1.25 * step, 1250):
            width /= 2
        return width


@cache
def _in_circle(text: str, side: int) -> tuple[Path, Path]:
    """A circle that hangs below the origin, or to its left (-1) or right (1), and a text in its middle, in points."""
    digits = TextPath((0, 0), text, size=14)
    box = digits.get_extents()
    radius = np.hypot(box.width, box.height) / 2 + 2
    middle = side * radius, -radius
    at = Affine2D().translate(middle[0] - (box.x0 + box.x1) / 2, middle[1] - (box.y0 + box.y1) / 2)
    return Path.circle(middle, radius), digits.transformed(at)


def _outline(band) -> np.ndarray:
    """The corners of a band, there along its lower edge and back along its upper one."""
    there = np.stack([band.steps, band.low], axis=-1)
    back = np.stack([band.steps, band.high], axis=-1)[::-1]
    return np.concatenate([there, back])


def _fit(panel: SimpleNamespace, bands) -> None:
    """Let the vertical axis grow where a curve would leave it. It never shrinks: a calm picture is easier to read."""
    bands = [band for band in bands if len(band.steps)]
    low = min((band.low.min() for band in bands), default=np.nan)
    high = max((band.high.max() for band in bands), default=np.nan)
    if not np.isfinite([low, high]).all():
        return
    if panel.limits is None:
        panel.axes.tick_params(axis="y", labelcolor=style.INK)
    elif panel.limits[0] <= low and high <= panel.limits[1]:
        return
    else:
        low, high = min(low, panel.limits[0]), max(high, panel.limits[1])
    span = max(high - low, 0.2 * abs(high), 1e-3)
    middle = (low + high) / 2  # what hardly moves runs in the middle of an axis without far-fetched numbers
    ticks = panel.numbered.tick_values(
        min(low - 0.05 * span, middle - span / 2), max(high, middle + span / 2)
    )
    panel.limits = ticks[0], ticks[-1]
    panel.axes.set_ylim(ticks[0], ticks[-1] + HEADROOM * (ticks[-1] - ticks[0]))
    panel.axes.set_yticks(ticks)
