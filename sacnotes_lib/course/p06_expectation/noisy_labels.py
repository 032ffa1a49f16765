"""Where a regression on noisy labels lands, and what its loss keeps: notebook 06."""

from functools import cache
from types import SimpleNamespace

import numpy as np
from scipy.stats import expon, norm

from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

TRUE_MEAN = 1.0
SQUARED, ABSOLUTE = "squared", "absolute"
NORMAL, SKEWED, LOTTERY = "even (normal)", "skewed (exponential)", "a lottery (0 or 4)"
# Noise of mean 0: its quantile function and its standard deviation. The lottery pays 4 with a chance of 1/4.
NOISES = {
    NORMAL: (norm.ppf, 1.0),
    SKEWED: (lambda level: expon.ppf(level) - 1, 1.0),
    LOTTERY: (lambda level: np.where(level > 0.75, 3.0, -1.0), np.sqrt(3.0)),
}
COUNTS = (1, 3, 9, 27, 81, 243, 729)  # odd, so that the median is one of the labels
REPEATS = 300  # other draws of as many labels
Q = np.linspace(-3, 7, 201)
HIGHEST_LOSS = 4.6
LOOKS = {
    SQUARED: {"color": style.BLUE, "marker": "o", "linestyle": style.DASHES[0]},
    ABSOLUTE: {"color": style.RED, "marker": "^", "linestyle": style.DASHES[1]},
}


def average_loss(q: np.ndarray, labels: np.ndarray, loss: str) -> np.ndarray:
    """Mean over the labels [n] of (q - y)^2 or |q - y|, for each q [...]."""
    error = np.asarray(q)[..., None] - labels
    return np.mean(error**2 if loss == SQUARED else np.abs(error), axis=-1)


def best_fit(labels: np.ndarray, loss: str) -> np.ndarray:
    """The q with the least average loss over labels [..., n]: their mean, or their median."""
    return np.mean(labels, axis=-1) if loss == SQUARED else np.median(labels, axis=-1)


@cache
def _noise(kind: str) -> np.ndarray:
    """[1 + REPEATS, largest count]; every kind of noise is made from the same random levels."""
    quantile, _ = NOISES[kind]
    return quantile(np.random.default_rng(6).random((1 + REPEATS, COUNTS[-1])))


