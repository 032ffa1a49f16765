"""The ward: one patient's vital signs over those of a healthy agent: notebook 11."""

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PolyCollection

from sacnotes_lib.course.stage.controls import Choice
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from sacnotes_lib.plots.vital_signs import LOG_SIGNS, Chart
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean

HEALTHY = "healthy"
# title of a panel -> the sign drawn as a line, and the one drawn as points, which measures the same from outside
PANELS = {
    "Return": ("return", None),
    "Entropy": ("entropy", "true entropy"),
    "Temperature α": ("temperature", None),
    "Q": ("Q", "earned"),
    "Critic loss": ("critic loss", None),
}
POINTS = {"true entropy": " · points: true", "earned": " · points: earned"}
LINEAR_UP_TO = {"Return": 10, "Entropy": 4, "Q": 10}  # beyond, the axis goes in powers of ten
UNITS = {"Return": "reward", "Entropy": "nats", "Temperature α": "reward per nat", "Q": "reward"}


class WardScene(Scene):
    """Six panels: return, entropy, temperature, Q, critic loss, and where episodes begin.

    Args:
        charts: name to `Chart`, of at least two seeds each; one of them is called "healthy". Their observations have
            two dimensions, which the last panel shows.

    Raises: ValueError where none is called "healthy".
    """

    size = (10.4, 6.0)

    def __init__(self, charts: Mapping[str, Chart]):
        if HEALTHY not in charts:
            raise ValueError(
                f'one chart must be called "{HEALTHY}"; there are: {", ".join(charts) or "none"}'
            )
        self._bedsides = {name: _bedside(name, chart) for name, chart in charts.items()}
        first = next((name for name in charts if name != HEALTHY), HEALTHY)
        self.controls = {"patient": Choice("Patient", tuple(charts), first)}

    def compute(self, patient: str) -> SimpleNamespace:
        return self._bedsides[patient]

    def setup(self, figure) -> SimpleNamespace:
        all_axes = figure.subplots(2, 3).ravel()
        lines, bands = {}, {}
        for axes in all_axes[3:5]:
            axes.set_xlabel("environment steps")
        red = {"color": style.RED, "zorder": 4}
        for axes, (title, (line, points)) in zip(all_axes, PANELS.items(), strict=False):
            self._frame(axes, title, line, points)
            lines[line] = moving_line(axes, **red)
            bands[line] = PolyCollection([], color=style.RED, alpha=0.2, linewidth=0, animated=True)
            axes.add_collection(bands[line], autolim=False)
            if points:
                lines[points] = moving_line(axes, linestyle="none", marker="D", **red)
        where = all_axes[-1]
        where.set(title="First positions", xlabel="position 1", ylabel="position 2", aspect="equal")
        where.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
        healthy = self._bedsides[HEALTHY].starts
        where.plot(*healthy.T, linestyle="none", marker="o", color=style.QUIET, alpha=0.35)
        starts = moving_line(where, linestyle="none", marker="D", markersize=7, color=style.RED)
        bold = {"color": style.RED, "fontweight": "bold", "fontsize": 20}
        name = moving_text(all_axes[0], 0.97, 0.05, ha="right", va="bottom", **bold)
        return SimpleNamespace(lines=lines, bands=bands, starts=starts, name=name)

    def _frame(self, axes, title: str, line: str, points: str | None) -> None:
        """Axes that suit every patient, with the healthy agent on them."""
        sign = self._bedsides[HEALTHY].curves[line]
        axes.fill_between(sign.steps, sign.low, sign.high, color=style.QUIET, alpha=0.25, linewidth=0)
        axes.plot(sign.steps, sign.middle, color=style.QUIET, linestyle=style.DASHES[1], linewidth=2.5)
        if points:
            sign = self._bedsides[HEALTHY].curves[points]
            axes.plot(sign.steps, sign.middle, linestyle="none", marker="o", markersize=7, color=style.QUIET)
        axes.set_title(title + POINTS.get(points, ""))
        axes.set_ylabel(UNITS.get(title, "reward²"))
        axes.locator_params(axis="x", nbins=3)
        seen = [b.curves[s] for b in self._bedsides.values() for s in (line, points) if s]
        low, high = min(c.low.min() for c in seen), max(c.high.max() for c in seen)
        if line in LOG_SIGNS:
            axes.set(yscale="log", ylim=(low / 1.5, high * 1.5))
            style.plain_log_ticks(axes)
        else:
            near = LINEAR_UP_TO[title]
            axes.set_yscale("symlog", linthresh=near, linscale=2)
            ticks = [-100 * near, -10 * near, -near, -near / 2, 0, near / 2, near, 10 * near, 100 * near]
            axes.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
            axes.set_ylim(1.3 * min(low, -near / 2), 1.3 * max(high, near / 4))
            axes.minorticks_off()

    def draw(self, artists: SimpleNamespace, data) -> None:
        for sign, line in artists.lines.items():
            curve = data.curves[sign]
            line.set_data(curve.steps, curve.middle)
            if sign in artists.bands:
                steps, heights = np.r_[curve.steps, curve.steps[::-1]], np.r_[curve.low, curve.high[::-1]]
                artists.bands[sign].set_verts([np.column_stack([steps, heights])])
        artists.starts.set_data(*data.starts.T)
        artists.name.set_text(data.patient)

    def describe(self, parameters, data) -> str:
        healthy = self._bedsides[HEALTHY].curves
        said = ", ".join(
            f"{sign} {curve.middle[-1]:.3g} (healthy {healthy[sign].middle[-1]:.3g})"
            for sign, curve in data.curves.items()
        )
        places = len(np.unique(data.starts, axis=0))
        largest = data.curves["critic loss"].middle.max()
        who = "The healthy agent" if data.patient == HEALTHY else f"Patient {data.patient}"
        return (
            f"{who}, at the end: {said}. The critic loss was at most {largest:.3g} (healthy "
            f"{healthy['critic loss'].middle.max():.3g}). Its {len(data.starts)} episodes began in {places} "
            f"different place{'s' if places > 1 else ''}."
        )


def curve_of(chart: Chart, sign: str) -> SimpleNamespace:
    """A sign over ``steps``: ``middle``, its interquartile mean over seeds, ``low`` and ``high`` of its 95 % band."""
    steps, values = chart.over_time(sign)
    low, high = bootstrap_band(values)
    return SimpleNamespace(steps=steps, middle=interquartile_mean(values), low=low, high=high)


def _bedside(name: str, chart: Chart) -> SimpleNamespace:
    """Its curves by sign, and the first observations of its first seed's episodes, `[episodes, 2]`."""
    curves = {sign: curve_of(chart, sign) for panel in PANELS.values() for sign in panel if sign}
    return SimpleNamespace(patient=name, curves=curves, starts=chart.starts[0][:, :2])
