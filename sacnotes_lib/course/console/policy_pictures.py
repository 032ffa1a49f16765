"""What the policy does, as numbers and as a picture: its density at one state, or all of Pendulum as two maps."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from sacnotes_lib.envs import pendulum_observation
from sacnotes_lib.envs.base import SoftEnv
from sacnotes_lib.plots import style
from sacnotes_lib.training.run import TrainingRun

ACTIONS = np.linspace(-0.995, 0.995, 200)
ANGLES, SPEEDS = np.linspace(-np.pi, np.pi, 37), np.linspace(-8, 8, 25)
HERE = "where seed 0 is now"
MAPS = {  # kind: title, unit, colours, and where their scale begins
    "torque": ("Policy", "torque (N·m)", "PuOr", (-2, 2)),
    "value": ("Value", "Q of its action (reward)", "cividis", (-1, 0)),
}
TOP = 6.0  # a density above this is cut off: a policy that hardly varies


@dataclass(frozen=True)
class PolicyDensity:
    """π(a|s) over ACTIONS, `[R, actions]`, and the exact one `[actions]` at `exact_temperature`, where it is known."""

    densities: np.ndarray
    exact: np.ndarray | None = None
    exact_temperature: float = float("nan")


@dataclass(frozen=True)
class PendulumMap:
    """The first seed's torque (N·m) and Q of that torque (reward), `[speeds, angles]` each."""

    torque: np.ndarray
    value: np.ndarray


def states_to_pick(run: TrainingRun) -> dict[str, np.ndarray | None]:
    """Name to state: where a viewer may look at the policy. None stands for the present state of the first seed."""
    env = _soft_env(run)
    if env is None:
        return {HERE: None}
    states = env.solver.states
    if len(states) > 12:  # a grid over a line: five of its places
        states = np.linspace(-1, 1, 5)[:, None]
    return {"(" + ", ".join(f"{number:.2g}" for number in state) + ")": state for state in states}


def at_state(name: str) -> str:
    """Where the policy is looked at, in words, from a name of `states_to_pick`."""
    return f"at {'the ' * (name == HERE)}state {name}"


def is_pendulum(run: TrainingRun) -> bool:
    return run.config.env_id == "Pendulum-v1"


@torch.no_grad()
def policy_density(run: TrainingRun, state: np.ndarray | None) -> PolicyDensity:
    """The density of every seed's policy over the first action dimension at one state."""
    if state is None:
        state = run.observation[0]
    observation = torch.as_tensor(state, dtype=torch.float32, device=run.device)
    policy = run.agent.actor(observation.expand(len(run.seeds), 1, -1))
    first = type(policy)(policy.mean[..., :1], policy.log_std[..., :1])
    actions = torch.as_tensor(ACTIONS[:, None], dtype=torch.float32, device=run.device)
    return PolicyDensity(first.log_prob(actions).exp().cpu().numpy(), *exact_density(run, state))


def exact_density(run: TrainingRun, state: np.ndarray) -> tuple[np.ndarray | None, float]:
    """The soft-optimal density over ACTIONS, and the temperature (scaled reward per nat) it belongs to.

    A tuned temperature moves at every step, so it is rounded (to about 12 %) before the problem is solved.
    """
    config = run.config
    env = _soft_env(run)
    if env is None or not 0 <= config.discount < 1:
        return None, float("nan")
    if config.temperature == "auto":
        tuned = float(run.agent.temperature.mean())
        temperature = float(f"{10 ** (round(20 * np.log10(tuned)) / 20):.2g}")
    else:
        temperature = float(config.temperature)
    if temperature <= 0:
        return None, temperature
    in_reward = temperature / config.reward_scale
    entropy_weight = float(config.entropy_in_target)
    answer = _answer(env, config.discount, in_reward, entropy_weight, config.squash_actions)
    if answer is None:
        return None, temperature
    state = np.asarray(state, dtype=float)
    q = answer.q_value(np.tile(state, (len(ACTIONS), 1)), ACTIONS[:, None])
    return np.exp((q - answer.value(state)) / in_reward), temperature


@torch.no_grad()
def pendulum_map(run: TrainingRun) -> PendulumMap:
    """The first seed's policy and value over angle and speed."""
    angle, speed = np.meshgrid(ANGLES, SPEEDS)
    states = pendulum_observation(np.stack([angle.ravel(), speed.ravel()], axis=-1))
    observation = torch.as_tensor(states, dtype=torch.float32, device=run.device)
    observation = observation.expand(len(run.seeds), -1, -1)
    action = run.agent.actor(observation).median
    q = run.agent.critic(observation, action).mean(1)[0].cpu().numpy() / run.config.reward_scale
    return PendulumMap(2 * action[0, :, 0].cpu().numpy().reshape(angle.shape), q.reshape(angle.shape))


