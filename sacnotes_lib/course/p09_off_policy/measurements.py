"""What page 09 measures: one fit of a critic, one update watched, policies after training, and how old a buffer is."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike

from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.exact import tanh_gaussian_entropy
from sacnotes_lib.plots import style
from sacnotes_lib.plots.picture import Picture, figure_picture
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, train
from sacnotes_lib.training.tables import ResultTable, table

GAMMA, ALPHA = 0.9, 0.2
# The mass of the puzzle as a task for SAC, with a fixed temperature.
LQR = SACConfig(
    env_id="sacnotes/SoftLQR-v0",
    env_kwargs={"bounded": True},
    discount=GAMMA,
    temperature=ALPHA,
    reward_scale=1.0,
    batch_size=64,
    backup="mean",
    total_steps=1000,
)
GRID = tuple(part.reshape(-1, 1) for part in np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-0.8, 0.8, 5)))


class Rows(NamedTuple):
    """What many walks saw, each `[steps, walks, 1]`, the reward `[steps, walks]`."""

    s: np.ndarray
    a: np.ndarray
    r: np.ndarray
    s_next: np.ndarray


def collect(
    env: SoftLQREnv,
    act: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    walks: int = 400,
    steps: int = 50,
) -> Rows:
    """Walks from all over [-1, 1], with the actions that `act` gives for states `[walks, 1]`."""
    s, rows = rng.uniform(-1, 1, (walks, 1)), []
    for _ in range(steps):
        a = act(s)
        s_next, r, _ = env.transition(s, a, rng)
        rows.append((s, a, r, s_next))
        s = s_next
    return Rows(*(np.stack(column) for column in zip(*rows, strict=True)))


def seen_near(rows: Rows) -> dict:
    """What the rows say where s is about 0.5 and a about 0.2: a row of a table."""
    near = (np.abs(rows.s - 0.5) < 0.05) & (np.abs(rows.a - 0.2) < 0.05)
    where, pay = rows.s_next[near], rows.r[near[..., 0]]
    return {"rows": near.sum(), "mean s′": where.mean(), "std of s′": where.std(), "mean reward": pay.mean()}


def powers(s: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Products s^i a^j up to degree four, of s and a `[..., 1]` each, as the rows of one table."""
    terms = [s[..., 0] ** i * a[..., 0] ** j for i in range(5) for j in range(5 - i)]
    return np.stack(terms, -1).reshape(-1, len(terms))


