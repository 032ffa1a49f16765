"""Denoising score matching in one dimension: the regression of notebook 06 in another field."""

from types import SimpleNamespace

import numpy as np
from scipy.special import softmax
from scipy.stats import binned_statistic, norm

from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import key, moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

CLEAN = np.array([-1.0, 1.0])  # all that the clean data ever are
SHARES = np.array([0.7, 0.3])
POINTS = np.linspace(-3, 3, 301)
EDGES = np.linspace(-3, 3, 41)
CENTRES = (EDGES[:-1] + EDGES[1:]) / 2
FEWEST = 5  # labels in a bin that is shown
HIGHEST_SCORE = 8.0
COUNTS = (10, 300, 3_000, 30_000)  # of the first no bin holds enough: the data before anything is learned


def noised_density(y: np.ndarray, std: float) -> np.ndarray:
    """p(y) = Σ_k share_k N(y; clean_k, std²), for y [...]."""
    return norm.pdf(np.asarray(y)[..., None], CLEAN, std) @ SHARES


def noised_score(y: np.ndarray, std: float) -> np.ndarray:
    """d log p(y) / dy = E[clean - y | y] / std², for y [...] (Vincent 2011, section 4)."""
    distance = CLEAN - np.asarray(y)[..., None]
    chances = softmax(np.log(SHARES) - 0.5 * (distance / std) ** 2, axis=-1)
    return (chances * distance).sum(-1) / std**2


class DenoisingScene(Scene):
    """Above, the density of the noised data; below, its exact score and what each loss makes of the labels."""

    size = (10.0, 5.4)
    controls = {
        "noise": Slider("Noise σ", 0.4, 1.2, 0.5, step=0.05),
        "count": Choice("Noised data", COUNTS, COUNTS[-1]),
    }

    def compute(self, noise: float, count: int) -> SimpleNamespace:
        """Labels -noise / std of noised data, averaged in narrow bins, beside the exact score."""
        rng = np.random.default_rng(0)
        clean = rng.choice(CLEAN, COUNTS[-1], p=SHARES)[:count]
        drawn = rng.standard_normal(COUNTS[-1])[:count]
        noised, label = clean + noise * drawn, -drawn / noise
        sizes, means, medians = (
            binned_statistic(noised, label, statistic, EDGES).statistic
            for statistic in ("count", "mean", "median")
        )
        shown = sizes >= FEWEST
        means, medians = (np.where(shown, values, np.nan) for values in (means, medians))
        misses = np.abs(np.stack([means, medians]) - noised_score(CENTRES, noise))[:, shown]
        mean_miss, median_miss = misses.mean(1) if shown.any() else (np.nan, np.nan)  # from the exact score
        return SimpleNamespace(
            density=noised_density(POINTS, noise),  # of the noised data, exact, as is its score
            score=noised_score(POINTS, noise),
            means=means,  # of the labels in each bin, at CENTRES; NaN where a bin holds too few
            medians=medians,
            mean_miss=mean_miss,
            median_miss=median_miss,
        )

    def setup(self, figure) -> SimpleNamespace:
        data, scores = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2.4))
        data.set(
            title="Noised data (arrows: the clean ones)", ylabel="density", ylim=(0, 1.0), yticks=[0, 0.5]
        )
        for place, share in zip(CLEAN, SHARES, strict=True):
            data.annotate(
                f"{100 * share:.0f} %", (place, 0), xytext=(place, 0.88), ha="center", va="center",
                arrowprops={"arrowstyle": "-|>", "color": style.QUIET, "linewidth": 2},
            )  # fmt: skip
        scores.set(
            title="What is regressed on −noise / σ", xlabel="noised value y", ylabel="score (1 / unit of y)"
        )
        scores.set(xlim=(-3, 3), ylim=(-HIGHEST_SCORE, HIGHEST_SCORE), yticks=[-5, 0, 5])
        look = {"linestyle": "none", "markersize": 8}
        density = moving_line(data, POINTS, np.zeros_like(POINTS), color=style.INK)
        exact = moving_line(scores, POINTS, np.zeros_like(POINTS), color=style.INK, linewidth=2)
        median = moving_line(scores, color=style.RED, marker="^", **look)
        mean = moving_line(scores, color=style.BLUE, marker="o", **look)
        texts = {exact: "exact score", mean: "squared loss", median: "absolute loss"}
        key(scores, texts, [0.665, 0.69, 0.715], 0.73, top=0.9, step=0.11)
        return SimpleNamespace(density=density, exact=exact, mean=mean, median=median)

    def draw(self, artists: SimpleNamespace, data) -> None:
        artists.density.set_ydata(data.density)
        artists.exact.set_ydata(data.score)
        artists.mean.set_data(CENTRES, data.means)
        artists.median.set_data(CENTRES, data.medians)

    def describe(self, parameters, data) -> str:
        count, noise = parameters["count"], parameters["noise"]
        noised = f"{count:,} data, at −1 (70 %) and 1 (30 %), with noise of σ = {noise:.2f}."
        if np.isnan(data.means).all():
            return f"{noised} No bin holds the {FEWEST} labels that it takes to show what a loss learns."
        valley = CENTRES[np.nanargmax(np.abs(data.medians - data.means))]
        return (
            f"{noised} The squared loss misses the exact score of the noised data by {data.mean_miss:.2f} a bin, the "
            f"absolute loss by {data.median_miss:.2f}; the two differ most near y = {valley:.2f}, between the data, "
            "where the label has two branches."
        )
