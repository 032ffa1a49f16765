"""One number for each seed of each variant: what differs between the variants, and what is a seed's luck."""

from collections.abc import Mapping

import numpy as np

from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture, in_words
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean


def plot_by_seed(
    panels: Mapping[str, Mapping[str, np.ndarray]], label: str, reference: Mapping[str, float] | None = None
) -> Picture:
    """A thin line for each seed across the variants; over it the interquartile mean and its 95 % bootstrap band.

    Parallel lines say that a difference between variants holds seed by seed, even where the seeds lie far apart.

    Args:
        panels: title to {variant: numbers `[R]`}, R of at least 2, the same seeds for all variants of a panel. Panels
            share the vertical axis.
        label: what the numbers are, with their unit.
        reference: name to a level drawn as a line, such as {"exact": 0}.

    Returns: a Picture, which shows itself as the last line of a cell.

    Raises:
        ValueError: where the variants of a panel do not have the same number of seeds, or have only one.
    """
    with style.context():
        figure = style.new_figure(11, 5.5)
        all_axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        said = [_panel(axes, title, panels[title]) for axes, title in zip(all_axes, panels, strict=True)]
        all_axes[0].set_ylabel(label)
        for name, level in (reference or {}).items():
            for axes in all_axes:
                axes.axhline(level, color=style.INK, linewidth=1.5, zorder=1)
            all_axes[-1].annotate(
                name, (1, level), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points",
                va="center", annotation_clip=False,
            )  # fmt: skip
            said.append(f"A line marks {name}, {in_words(level)}.")
        return figure_picture(figure, f"{label}. " + " ".join(said))


def _panel(axes, title: str, variants: Mapping[str, np.ndarray]) -> str:
    """Draw one panel; what it shows in words."""
    counts = {name: len(numbers) for name, numbers in variants.items()}
    if len(set(counts.values())) != 1 or min(counts.values()) < 2:
        raise ValueError(
            f'the panel "{title}" needs the same seeds, at least 2, for every variant; it has {counts}'
        )
    values = np.stack(list(variants.values()), axis=1)  # [R, variants]
    middle, (low, high) = interquartile_mean(values), bootstrap_band(values)
    places = np.arange(len(variants))
    axes.plot(places, values.T, color=style.QUIET, linewidth=1.2, alpha=0.4, zorder=2)
    for place in places:
        look = style.line_style(place) | {"linestyle": "none", "markersize": 13, "markeredgecolor": "white"}
        axes.vlines(place, low[place], high[place], color=look["color"], linewidth=6, zorder=3)
        axes.plot(place, middle[place], zorder=4, **look)
    axes.set(title=f"{title}, {len(values)} seeds", xlim=(-0.4, len(variants) - 0.6))
    axes.set_xticks(places, variants, rotation=0)
    sentences = (
        f"{name} {m:+.2f} (band {a:+.2f} to {b:+.2f})"
        for name, m, a, b in zip(variants, middle, low, high, strict=True)
    )
    return f"{title}: " + ", ".join(sentences) + "."
