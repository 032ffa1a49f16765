"""What page 07 measures: gradients against an exact one, and when each seed of a run first came near its goal."""

import math
from collections.abc import Callable, Mapping

import torch
from scipy.stats import sem
from torch import Tensor

from sacnotes_lib.training.run import TrainingRun
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


def distance_to(exact_policy) -> Callable[[TrainingRun], Tensor]:
    """A function of a run: root mean square distance of its mean action from the exact one, for each seed, [R]."""
    wanted = torch.tensor(exact_policy.mean(STATES.numpy()))

    def distance(run: TrainingRun) -> Tensor:
        with torch.no_grad():
            chosen = run.agent.actor(STATES.expand(len(run.seeds), -1, -1)).median
        return (chosen - wanted).square().mean((-2, -1)).sqrt()

    return distance


class Arrival:
    """A callback for `train` that notes the update at which each seed was near for the first time.

    Attributes:
        updates: `[R]`, infinite for a seed that never was.
    """

    def __init__(self, distance: Callable[[TrainingRun], Tensor], near: float, seeds: int):
        self._distance, self._near = distance, near
        self.updates = torch.full((seeds,), math.inf)

    def __call__(self, run: TrainingRun) -> None:
        self._now = self._distance(run)
        newly_near = (self._now < self._near) & self.updates.isinf()
        self.updates[newly_near] = run.agent.updates_done

    def told(self) -> dict:
        """When the seeds arrived, and how far off they are now: a row of a table."""
        return {
            "near after (updates, median)": None if (when := self.updates.median()).isinf() else when,
            "seeds that arrived": f"{self.updates.isfinite().sum()} of {len(self.updates)}",
            "distance at the end": self._now.median(),
        }

    def times_as_late_as(self, other: "Arrival") -> float:
        """The ratio of the median seeds' updates; infinite where it never arrived here, NaN where not there either."""
        mine, theirs = self.updates.median().item(), other.updates.median().item()
        return math.nan if math.isinf(theirs) else mine / theirs


def entropy_at_the_end(run: TrainingRun) -> float:
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
