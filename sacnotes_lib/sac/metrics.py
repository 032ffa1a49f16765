"""What an update measured: computed when somebody reads it, since most updates are never looked at."""

import math
from collections.abc import Iterator, Mapping, Sequence

from torch import Tensor


class NonFiniteLoss(FloatingPointError):
    """A loss became NaN or infinite. `.seeds` says in which runs."""

    def __init__(self, message: str, seeds: Sequence[int]):
        super().__init__(message)
        self.seeds = list(seeds)


class Metrics(Mapping):
    """Name to one number for each run, `[R]`: critic_loss, q, entropy, temperature.

    Args:
        q, target: `[R, N, B]`, the critics and their labels.
        log_prob: `[R, B]`, of the actor's fresh actions.
        temperature: `[R]`.
        losses: "critic" and "actor" to the scalar that was descended, over all runs.
    """

    FORMULAS = {
        "critic_loss": lambda m: (m.q - m.target).square().mean((-2, -1)),
        "q": lambda m: m.q.mean((-2, -1)),
        "entropy": lambda m: -m.log_prob.mean(-1),
        "temperature": lambda m: m.temperature,
    }

    def __init__(
        self, q: Tensor, target: Tensor, log_prob: Tensor, temperature: Tensor, losses: Mapping[str, Tensor]
    ):
        self.q, self.target, self.log_prob, self.temperature = (
            q.detach(),
            target,
            log_prob.detach(),
            temperature,
        )
        self.losses = {name: loss.detach() for name, loss in losses.items()}

    def __getitem__(self, name: str) -> Tensor:
        return self.FORMULAS[name](self)

    def __iter__(self) -> Iterator[str]:
        return iter(self.FORMULAS)

    def __len__(self) -> int:
        return len(self.FORMULAS)

    def check_finite(self, seeds: Sequence[int], update: int) -> None:
        """Raise NonFiniteLoss where a loss is NaN or infinite, naming the seeds and the number of the update.

        The networks have by then taken the step that spoilt them; what was recorded before stays.
        """
        made_of = {"critic": (self.q, self.target), "actor": (self.log_prob, self.temperature)}
        for name, loss in self.losses.items():
            if math.isfinite(loss.item()):
                continue
            # squared, since a loss also overflows where the numbers themselves do not yet
            sizes = sum(x.square().reshape(len(seeds), -1).sum(1) for x in made_of[name])
            lost = [seed for seed, size in zip(seeds, sizes, strict=True) if not math.isfinite(size)] or seeds
            raise NonFiniteLoss(
                f"the {name} loss of seed {', '.join(map(str, lost))} is {loss.item()} at update {update}",
                lost,
            )
