"""Every choice of a training run, checked when it is made."""

import copy
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral, Real
from typing import Any, Literal

from sacnotes_lib.sac.targets import check_backup


@dataclass(frozen=True)
class SACConfig:
    """The choices of one SAC variant. The defaults solve Pendulum; `replace(config, backup="mean")` varies one.

    Attributes:
        env_id: a Gymnasium id with a one-dimensional Box of observations and of actions.
        env_kwargs: keyword arguments for the environment; a copy, which no later change of yours reaches.
        total_steps: environment steps of each run.
        learning_starts: steps with uniformly random actions before the first update.
        batch_size: transitions in an update, for each run.
        replay_capacity: transitions each run remembers; the oldest go first.
        hidden_sizes: widths of the hidden layers, of the actor and of each critic.
        learning_rate: Adam's, for actor, critics and temperature alike.
        discount: γ.
        num_critics: N.
        backup: how target critics combine, a key of `targets.BACKUPS`: "single", "swap", "mean", "min" or "redq".
        redq_subset_size: critics in the random subset of "redq".
        updates_per_step: gradient updates after each environment step.
        actor_gradient: "reparameterized" or "score_function".
        num_actor_samples: actions drawn for each observation in the actor's step.
        temperature: α as a number, or "auto" to tune it towards target_entropy.
        initial_temperature: where "auto" starts.
        target_entropy: in nats, of actions in [-1, 1]; "auto" is minus the action dimension.
        entropy_in_target: whether the critic's label holds the entropy of the next action.
        target_update: "polyak" (a little at every update) or "hard" (a copy now and then).
        polyak_rate: τ, the share of the online critic that enters at every update.
        hard_update_period: updates from one copy to the next.
        reward_scale: multiplies rewards in the update; evaluation returns stay in the environment's units.
        squash_actions: tanh-Gaussian policy; False leaves tanh out, for environments with unbounded actions: where
            there are bounds, what lies beyond is clipped.
        evaluation_interval: steps from one evaluation to the next.
        evaluation_episodes: deterministic episodes in each evaluation, for each run.

    Raises:
        ValueError, TypeError: name the field, its value, and what is allowed.
    """

    env_id: str = "Pendulum-v1"
    env_kwargs: Mapping[str, Any] = field(default_factory=dict, hash=False)
    total_steps: int = 2500
    learning_starts: int = 200
    batch_size: int = 128
    replay_capacity: int = 100_000
    hidden_sizes: tuple[int, ...] = (64, 64)
    learning_rate: float = 3e-3
    discount: float = 0.98
    num_critics: int = 2
    backup: str = "min"
    redq_subset_size: int = 2
    updates_per_step: int = 1
    actor_gradient: Literal["reparameterized", "score_function"] = "reparameterized"
    num_actor_samples: int = 1
    temperature: float | Literal["auto"] = "auto"
    initial_temperature: float = 1.0
    target_entropy: float | Literal["auto"] = "auto"
    entropy_in_target: bool = True
    target_update: Literal["polyak", "hard"] = "polyak"
    polyak_rate: float = 0.04
    hard_update_period: int = 50
    reward_scale: float = 0.1
    squash_actions: bool = True
    evaluation_interval: int = 250
    evaluation_episodes: int = 5

    def __post_init__(self):
        if not isinstance(self.hidden_sizes, Iterable):
            self._refuse(TypeError, "hidden_sizes", "several whole numbers of at least 1, such as (64, 64)")
        if not isinstance(self.env_id, str):
            self._refuse(TypeError, "env_id", 'the id of a Gymnasium environment, such as "Pendulum-v1"')
        if not isinstance(self.env_kwargs, Mapping):
            self._refuse(TypeError, "env_kwargs", 'a dictionary of keyword arguments, such as {"g": 9.81}')
        self._keep("env_kwargs", copy.deepcopy(dict(self.env_kwargs)))
        for name in (
            "total_steps", "batch_size", "replay_capacity", "num_critics", "redq_subset_size", "updates_per_step",
            "num_actor_samples", "hard_update_period", "evaluation_interval", "evaluation_episodes",
        ):  # fmt: skip
            self._whole_number(name, at_least=1)
        self._whole_number("learning_starts", at_least=0)
        widths = tuple(self.hidden_sizes)
        if not all(is_whole(width) and width >= 1 for width in widths):
            self._refuse(ValueError, "hidden_sizes", "whole numbers of at least 1, such as (64, 64)")
        self._keep("hidden_sizes", tuple(map(int, widths)))
        for name in ("learning_rate", "initial_temperature", "reward_scale"):
            self._number(name, lambda x: x > 0, "a number above 0")
        self._number("discount", lambda x: 0 <= x <= 1, "a number from 0 to 1; 0.99 looks 100 steps ahead")
        self._number("polyak_rate", lambda x: 0 < x <= 1, "a number above 0 and at most 1, which copies")
        if self.temperature != "auto":
            self._number("temperature", lambda x: x >= 0, 'a number of at least 0, or "auto"')
        if self.target_entropy != "auto":
            self._number(
                "target_entropy", lambda x: True, 'a number of nats, or "auto" for minus the action dimension'
            )
        self._one_of("actor_gradient", "reparameterized", "score_function")
        self._one_of("target_update", "polyak", "hard")
        self._one_of("entropy_in_target", True, False)
        self._one_of("squash_actions", True, False)
        check_backup(self.backup, self.num_critics, self.redq_subset_size)

    def replace(self, **changes) -> "SACConfig":
        """The same configuration with some fields changed, checked again."""
        unknown = changes.keys() - {f.name for f in fields(self)}
        if unknown:
            names = ", ".join(f.name for f in fields(self))
            raise TypeError(f"SACConfig has no field {', '.join(sorted(unknown))}. Its fields are: {names}")
        return replace(self, **changes)

    def _whole_number(self, name: str, at_least: int) -> None:
        value = getattr(self, name)
        if not is_whole(value) or value < at_least:
            self._refuse(ValueError, name, f"a whole number of at least {at_least}")
        self._keep(name, int(value))

    def _number(self, name: str, allowed: Callable[[float], bool], meaning: str) -> None:
        value = getattr(self, name)
        is_number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or not allowed(value):
            self._refuse(ValueError, name, meaning)
        self._keep(name, int(value) if is_whole(value) else float(value))

    def _one_of(self, name: str, *choices) -> None:
        if getattr(self, name) not in choices:
            self._refuse(ValueError, name, " or ".join(repr(choice) for choice in choices))
        self._keep(name, choices[choices.index(getattr(self, name))])

    def _keep(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # frozen for everybody else

    def _refuse(self, error: type[Exception], name: str, allowed: str) -> None:
        raise error(f"SACConfig.{name} = {getattr(self, name)!r}, but it must be {allowed}")


def is_whole(value: Any) -> bool:
    """Whether it is a whole number, NumPy's too; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)
