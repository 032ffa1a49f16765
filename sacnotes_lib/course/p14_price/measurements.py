"""What entropy costs, exactly: for buttons, for any density, for tanh-Gaussians; and what agents of SAC paid."""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from scipy.special import entr, log_softmax

from sacnotes_lib.comparison.results import Result
from sacnotes_lib.course.p14_price.discrete import DiscreteSAC
from sacnotes_lib.envs import SkewedRewardEnv
from sacnotes_lib.exact import (
    action_nodes,
    boltzmann_log_density,
    density_entropy,
    max_entropy_tanh_gaussian,
    nearest_tanh_gaussian,
    tanh_gaussian_at_nodes,
    tanh_gaussian_entropy,
)
from sacnotes_lib.exact.boltzmann import moments_start
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.training.statistics import middle
from sacnotes_lib.training.tables import ResultTable, table

REWARD_SCALE = 10  # of SkewedReward: pays 2 - 5 (a - 1/4)²
NODES = action_nodes(spacing=0.025)  # half as wide as the narrowest policy below
ALPHAS = np.geomspace(0.01, 1000, 61)
LAST = 10  # records of a run, over which its α is averaged: one is taken every 25 steps


def pay(action: np.ndarray) -> np.ndarray:
    """2 - 5 (a - 1/4)², what the page's problem pays for actions in [-1, 1], any shape."""
    return REWARD_SCALE * SkewedRewardEnv(0.0).mean_reward(np.asarray(action)[..., None])


