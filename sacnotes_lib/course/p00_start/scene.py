"""What the temperature does to the policy: notebook 00."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from sacnotes_lib.course.stage.controls import Slider
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.envs import TwoPeaksEnv
from sacnotes_lib.exact import action_nodes, boltzmann_log_density, density_entropy
from sacnotes_lib.plots import style

NODES = action_nodes(1, spacing=0.01)
ACTIONS = NODES.actions[:, 0]
Q = TwoPeaksEnv().mean_reward(NODES.actions)


@dataclass(frozen=True)
class SoftPolicy:
    """The best policy for one temperature: its density at ACTIONS, average Q, entropy, and chance of the tall peak."""

    density: np.ndarray
    mean_q: float
    entropy: float
    on_tall_peak: float


class TemperatureScene(Scene):
    """Above, what each action is worth; below, how often the best soft policy takes it."""

    title = "One knob between choosing the best and keeping options open"
    size = (11.0, 6.2)
    controls = {"temperature": Slider("Temperature α", 0.02, 3.0, 0.2, log=True, unit="reward per nat")}

    def compute(self, temperature: float) -> SoftPolicy:
        log_density = boltzmann_log_density(Q, temperature, NODES)
        density = np.exp(log_density)
        mass = NODES.weights * density
        return SoftPolicy(
            density,
            float(mass @ Q),
            float(density_entropy(log_density, NODES)),
            float(mass[ACTIONS > 0].sum()),
        )

    def setup(self, figure) -> SimpleNamespace:
        worth, policy = figure.subplots(2, 1, sharex=True)
        worth.plot(ACTIONS, Q, color=style.BLUE)
        worth.set(ylabel="Q(a)\n(reward)", ylim=(0, 1.2))
        worth.set_title("What each action is worth")
        policy.set(xlabel="action a", ylabel="π(a)\n(density)", xlim=(-1, 1), ylim=(0, 4))
        policy.set_title("How often SAC should take it: π(a) ∝ exp(Q(a)/α)")
        (curve,) = policy.plot(
            ACTIONS, np.zeros_like(ACTIONS), color=style.RED, linestyle=style.DASHES[1], animated=True
        )
        policy.axhline(0.5, color=style.QUIET, linewidth=1.5, linestyle=style.DASHES[4])
        policy.annotate(
            "every action alike", (1, 0.5), xytext=(-4, 5), textcoords="offset points", ha="right"
        )
        numbers = policy.text(
            0.02, 0.93, "", transform=policy.transAxes, va="top", animated=True, fontsize=16, linespacing=1.5
        )
        return SimpleNamespace(curve=curve, numbers=numbers)

    def draw(self, artists: SimpleNamespace, data: SoftPolicy) -> None:
        artists.curve.set_ydata(data.density)
        artists.numbers.set_text(f"average Q  {data.mean_q:.2f}\nentropy  {data.entropy:.2f} nats")

    def describe(self, parameters, data: SoftPolicy) -> str:
        return (
            f"At temperature {parameters['temperature']:.3g} the best soft policy earns {data.mean_q:.2f} on average, "
            f"has an entropy of {data.entropy:.2f} nats (log 2 = 0.69 is the most there is on this interval) and takes "
            f"an action on the tall narrow peak's side {100 * data.on_tall_peak:.0f} % of the time. The tall peak is "
            "at 0.3, the low broad one at minus 0.5."
        )
