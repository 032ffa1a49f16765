"""What an update measured: computed when somebody reads it, since most updates are never looked at."""

from collections.abc import Iterator, Mapping

from torch import Tensor


class Metrics(Mapping):
    """Name to one number for each run, `[R]`: critic_loss, q, entropy, temperature.

    Args:
        q, target: `[R, N, B]`, the critics and their labels, without a graph.
        log_prob: `[R, B]`, of the actor's fresh actions, without a graph.
        temperature: `[R]`.
    """

    FORMULAS = {
        "critic_loss": lambda m: (m.q - m.target).square().mean((-2, -1)),
        "q": lambda m: m.q.mean((-2, -1)),
        "entropy": lambda m: -m.log_prob.mean(-1),
        "temperature": lambda m: m.temperature,
    }

    def __init__(self, q: Tensor, target: Tensor, log_prob: Tensor, temperature: Tensor):
        self.q, self.target, self.log_prob, self.temperature = q, target, log_prob, temperature

    def __getitem__(self, name: str) -> Tensor:
        return self.FORMULAS[name](self)

    def __iter__(self) -> Iterator[str]:
        return iter(self.FORMULAS)

    def __len__(self) -> int:
        return len(self.FORMULAS)
