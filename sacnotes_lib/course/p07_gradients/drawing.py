"""How `GradientScene` is drawn: a cloud of estimates for each method, and their spread against K."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from matplotlib.figure import Figure

from sacnotes_lib.plots import style

METHODS = {"reparameterized": "reparameterised", "score_function": "score function"}
ROWS = {"reparameterized": 1.0, "score_function": 0.0}
LOOKS = {
    "reparameterized": {"color": style.BLUE, "marker": "o"},
    "score_function": {"color": style.RED, "marker": "^"},
}
DASHES = {"reparameterized": "-", "score_function": style.DASHES[1]}

SHOWN = 120  # estimates drawn of each method: every picture has at least as many
EDGE = 8.0
LARGEST_K = 100
EXACT = 0.5


def setup(figure: Figure) -> SimpleNamespace:
    clouds, spread = figure.subplots(1, 2, width_ratios=(1.35, 1))
    artists = SimpleNamespace(clouds={}, bars={}, numbers={}, beyond={}, lines={}, marks={}, names={})
    _setup_clouds(clouds, artists)
    _setup_spread(spread, artists)
    return artists


def _setup_clouds(axes, artists) -> None:
    axes.set(xlim=(-EDGE - 0.4, EDGE + 0.4), ylim=(-0.55, 1.75), yticks=[])
    axes.set_xlabel("estimate of dE[Q]/dμ₁ (reward per action)")
    axes.set_title("Estimates, one dot each")
    axes.axvline(EXACT, color=style.INK, linewidth=2, linestyle=style.DASHES[2])
    axes.annotate(f"exact {EXACT:g}", (EXACT, -0.5), xytext=(6, 0), textcoords="offset points", va="bottom")
    heights = 0.22 * (np.random.default_rng(0).random(SHOWN) - 0.5)
    for method, row in ROWS.items():
        look = LOOKS[method]
        (artists.clouds[method],) = axes.plot(
            np.zeros(SHOWN), row + heights, linestyle="none", markersize=7, alpha=0.45, markeredgewidth=0,
            animated=True, **look,
        )  # fmt: skip
        (artists.bars[method],) = axes.plot(
            [0, 0], [row - 0.24] * 2, linewidth=6, color=look["color"], solid_capstyle="butt", animated=True
        )
        artists.numbers[method] = axes.text(
            -EDGE, row + 0.2, "", color=look["color"], fontweight="bold", va="bottom", animated=True, linespacing=1.3,
        )  # fmt: skip
        artists.beyond[method] = axes.text(
            EDGE, row + 0.2, "", color=look["color"], ha="right", va="bottom", animated=True
        )


def _setup_spread(axes, artists) -> None:
    axes.set(xscale="log", yscale="log", xlim=(0.8, 130), ylim=(0.003, 300))
    axes.set_xlabel("num_actor_samples K")
    axes.set_ylabel("standard deviation")
    axes.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    axes.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.minorticks_off()
    axes.grid(True)
    axes.set_title("Spread against K")
    ends = np.array([1, LARGEST_K])
    for method, name in METHODS.items():
        look = LOOKS[method]
        (artists.lines[method],) = axes.plot(
            ends, ends, color=look["color"], linestyle=DASHES[method], animated=True
        )
        (artists.marks[method],) = axes.plot(
            [1], [1], linestyle="none", markersize=15, markeredgecolor=style.INK, animated=True, **look
        )
        artists.names[method] = axes.text(
            1.05, 1, name, color=look["color"], fontweight="bold", va="bottom", animated=True
        )


def draw(artists: SimpleNamespace, data) -> None:
    """Show one `Gradients`."""
    for method in METHODS:
        estimates = getattr(data, method).numpy()
        mean, std = float(estimates.mean()), float(estimates.std(ddof=1))
        artists.clouds[method].set_xdata(np.clip(estimates[:SHOWN], -EDGE, EDGE))
        artists.bars[method].set_xdata(np.clip([mean - std, mean + std], -EDGE, EDGE))
        artists.numbers[method].set_text(
            f"{METHODS[method]}: std {std:.2f}\n{100 * np.mean(estimates > 0):.0f} % point uphill"
        )
        outside = np.mean(np.abs(estimates) > EDGE)
        artists.beyond[method].set_text(f"{100 * outside:.0f} % beyond" if outside >= 0.005 else "")
        one = data.closed_forms[method]
        artists.lines[method].set_ydata([one, one / np.sqrt(LARGEST_K)])
        artists.marks[method].set_data([data.num_samples], [std])
        _place_name(artists.names[method], method, data.closed_forms)


def _place_name(text, method: str, closed_forms: dict[str, float]) -> None:
    """Above the upper line, below the lower one, at K = 12, clear of the marks."""
    upper = closed_forms[method] == max(closed_forms.values())
    height = closed_forms[method] / np.sqrt(12)
    text.set_position((12, height * (2.2 if upper else 1 / 2.2)))
    text.set_verticalalignment("bottom" if upper else "top")
    text.set_horizontalalignment("center")
