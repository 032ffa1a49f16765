"""What `compare` is given, checked before anything is trained, each refusal with what to write instead."""

from collections.abc import Mapping, Sequence

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import UnsuitableEnvironment
from sacnotes_lib.training.run import listed_seeds

Variant = SACConfig | tuple[SACConfig, type[SAC]]


def checked_variants(variants: Mapping[str, Variant]) -> dict[str, tuple[SACConfig, type[SAC]]]:
    """Name to configuration and agent class; refuses anything else and says how it is written."""
    example = 'compare({"min": SACConfig(), "mean": SACConfig(backup="mean")})'
    if not isinstance(variants, Mapping):
        raise TypeError(
            f"compare needs a dictionary from names to configurations, not {variants!r:.80}: {example}"
        )
    if not variants:
        raise ValueError(f"compare needs at least one variant, and the dictionary is empty: {example}")
    pairs = {}
    for name, variant in variants.items():
        if not isinstance(name, str):
            raise TypeError(
                f"the name {name!r} of a variant must be a text, as it stands in tables and at curves"
            )
        config, agent_class = variant if isinstance(variant, tuple) and len(variant) == 2 else (variant, SAC)
        is_agent = isinstance(agent_class, type) and issubclass(agent_class, SAC)
        if not isinstance(config, SACConfig) or not is_agent:
            raise TypeError(
                f'variant "{name}" is {variant!r:.120}, but it must be a SACConfig, or a pair of a SACConfig and a '
                f"subclass of SAC, such as (SACConfig(), MyAgent): {example}"
            )
        pairs[name] = config, agent_class
    return pairs


def _without_doubles(seeds: list[int]) -> list[int]:
    """The seeds themselves, once it is sure that none comes twice."""
    doubles = sorted({seed for seed in seeds if seeds.count(seed) > 1})
    if doubles:
        raise ValueError(
            f"{in_words(doubles)} given more than once: the same seed repeats the same run, which would make the bands "
            "too narrow. seeds=8 takes eight different ones"
        )
    return seeds


def seeds_by_job(seeds: int | Sequence[int], size: int | None) -> list[tuple[int, ...]]:
    """The seeds of each job of a variant, each seed once.

    Raises: TypeError or ValueError for what is no seed, a seed given twice, or a size below 1.
    """
    seeds = _without_doubles(listed_seeds(seeds))
    if size is None:
        return [tuple(seeds)]
    if not isinstance(size, int) or size < 1:
        raise ValueError(
            f"seeds_per_job = {size!r}, but it must be a whole number of at least 1, or None for all"
        )
    return [tuple(seeds[start : start + size]) for start in range(0, len(seeds), size)]


def spec_of(name: str, config: SACConfig) -> EnvSpec:
    """How the environment of this variant is made. Raises UnsuitableEnvironment where Gymnasium does not know it."""
    try:
        return gym.spec(config.env_id)
    except (gym.error.Error, ImportError) as unknown:
        raise UnsuitableEnvironment(
            f'variant "{name}": Gymnasium knows no environment {config.env_id!r} ({unknown}). Try "Pendulum-v1", or '
            "register yours before you call compare"
        ) from unknown


def in_words(seeds: Sequence[int]) -> str:
    """Seeds as a sentence names them."""
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"
