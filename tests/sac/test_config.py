"""Every choice of a configuration, its default and what it refuses."""

import dataclasses
import inspect
import math
import pickle

import pytest

from sacnotes_lib.sac.config import SACConfig

DEFAULTS = {
    "env_id": "Pendulum-v1",
    "env_kwargs": {},
    "total_steps": 2500,
    "learning_starts": 200,
    "batch_size": 128,
    "replay_capacity": 100_000,
    "hidden_sizes": (64, 64),
    "learning_rate": 3e-3,
    "discount": 0.98,
    "num_critics": 2,
    "backup": "min",
    "redq_subset_size": 2,
    "updates_per_step": 1,
    "actor_gradient": "reparameterized",
    "num_actor_samples": 1,
    "temperature": "auto",
    "initial_temperature": 1.0,
    "target_entropy": "auto",
    "entropy_in_target": True,
    "target_update": "polyak",
    "polyak_rate": 0.04,
    "hard_update_period": 50,
    "reward_scale": 0.1,
    "squash_actions": True,
    "evaluation_interval": 250,
    "evaluation_episodes": 5,
}
WHOLE_FROM_ONE = (
    "total_steps", "batch_size", "replay_capacity", "num_critics", "redq_subset_size", "updates_per_step",
    "num_actor_samples", "hard_update_period", "evaluation_interval", "evaluation_episodes",
)  # fmt: skip
ABOVE_ZERO = ("learning_rate", "initial_temperature", "reward_scale")
NOT_NUMBERS = ("3", None, True, math.nan, math.inf, [1])

REFUSED = [
    *((name, value) for name in WHOLE_FROM_ONE for value in (0, -1, 2.0, *NOT_NUMBERS)),
    *(("learning_starts", value) for value in (-1, 1.5, *NOT_NUMBERS)),
    *((name, value) for name in ABOVE_ZERO for value in (0, -0.1, *NOT_NUMBERS)),
    *(("discount", value) for value in (-0.01, 1.01, *NOT_NUMBERS)),
    *(("polyak_rate", value) for value in (0, -0.01, 1.01, *NOT_NUMBERS)),
    *(("temperature", value) for value in (-0.01, "Auto", *NOT_NUMBERS)),
    *(("target_entropy", value) for value in ("Auto", *NOT_NUMBERS)),
    *(("hidden_sizes", value) for value in (64, None, (64, 0), (64.0,), "64", (True,))),
    *(("actor_gradient", value) for value in ("reinforce", None)),
    *(("target_update", value) for value in ("soft", None)),
    *((name, value) for name in ("entropy_in_target", "squash_actions") for value in ("yes", None, 2)),
    *(("env_id", value) for value in (None, 3)),
    *(("env_kwargs", value) for value in (None, "g", [("g", 1)])),
]

ACCEPTED = [
    *((name, value) for name in WHOLE_FROM_ONE if name != "num_critics" for value in (1, 2, 1000)),
    ("learning_starts", 0),
    *((name, value) for name in ABOVE_ZERO for value in (1e-9, 1, 1e3)),
    *(("discount", value) for value in (0, 0.5, 1)),
    *(("polyak_rate", value) for value in (1e-9, 1)),
    *(("temperature", value) for value in (0, 0.2, 5, "auto")),
    *(("target_entropy", value) for value in (-6, 0.0, 3.5, "auto")),
    *(("hidden_sizes", value) for value in ((), (1,), (256, 128, 64))),
    *(("backup", value) for value in ("single", "swap", "mean", "min", "redq")),
    *(("actor_gradient", value) for value in ("reparameterized", "score_function")),
    *(("target_update", value) for value in ("polyak", "hard")),
    *((name, value) for name in ("entropy_in_target", "squash_actions") for value in (True, False)),
    ("env_id", "sacnotes/SoftLQR-v0"),
    ("env_kwargs", {"g": 9.81}),
    ("num_critics", 10),
]


