"""Two ways to differentiate an expectation, side by side: notebook 07."""

import math
from functools import cache
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from sacnotes_lib.course.stage.controls import Choice, Integer, Slider
from sacnotes_lib.course.stage.moving import moving_line
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from sacnotes_lib.sac.distributions import Gaussian
from sacnotes_lib.sac.losses import actor_loss_reparameterized, actor_loss_score_function

TARGET = 0.5  # in every dimension; the policy's mean is 0, so this is also the exact gradient
LARGEST_ACTION_DIM = 12
DRAWS = 12_000  # actions in a picture, shared out to estimates of K actions each

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
BASELINE_STEP = 0.25


def toy_q(action: Tensor) -> Tensor:
    """Q(a) = -|a - target|² / 2, the toy critic: `[..., A]` to `[...]`."""
    return -0.5 * (action - TARGET).square().sum(-1)


def reparameterized_std(std: float, num_samples: int) -> float:
    """Standard deviation of one coordinate of the reparameterised gradient of E[Q] for `toy_q`.

    One sample is dQ/da_1 = target - std * noise_1: no other dimension enters, and no constant added to Q does.
    """
    return std / math.sqrt(num_samples)


def score_function_std(std: float, action_dim: int, baseline: float, num_samples: int) -> float:
    """Standard deviation of one coordinate of the score-function gradient of E[Q] for `toy_q`.

    One sample is noise_1 / std * (Q - baseline). With S = -2 Q, its second moment needs E[noise_1² S²] and
    E[noise_1² S] only, moments of a Gaussian of order six at most.
    """
    own, squared = _own_moments(std)
    others_mean, others_square = _others_moments(std, action_dim - 1)
    s_squared = squared + 2 * own * others_mean + others_square
    s = own + others_mean
    second_moment = (0.25 * s_squared + baseline * s + baseline**2) / std**2
    return math.sqrt((second_moment - TARGET**2) / num_samples)


def best_baseline(std: float, action_dim: int) -> float:
    """The constant that leaves the least variance: E[score² Q] / E[score²], where the parabola in b is lowest."""
    own, _ = _own_moments(std)
    others_mean, _ = _others_moments(std, action_dim - 1)
    return -0.5 * (own + others_mean)


def _own_moments(std: float) -> tuple[float, float]:
    """E[noise² x] and E[noise² x²], x = (std * noise - target)², noise standard normal."""
    d2, v = TARGET**2, std**2
    return d2 + 3 * v, d2**2 + 18 * d2 * v + 15 * v**2


def _others_moments(std: float, dimensions: int) -> tuple[float, float]:
    """First and second moment of the sum of (std * noise_i - target)² over the other dimensions."""
    d2, v = TARGET**2, std**2
    mean = dimensions * (d2 + v)
    return mean, mean**2 + dimensions * (4 * d2 * v + 2 * v**2)


def _setup_clouds(axes, artists) -> None:
    axes.set(title="Estimates, one dot each", xlabel="estimate of dE[Q]/dμ₁ (reward per action)")
    axes.set(xlim=(-EDGE - 0.4, EDGE + 0.4), ylim=(-0.55, 1.75), yticks=[])
    axes.axvline(TARGET, color=style.INK, linewidth=2, linestyle=style.DASHES[2])
    axes.annotate(f"exact {TARGET:g}", (TARGET, -0.5), xytext=(6, 0), textcoords="offset points", va="bottom")
    heights = 0.22 * (np.random.default_rng(0).random(SHOWN) - 0.5)
    for method, row in ROWS.items():
        dots = LOOKS[method] | {"linestyle": "none", "markersize": 7, "alpha": 0.45, "markeredgewidth": 0}
        color = LOOKS[method]["color"]
        artists.clouds[method] = moving_line(axes, np.zeros(SHOWN), row + heights, **dots)
        bar = {"linewidth": 6, "color": color, "solid_capstyle": "butt"}
        artists.bars[method] = moving_line(axes, [0, 0], [row - 0.24] * 2, **bar)
        text = {"color": color, "va": "bottom", "animated": True}
        artists.numbers[method] = axes.text(-EDGE, row + 0.2, "", fontweight="bold", linespacing=1.3, **text)
        artists.beyond[method] = axes.text(EDGE, row + 0.2, "", ha="right", **text)


def _setup_spread(axes, artists) -> None:
    axes.set(title="Spread against K", xlabel="num_actor_samples K", ylabel="standard deviation")
    axes.set(xscale="log", yscale="log", xlim=(0.8, 130), ylim=(0.003, 300))
    axes.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    axes.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.minorticks_off()
    axes.grid(True)
    ends = np.array([1, LARGEST_K])
    for method, name in METHODS.items():
        color = LOOKS[method]["color"]
        artists.lines[method] = moving_line(axes, ends, ends, color=color, linestyle=DASHES[method])
        mark = LOOKS[method] | {"linestyle": "none", "markersize": 15, "markeredgecolor": style.INK}
        artists.marks[method] = moving_line(axes, [1], [1], **mark)
        artists.names[method] = axes.text(1.05, 1, name, color=color, fontweight="bold", animated=True)


