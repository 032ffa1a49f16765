"""Every choice of a configuration, its default and what it refuses."""

import dataclasses
import inspect
import math
import pickle

import pytest

from sacnotes_lib.sac.config import SACConfig

DEFAULTS = {
    "env_id": "Pendulum-v1", "env_kwargs": {}, "total_steps": 2500, "learning_starts": 200, "batch_size": 128,
    "replay_capacity": 100_000, "hidden_sizes": (64, 64), "learning_rate": 3e-3, "discount": 0.98,
    "num_critics": 2, "backup": "min", "redq_subset_size": 2, "updates_per_step": 1,
    "actor_gradient": "reparameterized", "num_actor_samples": 1,
    "temperature": "auto", "initial_temperature": 1.0, "target_entropy": "auto", "entropy_in_target": True,
    "target_update": "polyak", "polyak_rate": 0.04, "hard_update_period": 50,
    "reward_scale": 0.1, "squash_actions": True, "evaluation_interval": 250, "evaluation_episodes": 5,
}  # fmt: skip
WHOLE_FROM_ONE = (
    "total_steps", "batch_size", "replay_capacity", "num_critics", "redq_subset_size", "updates_per_step",
    "num_actor_samples", "hard_update_period", "evaluation_interval", "evaluation_episodes",
)  # fmt: skip
ABOVE_ZERO = ("learning_rate", "initial_temperature", "reward_scale")
NOT_NUMBERS = ("3", None, True, math.nan, math.inf, [1])

# In the words of the refusal: fields, values that are just allowed, values that are just not.
RULES = {
    "a whole number of at least 1": (WHOLE_FROM_ONE, (1, 2, 1000), (0, 2.0, *NOT_NUMBERS)),
    "a whole number of at least 0": (["learning_starts"], (0,), (-1, 1.5, *NOT_NUMBERS)),
    "a number above 0": (ABOVE_ZERO, (1e-9, 1), (0, -0.1, *NOT_NUMBERS)),
    "a number from 0 to 1": (["discount"], (0, 1), (-0.01, 1.01, *NOT_NUMBERS)),
    "a number above 0 and at most 1": (["polyak_rate"], (1e-9, 1), (0, -0.01, 1.01, *NOT_NUMBERS)),
    'a number of at least 0, or "auto"': (["temperature"], (0, 0.2, "auto"), (-0.01, "Auto", *NOT_NUMBERS)),
    'a number of nats, or "auto" for minus the action dimension': (
        ["target_entropy"], (-6, 3.5, "auto"), ("Auto", *NOT_NUMBERS)
    ),
    "whole numbers of at least 1, such as (64, 64)": (
        ["hidden_sizes"], ((), (1,), (256, 64)), (64, None, (64, 0), (64.0,), (True,), "64")
    ),
    "'reparameterized' or 'score_function'": (["actor_gradient"], ("score_function",), ("reinforce", None)),
    "'polyak' or 'hard'": (["target_update"], ("hard",), ("soft", None)),
    "True or False": (["entropy_in_target", "squash_actions"], (True, False), ("yes", None, 2)),
    "the id of a Gymnasium environment": (["env_id"], ("sacnotes/SoftLQR-v0",), (None, 3)),
    "a dictionary of keyword arguments": (["env_kwargs"], ({"g": 9.81},), (None, "g", [("g", 1)])),
}  # fmt: skip


def test_the_defaults_are_the_ones_that_the_pages_speak_of():
    """What is shown in the course was measured with these: changing one means measuring again."""
    assert dataclasses.asdict(SACConfig()) == DEFAULTS


@pytest.mark.parametrize("allowed", RULES)
def test_each_rule_takes_what_it_allows_and_refuses_the_rest_by_name_and_value(allowed):
    names, right, wrong = RULES[allowed]
    for name in names:
        for value in right:
            assert getattr(SACConfig(**{"backup": "single", name: value}), name) == value
        for value in wrong:
            with pytest.raises((ValueError, TypeError)) as refusal:
                SACConfig(**{name: value})
            assert str(refusal.value).startswith(f"SACConfig.{name} = {value!r}, but it must be ")
            assert allowed in str(refusal.value)


def test_backups_that_the_number_of_critics_does_not_allow_are_refused():
    for name, choices in (("max", {}), ("swap", {"num_critics": 1}), ("redq", {"redq_subset_size": 3})):
        with pytest.raises(ValueError, match=f"backup ['\"]{name}['\"]"):
            SACConfig(backup=name, **choices)
    assert SACConfig(backup="redq", redq_subset_size=3, num_critics=3).redq_subset_size == 3


def test_replace_varies_some_fields_and_checks_again():
    config = SACConfig(discount=0.9)
    varied = config.replace(backup="mean", num_critics=5)
    assert (varied.discount, varied.backup, varied.num_critics) == (0.9, "mean", 5)
    assert (config.backup, config.num_critics) == ("min", 2)
    with pytest.raises(ValueError, match="SACConfig.discount = 3"):
        config.replace(discount=3)
    with pytest.raises(TypeError) as refusal:
        config.replace(gamma=0.9, discount=0.9, alpha=1)
    assert "SACConfig has no field alpha, gamma. Its fields are: env_id, " in str(refusal.value)
    for field in dataclasses.fields(SACConfig):
        assert field.name in str(refusal.value)


def test_a_configuration_cannot_change_and_equals_its_like():
    config = SACConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.discount = 0.5
    assert config == SACConfig() == pickle.loads(pickle.dumps(config))
    assert config != SACConfig(discount=0.5)
    assert hash(config) == hash(SACConfig())
    assert hash(SACConfig(env_kwargs={"g": 1})) == hash(config)  # a dictionary has no hash of its own
    assert SACConfig(hidden_sizes=[32, 16]).hidden_sizes == (32, 16)  # nor has a list


def test_every_field_is_described():
    described = inspect.getdoc(SACConfig)  # Python 3.13 takes the indent of the class away, this always
    for field in dataclasses.fields(SACConfig):
        assert f"    {field.name}: " in described
