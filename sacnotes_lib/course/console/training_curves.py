"""Training as a picture that is redrawn while it goes on: four curves with their bands, and the policy beside them."""

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import StrMethodFormatter

from sacnotes_lib.course.console.policy_pictures import draw_policies, setup_policies
from sacnotes_lib.course.console.training_view import TrainingView
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

PANELS = {  # panel: title, unit of its axis, curves in it
    "return": ("Return", "reward of an episode", ("return",)),
    "entropy": ("Entropy", "nats", ("entropy",)),
    "temperature": ("Temperature α", "scaled reward per nat", ("temperature",)),
    "q": ("Critic's Q and the truth", "scaled reward", ("q", "monte_carlo")),
}
NUMBERS_SHOWN = 6  # marks with a number; older ones keep their line
ENDS = {"q": "Q", "monte_carlo": "Monte Carlo"}


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
        return SimpleNamespace(panels=panels, policies=policies)

    def draw(self, artists: SimpleNamespace, data: TrainingView) -> None:
        for name, panel in artists.panels.items():
            self._draw_panel(name, panel, data)
        draw_policies(artists.policies, data)

    def _panel(self, axes, name: str) -> SimpleNamespace:
        title, unit, curves = PANELS[name]
        axes.set(xlim=(0, self._width(0)), ylabel=unit, xlabel="environment steps")
        two = len(self.names) > 1
        axes.set_title("Q · dots: Monte Carlo" if name == "q" and two else title)
        axes.locator_params(axis="x", nbins=3)
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axes.locator_params(axis="y", nbins=5)
        axes.tick_params(axis="y", labelcolor="none")  # no numbers before there is anything to read off
        across = axes.get_xaxis_transform()
        panel = SimpleNamespace(axes=axes, limits=None, lines={}, bands={}, marks={}, ends={}, numbers={})
        for index, run in enumerate(self.names):
            color = style.PAIR[index]
            panel.marks[run] = LineCollection(
                [], colors=color if two else style.QUIET, linewidth=2, linestyle=style.DASHES[4],
                transform=across, animated=True,
            )  # fmt: skip
            axes.add_collection(panel.marks[run], autolim=False)
            panel.numbers[run] = [
                axes.text(0, 1, "", transform=across, ha="center", va="top", fontsize=14, animated=True,
                          color=style.INK, bbox={"boxstyle": "circle,pad=0.15", "fc": "white", "ec": color})
                for _ in range(NUMBERS_SHOWN)
            ]  # fmt: skip
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
                    0, 0, "", color=shade, fontweight="bold", ha="right", va="bottom", zorder=4, animated=True
                )
        return panel

    def _draw_panel(self, name: str, panel: SimpleNamespace, data: TrainingView) -> None:
        two = len(self.names) > 1
        bands = {key: data.runs[key[0]].curves[key[1]] for key in panel.lines}
        _fit(panel, bands.values())
        width = self._width(data.step)
        if panel.axes.get_xlim()[1] != width:
            panel.axes.set_xlim(0, width)
        low, high = panel.axes.get_ylim()
        gap = 0.1 * (high - low)
        ends = {key: band.middle[-1] for key, band in bands.items() if len(band.steps)}
        heights = style.moved_apart(ends, gap, high - gap)
        for key, band in bands.items():
            panel.lines[key].set_data(band.steps, band.middle)
            panel.bands[key].set_verts([_outline(band)] if len(band.steps) else [])
            if len(band.steps):
                self._label_end(panel.ends[key], key, float(band.steps[-1]), heights[key], width)
            else:
                panel.ends[key].set_text("")
        for run, view in data.runs.items():
            panel.marks[run].set_segments([((mark.step, 0), (mark.step, 1)) for mark in view.marks])
            shown = list(enumerate(view.marks, start=1))[-NUMBERS_SHOWN:]
            for label in panel.numbers[run]:
                label.set_text("")
            for label, (number, mark) in zip(panel.numbers[run], shown, strict=False):
                label.set_text(f"{run if two else ''}{number}")
                label.set_x(mark.step)

    def _width(self, step: int) -> float:
        """Where the axis of steps ends: the run's end, or a half, a quarter ... of it while that is room enough."""
        width = float(self.until)
        while width / 2 > max(1.25 * step, 1250):
            width /= 2
        return width

    def _label_end(self, label, key: tuple[str, str], step: float, height: float, width: float) -> None:
        """Name a curve at its end: behind it while there is room, else above it."""
        run, curve = key
        text = ENDS.get(curve, "") if len(self.names) == 1 else run if curve != "monte_carlo" else ""
        behind = step + (0.04 + 0.055 * len(text)) * width < width
        label.set_text(text)
        label.set_position((step + 0.04 * width, height) if behind else (width, height))
        label.set(ha="left" if behind else "right", va="center" if behind else "bottom")


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
    span = max(high - low, 0.05 * abs(high), 1e-3)
    tick = 10 ** np.floor(np.log10(span))
    tick = tick / 2 if span / tick < 2.5 else tick
    panel.limits = tick * np.floor((low - 0.05 * span) / tick), tick * np.ceil((high + 0.15 * span) / tick)
    panel.axes.set_ylim(*panel.limits)
