"""What tanh does to a Gaussian policy, and what a wrong log_prob says of it: notebook 03."""

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from scipy.stats import norm

from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import gaussian_log_density, log_tanh_derivative
from sacnotes_lib.plots import style

PRE_TANH = np.linspace(-5, 5, 251)
LIMIT, ACTIONS = PRE_TANH[-1], np.tanh(PRE_TANH)
STDS = np.geomspace(0.1, 4, 61)
CUTS = norm.ppf(np.arange(1, 10) / 10)  # nine cuts make ten slices of equal probability

# Standard normal nodes and their weights; as wide as E[cosh(u)^2] needs at the largest std.
NOISE = np.linspace(-30, 30, 1201)
LOG_WEIGHTS = norm.logpdf(NOISE) + np.log(NOISE[1] - NOISE[0])
NARROW = np.abs(NOISE) <= 9  # all but 1e-18 of the mass: enough for an entropy

# What each form of log_prob subtracts from log N(u), as a function of u.
CORRECTIONS = {
    "with the correction": log_tanh_derivative,
    "without it": np.zeros_like,
    "with the correction twice": lambda u: 2 * log_tanh_derivative(u),
    "with tanh applied twice": lambda u: log_tanh_derivative(np.tanh(u)),
}
RIGHT, WITHOUT, DOUBLED, TANH_TWICE = CORRECTIONS

DENSITY_TOP = 2.0  # densities above are cut off
LOWEST, HIGHEST = -4.0, 4.0  # an entropy below is marked at the edge; none is above
TRUE, SCORED, SLICES = style.BLUE, style.RED, (style.BLUE, style.SKY)
MEAN = style.PURPLE
DASH = style.DASHES[1]


def scored_entropy(mean: float, std: np.ndarray, score: str) -> np.ndarray:
    """E[-log_prob] in nats, with log_prob in the form `score`: std [...] -> [...].

    The entropy of the policy where the form is right; what an agent takes for it where it is not.
    """
    std = np.asarray(std)
    correction = CORRECTIONS[score](mean + std[..., None] * NOISE[NARROW])
    return np.log(std) + 0.5 * np.log(2 * np.pi * np.e) + correction @ np.exp(LOG_WEIGHTS[NARROW])


def scored_total(mean: float, std: float, score: str) -> float:
    """The integral of exp(log_prob) over all actions: 1 where the form `score` is right."""
    pre_tanh = mean + std * NOISE
    return float(np.exp(LOG_WEIGHTS + log_tanh_derivative(pre_tanh) - CORRECTIONS[score](pre_tanh)).sum())


def _slices(axes) -> PolyCollection:
    slices = PolyCollection([], facecolors=[*SLICES] * 5, alpha=0.45, linewidth=0, animated=True)
    axes.add_collection(slices, autolim=False)
    return slices


def _setup_entropy(figure: Figure) -> dict:
    axes = figure.add_axes(
        (0.685, 0.115, 0.3, 0.705), xscale="log", xlabel="std of u", ylabel="entropy (nats)"
    )
    axes.set(xlim=(0.9 * STDS[0], 1.15 * STDS[-1]), ylim=(LOWEST, HIGHEST))
    axes.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.set_title("Entropy of the action", y=1.14)
    axes.axhline(np.log(2), color=style.INK, linewidth=1.5, linestyle=style.DASHES[4])
    axes.text(0.1, np.log(2) + 0.12, "log 2")
    axes.xaxis.set_minor_formatter(NullFormatter())
    above = {"transform": axes.transAxes, "clip_on": False}
    axes.plot([0.02, 0.13], [1.11, 1.11], color=TRUE, **above)
    axes.plot([0.02, 0.13], [1.04, 1.04], color=SCORED, linestyle=DASH, **above)
    square = {"marker": "s", "markersize": 11, "fillstyle": "none", "markeredgewidth": 3}
    return {
        "entropy_curve": moving_line(axes, color=TRUE),
        "scored_entropy_curve": moving_line(axes, color=SCORED, linestyle=DASH),
        "entropy": moving_line(axes, color=TRUE, marker="o", markersize=14),
        "scored_entropy": moving_line(axes, color=SCORED, **square),
        "true_label": moving_text(axes, 0.16, 1.11, va="center", clip_on=False),
        "scored_label": moving_text(axes, 0.16, 1.04, va="center", clip_on=False),
    }


def _cut(places: np.ndarray, density: np.ndarray, cuts: np.ndarray) -> list[np.ndarray]:
    """The area under a density as ten polygons [corners, 2], from one cut to the next."""
    ends = np.clip([places[0], *cuts, places[-1]], places[0], places[-1])
    polygons = []
    for left, right in zip(ends[:-1], ends[1:], strict=True):
        inside = places[(places > left) & (places < right)]
        x = np.concatenate([[left], inside, [right]])
        heights = np.interp(x, places, density)
        polygons.append(np.column_stack([np.r_[x, right, left], np.r_[heights, 0, 0]]))
    return polygons


