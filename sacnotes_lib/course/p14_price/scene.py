"""A target entropy, the dual function with its lowest point, and the policy that is bought there. Notebook 14."""

from types import SimpleNamespace

import numpy as np

from sacnotes_lib.course.p14_price.measurements import (
    ALPHAS,
    density_prices,
    pay,
    tanh_gaussian_fits,
    tanh_gaussian_prices,
)
from sacnotes_lib.course.stage.controls import Choice, Slider
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import action_nodes, boltzmann_log_density, tanh_gaussian_at_nodes
from sacnotes_lib.plots import style

ANY, SQUASHED = "any density", "tanh-Gaussian"
LINE = np.geomspace(ALPHAS[0], 100, 200)  # the α of the picture
DRAWN = action_nodes(spacing=0.01, reach=6.0)
ACTIONS = DRAWN.actions[:, 0]
BEST = 2.0  # what the best action pays
LOW, HIGH = -1.2, 3.6
LOOKS = {
    "dual": ("D(α)", {"color": style.BLUE, "linestyle": style.DASHES[0]}),
    "rewards": ("what the best policy at α earns", {"color": style.ORANGE, "linestyle": style.DASHES[1]}),
    "lowest": (
        "lowest point: here α settles",
        {"color": style.PURPLE, "marker": "D", "markersize": 13, "linestyle": "none"},
    ),
}


class PriceScene(Scene):
    """Left, the dual function against α; right, the policy at its lowest point, or at the end where there is none."""

    size = (11.0, 6.3)
    controls = {
        "target": Slider("Target entropy", -1.5, 0.75, 0.0, step=0.01, unit="nats"),
        "kind": Choice("Policy", (SQUASHED, ANY)),
    }

    def compute(self, target: float, kind: str) -> SimpleNamespace:
        """Of the problem that pays 2 - 5 (a - 1/4)²: D(α), where it is least, and the policy there."""
        prices = density_prices() if kind == ANY else tanh_gaussian_prices()
        alpha = prices.settles(target)
        settles = bool(np.isfinite(alpha))
        at = min(alpha, LINE[-1])
        entropies, rewards = prices.at(LINE)
        return SimpleNamespace(
            alpha=alpha,
            settles=settles,
            most=prices.most,
            dual=rewards + LINE * (entropies - target),
            rewards=rewards,
            reward=float(prices.at(alpha)[1]),  # what the policy there earns; `at` knows no α beyond its end
            policy=np.exp(_log_density(kind, at)),
        )

    def setup(self, figure) -> SimpleNamespace:
        left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
        left.set(xscale="log", xlim=(LINE[0], LINE[-1]), ylim=(LOW, HIGH))
        left.set(xlabel="α (reward per nat)", ylabel="reward")
        left.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
        left.minorticks_off()
        left.set_title("Dual function", pad=92)
        right.set_title("Policy", pad=92)
        right.set(xlabel="action a", ylabel="density", xlim=(-1, 1), ylim=(0, 7.5))
        outside = {"transform": left.transAxes, "clip_on": False, "in_layout": False}
        lines = {}
        for row, (name, (words, look)) in enumerate(LOOKS.items()):
            height = 1.24 - 0.075 * row
            left.plot(
                [0.0, 0.11] if row < 2 else [0.055], [height] * (2 if row < 2 else 1), **outside, **look
            )
            left.text(0.14, height, words, va="center", **outside)
            lines[name] = moving_line(left, *([LINE, np.zeros_like(LINE)] if row < 2 else []), **look)
        (where,) = right.fill(
            ACTIONS, np.zeros_like(ACTIONS), facecolor=style.GRID, edgecolor=style.PURPLE, linewidth=2.5,
            animated=True,
        )  # fmt: skip
        right.axvline(0.25, color=style.QUIET, linewidth=1.5, linestyle=(0, (2, 3)))
        right.text(0.27, 7.0, "best action", color=style.QUIET)
        above = {
            "transform": right.transAxes,
            "va": "top",
            "in_layout": False,
            "animated": True,
            "linespacing": 1.4,
        }
        return SimpleNamespace(**lines, where=where, words=right.text(0.0, 1.27, "", **above))

    def draw(self, artists: SimpleNamespace, data) -> None:
        artists.dual.set_ydata(data.dual)
        artists.rewards.set_ydata(data.rewards)
        artists.lowest.set_data(*([data.alpha], [data.reward]) if data.settles else ([], []))
        artists.where.set_xy(np.column_stack([[-1, *ACTIONS, 1], [0, *np.minimum(data.policy, 7.4), 0]]))
        if data.settles:
            words = f"α settles at {data.alpha:.3g}\nearns {data.reward:.2f}, pays {BEST - data.reward:.2f} for entropy"
        else:
            words = "no lowest point:\nα grows without end"
        artists.words.set_text(words)

    def describe(self, parameters, data) -> str:
        target, kind = parameters["target"], parameters["kind"]
        said = f"Target entropy {target:z.2f} nats; the policy is {kind if kind == ANY else 'a ' + kind}, "
        said += f"whose entropy is at most {data.most:.4f}. "
        if not np.isfinite(data.alpha):
            return said + "The dual function falls for ever: it has no lowest point, and α grows without end."
        return (
            said
            + f"The dual function is lowest at α = {data.alpha:.3g}. The policy there earns {data.reward:.3f} "
            f"and pays {BEST - data.reward:.3f} of the best action's reward for its entropy."
        )


def _log_density(kind: str, alpha: float) -> np.ndarray:
    """The best policy of a kind at an α, at DRAWN; a tanh-Gaussian's parameters are interpolated."""
    if kind == ANY:
        return boltzmann_log_density(pay(ACTIONS), alpha, DRAWN)
    mean, log_std = (np.interp(np.log(alpha), np.log(ALPHAS), fit[:, 0]) for fit in tanh_gaussian_fits())
    return tanh_gaussian_at_nodes(mean[None], log_std[None], DRAWN)