def fit_q(
    asked: tuple[np.ndarray, np.ndarray],
    known: np.ndarray,
    ahead: tuple[np.ndarray, np.ndarray],
    discount: float,
    weight: ArrayLike = 1.0,
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """The polynomial Q that agrees with its own labels, known + discount * Q(ahead), as well as least squares can.

    It is where gradient descent on the critic's loss would settle (Bradtke and Barto 1996); one linear system finds it.

    asked, ahead: (s, a) and (s', a'). weight: how much each row's error counts, a number or `[steps, walks]`.
    """
    each = np.broadcast_to(weight, known.shape).reshape(-1, 1)
    now, then = powers(*asked), discount * powers(*ahead)
    left, right = (each * now).T @ (now - then), (each * now).T @ known.reshape(-1)
    coefficients = np.linalg.solve(left, right)
    return lambda s, a: powers(s, a) @ coefficients


def exact_qs(env: SoftLQREnv, aim: float, gain: float, std: float) -> dict[str, Callable]:
    """Q of today's policy, which is tanh N(aim - gain s, std²), and of the uniform one, both without data."""
    solver = env.solver
    mean, log_std = aim - gain * solver.states, np.full_like(solver.states, np.log(std))
    uniform = lambda s, a: np.full((len(s), a.shape[1]), -np.log(2))  # noqa: E731
    return {
        "π": solver.evaluate_tanh_gaussian(mean, log_std, GAMMA, ALPHA).q_value,
        "β": solver.evaluate(uniform, GAMMA, ALPHA).q_value,
    }


def distance(q: Callable, exact: Callable) -> float:
    """Root mean square distance over the square |s| ≤ 1, |a| ≤ 0.8."""
    return float(np.sqrt(np.mean((q(*GRID) - exact(*GRID)) ** 2)))


def distances(fits: Mapping[str, Sequence[Callable]], exact: Mapping[str, Callable]) -> ResultTable:
    """For each way of fitting: how far its fits lie from the two exact Qs, median and range."""
    rows = {}
    for way, tries in fits.items():
        near, far = ([distance(q, exact[of]) for q in tries] for of in ("π", "β"))
        seen = np.median(near), min(near), max(near)
        rows[way] = {"from Q of π (range)": seen, "from Q of β": np.median(far)}
    return table(rows, "median distance of the fits", ".2f")


def plot_fits(fits: Mapping[str, Sequence[Callable]], exact: Mapping[str, Callable], s: float) -> Picture:
    """Q(s, a) against a in one state: the exact Qs broad, each fit a thin line over them."""
    a = np.linspace(-0.9, 0.9, 61)[:, None]
    state, words = np.full_like(a, s), []
    with style.context():
        figure = style.new_figure(9, 4.6)
        axes = figure.subplots()
        axes.set(xlabel="action a", ylabel=f"Q(s = {s:g}, a) (reward)")
        ends = {}
        for (name, q), colour in zip(exact.items(), (style.SKY, style.QUIET), strict=True):
            (line,) = axes.plot(a, q(state, a), color=colour, linewidth=9, alpha=0.6)
            ends[line] = f"exact, of {name}"
            words.append(f"exact Q of {name} {q(state[:1], np.zeros((1, 1))).item():.2f}")
        looks = zip(
            (style.BLUE, style.RED, style.PURPLE), ("-", style.DASHES[1], style.DASHES[2]), strict=True
        )
        for (way, tries), (colour, dashes) in zip(fits.items(), looks, strict=False):
            drawn = [
                axes.plot(a, q(state, a), color=colour, linestyle=dashes, linewidth=1.6)[0] for q in tries
            ]
            ends[drawn[0]] = way
        for way, tries in fits.items():
            values = [q(state[:1], np.zeros((1, 1))).item() for q in tries]
            words.append(f"{way} {min(values):.2f} to {max(values):.2f}")
        for label in style.label_line_ends(axes, ends):
            if "exact" in label.get_text():
                label.set_color(style.INK)
    return figure_picture(figure, f"Q in the state {s:g} against the action. At a = 0: {', '.join(words)}.")


class Witness(SAC):
    """SAC that notes what its actor step is given, and with what noise it draws."""

    def noise_for(self, policy):
        self.noise = super().noise_for(policy)  # the last to be drawn in an update is the actor's
        return self.noise

    def actor_loss(self, observation, temperature):
        loss, log_prob = super().actor_loss(observation, temperature)
        self.states, self.scores = observation, log_prob.detach()
        return loss, log_prob


def watch_an_actor_step(config: SACConfig) -> dict[str, bool]:
    """Train a little, update once with the oldest rows, and say what the actor step used."""
    run = train(config, seeds=1, agent_class=Witness, progress=False)
    agent, lived = run.agent, run.buffer.contents()
    batch = lived._make(column[:, : config.batch_size] for column in lived)
    with torch.no_grad():
        present = agent.actor(batch.observation)  # the policy as it is before the update
    agent.update(batch)
    drawn, score = present.sample(noise=agent.noise)
    return {
        "its states are the batch's": agent.states.equal(batch.observation),
        "its actions are fresh draws": torch.allclose(agent.scores, score)
        and not torch.isclose(drawn, batch.action).any().item(),
        "log π is taken at the batch's actions": torch.allclose(agent.scores, present.log_prob(batch.action)),
    }


def policy_at_the_end(run: TrainingRun, best_entropy: Callable) -> tuple[np.ndarray, dict]:
    """The policy's entropies in recent states, of each seed, and what to say about them: a row of a table."""
    seen = run.buffer.contents().observation[:, -300:]
    with torch.no_grad():
        policy = run.agent.actor(seen)
        actions, _ = policy.sample((100,))
    h = tanh_gaussian_entropy(policy.mean.numpy(), policy.log_std.numpy()).mean(1)
    return h, {
        "entropies (nats)": (h.min(), h.max()),
        "best, exactly": best_entropy(seen.numpy()).mean(),
        "average |a|": actions.abs().mean(),
        "std of draws": actions.std(0).mean(),
    }


def shared(angles_a: np.ndarray, angles_b: np.ndarray) -> float:
    """Common area of two histograms of angles, 24 bins: 1 where they are equal."""
    shares = [np.histogram(x, 24, (-np.pi, np.pi))[0] / x.size for x in (angles_a, angles_b)]
    return float(np.minimum(*shares).sum())


def how_foreign(run: TrainingRun, newest: int = 200) -> ResultTable:
    """At five moments, what the pole's angles in the whole buffer share with the newest steps' ones.

    The last column compares these with as many steps just before them: so much is chance, and learning meanwhile.
    """
    cosine, sine, _ = run.buffer.contents().observation.numpy().transpose(2, 0, 1)
    angle, rows = np.arctan2(sine, cosine), {}
    for step in np.linspace(2 * newest, angle.shape[1], 5).astype(int):
        now, before = angle[:, step - newest : step], angle[:, step - 2 * newest : step - newest]
        found = {"whole buffer": shared(angle[:, :step], now), f"the {newest} before": shared(before, now)}
        rows[f"step {step:,}"] = found
    return table(rows, f"shared with the newest {newest} steps", ".0%")