class SquashingScene(Scene):
    """A Gaussian goes through tanh: ten equally likely slices, their new widths, and the entropy against std."""

    size = (12.0, 6.4)
    controls = {
        "mean": Slider("Mean of u", -1.5, 1.5, 0.0, step=0.1),
        "std": Slider("Std of u", 0.1, 4.0, 1.0, step=0.05, log=True),
        "score": Choice("log_prob is scored", tuple(CORRECTIONS)),
    }

    def compute(self, mean: float, std: float, score: str) -> SimpleNamespace:
        log_gaussian = gaussian_log_density(PRE_TANH[:, None], np.array([mean]), np.log([std]))
        noise, weights = NOISE[NARROW], np.exp(LOG_WEIGHTS[NARROW])
        return SimpleNamespace(
            std=std,
            pre_tanh_density=np.exp(log_gaussian),  # over PRE_TANH
            density=np.exp(log_gaussian - log_tanh_derivative(PRE_TANH)),  # over ACTIONS
            scored_density=np.exp(log_gaussian - CORRECTIONS[score](PRE_TANH)),  # exp(log_prob), over ACTIONS
            total=scored_total(mean, std, score),
            cuts=mean + std * CUTS,  # values of u between slices of 10 % each
            median=float(np.tanh(mean)),  # of the action, as is the mean
            mean=float(np.tanh(mean + std * noise) @ weights),
            # the truth, and what the form says; over STDS and at std
            entropies=scored_entropy(mean, STDS, RIGHT),
            scored_entropies=scored_entropy(mean, STDS, score),
            entropy=float(scored_entropy(mean, std, RIGHT)),
            scored_entropy=float(scored_entropy(mean, std, score)),
        )

    def setup(self, figure: Figure) -> SimpleNamespace:
        """Axes in fixed places, since the two densities must stand against the curve of tanh."""
        figure.set_layout_engine("none")
        squash = figure.add_axes((0.075, 0.37, 0.34, 0.55), xlim=(-LIMIT, LIMIT), ylim=(-1, 1))
        below = figure.add_axes((0.075, 0.115, 0.34, 0.21), xlim=(-LIMIT, LIMIT), ylim=(0, 0.85))
        side = figure.add_axes((0.44, 0.37, 0.15, 0.55), xlim=(0, DENSITY_TOP), ylim=(-1, 1))
        squash.set(title="a = tanh(u)", ylabel="action a", xticklabels=[], yticks=[-1, 0, 1])
        squash.plot(PRE_TANH, ACTIONS, color=style.INK)
        below.set(xlabel="u, before tanh", ylabel="density", yticks=[0, 0.5])
        side.set(title="π(a)", xlabel="density", yticks=[-1, 0, 1], yticklabels=[], xticks=[0, 1, 2])
        lines = LineCollection([], color=style.QUIET, linewidth=1.3, animated=True)
        squash.add_collection(lines, autolim=False)
        median = moving_line(squash, color=style.INK, linewidth=2.5, linestyle=style.DASHES[4])
        return SimpleNamespace(
            lines=lines, median=median, below=_slices(below), side=_slices(side),
            below_curve=moving_line(below, color=TRUE),
            side_curve=moving_line(side, color=TRUE),
            scored_curve=moving_line(side, color=SCORED, linestyle=DASH),
            mean=moving_line(side, color=MEAN, marker="D", markersize=12, clip_on=False),
            numbers=figure.text(0.44, 0.27, "", va="top", fontsize=15, linespacing=1.45, animated=True),
            diamond=figure.text(0.44, 0.27, "\n◆", va="top", fontsize=15, linespacing=1.45, color=MEAN),
            **_setup_entropy(figure),
        )  # fmt: skip

    def draw(self, artists: SimpleNamespace, data) -> None:
        artists.below_curve.set_data(PRE_TANH, data.pre_tanh_density)
        artists.side_curve.set_data(data.density, ACTIONS)
        artists.scored_curve.set_data(data.scored_density, ACTIONS)
        artists.below.set_verts(_cut(PRE_TANH, data.pre_tanh_density, data.cuts))
        artists.side.set_verts([part[:, ::-1] for part in _cut(ACTIONS, data.density, np.tanh(data.cuts))])
        artists.lines.set_segments([((u, -1), (u, np.tanh(u)), (LIMIT, np.tanh(u))) for u in data.cuts])
        centre = np.arctanh(data.median)
        artists.median.set_data([centre, centre, LIMIT], [-1, data.median, data.median])
        artists.mean.set_data([0], [data.mean])
        area = f"{data.total:.3g}" if data.total < 1000 else "over 1,000"
        numbers = f"dotted: median {data.median:z.2f}\n    mean {data.mean:z.2f}\ndashed: area {area}"
        artists.numbers.set_text(numbers)
        artists.entropy_curve.set_data(STDS, data.entropies)
        artists.scored_entropy_curve.set_data(STDS, data.scored_entropies)
        artists.entropy.set_data([data.std], [data.entropy])
        below = data.scored_entropy < LOWEST
        artists.scored_entropy.set_data([data.std], [max(data.scored_entropy, LOWEST)])
        artists.scored_entropy.set(marker="v" if below else "s", clip_on=not below)
        artists.true_label.set_text(f"true: {data.entropy:.2f}")
        artists.scored_label.set_text(f"by this log_prob: {data.scored_entropy:.2f}{' ▼' if below else ''}")

    def describe(self, parameters, data) -> str:
        words = (
            f"A Gaussian with mean {parameters['mean']:z.2f} and standard deviation {data.std:.3g} goes through "
            f"tanh. The action's median is {data.median:z.2f}, its mean {data.mean:z.2f}. Entropy of the action: "
            f"{data.entropy:.2f} nats; over the standard deviations shown it rises to a peak and falls again. "
            f"log_prob is scored {parameters['score']}: "
        )
        if parameters["score"] == RIGHT:
            return words + "exp(log_prob) integrates to 1."
        if abs(data.scored_entropy - data.entropy) < 0.005:
            verdict = "hardly different here"
        elif data.scored_entropy > np.log(2):
            verdict = "above log 2 = 0.69, the most there is"
        else:
            verdict = "which is wrong"
        return words + (
            f"exp(log_prob) integrates to {data.total:.3g} instead of 1, and the entropy is taken for "
            f"{data.scored_entropy:.2f} nats, {verdict}{', below the picture' * (data.scored_entropy < LOWEST)}."
        )
