"""What the critics are regressed on: the backup over critics and the soft Bellman target."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from sacnotes_lib.sac.randomness import RunGenerators


class Backup(NamedTuple):
    """One way to make the next Q of every critic's label. All that knows of it is its entry in `BACKUPS`.

    Attributes:
        meaning: in words.
        combine: next_q `[..., N, B]` and a function that keeps a random subset of its critics, to `[..., N or 1, B]`.
        for_actor: Q `[..., N, B]` to the one Q that the actor climbs, `[..., B]`; left out, their average, as in REDQ
            (Chen et al. 2021, algorithm 1).
        least_critics: N must be at least this.
        draws_subset: whether N must hold a subset as well.
    """

    meaning: str
    combine: Callable[[Tensor, Callable[[Tensor], Tensor]], Tensor]
    for_actor: Callable[[Tensor], Tensor] = lambda q: q.mean(-2)
    least_critics: int = 1
    draws_subset: bool = False


BACKUPS = {
    "single": Backup("each critic's target uses its own target critic", lambda q, subset: q),
    "swap": Backup(
        "each critic's target uses its neighbour's target critic (double Q-learning, van Hasselt 2010)",
        lambda q, subset: q.roll(1, dims=-2),
        least_critics=2,
    ),
    "mean": Backup("every target uses the average of critics", lambda q, subset: q.mean(-2, keepdim=True)),
    "min": Backup(
        "every target uses the smallest critic at each transition (clipped double Q-learning, Fujimoto et al. 2018)",
        lambda q, subset: q.amin(-2, keepdim=True),
        for_actor=lambda q: q.amin(-2),  # Haarnoja et al. 2018b, section 6
    ),
    "redq": Backup(
        "every target uses the smallest of a random subset of the critics (Chen et al. 2021, algorithm 1)",
        lambda q, subset: subset(q).amin(-2, keepdim=True),
        draws_subset=True,
    ),
}


def apply_backup(
    next_q: Tensor, kind: str, subset_size: int = 2, generator: torch.Generator | RunGenerators | None = None
) -> Tensor:
    """Combine the target critics' values at the next action: entry n is the value that critic n's target uses.

    Args:
        next_q: `[..., N, B]`, Q of N target critics at the next observation and a fresh next action.
        kind: a key of `BACKUPS`: "single", "swap", "mean", "min" or "redq".
        subset_size: critics in the REDQ subset, which is drawn once for the batch.
        generator: for "redq" only.

    Returns: `[..., N, B]`.

    Raises: ValueError, as `check_backup`.
    """
    check_backup(kind, next_q.shape[-2], subset_size)
    combined = BACKUPS[kind].combine(next_q, lambda q: _random_subset(q, subset_size, generator))
    return combined.expand_as(next_q)


def value_for_actor(q: Tensor, kind: str) -> Tensor:
    """The one Q that the actor climbs, `[..., N, B]` to `[..., B]`: the smallest critic for "min", else the average."""
    check_backup(kind, q.shape[-2])
    return BACKUPS[kind].for_actor(q)


def _random_subset(q: Tensor, subset_size: int, generator) -> Tensor:
    """`[..., subset_size, B]`, critics without repetition: one draw for each run, the same all over the batch."""
    *runs, num_critics, batch = q.shape
    if isinstance(generator, RunGenerators):
        scores = generator.uniform(num_critics)
    else:
        scores = torch.rand(*runs, num_critics, generator=generator, device=q.device)
    chosen = scores.argsort(-1)[..., :subset_size]
    return q.gather(-2, chosen.unsqueeze(-1).expand(*runs, subset_size, batch))


def backup_misfit(kind: str, num_critics: int, subset_size: int = 1) -> str:
    """Why this backup cannot work with that many critics, or ""."""
    if kind not in list(BACKUPS):
        choices = "\n".join(f'  "{name}": {backup.meaning}' for name, backup in BACKUPS.items())
        return f"there is no backup {kind!r}. Choose one of\n{choices}"
    least = BACKUPS[kind].least_critics
    if num_critics < least:
        return f'backup "{kind}" needs num_critics of at least {least}, and num_critics = {num_critics}'
    if BACKUPS[kind].draws_subset and not 1 <= subset_size <= num_critics:
        return (
            f'backup "{kind}" draws redq_subset_size = {subset_size} of num_critics = {num_critics}: 1 to all'
        )
    return ""


def check_backup(kind: str, num_critics: int, subset_size: int = 1) -> None:
    """Raise ValueError where there is no such backup, or it cannot work with that many critics."""
    if misfit := backup_misfit(kind, num_critics, subset_size):
        raise ValueError(misfit)


def soft_bellman_target(
    reward: Tensor,
    terminated: Tensor,
    next_q: Tensor,
    next_log_prob: Tensor,
    *,
    discount: float,
    temperature: float | Tensor,
) -> Tensor:
    """y = r + γ (1 - terminated) (Q̄(s', a') - α log π(a'|s')): one sample of the soft Bellman operator.

    The next action is drawn afresh from the current policy. `terminated` is never `truncated`: a time limit is not
    the end of the world, and the target bootstraps through it. No gradient flows out (Haarnoja et al. 2018b,
    equations 2-3).

    Args:
        reward: `[..., B]`.
        terminated: `[..., B]`, 1 or True where the episode really ended.
        next_q: `[..., N, B]`, after `apply_backup`.
        next_log_prob: `[..., B]`, of the same next action.
        discount: γ in [0, 1].
        temperature: α, a number or one for each run `[...]`; 0 leaves the entropy out of the label.

    Returns: `[..., N, B]`.

    Raises:
        ValueError: where the shapes do not fit, which would otherwise broadcast in silence.
    """
    expected = next_q.shape[:-2] + next_q.shape[-1:]
    for name, tensor in (("reward", reward), ("terminated", terminated), ("next_log_prob", next_log_prob)):
        if tensor.shape != expected:
            raise ValueError(
                f"{name} has shape {list(tensor.shape)}, but next_q {list(next_q.shape)} = [..., critics, batch] "
                f"asks for {list(expected)}. A trailing axis of length 1 (a log_prob that was not summed over the "
                "action dimension, a reward kept as a column) would broadcast to [batch, batch]: sum it or squeeze it."
            )
    with torch.no_grad():
        next_entropy_bonus = -temperature_per_transition(temperature, next_log_prob) * next_log_prob
        next_value = next_q + next_entropy_bonus.unsqueeze(-2)
        still_running = 1 - terminated.to(next_q.dtype)
        return reward.unsqueeze(-2) + discount * still_running.unsqueeze(-2) * next_value


def temperature_per_transition(temperature: float | Tensor, log_prob: Tensor) -> Tensor | float:
    """A temperature for each run `[...]` is repeated over the batch, `[..., B]`; a plain number stays as it is.

    Raises:
        ValueError: where it does not fit log_prob `[..., B]`, and would broadcast in silence.
    """
    if not isinstance(temperature, Tensor):
        return temperature
    try:
        return temperature.unsqueeze(-1).expand_as(log_prob)
    except RuntimeError as misfit:
        raise ValueError(
            f"temperature has shape {list(temperature.shape)} and log_prob has {list(log_prob.shape)}, [..., batch]: "
            f"give a number, or a tensor with one temperature for each run, {list(log_prob.shape[:-1])}"
        ) from misfit
