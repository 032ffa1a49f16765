"""What page 03 measures, and how it sets it out: bookkeeping, so that the page keeps the lines that carry a formula."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor
from torch.distributions import Distribution

from sacnotes_lib.exact import log_tanh_derivative, tanh_gaussian_entropy
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.tables import ResultTable, table


def against_exact(forms: Mapping[str, Tensor], u: Tensor) -> list[str]:
    """Lines with each form's values at `u` and their gradients, below the exact ones."""
    exact = log_tanh_derivative(u.detach().double().numpy())
    lines = [f"{'u':20s}{u.tolist()}", f"{'exact':20s}{exact.round(3)}"]
    for name, value in forms.items():
        (slope,) = torch.autograd.grad(value.sum(), u, retain_graph=True)
        lines.append(f"{name:20s}{value.detach().numpy().round(3)}   gradient {slope.numpy().round(2)}")
    return lines


def not_implemented(distribution: Distribution, names: Sequence[str]) -> list[str]:
    """Those of the names, properties or methods, that the distribution does not know."""
    missing = []
    for name in names:
        try:
            answer = getattr(distribution, name)
            if callable(answer):
                answer()
        except NotImplementedError:
            missing.append(name)
    return missing


def chances_to_end(chance: Callable[[float, bool], float], scales: Sequence[float]) -> ResultTable:
    """What `chance(scale, ends)` says for each scale, where choosing it ends the episode and where not."""
    ends, goes_on = "it ends the episode", "it never ends"
    rows = {f"-{x:g} to {x:g}": {ends: chance(x, True), goes_on: chance(x, False)} for x in scales}
    return table(rows, "range of the action", {ends: ".2g", goes_on: ".3f"})


def reported_and_true(runs: Mapping[str, TrainingRun]) -> tuple[dict[str, float], ResultTable]:
    """The entropy that each run reported at its end, and a table that sets it beside the exact one of its policies."""
    reported, rows = {}, {}
    for name, run in runs.items():
        with torch.no_grad():
            policy = run.agent.actor(run.buffer.contents().observation[:, ::10])
            at_the_ends = (policy.sample()[0].abs() > 0.99).float().mean()
        reported[name] = float(run.metrics["entropy"][:, -4:].mean())
        low, *_, high = run.agent.temperature.sort().values
        rows[name] = {
            "entropy reported (nats)": reported[name],
            "true (nats)": tanh_gaussian_entropy(policy.mean.numpy(), policy.log_std.numpy()).mean(),
            "α over seeds": (low, high),
            "actions beyond ±0.99": at_the_ends,
        }
    return reported, table(rows, form={"true (nats)": ".2f", "actions beyond ±0.99": ".0%"})
