"""What the critics are regressed on: the backup over critics and the soft Bellman target."""

import torch
from torch import Tensor

from sacnotes_lib.sac.randomness import RunGenerators

BACKUPS = {
    "single": "each critic's target uses its own target critic",
    "swap": "each critic's target uses its neighbour's target critic (double Q-learning)",
    "mean": "every target uses the average over the critics",
    "min": "every target uses the smallest critic at each transition (clipped double Q-learning)",
    "redq": "every target uses the smallest of a random subset of the critics",
}


def apply_backup(
    next_q: Tensor,
    kind: str,
    subset_size: int = 2,
    generator: torch.Generator | RunGenerators | None = None,
) -> Tensor:
    """Combine the target critics' values at the next action: entry n is the value that critic n's target uses.

    Args:
        next_q: `[..., N, B]`, Q of N target critics at the next observation and a fresh next action.
        kind: "single"; "swap" (van Hasselt 2010); "mean"; "min" (Fujimoto et al. 2018, equation 10);
            "redq" (Chen et al. 2021, algorithm 1: the minimum over a random subset, drawn once for the batch).
        subset_size: critics in the REDQ subset.
        generator: for "redq" only.

    Returns: `[..., N, B]`.

    Raises:
        ValueError: for an unknown kind (the message lists the right ones), "swap" with fewer than two critics,
            or a subset larger than the ensemble.
    """
    num_critics = next_q.shape[-2]
    check_backup(kind, num_critics, subset_size)
    if kind == "single":
        return next_q
    if kind == "swap":
        return next_q.roll(1, dims=-2)
    if kind == "mean":
        return next_q.mean(-2, keepdim=True).expand_as(next_q)
    pool = next_q if kind == "min" else next_q.gather(-2, _random_subset(next_q, subset_size, generator))
    return pool.amin(-2, keepdim=True).expand_as(next_q)


def _random_subset(next_q: Tensor, subset_size: int, generator) -> Tensor:
    """`[..., subset_size, B]` critic numbers without repetition: one draw for each run, the same all over the batch."""
    *runs, num_critics, batch = next_q.shape
    if isinstance(generator, RunGenerators):
        scores = generator.uniform(num_critics)
    else:
        scores = torch.rand(*runs, num_critics, generator=generator, device=next_q.device)
    chosen = scores.argsort(-1)[..., :subset_size]
    return chosen.unsqueeze(-1).expand(*runs, subset_size, batch)


def check_backup(kind: str, num_critics: int, subset_size: int) -> None:
    """Raise ValueError where this backup cannot work with that many critics."""
    if kind not in list(BACKUPS):
        choices = "\n".join(f'  "{name}": {meaning}' for name, meaning in BACKUPS.items())
        raise ValueError(f"there is no backup {kind!r}. Choose one of\n{choices}")
    if kind == "swap" and num_critics < 2:
        raise ValueError(f'backup "swap" needs num_critics of at least 2, and num_critics = {num_critics}')
    if kind == "redq" and not 1 <= subset_size <= num_critics:
        raise ValueError(
            f'backup "redq" draws redq_subset_size = {subset_size} of num_critics = {num_critics} critics: '
            "choose a subset between 1 and the number of critics"
        )


def value_for_actor(q: Tensor, kind: str) -> Tensor:
    """The one Q that the actor climbs, `[..., N, B]` to `[..., B]`.

    "min" takes the smallest critic (Haarnoja et al. 2018b, section 6), every other backup the average, as REDQ does
    (Chen et al. 2021, algorithm 1).
    """
    return q.amin(-2) if kind == "min" else q.mean(-2)


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
