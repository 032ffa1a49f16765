"""Changing a configuration while it trains: which fields may change, and what an agent does about it."""

import math
from dataclasses import fields

import torch

from sacnotes_lib.sac.adam import Adam
from sacnotes_lib.sac.agent import SAC
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


def reconfigure(agent: SAC, config: SACConfig) -> None:
    """Let an agent learn on under another configuration, from the next update on.

    Networks and what Adam remembers of them stay. A temperature that was fixed and is now tuned starts from the
    value it had (from `initial_temperature` where that was 0, which no factor can raise), with a fresh Adam.

    Raises: ValueError, naming the fields that cannot change once the networks are built.
    """
    check_changeable(agent.config, config)
    if agent.config.temperature != "auto" and config.temperature == "auto":
        with torch.no_grad():
            agent.log_temperature.fill_(math.log(agent.config.temperature or config.initial_temperature))
        agent.temperature_optimizer = Adam([agent.log_temperature], config.learning_rate)
    agent.config = config
    for optimizer in (agent.critic_optimizer, agent.actor_optimizer, agent.temperature_optimizer):
        optimizer.learning_rate = config.learning_rate
