"""Which choices of a configuration may change while it trains, and which are built in."""

from dataclasses import fields

from sacnotes_lib.sac.config import SACConfig

CHANGEABLE = (
    "temperature", "target_entropy", "entropy_in_target", "backup", "redq_subset_size", "actor_gradient",
    "num_actor_samples", "target_update", "polyak_rate", "hard_update_period", "discount", "learning_rate",
    "batch_size", "updates_per_step", "reward_scale", "evaluation_interval", "evaluation_episodes",
)  # fmt: skip


def check_changeable(before: SACConfig, after: SACConfig) -> None:
    """Raise ValueError, naming them, where fields differ that cannot change while training goes on."""
    names = [field.name for field in fields(SACConfig)]
    built_in = [n for n in names if n not in CHANGEABLE and getattr(before, n) != getattr(after, n)]
    if built_in:
        raise ValueError(
            f"{', '.join(built_in)} cannot change while training goes on: networks, memory and environments are built "
            f"for it. Start a new run, or change one of: {', '.join(CHANGEABLE)}"
        )
