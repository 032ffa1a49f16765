"""The picture of the proof: what SAC learned, as points on the exact curves, over the temperature."""

import gymnasium as gym
import numpy as np

from benchmarks.proof_rows import Row
from benchmarks.proof_settings import DISCOUNT
from sacnotes_lib.exact import (
    boltzmann_log_density,
    density_std,
    nearest_tanh_gaussian,
    tanh_gaussian_std,
)
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.training.statistics import interquartile_mean, middle

TEMPERATURES = np.geomspace(0.04, 1.25, 121)
LQR, PEAKS = "soft LQR, no tanh", "two peaks"
LEARNED, EXACT, OTHER, OPTIMUM = style.RED, style.INK, style.PURPLE, style.BLUE


def draw_proof(rows: list[Row]) -> Picture:
    """Policy std over temperature: soft LQR on the left, two peaks on the right; rows as `prove_all` returns them."""
    with style.context():
        figure = style.new_figure(13, 5.6)
        left, right = figure.subplots(1, 2)
        _draw_lqr(left)
        _draw_peaks(right)
        points = {
            label: [r for r in rows if r.label == label and r.quantity == "policy std"]
            for label in (LQR, PEAKS)
        }
        for axes, label in ((left, LQR), (right, PEAKS)):
            _draw_learned(axes, points[label])
            axes.set_xscale("log")
            axes.set_xticks([0.05, 0.1, 0.2, 0.5, 1.0], ["0.05", "0.1", "0.2", "0.5", "1"])
            axes.minorticks_off()
            axes.set(xlabel="temperature α", ylabel="std of the policy's action", xlim=(0.04, 1.25))
        left.set_title("Soft LQR: a Gaussian policy")
        right.set_title("Two peaks: a tanh-Gaussian policy")
        return figure_picture(figure, describe(points))


def describe(points: dict[str, list[Row]]) -> str:
    """The picture in words, with its numbers."""
    parts = []
    for label, rows in points.items():
        pairs = "; ".join(
            f"α = {r.temperature:g}: {interquartile_mean(r.learned):.3f}, exact {r.exact:.3f}" for r in rows
        )
        parts.append(f"{label}: {pairs}.")
    return "Standard deviation of the learned policy over temperature, on the exact curves. " + " ".join(
        parts
    )


def _draw_lqr(axes) -> None:
    env = gym.make("sacnotes/SoftLQR-v0").unwrapped
    stds = [np.sqrt(env.problem(DISCOUNT, t).solve().Sigma[0, 0]) for t in TEMPERATURES]
    axes.plot(TEMPERATURES, stds, color=EXACT)
    axes.set_ylim(0, 1.4)
    note = {"fontweight": "bold", "fontsize": 16}
    axes.text(0.16, 0.72, "exact: the Riccati\nequation", color=EXACT, ha="right", va="bottom", **note)
    axes.text(0.33, 0.48, "SAC, 8 seeds", color=LEARNED, va="top", **note)


def _draw_peaks(axes) -> None:
    env = gym.make("sacnotes/TwoPeaks-v0").unwrapped
    nodes = env.solver.nodes
    q = env.mean_reward(nodes.actions)
    optimum = [density_std(boltzmann_log_density(q, t, nodes), nodes)[0] for t in TEMPERATURES]
    axes.plot(TEMPERATURES, optimum, color=OPTIMUM, linestyle=style.DASHES[1], linewidth=2)
    for stds, best in peak_branches(q, nodes):
        axes.plot(TEMPERATURES, np.where(best, stds, np.nan), color=EXACT)
        axes.plot(
            TEMPERATURES, np.where(best, np.nan, stds), color=OTHER, linestyle=style.DASHES[2], linewidth=2.5
        )
    axes.set_ylim(0, 0.62)
    note = {"fontweight": "bold", "fontsize": 16}
    axes.text(0.29, 0.375, "exact: the nearest\ntanh-Gaussian", color=EXACT, va="top", **note)
    axes.text(0.042, 0.335, "soft optimum,\ntwo humps", color=OPTIMUM, va="top", **note)
    axes.text(0.19, 0.47, "SAC", color=LEARNED, ha="right", **note)
    axes.text(0.245, 0.1, "second best", color=OTHER, va="top", **note)


def peak_branches(q: np.ndarray, nodes) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two optima that a tanh-Gaussian can settle in, over TEMPERATURES: (std, whether it is the better one) each.

    Each is followed from a temperature where it is plain: the narrow one upwards, the broad one downwards. Where it
    no longer exists, the std is NaN.
    """
    narrow = _follow(q, nodes, TEMPERATURES, (np.array([0.3]), np.array([-3.0])))
    broad = _follow(q, nodes, TEMPERATURES[::-1], (np.array([-0.1]), np.array([-0.3])))
    broad = {name: values[::-1] for name, values in broad.items()}
    merged = np.abs(narrow["std"] - broad["std"]) < 0.02
    on_broad_side = narrow["std"] > 0.2
    branches = []
    for own, other, lost in (
        (narrow, broad, merged & on_broad_side),
        (broad, narrow, merged & ~on_broad_side),
    ):
        std = np.where(lost, np.nan, own["std"])
        branches.append((std, (own["kl"] <= other["kl"]) | merged))
    return branches


def _follow(q, nodes, temperatures, start) -> dict[str, np.ndarray]:
    stds, kls = [], []
    for temperature in temperatures:
        fit = nearest_tanh_gaussian(q, temperature, nodes, [start], strict=False)
        start = fit.mean, fit.log_std
        stds.append(tanh_gaussian_std(fit.mean, fit.log_std)[0])
        kls.append(fit.kl)
    return {"std": np.array(stds), "kl": np.array(kls)}


def _draw_learned(axes, rows: list[Row]) -> None:
    """Interquartile means over seeds with their band; the marks are larger than most bands."""
    for row in rows:
        learned, low, high = middle(row.learned)
        axes.errorbar(
            row.temperature, learned, [[learned - low], [high - learned]], color=LEARNED, marker="o", markersize=12,
            markerfacecolor="white", markeredgewidth=3, elinewidth=3, capsize=7, capthick=3, zorder=5,
        )  # fmt: skip