def _soft_env(run: TrainingRun) -> SoftEnv | None:
    """The environment, where its exact policy is known and actions have one dimension."""
    env = run.envs.unwrapped.envs[0].unwrapped
    return env if isinstance(env, SoftEnv) and env.action_space.shape == (1,) else None


@lru_cache(maxsize=64)
def _answer(env: SoftEnv, discount: float, temperature: float, entropy_weight: float, squashed: bool):
    """The exact answer, or None where the solver cannot resolve so low a temperature."""
    try:
        if squashed:  # tanh keeps actions inside [-1, 1], whatever the environment would take
            return env.solver.optimal(discount, temperature, "boltzmann", entropy_weight)
        return env.exact(discount, temperature, "boltzmann", entropy_weight)
    except (ValueError, RuntimeError, np.linalg.LinAlgError):
        return None


def setup_policies(figure, places, names: tuple[str, ...], pendulum: bool) -> SimpleNamespace:
    """The second and third of three places in a row."""
    if not pendulum:
        return _setup_density(figure.add_subplot(places[1:]), names)
    two = len(names) > 1  # policies, instead of policy and value
    shown = [(name, "torque") for name in names] if two else [(names[0], "torque"), (names[0], "value")]
    maps = {key: _setup_map(figure, figure.add_subplot(place), *key, two)
            for key, place in zip(shown, (places[1], places[2]), strict=True)}  # fmt: skip
    return SimpleNamespace(maps=maps)


def draw_policies(artists: SimpleNamespace, data) -> None:
    """Put the policies of a `TrainingView` into what `setup_policies` returned."""
    if not hasattr(artists, "maps"):
        return _draw_density(artists, data)
    for (name, kind), image in artists.maps.items():
        values = getattr(data.runs[name].policy, kind)
        image.set_data(values)
        if kind == "value":
            _fit_colors(image, values)


def _setup_density(axes, names):
    axes.set(xlim=(-1, 1), ylim=(0, TOP), xlabel="action (first dimension)", ylabel="density π(a|s)")
    place = axes.text(1, 1.03, "", transform=axes.transAxes, ha="right", va="bottom", animated=True)
    axes.set_title("Policies" if len(names) > 1 else "Policy")
    artists = SimpleNamespace(lines={}, exact={}, place=place)
    for index, name in enumerate(names):
        color = style.PAIR[index]
        artists.lines[name] = LineCollection([], colors=color, linewidth=2.5, animated=True, zorder=3)
        axes.add_collection(artists.lines[name], autolim=False)
        (artists.exact[name],) = axes.plot(
            [], [], color=style.INK if index == 0 else style.RED, linestyle=style.DASHES[index + 1],
            animated=True, zorder=4,
        )  # fmt: skip
    return artists


def _draw_density(artists, data):
    exact_names = []
    for name, run in data.runs.items():
        policy = run.policy
        artists.lines[name].set_segments([np.stack([ACTIONS, d], axis=-1) for d in policy.densities])
        exact = policy.exact if policy.exact is not None else np.full(ACTIONS.shape, np.nan)
        artists.exact[name].set_data(ACTIONS, exact)
        if policy.exact is not None:
            dashes = (
                f"{'dashes' if not exact_names else 'dots'} {name}, " if len(data.runs) > 1 else "dashed, "
            )
            exact_names.append(f"{dashes}α = {policy.exact_temperature:.2g}")
    artists.place.set_text(
        at_state(data.state) + (" · exact: " if exact_names else "") + "; ".join(exact_names)
    )


def _setup_map(figure, axes, name, kind, two):
    title, unit, colors, (low, high) = MAPS[kind]
    image = axes.imshow(
        np.zeros((len(SPEEDS), len(ANGLES))), origin="lower", aspect="auto", animated=True,
        extent=(ANGLES[0], ANGLES[-1], SPEEDS[0], SPEEDS[-1]),
        cmap=colors, vmin=low, vmax=high,
    )  # fmt: skip
    axes.set(xlabel="angle (0 = upright)", ylabel="speed (rad/s)")
    axes.set_xticks([-np.pi, 0, np.pi], ["−π", "0", "π"])
    axes.set_title(f"{title}{f' {name}' if two else ''}, seed 0", y=1)
    bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=14, label=unit, ticks=MaxNLocator(4))
    if kind == "value":  # whose numbers grow longer than they were when the room for them was set
        bar.ax.yaxis.set_label_coords(4.4, 0.5)
    return image


def _fit_colors(image, values: np.ndarray) -> None:
    """Widen the colour scale where values leave it, or fill less than half of it; the scale's ticks move along."""
    low, high = float(values.min()), float(values.max())
    now_low, now_high = image.get_clim()
    fits = now_low <= low and high <= now_high and high - low > 0.5 * (now_high - now_low)
    if not fits and high > low:
        margin = 0.15 * (high - low)
        image.set_clim(low - margin, high + margin)