def test_the_defaults_are_the_ones_that_the_pages_speak_of():
    """What is shown in the course was measured with these: changing one means measuring again."""
    assert dataclasses.asdict(SACConfig()) == DEFAULTS


@pytest.mark.parametrize("name, value", REFUSED)
def test_a_wrong_value_is_refused_with_its_name_its_value_and_what_is_allowed(name, value):
    with pytest.raises((ValueError, TypeError)) as refusal:
        SACConfig(**{name: value})
    assert str(refusal.value).startswith(f"SACConfig.{name} = ")
    assert "but it must be " in str(refusal.value)
    assert repr(value) in str(refusal.value) or value == "64"


@pytest.mark.parametrize("name, value", ACCEPTED)
def test_every_allowed_value_is_taken(name, value):
    assert getattr(SACConfig(**{name: value}), name) == value


@pytest.mark.parametrize(
    "name, value, allowed",
    [
        ("batch_size", 0, "a whole number of at least 1"),
        ("learning_starts", -1, "a whole number of at least 0"),
        ("learning_rate", 0, "a number above 0"),
        ("discount", 2, "a number from 0 to 1"),
        ("polyak_rate", 0, "a number above 0 and at most 1"),
        ("temperature", -1, 'a number of at least 0, or "auto"'),
        ("target_entropy", "x", 'a number of nats, or "auto" for minus the action dimension'),
        ("hidden_sizes", (0,), "whole numbers of at least 1, such as (64, 64)"),
        ("hidden_sizes", 64, "whole numbers of at least 1, such as (64, 64)"),
        ("actor_gradient", "x", "'reparameterized' or 'score_function'"),
        ("target_update", "x", "'polyak' or 'hard'"),
        ("entropy_in_target", "x", "True or False"),
        ("squash_actions", "x", "True or False"),
        ("env_id", 3, "the id of a Gymnasium environment"),
        ("env_kwargs", 3, "a dictionary of keyword arguments"),
    ],
)
def test_the_refusal_says_what_is_allowed(name, value, allowed):
    with pytest.raises((ValueError, TypeError)) as refusal:
        SACConfig(**{name: value})
    assert allowed in str(refusal.value)


def test_backups_that_the_number_of_critics_does_not_allow_are_refused():
    with pytest.raises(ValueError, match="there is no backup 'max'(.|\n)*\"swap\": "):
        SACConfig(backup="max")
    with pytest.raises(ValueError, match='"swap" needs num_critics of at least 2'):
        SACConfig(backup="swap", num_critics=1)
    with pytest.raises(ValueError, match="redq_subset_size = 3 of num_critics = 2"):
        SACConfig(backup="redq", redq_subset_size=3)
    assert SACConfig(backup="redq", redq_subset_size=3, num_critics=3).redq_subset_size == 3
    assert SACConfig(backup="single", num_critics=1).num_critics == 1


def test_hidden_sizes_may_be_given_as_any_sequence():
    assert SACConfig(hidden_sizes=[32, 16]).hidden_sizes == (32, 16)


def test_replace_varies_some_fields_and_checks_again():
    config = SACConfig(discount=0.9)
    varied = config.replace(backup="mean", num_critics=5)
    assert (varied.discount, varied.backup, varied.num_critics) == (0.9, "mean", 5)
    assert (config.backup, config.num_critics) == ("min", 2)
    with pytest.raises(ValueError, match="SACConfig.discount = 3"):
        config.replace(discount=3)


def test_replace_knows_its_fields():
    with pytest.raises(TypeError) as refusal:
        SACConfig().replace(gamma=0.9, discount=0.9, alpha=1)
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


def test_every_field_is_described():
    described = inspect.getdoc(SACConfig)  # Python 3.13 takes the indent of the class away, this always
    for field in dataclasses.fields(SACConfig):
        assert f"    {field.name}: " in described
