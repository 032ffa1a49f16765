"""What the temperature does to the policy: notebook 00."""

from types import SimpleNamespace

import numpy as np

from sacnotes_lib.course.stage.controls import Slider
from sacnotes_lib.course.stage.moving import moving_line, moving_text
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.envs import TwoPeaksEnv
from sacnotes_lib.exact import action_nodes, boltzmann_log_density, density_entropy
from sacnotes_lib.plots import style

NODES = action_nodes(1, spacing=0.01)
ACTIONS = NODES.actions[:, 0]
Q = TwoPeaksEnv().mean_reward(NODES.actions)
TOPS = (4, 8, 20)  # where the density's axis may end: the curve is never cut off


class TemperatureScene(Scene):
    """Above, what each action is worth; below, how often the best soft policy takes it."""

    size = (11.0, 6.2)
    controls = {"temperature": Slider("Temperature α", 0.02, 3.0, 0.2, log=True, unit="reward per nat")}

    def compute(self, temperature: float) -> SimpleNamespace:
        log_density = boltzmann_log_density(Q, temperature, NODES)
        density = np.exp(log_density)
        mass = NODES.weights * density
        return SimpleNamespace(
            density=density,  # at ACTIONS
            mean_q=float(mass @ Q),
            entropy=float(density_entropy(log_density, NODES)),
            on_tall_peak=float(mass[ACTIONS > 0].sum()),  # chance of an action on its side
        )

    def setup(self, figure) -> SimpleNamespace:
        worth, policy = figure.subplots(2, 1, sharex=True)
        worth.plot(ACTIONS, Q, color=style.BLUE)
        worth.set(title="What each action is worth", ylabel="Q(a)\n(reward)", ylim=(0, 1.2))
        policy.set(xlabel="action a", ylabel="π(a)\n(density)", xlim=(-1, 1), ylim=(0, TOPS[0]))
        policy.set_title("How often SAC should take it: π(a) ∝ exp(Q(a)/α)")
        curve = moving_line(
            policy, ACTIONS, np.zeros_like(ACTIONS), color=style.RED, linestyle=style.DASHES[1]
        )
        policy.axhline(0.5, color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4])
        policy.annotate(
            "every action alike", (1, 0.5), xytext=(-4, 5), textcoords="offset points", ha="right"
        )
        numbers = moving_text(policy, 0.02, 0.93, va="top", fontsize=16, linespacing=1.5)
        return SimpleNamespace(policy=policy, curve=curve, numbers=numbers)

    def draw(self, artists: SimpleNamespace, data) -> None:
        artists.curve.set_ydata(data.density)
        top = next((top for top in TOPS if top > data.density.max()), 1.05 * data.density.max())
        if artists.policy.get_ylim()[1] != top:
            artists.policy.set_ylim(0, top)
        artists.numbers.set_text(
            f"tall peak's side  {100 * data.on_tall_peak:.0f} %\n"
            f"average Q  {data.mean_q:.2f}\nentropy  {data.entropy:.2f} nats"
        )

    def describe(self, parameters, data) -> str:
        return (
            f"At temperature {parameters['temperature']:.3g} the best soft policy earns {data.mean_q:.2f} on average, "
            f"has an entropy of {data.entropy:.2f} nats and takes an action on the tall narrow peak's side "
            f"{100 * data.on_tall_peak:.0f} % of the time. The tall peak is at 0.3, the low broad one at minus 0.5."
        )