class NoisyLabelsScene(Scene):
    """Above, the labels of one state and action; in the middle, where the fit lands; below, the loss it minimises."""

    size = (10.0, 6.2)
    controls = {
        "loss": Choice("Loss", (SQUARED, ABSOLUTE)),
        "noise": Choice("Noise of the label", tuple(NOISES), SKEWED),
        "scale": Slider("Size of the noise", 0.1, 1.0, 1.0, step=0.1),
        "count": Choice("Labels", COUNTS, 27),
    }

    def compute(self, loss: str, noise: str, scale: float, count: int) -> SimpleNamespace:
        """One Q fitted to a handful of labels."""
        quantile, std = NOISES[noise]
        every = TRUE_MEAN + scale * _noise(noise)[:, :count]
        labels, others = every[0], best_fit(every[1:], loss)
        fit = float(best_fit(labels, loss))
        low, high = np.quantile(others, [0.05, 0.95])
        return SimpleNamespace(
            loss=loss,
            labels=labels,  # [n]
            mean=TRUE_MEAN,  # of the distribution they were drawn from, as are median and variance
            median=float(TRUE_MEAN + scale * quantile(0.5)),
            variance=float((scale * std) ** 2),
            curve=average_loss(Q, labels, loss),  # over these labels, at each Q
            fit=fit,  # where that average is least, and what is left of it there
            floor=float(average_loss(fit, labels, loss)),
            # the average fit of other draws of n labels, between the ends of their middle 90 %
            usual=(float(low), float(others.mean()), float(high)),
        )

    def setup(self, figure) -> SimpleNamespace:
        seen, landed, below = axes = figure.subplots(3, 1, sharex=True, height_ratios=(1, 0.75, 2.1))
        seen.set_title("The labels of one state and action", pad=34)
        landed.set_title("Where the fit lands (bar: nine in ten other draws)")
        below.set(title="Average loss over these labels", xlabel="label y, and Q (reward)", ylabel="loss")
        below.set(xlim=(Q[0], Q[-1]), ylim=(-0.2, HIGHEST_LOSS))
        for strip in (seen, landed):
            strip.set(yticks=[], ylim=(0, 1))
            strip.spines["left"].set_visible(False)
        ink = {"color": style.INK, "linewidth": 2}
        for one in axes:
            one.axvline(TRUE_MEAN, **ink)
        medians = [one.axvline(0, linestyle=style.DASHES[2], animated=True, **ink) for one in axes]
        above = {"transform": seen.get_xaxis_transform(), "va": "bottom", "in_layout": False}
        seen.text(TRUE_MEAN, 1.06, " mean", **above)
        right = {"x": 0.985, "ha": "right", "animated": True, "in_layout": False}
        return SimpleNamespace(
            medians=medians,
            dots=moving_line(
                seen, linestyle="none", marker="o", markersize=7, color=style.PURPLE, alpha=0.45
            ),
            bar=moving_line(landed, linewidth=12, alpha=0.35, solid_capstyle="butt"),
            tick=moving_line(landed, linestyle="none", marker="|", markersize=26, markeredgewidth=3.5),
            fit=moving_line(landed, linestyle="none", markersize=13),
            curve=moving_line(below, Q, np.zeros_like(Q)),
            left_over=moving_line(below, linewidth=2.5, linestyle=style.DASHES[4], color=style.QUIET),
            least=moving_line(below, linestyle="none", markersize=13),
            median_word=seen.text(0, 1.06, "median ", ha="right", animated=True, **above),
            landing=landed.text(y=0.5, s="", va="center", transform=landed.transAxes, **right),
            floor=below.text(y=0, s="", va="bottom", transform=below.get_yaxis_transform(), **right),
        )

    def draw(self, artists: SimpleNamespace, data) -> None:
        look = LOOKS[data.loss]
        for line in artists.medians:
            line.set_xdata([data.median, data.median])
        artists.median_word.set_x(data.median)
        # Multiples of the golden ratio, modulo one: spread evenly, so that dots stay apart.
        heights = 0.1 + 0.8 * (np.arange(len(data.labels)) * 0.618034 % 1)
        artists.dots.set_data(data.labels, heights)
        low, average, high = data.usual
        artists.bar.set_data([low, high], [0.5, 0.5])
        artists.tick.set_data([average], [0.5])
        artists.fit.set_data([data.fit], [0.5])
        artists.curve.set_ydata(data.curve)
        artists.left_over.set_data([data.fit, Q[-1]], [data.floor, data.floor])
        artists.least.set_data([data.fit], [data.floor])
        for artist in (artists.bar, artists.tick, artists.fit, artists.curve, artists.least):
            artist.set_color(look["color"])
        artists.curve.set_linestyle(look["linestyle"])
        artists.fit.set_marker(look["marker"])
        artists.least.set_marker(look["marker"])
        artists.landing.set_text(f"these labels: {data.fit:.2f}\naverage of other draws: {average:.2f}")
        artists.floor.set(y=data.floor + 0.08, text=f"left at the best Q: {data.floor:.2f}")

    def describe(self, parameters, data) -> str:
        low, average, high = data.usual
        return (
            f"{len(data.labels)} label{'s' * (len(data.labels) > 1)} with noise that is {parameters['noise']}, size "
            f"{parameters['scale']:.1f}: mean {data.mean:.2f}, median {data.median:.2f}. "
            f"The {data.loss} loss is least at Q = {data.fit:.2f}, and {data.floor:.2f} of it is left there. With 300 "
            f"other draws of as many labels the fit is {average:.2f} on average, and from {low:.2f} to {high:.2f} in "
            "nine of ten."
        )
