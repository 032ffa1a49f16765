"""Backup after backup, the soft Bellman operator shrinks the error of Q: notebook 06."""

from functools import cache
from types import SimpleNamespace

import numpy as np

from sacnotes_lib.course.stage.controls import Choice, Integer, Slider
from sacnotes_lib.course.stage.moving import key, moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.exact import GridProblem, action_nodes, grid_model, tanh_gaussian_at_nodes
from sacnotes_lib.plots import style

TEMPERATURE = 0.2
ZERO, TOO_HIGH, WAVY = "zero", "right, plus 5 everywhere", "right, plus waves"
MOST_BACKUPS = 40
SMALLEST_ERROR = 1e-3
# A mass that is pulled to 0 and cannot leave [-2, 2]. Linear weights are probabilities: no error is ever enlarged.
PROBLEM = GridProblem(
    transition=lambda x, a, noise: np.clip(0.9 * x + 0.5 * a + 0.1 * noise, -2, 2),
    reward=lambda x, a, next_x: -(x**2) - 0.1 * a**2,
    low=-2.0,
    high=2.0,
    interpolation="linear",
)


@cache
def tables() -> SimpleNamespace:
    """The problem's tables under the policy tanh(N(-0.3 x, 0.6²)): made once.

    ``states`` [S], M ``nodes``; ``reward``, ``policy_mass``, ``log_policy`` [S, M], ``next_weights`` [S, M, S].
    """
    model, nodes = grid_model(PROBLEM, 41, 7), action_nodes(1, 0.1, reach=6.0)
    reward, next_weights = model.backup(model.states[:, None], nodes.actions[None])
    log_policy = tanh_gaussian_at_nodes(-0.3 * model.states, np.full_like(model.states, np.log(0.6)), nodes)
    mass = np.exp(log_policy) * nodes.weights
    return SimpleNamespace(
        states=model.states[:, 0], nodes=nodes, reward=reward, next_weights=next_weights, log_policy=log_policy,
        policy_mass=mass / mass.sum(-1, keepdims=True),
    )  # fmt: skip


def soft_backup(q: np.ndarray, known, discount: float) -> np.ndarray:
    """T^π Q = r + γ E[Q(s', a') - α log π(a'|s')], with nothing sampled; [S, M] to [S, M].

    Source: Haarnoja et al. 2018, "Soft Actor-Critic", equation 2.
    """
    value = (known.policy_mass * (q - TEMPERATURE * known.log_policy)).sum(-1)
    return known.reward + discount * known.next_weights @ value


def exact_q(known, discount: float) -> np.ndarray:
    """Q^π [S, M], by one linear system for V: V = E[r] + α H + γ P V."""
    transition = np.einsum("sm,smt->st", known.policy_mass, known.next_weights)
    earned = (known.policy_mass * (known.reward - TEMPERATURE * known.log_policy)).sum(-1)
    value = np.linalg.solve(np.eye(len(earned)) - discount * transition, earned)
    return known.reward + discount * known.next_weights @ value


class ContractionScene(Scene):
    """Left, Q along the states after some backups; right, the largest error after each of them."""

    size = (10.0, 4.8)
    controls = {
        "start": Choice("Q to begin with", (ZERO, TOO_HIGH, WAVY)),
        "discount": Slider("Discount γ", 0.5, 0.95, 0.9, step=0.05),
        "backups": Integer("Backups", 0, MOST_BACKUPS, 10),
    }

    def compute(self, start: str, discount: float, backups: int) -> SimpleNamespace:
        known = tables()
        exact = exact_q(known, discount)
        waves = 5 * np.sin(5 * known.states)[:, None] * np.cos(5 * known.nodes.actions[:, 0])
        q = {ZERO: np.zeros_like(exact), TOO_HIGH: exact + 5, WAVY: exact + waves}[start]
        errors, shown = [], q
        for done in range(MOST_BACKUPS + 1):
            errors.append(np.abs(q - exact).max())
            shown = q if done == backups else shown
            q = soft_backup(q, known, discount)
        middle = len(known.nodes.pre_tanh) // 2  # the node at action 0
        return SimpleNamespace(
            q=shown[:, middle],  # after the backups, and Q^π itself
            exact=exact[:, middle],
            errors=np.array(errors),  # largest error over all states and actions after 0, 1, ... backups
            bound=errors[0] * discount ** np.arange(len(errors)),
            backups=backups,
        )

    def setup(self, figure) -> SimpleNamespace:
        along, shrinking = figure.subplots(1, 2)
        along.set(xlabel="state x", ylabel="Q(x, a = 0)", xlim=(-2, 2), ylim=(-18, 7))
        along.set_title("Q after the backups")
        shrinking.set(title="How wrong Q still is", xlabel="backups k", ylabel="largest error of Q")
        shrinking.set(xlim=(-1.5, MOST_BACKUPS + 1.5), yscale="log", ylim=(SMALLEST_ERROR, 300))
        shrinking.minorticks_off()
        states = tables().states
        q = moving_line(along, states, states, color=style.BLUE)
        exact = moving_line(along, states, states, color=style.INK, linestyle=style.DASHES[1])
        words = {q: "after the backups", exact: "exact Q of the policy"}
        key(along, words, [0.26, 0.37], 0.4, top=0.13, step=0.075)
        red = {"color": style.RED, "marker": "o"}
        return SimpleNamespace(
            q=q,
            exact=exact,
            bound=moving_line(shrinking, color=style.INK, linewidth=2, linestyle=style.DASHES[2]),
            errors=moving_line(shrinking, markersize=7, markevery=5, linewidth=2, **red),
            now=moving_line(shrinking, markersize=14, linestyle="none", **red),
            words=moving_text(shrinking, 0.98, 0.98, ha="right", va="top"),
        )

    def draw(self, artists: SimpleNamespace, data) -> None:
        count = np.arange(data.backups + 1)  # what comes later is for the viewer to guess
        artists.exact.set_ydata(data.exact)
        artists.q.set_ydata(data.q)
        artists.bound.set_data(count, data.bound[count])
        artists.errors.set_data(count, data.errors[count])
        artists.now.set_data([data.backups], [data.errors[data.backups]])
        artists.words.set_text(
            f"k = {data.backups}: error {data.errors[data.backups]:.3g}\n"
            f"dashed: γ^k × first error = {data.bound[data.backups]:.3g}"
        )

    def describe(self, parameters, data) -> str:
        error, bound = data.errors[data.backups], data.bound[data.backups]
        return (
            f"Q begins as: {parameters['start']}. The largest error over all states and actions is at first "
            f"{data.errors[0]:.3g}. With discount {parameters['discount']:.2f} it is {error:.3g} at "
            f"k = {data.backups}; discount to the power {data.backups}, times the first error, is {bound:.3g}."
        )
