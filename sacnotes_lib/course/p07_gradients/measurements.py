"""What page 07 measures: gradients against an exact one, and when each seed of a run first came near its goal."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from scipy.stats import sem
from torch import Tensor

from sacnotes_lib.comparison.results import Result
from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.metrics import Metrics
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.statistics import interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

STATES = 2 * torch.rand(64, 3, generator=torch.Generator().manual_seed(0)) - 1  # where policies are compared
SOON, LATER, MUCH_LATER, TOO_SHORT = "soon", "later", "much later", "too short to tell"


def beside_the_exact(gradients: Mapping[str, Tensor], exact: Tensor) -> ResultTable:
    """The average of many gradients (rows of `[draws, 2]`) beside the exact one, judged by its luck."""
    rows = {"exact, by quadrature": {"mean": exact[0], "log_std": exact[1]}}
    for name, drawn in gradients.items():
        mean, error = drawn.mean(0), torch.as_tensor(sem(drawn.numpy()) + 1e-9)
        off = ((mean - exact).abs() / error).max().item()
        verdict = "right" if off < 5 else "WRONG"
        rows[name] = {"mean": mean[0], "log_std": mean[1], "standard errors off": off, "verdict": verdict}
    return table(rows, "d loss / d", {"mean": "+.4f", "log_std": "+.4f", "standard errors off": ",.0f"})


def spreads(slopes: Mapping[str, Tensor]) -> ResultTable:
    """Mean of single slopes, and the standard deviation of averages of K of them."""
    rows = {name: {"mean": each.mean()} for name, each in slopes.items()}
    for k in (1, 10, 100):
        for name, each in slopes.items():
            rows[name][f"std, K = {k}"] = each.view(-1, k).mean(1).std()
    return table(rows, form=".3f")


def distance(agent: SAC, wanted: Tensor) -> Tensor:
    """Root mean square distance of each run's mean action from the one `wanted` at STATES, `[64, A]`: `[R]`."""
    with torch.no_grad():
        chosen = agent.actor(STATES.expand(agent.runs, -1, -1)).median
    return (chosen - wanted).square().mean((-2, -1)).sqrt()


class WatchedMetrics(Metrics):
    """What an update measured, and the distance of the agent that made it from the exact policy."""

    FORMULAS = Metrics.FORMULAS | {"distance": (lambda m: distance(m.agent, m.agent.wanted), "distance")}

    def __init__(self, metrics: Metrics, agent: "WatchedSAC"):
        super().__init__(metrics.q, metrics.target, metrics.log_prob, metrics.temperature, metrics.losses)
        self.agent = agent


class WatchedSAC(SAC):
    """SAC on soft LQR that also records how far its mean action is from the exact policy's, as "distance"."""

    def __init__(self, config: SACConfig, *sizes: int, **options):
        super().__init__(config, *sizes, **options)
        exact = SoftLQREnv(**config.env_kwargs).exact(config.discount, config.temperature)
        self.wanted = torch.tensor(exact.mean(STATES.numpy()))

    def update(self, batch: Batch) -> WatchedMetrics:
        return WatchedMetrics(super().update(batch), self)


class Arrival:
    """When each seed of a run of `WatchedSAC` was `near` the exact policy for the first time.

    Attributes:
        updates: `[R]`, as precisely as metrics are recorded; infinite for a seed that never was.
    """

    def __init__(self, run: Result, near: float):
        self._distance = run.metrics["distance"]
        updates = np.append(run.metric_steps - run.config.learning_starts + 1, np.inf)
        is_near = np.pad(self._distance < near, ((0, 0), (0, 1)), constant_values=True)
        self.updates = updates[is_near.argmax(axis=1)]

    def told(self) -> dict:
        """When the seeds arrived, and how far off they are now: a row of a table."""
        return {
            "near after (updates, median)": None if np.isinf(when := np.median(self.updates)) else when,
            "seeds that arrived": f"{np.isfinite(self.updates).sum()} of {len(self.updates)}",
            "distance at the end": np.median(self._distance[:, -1]),
        }

    def times_as_late_as(self, other: "Arrival") -> float:
        """The ratio of the median seeds' updates; infinite where it never arrived here, NaN where not there either."""
        mine, theirs = float(np.median(self.updates)), float(np.median(other.updates))
        return math.nan if math.isinf(theirs) else mine / theirs


def entropy_at_the_end(run: Result) -> float:
    """The last recorded entropy, its middle over the seeds."""
    return float(interquartile_mean(run.metrics["entropy"][:, -1]))


def how_late(times: float) -> tuple[str, str]:
    """Of `times_as_late_as`: SOON, LATER, MUCH_LATER or TOO_SHORT, and a sentence that says so."""
    if math.isnan(times):
        return (
            TOO_SHORT,
            "More than half of the reparameterised seeds did not arrive: nothing to compare with. Train longer.",
        )
    if math.isinf(times):
        return MUCH_LATER, "More than half of its seeds did not arrive at all."
    answer = SOON if times < 1.6 else LATER if times < 5 else MUCH_LATER
    return answer, f"Its median seed needed {times:.1f} times the updates."
