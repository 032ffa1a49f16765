"""What page 02 measures on its runs: whether two learned the same, and which entropy and temperature they reached."""

import torch

from sacnotes_lib.exact import tanh_gaussian_entropy
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean
from sacnotes_lib.training.tables import ResultTable, table

NEWEST = 500  # observations at which the policy is looked at
LAST = 10  # entries of the log whose temperature is averaged


def same_actors(one: TrainingRun, other: TrainingRun) -> bool:
    """Whether all weights of two actors are equal to the last bit."""
    pairs = zip(one.agent.actor.parameters(), other.agent.actor.parameters(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def learned_beside_exact(runs: dict[str, TrainingRun], exact: dict[str, tuple]) -> ResultTable:
    """The true entropy by quadrature and α, as learned over seeds and as known exactly: (entropy, α) of each run."""
    rows = {}
    for name, run in runs.items():
        with torch.no_grad():
            visited = run.agent.actor(run.buffer.contents().observation[:, -NEWEST:])
        entropies = tanh_gaussian_entropy(visited.mean.numpy(), visited.log_std.numpy()).mean(1)
        alphas = run.metrics["temperature"][:, -LAST:].mean(1)
        for what, learned, known in zip(("entropy", "α"), (entropies, alphas), exact[name], strict=True):
            spread = interquartile_mean(learned), learned.min(), learned.max()
            rows[f"{name}: {what}"] = {"learned (seeds)": spread, "exact": known}
    return table(rows, form=".4f")
