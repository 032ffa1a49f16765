"""One action for Q and entropy, or two: what each estimate of a state's soft value scatters. Notebook 08."""

from types import SimpleNamespace

import numpy as np
from matplotlib.ticker import MultipleLocator
from scipy.stats import norm

from sacnotes_lib.course.stage.controls import Slider
from sacnotes_lib.course.stage.moving import key, moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import SoftLQR
from sacnotes_lib.plots import style

STATE = np.array([0.5])
ACTIONS = np.linspace(-2.5, 2.5, 401)
LOWEST, HIGHEST = -7.5, 4.0  # of the pictures' vertical axis, in units of the temperature
DRAWS = 40
# One standard normal number from each of 40 equally likely slices: a small sample without freak values.
EVEN_NOISE = norm.ppf((np.arange(DRAWS) + 0.5) / DRAWS)
# Gauss-Hermite nodes of the standard normal: exact here, where everything is a polynomial in the noise.
NOISE, NOISE_MASS = np.polynomial.hermite_e.hermegauss(9)
NOISE_MASS = NOISE_MASS / NOISE_MASS.sum()
ONE, TWO = "the same action", "two actions"
LOOKS = {
    "Q(s, a)": {"color": style.BLUE, "linestyle": style.DASHES[0]},
    "−α log π(a)": {"color": style.ORANGE, "linestyle": style.DASHES[1]},
    "both, at the same action": {"color": style.PURPLE, "linestyle": style.DASHES[2], "linewidth": 4.5},
}


class SharedActionScene(Scene):
    """Left, what Q and entropy say about each action; right, estimates of the soft value from drawn actions."""

    size = (11.0, 6.3)
    controls = {
        "temperature": Slider("Temperature α", 0.03, 1.0, 0.3, log=True, unit="reward per nat"),
        "width": Slider("Policy's std", 0.5, 1.5, 1.0, step=0.05, unit="× the best"),
        "offset": Slider("Policy's mean", -0.5, 0.5, 0.0, step=0.1, unit="best stds off"),
    }

    def compute(self, temperature: float, width: float, offset: float) -> SimpleNamespace:
        """Estimates of V(s) = E[Q(s, a) - α log π(a)], less the best V(s), all in units of the temperature."""
        answer = SoftLQR(A=0.9, B=1.0, Q=1.0, R=0.4, W=0.01, discount=0.8, temperature=temperature).solve()
        best_mean, best_std = answer.mean(STATE)[0], answer.std(STATE)[0]
        policy = norm(best_mean + offset * best_std, width * best_std)

        def terms(action):
            q = answer.q_value(STATE, action[:, None]) - answer.value(STATE)
            return np.stack([q / temperature, -policy.logpdf(action)])

        q, surprise = terms(policy.mean() + policy.std() * NOISE)
        rng = np.random.default_rng(0)
        first, second = rng.permutation(EVEN_NOISE), rng.permutation(EVEN_NOISE)
        drawn_q, drawn_surprise = terms(policy.mean() + policy.std() * first)
        _, other_surprise = terms(policy.mean() + policy.std() * second)
        curves = terms(ACTIONS)
        return SimpleNamespace(
            best_std=best_std,  # of the soft-optimal and of the shown policy's action
            std=policy.std(),
            curves=[*curves, curves.sum(0)],  # Q, -α log π and their sum at ACTIONS
            policy=policy.pdf(ACTIONS),
            # estimates with one action for both terms and with two, [2, DRAWS]
            draws=np.stack([drawn_q + drawn_surprise, drawn_q + other_surprise]),
            # of either estimate: minus the KL divergence of the policy from the best one, in nats
            average=float(NOISE_MASS @ (q + surprise)),
            # standard deviation of either estimate, [2]
            spreads=np.sqrt([_variance(q + surprise), _variance(q) + _variance(surprise)]),
        )

    def setup(self, figure) -> SimpleNamespace:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.25, 1))
        left.set(xlabel="action a (grey: where the policy acts)", ylabel="above the best V(s)\n(units of α)")
        left.set(xlim=(-2.5, 2.5), ylim=(LOWEST, HIGHEST))
        left.yaxis.set_major_locator(MultipleLocator(2))
        left.set_title("What an action says", pad=78)
        right.set_title("What estimates say", pad=78)
        right.set(xlim=(-0.55, 1.55), xticks=[0, 1], xticklabels=[ONE, TWO])
        for axes in (left, right):
            axes.axhline(0, color=style.QUIET, linewidth=1.5)
        lines = [moving_line(left, ACTIONS, np.zeros_like(ACTIONS), **look) for look in LOOKS.values()]
        key(left, dict(zip(lines, LOOKS)), [0.0, 0.11], 0.14, top=1.19, step=0.068)
        (where,) = left.fill(
            ACTIONS, np.zeros_like(ACTIONS), facecolor=style.GRID, edgecolor=style.QUIET, linewidth=1.5,
            animated=True, zorder=0,
        )  # fmt: skip
        return SimpleNamespace(lines=lines, where=where, **_setup_draws(right))

    def draw(self, artists: SimpleNamespace, data) -> None:
        for line, values in zip(artists.lines, data.curves, strict=True):
            line.set_ydata(values)
        hump = LOWEST + 1.6 * data.policy / data.policy.max()
        artists.where.set_xy(np.column_stack([ACTIONS, hump]))
        for place, draws in enumerate(data.draws):
            artists.dots[place].set_data(place + 0.24 * np.linspace(-1, 1, DRAWS), draws)
            artists.averages[place].set_ydata([data.average, data.average])
            words = f"average {_signed(data.average)}\nspread {data.spreads[place]:.2f}"
            artists.words[place].set_text(words)

    def describe(self, parameters, data) -> str:
        temperature = parameters["temperature"]
        one, two = data.spreads
        return (
            f"Temperature {temperature:.3g}. The policy's std is {data.std:.3g}, the best one {data.best_std:.3g}; its "
            f"mean is {parameters['offset']:.1f} best stds off. Estimates of the soft value, in units of the "
            f"temperature and compared with the best: both ways average {_signed(data.average)}. With the same action "
            f"in both terms they spread by {one:.2f}, with two actions by {two:.2f}; that is {one * temperature:.3f} "
            f"and {two * temperature:.3f} in reward."
        )


def _setup_draws(axes) -> dict:
    """Two columns of dots, each with its average and a line of words above."""
    artists: dict[str, list] = {"dots": [], "averages": [], "words": []}
    dots = {"linestyle": "none", "markersize": 8, "alpha": 0.75, "clip_on": False, "in_layout": False}
    above = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "bottom", "in_layout": False}
    bold = {"fontweight": "bold", "linespacing": 1.4, "animated": True}
    for place, (color, marker) in enumerate(((style.PURPLE, "o"), (style.RED, "^"))):
        artists["dots"].append(moving_line(axes, color=color, marker=marker, **dots))
        ends = [place - 0.38, place + 0.38]
        artists["averages"].append(moving_line(axes, ends, [0, 0], color=style.INK, linewidth=2.5))
        artists["words"].append(axes.text(place, 1.03, "", color=color, **above, **bold))
    return artists


def _variance(values: np.ndarray) -> float:
    """Variance over the policy's noise of values given at NOISE."""
    return float(NOISE_MASS @ np.square(values - NOISE_MASS @ values))


def _signed(value: float) -> str:
    return f"{value:z.2f}".replace("-", "−")
