"""One small picture for each patient, with one vital sign beside a healthy agent's: the end of notebook 11."""

from collections.abc import Mapping
from textwrap import fill

from sacnotes_lib.course.p11_clinic.scene import HEALTHY, curve_of
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.plots.vital_signs import LOG_SIGNS, SIGNS, Chart

COLUMNS = 4


def plot_ward_round(charts: Mapping[str, Chart], sign: str | Mapping[str, str]) -> Picture:
    """Each patient's sign over steps beside the healthy agent's: interquartile mean over seeds, 95 % bootstrap band.

    Args:
        charts: name to `Chart`; one of them is called "healthy".
        sign: one of `vital_signs.SIGNS` for all, or name of a patient to its own sign.

    Returns: a Picture, which shows itself as the last line of a cell.

    Raises: ValueError for a sign that does not exist, or where no chart is called "healthy".
    """
    patients = [name for name in charts if name != HEALTHY]
    signs = {name: sign if isinstance(sign, str) else sign[name] for name in patients}
    wrong = sorted(set(signs.values()) - SIGNS.keys())
    if wrong:
        raise ValueError(f'there is no sign "{wrong[0]}". Choose from: {", ".join(SIGNS)}')
    if HEALTHY not in charts:
        raise ValueError(f'one chart must be called "{HEALTHY}"; there are: {", ".join(charts)}')
    rows = -(-len(patients) // COLUMNS)
    with style.context():
        one = isinstance(sign, str)
        figure = style.new_figure(10, 2.3 * rows) if one else style.new_figure(10.5, 2.5 * rows)
        all_axes = figure.subplots(rows, COLUMNS, sharex=True, sharey=one, squeeze=False).ravel()
        said = []
        for axes, name in zip(all_axes, patients, strict=False):
            ill, well = (curve_of(charts[who], signs[name]) for who in (name, HEALTHY))
            _panel(axes, name, signs[name], ill, well)
            if one:
                said.append(f"{name} {_end(ill)}.")
            else:
                said.append(f"{name}, {SIGNS[signs[name]]}: ends at {_end(ill)}, healthy {_end(well)}.")
                axes.set_ylabel(SIGNS[signs[name]].replace(" (", "\n("), fontsize=11)
        if one:
            figure.supylabel(SIGNS[sign], fontsize=15)
        for axes in all_axes[len(patients) :]:
            axes.set_axis_off()
        figure.supxlabel("environment steps", fontsize=15)
        seeds = len(charts[HEALTHY].starts)
        words = f"{seeds} seeds each; the healthy agent dashed and grey. "
        if one:
            words += f"{SIGNS[sign].capitalize()}: the healthy agent ends at {_end(curve_of(charts[HEALTHY], sign))}. "
        return figure_picture(figure, words + " ".join(said))


def _panel(axes, name: str, sign: str, ill, well) -> None:
    """Draw one patient over the healthy agent."""
    for curve, color, dashes in ((well, style.QUIET, style.DASHES[1]), (ill, style.RED, style.DASHES[0])):
        axes.fill_between(curve.steps, curve.low, curve.high, color=color, alpha=0.22, linewidth=0)
        axes.plot(curve.steps, curve.middle, color=color, linestyle=dashes)
    if sign in LOG_SIGNS:
        axes.set_yscale("log")
        style.plain_log_ticks(axes)
    elif sign == "return":
        axes.set_yscale("symlog", linthresh=10)
        axes.set_yticks([-100, -10, -5, 0], ["−100", "−10", "−5", "0"])
        axes.minorticks_off()
    axes.set_title(fill(name, 19), color=style.RED, fontsize=13)
    axes.locator_params(axis="x", nbins=3)
    axes.tick_params(labelsize=12)


def _end(curve) -> str:
    return f"{curve.middle[-1]:.3g} (band {curve.low[-1]:.3g} to {curve.high[-1]:.3g})"