def _place_name(text, method: str, closed_forms: dict[str, float]) -> None:
    """Above the upper line, below the lower one, at K = 12, clear of the marks."""
    upper = closed_forms[method] == max(closed_forms.values())
    height = closed_forms[method] / np.sqrt(12)
    place = (12, height * (2.2 if upper else 1 / 2.2))
    text.set(position=place, va="bottom" if upper else "top", ha="center")


class GradientScene(Scene):
    """Left, estimates of one slope by both methods; right, how their standard deviation falls with K."""

    size = (12.0, 5.6)
    controls = {
        "action_dim": Integer("Action dimension A", 1, LARGEST_ACTION_DIM, 6),
        "num_samples": Choice("num_actor_samples K", (1, 3, 10, 30, 100)),
        "std": Slider("Policy's std σ", 0.1, 1.5, 0.5, step=0.05),
        "baseline": Slider("Baseline b", -8.0, 8.0, 0.0, step=BASELINE_STEP, unit="reward"),
    }

    def compute(self, action_dim: int, num_samples: int, std: float, baseline: float):
        """Estimates of dE[Q]/dmean_1 by both methods, and what closed forms say of their spread."""
        noise = _noise()[:, :action_dim]
        each = {method: _gradients(method, noise, std, baseline) for method in METHODS}
        closed_forms = {
            "reparameterized": reparameterized_std(std, 1),
            "score_function": score_function_std(std, action_dim, baseline, 1),
        }
        return SimpleNamespace(
            # by method: the estimates, from K = num_samples actions each
            **{method: draws.view(-1, num_samples).mean(1) for method, draws in each.items()},
            num_samples=num_samples,
            closed_forms=closed_forms,  # standard deviation of one estimate at K = 1, by method
            best_baseline=best_baseline(std, action_dim),  # the constant with the least variance
        )

    def setup(self, figure: Figure) -> SimpleNamespace:
        clouds, spread = figure.subplots(1, 2, width_ratios=(1.35, 1))
        artists = SimpleNamespace(clouds={}, bars={}, numbers={}, beyond={}, lines={}, marks={}, names={})
        _setup_clouds(clouds, artists)
        _setup_spread(spread, artists)
        return artists

    def draw(self, artists: SimpleNamespace, data) -> None:
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

    def describe(self, parameters, data) -> str:
        ratio = data.closed_forms["score_function"] / data.closed_forms["reparameterized"]
        least = abs(parameters["baseline"] - data.best_baseline) <= BASELINE_STEP / 2
        return (
            f"Estimates of one slope from K = {data.num_samples} actions, action dimension {parameters['action_dim']}, "
            f"policy std {parameters['std']:.3g}, baseline {parameters['baseline']:.3g}. The exact slope is "
            f"{TARGET:g}. {_sentence('Reparameterised', data.reparameterized)} "
            f"{_sentence('Score function', data.score_function)} Closed forms: the score function spreads "
            f"{ratio:.1f} times as wide and needs {ratio**2:.0f} times the actions to be as steady."
            f"{' No other baseline on the slider spreads less.' if least else ''}"
        )


def _sentence(name: str, estimates: Tensor) -> str:
    error = estimates.std() / math.sqrt(len(estimates))
    return (
        f"{name}: mean {estimates.mean():.2f} ± {error:.2f}, standard deviation {estimates.std():.2f}, "
        f"{100 * share_uphill(estimates):.0f} % point uphill."
    )


def share_uphill(estimates: Tensor) -> float:
    """The share of the estimates with the sign of the exact slope."""
    return (estimates > 0).double().mean().item()


def _gradients(method: str, noise: Tensor, std: float, baseline: float) -> Tensor:
    """One estimate of dE[Q]/dmean_1 for each row of noise `[draws, A]`, from the losses that SAC trains with.

    Each draw has a mean of its own, all equal, so that autograd returns one gradient for each.
    """
    mean = torch.zeros_like(noise, requires_grad=True)
    policy = Gaussian(mean, torch.full_like(noise, math.log(std)))
    if method == "reparameterized":
        action, log_prob = policy.rsample(noise=noise)
        loss = actor_loss_reparameterized(toy_q(action), log_prob, 0.0)
    else:
        action, log_prob = policy.sample(noise=noise)
        loss = actor_loss_score_function(toy_q(action), log_prob, 0.0, baseline)
    (gradient,) = torch.autograd.grad(loss, mean)
    return -len(noise) * gradient[:, 0]  # the loss is minus a mean over the draws


@cache
def _noise() -> Tensor:
    """Standard normal numbers `[DRAWS, LARGEST_ACTION_DIM]`, the same for every picture."""
    return torch.randn(DRAWS, LARGEST_ACTION_DIM, generator=torch.Generator().manual_seed(0))