class Prices(NamedTuple):
    """The best policies of one kind at each of ALPHAS: their entropies, and what they earn.

    most: the entropy that no policy of this kind reaches, or that only the one at an infinite α does.
    """

    entropies: np.ndarray
    rewards: np.ndarray
    most: float

    def at(self, alphas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Entropies and rewards at other α between ALPHAS, or beyond their end."""
        places = np.log(np.clip(alphas, *ALPHAS[[0, -1]]))
        return tuple(PchipInterpolator(np.log(ALPHAS), values)(places) for values in self[:2])

    def dual(self, target: float, alphas: np.ndarray) -> np.ndarray:
        """D(α) = max over π of E[r] + α (H(π) - target)."""
        entropies, rewards = self.at(alphas)
        return rewards + alphas * (entropies - target)

    def settles(self, target: float) -> float:
        """Where D is least: the α whose best policy has this entropy. Infinite where there is none.

        Raises: ValueError for a target that the best policies fall below only under ALPHAS.
        """
        if target >= self.most:
            return np.inf
        if target < self.entropies[0]:
            raise ValueError(
                f"target = {target:.3g} nats: α would settle below {ALPHAS[0]:g}, where nothing was computed"
            )
        ends = np.log(ALPHAS[[0, -1]])
        return float(np.exp(brentq(lambda place: self.at(np.exp(place))[0] - target, *ends)))


def button_prices(rewards: np.ndarray) -> Prices:
    """Of buttons that pay `rewards` `[n]`."""
    log_prob = log_softmax(rewards / ALPHAS[:, None], axis=-1)
    prob = np.exp(log_prob)
    return Prices(entr(prob).sum(-1), prob @ rewards, np.log(len(rewards)))


@functools.cache
def density_prices() -> Prices:
    """Of any density over [-1, 1], on the page's problem."""
    log_density = boltzmann_log_density(pay(NODES.actions[:, 0]) / ALPHAS[:, None], 1.0, NODES)
    return _prices(log_density, np.log(2))


@functools.cache
def tanh_gaussian_prices() -> Prices:
    """Of tanh-Gaussians, on the page's problem."""
    log_density = tanh_gaussian_at_nodes(*tanh_gaussian_fits(), NODES)
    return _prices(log_density, max_entropy_tanh_gaussian()[1])


@functools.cache
def tanh_gaussian_fits() -> tuple[np.ndarray, np.ndarray]:
    """Mean and log_std, `[alphas, 1]` each, of the best tanh-Gaussian at each of ALPHAS."""
    q = pay(NODES.actions[:, 0]) / ALPHAS[:, None]
    start = moments_start(boltzmann_log_density(q, 1.0, NODES), NODES)
    fit = nearest_tanh_gaussian(q, 1.0, NODES, starts=[start])
    return fit.mean, fit.log_std


def _prices(log_density: np.ndarray, most: float) -> Prices:
    mass = np.exp(log_density) * NODES.weights
    return Prices(density_entropy(log_density, NODES), mass @ pay(NODES.actions[:, 0]), float(most))


def settled(run: Result) -> np.ndarray:
    """α of each seed, averaged over its last records, `[R]`."""
    return run.metrics["temperature"][:, -LAST:].mean(axis=1)


def lived(run: Result) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each seed: where α settled, the policy's exact entropy, and what it earns on average, `[R]` each."""
    state = torch.zeros(len(run.seeds), 1, 1)
    with torch.no_grad():
        if isinstance(run.agent, DiscreteSAC):
            prob = run.agent.log_prob(state)[:, 0].double().exp().numpy()
            return settled(run), entr(prob).sum(-1), prob @ pay(run.agent.places.numpy())
        policy = run.agent.actor(state)
    mean, log_std = (values[:, 0].double().numpy() for values in (policy.mean, policy.log_std))
    mass = np.exp(tanh_gaussian_at_nodes(mean, log_std, NODES)) * NODES.weights
    return settled(run), tanh_gaussian_entropy(mean, log_std), mass @ pay(NODES.actions[:, 0])


def chance_of_the_better(run: Result) -> np.ndarray:
    """How often each seed of an agent with two buttons presses the right-hand one, `[R]`."""
    with torch.no_grad():
        return run.agent.log_prob(torch.zeros(len(run.seeds), 1, 1))[:, 0, 1].exp().numpy()


def still_grows(run: Result) -> bool | None:
    """Whether every seed's α grew threefold over the second half of the run; None where nothing can be told."""
    alphas = run.metrics["temperature"]
    if run.step < run.config.total_steps:
        return None
    return bool((alphas[:, -1] > 3 * alphas[:, alphas.shape[1] // 2]).all())


def ends(runs: Mapping[str, Result], prices: Prices) -> ResultTable:
    """Where α and Q of each run end, with bands over seeds, beside where α should settle."""
    rows = {}
    for name, run in runs.items():
        alpha, q = (middle(run.metrics[what][:, -1]) for what in ("temperature", "q"))
        goal = prices.settles(run.config.target_entropy)
        rows[name] = {"α at the end": alpha, "lowest point of D": "none" if np.isinf(goal) else goal, "Q": q}
    return table(rows, form=".2f")


def pressing(runs: Mapping[str, Result]) -> ResultTable:
    """How often agents with two buttons press the better one, their α, and whether it is their likeliest.

    The better button pays 1 more, so the exact chance is that with the entropy asked for, and α = 1 / its log odds.
    """
    rows = {}
    for name, run in runs.items():
        chance = brentq(
            lambda p, wanted=run.agent.target_entropy: entr(p) + entr(1 - p) - wanted, 0.5, 1 - 1e-12
        )
        pressed, alphas = chance_of_the_better(run), settled(run)
        rows[name] = {
            "presses the better": middle(pressed), "exact": chance,
            "α": middle(alphas), "exact α": 1 / np.log(chance / (1 - chance)),
            "it is the likeliest": f"in {(pressed > 0.5).sum()} of {len(pressed)} seeds",
        }  # fmt: skip
    return table(
        rows, "asked for", {"presses the better": ".1%", "exact": ".1%", "α": ".3f", "exact α": ".3f"}
    )


def beside_exact(agents: Mapping[str, tuple[Result, Prices, float]]) -> ResultTable:
    """Each agent's α, entropy and pay, beside the exact ones, and the exact α of any density at the first's target.

    agents: name to (run, exact prices, target).
    """
    rows = {}
    for name, (run, prices, target) in agents.items():
        alpha = prices.settles(target)
        exact = alpha, target, float(prices.at(alpha)[1])
        rows[name] = {}
        for what, values, right in zip(("α", "entropy", "pay"), lived(run), exact, strict=True):
            rows[name] |= {what: middle(values), f"exact {what}": right}
    rows["any density"] = {"exact α": density_prices().settles(next(iter(agents.values()))[2])}
    return table(rows, form={"α": ".4f", "exact α": ".4f"} | dict.fromkeys(list(rows[name])[2:], ".3f"))


def plot_dual(agents: Mapping[str, tuple[Result, Prices, float]]) -> Picture:
    """The dual function of each agent's problem above its lowest point, and every seed's α on it.

    Args: name to (run, exact prices, target), of runs of at least 2 seeds.
    """
    alphas = np.geomspace(0.03, 0.3, 200)
    with style.context():
        figure = style.new_figure(11, 5.5)
        all_axes, said = figure.subplots(1, len(agents), sharey=True, squeeze=False)[0], []
        for place, (axes, (name, (run, prices, target))) in enumerate(
            zip(all_axes, agents.items(), strict=True)
        ):
            best, (found, *_) = prices.settles(target), lived(run)
            lowest = prices.dual(target, best)
            color = style.COLORS[place]
            axes.plot(alphas, prices.dual(target, alphas) - lowest, color=style.INK, linewidth=2)
            axes.axvline(best, color=style.QUIET, linewidth=1.5, linestyle=(0, (2, 3)))
            axes.annotate(f"exact α\n{best:.4f}", (best, 0.5), xycoords=("data", "axes fraction"), xytext=(8, 0),
                textcoords="offset points")  # fmt: skip
            axes.plot(
                found, prices.dual(target, found) - lowest, linestyle="none", marker=style.MARKERS[place], color=color,
                markersize=12, markeredgecolor="white", clip_on=False, zorder=5,
            )  # fmt: skip
            start = run.config.initial_temperature
            axes.plot(
                start, prices.dual(target, start) - lowest, marker=style.MARKERS[place], color=color, markersize=12,
                markerfacecolor="white", markeredgewidth=2.5,
            )  # fmt: skip
            axes.annotate("start", (start, prices.dual(target, start) - lowest), xytext=(-12, 4),
                textcoords="offset points", ha="right")  # fmt: skip
            axes.set(xscale="log", xlim=(0.03, 0.3), ylim=(-0.002, 0.06), xlabel="α (reward per nat)")
            axes.set_xticks([0.05, 0.1, 0.2], ["0.05", "0.1", "0.2"])  # none at the ends, where panels meet
            axes.minorticks_off()
            axes.set_title(f"{name}, {len(found)} seeds")
            value, low, high = middle(found)
            said.append(
                f"{name}: α {value:.4g} (band {low:.4g} to {high:.4g}), lowest point of the dual function {best:.4g}."
            )
        all_axes[0].set_ylabel("dual function above\nits lowest point (reward)")
        return figure_picture(figure, "The dual function against α, a mark for each seed. " + " ".join(said))
