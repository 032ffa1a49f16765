"""A label through V beside labels by drawn actions: how far each is off, and how many draws do as well. Page 12."""

from types import SimpleNamespace

import numpy as np
from scipy.stats import norm

from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import key, moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import SoftLQR
from sacnotes_lib.plots import style

STATE = np.array([0.5])
SHOWN = 40  # averages in the left picture
MANY = 1000
VISITS = np.geomspace(1, MANY, 61)
LIMIT = 1.6  # reward; of the left picture
LOWEST, HIGHEST = 1e-3, 3.0  # reward; of the right one
TITLE = 72  # points above the pictures: room for the key
# Gauss-Hermite nodes of the standard normal: exact here, where everything is a polynomial in the noise.
NOISE, NOISE_MASS = np.polynomial.hermite_e.hermegauss(9)
NOISE_MASS = NOISE_MASS / NOISE_MASS.sum()
DRAWN = {"color": style.PURPLE, "linestyle": style.DASHES[0], "marker": ""}
THROUGH_V = {"color": style.ORANGE, "linestyle": style.DASHES[1], "marker": ""}


class LabelScene(Scene):
    """Left, labels less the true soft value; right, how far off each kind is after so many visits to the state."""

    size = (11.0, 6.2)
    controls = {
        "temperature": Slider("Temperature α", 0.03, 1.0, 0.3, log=True, unit="reward per nat"),
        "width": Slider("Policy's std", 0.5, 1.5, 1.3, step=0.05, unit="× the best"),
        "error": Slider("V's error", 0.0, 0.5, 0.05, step=0.01, unit="reward"),
        "visits": Choice("Draws averaged n", (1, 10, 100, MANY), 1),
    }

    def compute(self, temperature: float, width: float, error: float, visits: int) -> SimpleNamespace:
        """All in reward, and less the policy's true soft value at STATE under the critic that is right."""
        answer = SoftLQR(A=0.9, B=1.0, Q=1.0, R=0.4, W=0.01, discount=0.8, temperature=temperature).solve()
        mean, std = answer.mean(STATE)[0], width * answer.std(STATE)[0]

        def label(noise):
            return (
                answer.q_value(STATE, (mean + std * noise)[..., None])
                - temperature * norm.logpdf(noise, scale=1)
                + temperature * np.log(std)
            )

        at_nodes = label(NOISE)
        truth = float(NOISE_MASS @ at_nodes)
        scatter = float(np.sqrt(max(NOISE_MASS @ (at_nodes - truth) ** 2, 0.0)))
        scatter = 0.0 if scatter < 1e-9 else scatter
        draws = label(_noise()[:, :visits]).mean(-1) - truth
        return SimpleNamespace(
            scatter=scatter,  # standard deviation of one drawn label
            after=scatter / np.sqrt(visits),  # and of the average of `visits`
            averages=draws,  # [SHOWN]
            error=error,  # of V, at every visit
            curve=scatter / np.sqrt(VISITS),
            # visits after which both are equally far off; None where there is no such number
            equal=(scatter / error) ** 2 if error > 0 and scatter > 0 else None,
            visits=visits,
        )

    def setup(self, figure) -> SimpleNamespace:
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
        left.axhline(0, color=style.INK, linewidth=1.5)
        left.set(ylim=(-LIMIT, LIMIT), xlim=(-0.03, 1.03), xticks=[])
        left.set_ylabel("label − true soft value (reward)")
        left.set_xlabel("forty tries")
        right.set(xscale="log", yscale="log", xlim=(0.8, 1.25 * MANY), ylim=(LOWEST / 1.3, HIGHEST))
        right.set(xlabel="visits to the state, n", ylabel="how far off (reward)")
        right.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
        right.set_yticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
        right.minorticks_off()
        left.set_title("What labels say", pad=TITLE)
        right.set_title("What averaging leaves", pad=TITLE)
        lines = {
            name: moving_line(right, VISITS, np.ones_like(VISITS), linewidth=4, **look)
            for name, look in (("drawn", DRAWN), ("through_v", THROUGH_V))
        }
        words = {lines["drawn"]: "drawn actions, n averaged", lines["through_v"]: "through V"}
        key(right, words, (0.02, 0.13), 0.16, top=1.15, step=0.085)
        dots = {"marker": "o", "linestyle": "none", "markersize": 8, "alpha": 0.75, "color": style.PURPLE}
        whole = {"clip_on": False, "in_layout": False}  # on the edge too
        return SimpleNamespace(
            **lines,
            dots=moving_line(left, (np.arange(SHOWN) + 0.5) / SHOWN, np.zeros(SHOWN), **dots, **whole),
            v=moving_line(left, [0, 1], [0, 0], linewidth=4, **THROUGH_V),
            here=moving_line(
                right, [1], [1], marker="o", markersize=15, color=style.PURPLE, markeredgecolor="white"
            ),
        )

    def draw(self, artists: SimpleNamespace, data) -> None:
        artists.dots.set_ydata(np.clip(data.averages, -LIMIT, LIMIT))
        artists.v.set_ydata([data.error, data.error])
        artists.drawn.set_ydata(np.maximum(data.curve, LOWEST))
        artists.through_v.set_ydata(np.full_like(VISITS, max(data.error, LOWEST)))
        artists.here.set_data([data.visits], [max(data.after, LOWEST)])

    def describe(self, parameters, data) -> str:
        if data.equal is None:
            verdict = "One of the two is exact, so no number of visits makes them equal"
        elif data.equal <= 1:
            verdict = "From the first visit on the drawn one is nearer"
        else:
            verdict = f"Both are equally far off after about {round(data.equal):,} visits"
        return (
            f"Temperature {parameters['temperature']:.3g}, the policy's std {parameters['width']:.2f} times the best. "
            f"A label by one drawn action scatters by {data.scatter:.3f} around the truth, the average of "
            f"{data.visits:,} by {data.after:.4f}; the label through V is off by {data.error:.2f} at every visit. "
            f"{verdict}."
        )


def _noise() -> np.ndarray:
    """The same standard normal numbers at every call, [SHOWN, MANY]; fewer visits use the first of them."""
    return np.random.default_rng(0).standard_normal((SHOWN, MANY))
