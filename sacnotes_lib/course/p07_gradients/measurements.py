"""What page 07 measures: gradients against an exact one, and when each seed of a run first came near its goal."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean

STATES = 2 * torch.rand(64, 3, generator=torch.Generator().manual_seed(0)) - 1  # where policies are compared
SOON, LATER, MUCH_LATER, TOO_SHORT = "soon", "later", "much later", "too short to tell"


def beside_the_exact(name: str, gradients: Tensor, exact: Tensor) -> str:
    """The average of many gradients (rows of `gradients`, [draws, 2]) beside the exact one, judged by its luck."""
    mean, error = gradients.mean(0), gradients.std(0) / len(gradients) ** 0.5 + 1e-9
    off = ((mean - exact).abs() / error).max().item()
    verdict = "right" if off < 5 else "WRONG"
    told = f"mean {mean[0]:+.4f}   log_std {mean[1]:+.4f}   {min(off, 999):3.0f} standard errors off"
    return f"{name:24s} {told}: {verdict}"


def spread_line(name: str, slopes: Tensor) -> str:
    """Mean and spread of single slopes, and the spread of averages of K of them."""
    by_k = "   ".join(f"K = {k}: {slopes.view(-1, k).mean(1).std():6.3f}" for k in (1, 10, 100))
    return f"{name:18s} mean {slopes.mean():.2f}   standard deviation with {by_k}"


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

    def told(self) -> str:
        """When the seeds arrived, and how far off they are now."""
        seeds = f"{self.updates.isfinite().sum()} of {len(self.updates)} seeds"
        when = f"near after {self.updates.median():3.0f} updates (median), {seeds}"
        return f"{when}; at the end distance {self._now.median():.2f}"

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
