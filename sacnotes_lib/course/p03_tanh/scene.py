"""What tanh does to a Gaussian policy, and what a wrong log_prob says of it: notebook 03."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from sacnotes_lib.course.p03_tanh import drawing
from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import gaussian_log_density, log_tanh_derivative

PRE_TANH = np.linspace(-5, 5, 251)
ACTIONS = np.tanh(PRE_TANH)
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


@dataclass(frozen=True)
class Squashing:
    """One tanh-Gaussian, as it is and as one form of log_prob says.

    ``pre_tanh_density``, ``density``, ``scored_density``: over PRE_TANH, over ACTIONS, and exp(log_prob) over ACTIONS;
    ``total``: what exp(log_prob) integrates to; ``cuts`` [9]: values of u between slices of 10 % each; ``median`` and
    ``mean`` of the action; ``entropies`` and ``scored_entropies`` over STDS; ``entropy`` and ``scored_entropy`` at std.
    """

    std: float
    pre_tanh_density: np.ndarray
    density: np.ndarray
    scored_density: np.ndarray
    total: float
    cuts: np.ndarray
    median: float
    mean: float
    entropies: np.ndarray
    scored_entropies: np.ndarray
    entropy: float
    scored_entropy: float


class SquashingScene(Scene):
    """A Gaussian goes through tanh: ten equally likely slices, their new widths, and the entropy against std."""

    title = "What tanh does to a Gaussian"
    size = (12.0, 6.4)
    controls = {
        "mean": Slider("Mean of u", -1.5, 1.5, 0.0, step=0.1),
        "std": Slider("Std of u", 0.1, 4.0, 1.0, step=0.05, log=True),
        "score": Choice("log_prob is scored", tuple(CORRECTIONS)),
    }

    def compute(self, mean: float, std: float, score: str) -> Squashing:
        log_gaussian = gaussian_log_density(PRE_TANH[:, None], np.array([mean]), np.log([std]))
        noise, weights = NOISE[NARROW], np.exp(LOG_WEIGHTS[NARROW])
        return Squashing(
            std=std,
            pre_tanh_density=np.exp(log_gaussian),
            density=np.exp(log_gaussian - log_tanh_derivative(PRE_TANH)),
            scored_density=np.exp(log_gaussian - CORRECTIONS[score](PRE_TANH)),
            total=scored_total(mean, std, score),
            cuts=mean + std * CUTS,
            median=float(np.tanh(mean)),
            mean=float(np.tanh(mean + std * noise) @ weights),
            entropies=scored_entropy(mean, STDS, RIGHT),
            scored_entropies=scored_entropy(mean, STDS, score),
            entropy=float(scored_entropy(mean, std, RIGHT)),
            scored_entropy=float(scored_entropy(mean, std, score)),
        )

    def setup(self, figure):
        return drawing.setup(figure, PRE_TANH, ACTIONS, STDS)

    draw = staticmethod(drawing.draw)

    def describe(self, parameters, data: Squashing) -> str:
        peak = int(data.entropies.argmax())
        words = (
            f"A Gaussian with mean {parameters['mean']:z.2f} and standard deviation {data.std:.3g} goes through "
            f"tanh. The action's median is {data.median:z.2f}, its mean {data.mean:z.2f}. Entropy of the action: "
            f"{data.entropy:.2f} nats; over the standard deviations shown it is largest, "
            f"{data.entropies[peak]:.2f}, near {STDS[peak]:.2g}. log_prob is scored {parameters['score']}: "
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
            f"{data.scored_entropy:.2f} nats, {verdict}."
        )
