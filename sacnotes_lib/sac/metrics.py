"""What an update measured: computed when somebody reads it, since most updates are never looked at."""

from collections.abc import Iterator, Mapping

from torch import Tensor


class Metrics(Mapping):
    """Name to one number for each run, `[R]`: critic_loss, q, entropy, temperature.

    Args:
        q, target: `[R, N, B]`, the critics and their labels, without a graph.
        log_prob: `[R, B]`, of the actor's fresh actions, without a graph.
        temperature: `[R]`.
        losses: "critic" and "actor" to the scalar that was descended, over all runs.
    """

    # name: its formula, and what an axis says of it. All that records or draws metrics reads them here.
    FORMULAS = {
        "critic_loss": (lambda m: (m.q - m.target).square().mean((-2, -1)), "critic loss (scaled reward²)"),
        "q": (lambda m: m.q.mean((-2, -1)), "average Q (scaled reward)"),
        "entropy": (lambda m: -m.log_prob.mean(-1), "entropy of the policy (nats)"),
        "temperature": (lambda m: m.temperature, "temperature α (reward per nat)"),
    }

    def __init__(self, q: Tensor, target: Tensor, log_prob: Tensor, temperature: Tensor, losses: Mapping):
        self.q, self.target, self.log_prob, self.temperature = q, target, log_prob, temperature
        self.losses = losses

    def __getitem__(self, name: str) -> Tensor:
        return self.FORMULAS[name][0](self)

    def __iter__(self) -> Iterator[str]:
        return iter(self.FORMULAS)

    def __len__(self) -> int:
        return len(self.FORMULAS)
