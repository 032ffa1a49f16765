"""How the policy is drawn beside the curves: densities of every seed, or Pendulum's maps."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from sacnotes_lib.course.console.policy_pictures import ACTIONS, ANGLES, SPEEDS
from sacnotes_lib.plots import style

TOP = 6.0  # a density above this is cut off: a policy that hardly varies


def setup_policies(figure, places, names: tuple[str, ...], pendulum: bool) -> SimpleNamespace:
    """The second and third of three places in a row."""
    if not pendulum:
        return _setup_density(figure.add_subplot(places[1:]), names)
    first, second = figure.add_subplot(places[1]), figure.add_subplot(places[2])
    if len(names) > 1:  # two policies instead of policy and value
        maps = {(name, "torque"): axes for name, axes in zip(names, (first, second), strict=True)}
    else:
        maps = {(names[0], "torque"): first, (names[0], "value"): second}
    return SimpleNamespace(
        maps={key: _setup_map(figure, axes, *key, len(names) > 1) for key, axes in maps.items()}
    )


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
        f"at state {data.state}" + (" · exact: " if exact_names else "") + "; ".join(exact_names)
    )


def _setup_map(figure, axes, name, kind, two):
    limits = {"torque": (-2, 2), "value": (-1, 0)}[kind]
    title = {"torque": f"Policy{f' {name}' if two else ''}, seed 0", "value": "Value, seed 0"}[kind]
    image = axes.imshow(
        np.zeros((len(SPEEDS), len(ANGLES))), origin="lower", aspect="auto", animated=True,
        extent=(ANGLES[0], ANGLES[-1], SPEEDS[0], SPEEDS[-1]),
        cmap={"torque": "PuOr", "value": "cividis"}[kind], vmin=limits[0], vmax=limits[1],
    )  # fmt: skip
    axes.set(xlabel="angle (0 = upright)", ylabel="speed (rad/s)")
    axes.set_xticks([-np.pi, 0, np.pi], ["−π", "0", "π"])
    axes.set_title(title)
    bar = figure.colorbar(image, ax=axes, pad=0.02, aspect=14)
    bar.set_label({"torque": "torque (N·m)", "value": "Q of its action (reward)"}[kind])
    bar.locator = MaxNLocator(4)
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
