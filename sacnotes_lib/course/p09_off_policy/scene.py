"""Whose states and whose actions: a replay buffer beside the policy of the moment: notebook 09."""

from types import SimpleNamespace

import numpy as np
from scipy.stats import norm

from sacnotes_lib.course.stage.controls import Integer, Slider
from sacnotes_lib.course.stage.moving import key, moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style

# The mass of envs.SoftLQREnv, x' = 0.9 x + 0.5 a + 0.1 w, with actions that have no bounds.
KEEP, PUSH, NOISE_STD = 0.9, 0.5, 0.1
GOAL, ALL_STEPS = 1.25, 3000
STATES = np.linspace(-4, 4, 321)
ACTIONS = np.linspace(-4, 5, 361)
AGES = (np.arange(200) + 0.5) / 200  # the buffer, cut into 200 slices of equal size


def policy_at(step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(gain, std) of the imagined learner's policy a ~ N(gain (GOAL - x), std²) after `step` steps, any shape.

    It begins as pure noise and ends, after ALL_STEPS, as a firm pull; slow at first, faster later.
    """
    learned = (np.asarray(step, dtype=float) / ALL_STEPS) ** 2
    return 0.8 * learned, 0.8 - 0.6 * learned


def visited_states(gain: np.ndarray, std: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean, std) of the states in which the policy N(gain (GOAL - x), std²) settles: a linear system, so Gaussian."""
    contraction = KEEP - PUSH * gain
    variance = (PUSH**2 * std**2 + NOISE_STD**2) / (1 - contraction**2)
    return PUSH * gain * GOAL / (1 - contraction), np.sqrt(variance)


def overlap(density_a: np.ndarray, density_b: np.ndarray, points: np.ndarray) -> float:
    """The part that two densities over `points` share: 1 where they are equal, 0 where they never meet.

    It is 1 minus the total variation distance.
    """
    return float(np.trapezoid(np.minimum(density_a, density_b), points))


class OffPolicyScene(Scene):
    """Left, states in the buffer and states of the present policy; right, the same for the actions in one state."""

    size = (11.0, 5.0)
    controls = {
        "steps": Integer("Steps so far", 50, ALL_STEPS, 2500, step=50),
        "capacity": Slider("Capacity of the buffer", 10, ALL_STEPS, ALL_STEPS, log=True, unit="rows"),
        "x": Slider("In the state x =", -2.0, 2.0, 0.0, step=0.1),
    }

    def compute(self, steps: int, capacity: float, x: float) -> SimpleNamespace:
        """Densities over STATES and, in the state x, over ACTIONS: of the buffer and of the present policy."""
        kept = min(steps, round(capacity))
        gain, std = policy_at(steps - kept * AGES[:, None])  # of every slice, [200, 1]
        mean, spread = visited_states(gain, std)
        buffer_states = norm.pdf(STATES, mean, spread).mean(0)
        came_by = norm.pdf(x, mean, spread)  # how often each slice was near x
        buffer_actions = (came_by * norm.pdf(ACTIONS, gain * (GOAL - x), std)).sum(0) / came_by.sum()
        gain, std = policy_at(steps)
        present_states = norm.pdf(STATES, *visited_states(gain, std))
        present_actions = norm.pdf(ACTIONS, gain * (GOAL - x), std)
        return SimpleNamespace(
            steps=steps, kept=kept, x=x,
            buffer_states=buffer_states, present_states=present_states,
            buffer_actions=buffer_actions, present_actions=present_actions,
            states_shared=overlap(buffer_states, present_states, STATES),
            actions_shared=overlap(buffer_actions, present_actions, ACTIONS),
        )  # fmt: skip

    def setup(self, figure) -> SimpleNamespace:
        where, what = figure.subplots(1, 2)
        where.set(xlabel="state x", ylabel="density", xlim=(-3, 3), ylim=(0, 3.4), title="States")
        what.set(
            xlabel="action a", xlim=(-3, 4), ylabel="density", ylim=(0, 3.4), title="Actions in the state x"
        )
        both = []
        for axes, points, present in ((where, STATES, "present policy"), (what, ACTIONS, "drawn now")):
            old = moving_line(axes, points, points, color=style.BLUE)
            now = moving_line(axes, points, points, color=style.RED, linestyle=style.DASHES[1])
            key(axes, {old: "in the buffer", now: present}, [0.02, 0.125], 0.145, top=0.955, step=0.08)
            both.append((old, now, moving_text(axes, 0.98, 0.98, ha="right", va="top")))
        dotted = {"color": style.INK, "linewidth": 1.5, "linestyle": style.DASHES[2]}
        place = where.axvline(0, 0, 0.75, animated=True, **dotted)
        name = where.text(0, 2.57, "", ha="center", va="bottom", animated=True)
        return SimpleNamespace(states=both[0], actions=both[1], place=place, name=name)

    def draw(self, artists: SimpleNamespace, data) -> None:
        shown = (
            (artists.states, data.buffer_states, data.present_states, data.states_shared),
            (artists.actions, data.buffer_actions, data.present_actions, data.actions_shared),
        )
        for (old, now, words), buffer, present, shared in shown:
            old.set_ydata(buffer)
            now.set_ydata(present)
            words.set_text(f"shared: {100 * shared:.0f} %")
        artists.place.set_xdata([data.x, data.x])
        artists.name.set(x=data.x, text=f"x = {data.x:z.1f}")

    def describe(self, parameters, data) -> str:
        old, now = (STATES[d.argmax()] for d in (data.buffer_states, data.present_states))
        old_action, now_action = (ACTIONS[d.argmax()] for d in (data.buffer_actions, data.present_actions))
        return (
            f"After {data.steps} steps the buffer holds the last {data.kept}. Its states are densest near "
            f"x = {old:z.1f}, those of the present policy near {now:z.1f}; they share "
            f"{100 * data.states_shared:.0f} %. In the state x = {data.x:z.1f} the buffer's actions are densest near "
            f"{old_action:z.1f}, freshly drawn ones near {now_action:z.1f}; they share "
            f"{100 * data.actions_shared:.0f} %."
        )
