"""What page 02 measures on its runs: whether two learned the same, and which entropy and temperature they reached."""

import torch

from sacnotes_lib.exact import tanh_gaussian_entropy
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import interquartile_mean

NEWEST = 500  # observations at which the policy is looked at
LAST = 10  # entries of the log whose temperature is averaged


def same_actors(one: TrainingRun, other: TrainingRun) -> bool:
    """Whether all weights of two actors are equal to the last bit."""
    pairs = zip(one.agent.actor.parameters(), other.agent.actor.parameters(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in pairs)


def learned_beside_exact(name: str, run: TrainingRun, entropy: float, temperature: float) -> list[str]:
    """Two lines of a table: the true entropy by quadrature and α, as learned over seeds and as known exactly."""
    with torch.no_grad():
        visited = run.agent.actor(run.buffer.contents().observation[:, -NEWEST:])
    entropies = tanh_gaussian_entropy(visited.mean.numpy(), visited.log_std.numpy()).mean(1)
    alphas = run.metrics["temperature"][:, -LAST:].mean(1)
    lines = []
    for what, learned, known in (("entropy", entropies, entropy), ("α", alphas, temperature)):
        seeds = f"(seeds {learned.min():.4f} to {learned.max():.4f})"
        lines.append(
            f"{name:5s}{what:8s} learned {interquartile_mean(learned):8.4f} {seeds}   exact {known:.4f}"
        )
    return lines
