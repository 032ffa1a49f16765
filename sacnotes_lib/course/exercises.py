"""The exercises of every page by name, each loaded when it is first used: `exercises.independent.SCORE_ACTIONS`."""

from importlib import import_module
from types import ModuleType

_HOMES = {
    "start": "p00_start.exercises",
    "independent": "p01_independent.exercises",
    "summing": "p02_summing.exercises",
    "squashing": "p03_tanh.exercises",
    "target": "p04_target.exercises",
    "critics": "p05_two_critics.exercises",
    "expectation": "p06_expectation.exercises",
    "gradients": "p07_gradients.exercises",
    "temperature": "p08_temperature.exercises",
    "off_policy": "p09_off_policy.exercises",
    "recall": "p10_own_words.exercises",
    "clinic": "p11_clinic.exercises",
    "papers": "p12_papers.exercises",
    "improvement": "p13_improvement.exercises",
    "price": "p14_price.exercises",
    "fails": "p15_fails.exercises",
    "your_own": "p16_your_own.exercises",
}


def __getattr__(name: str) -> ModuleType:
    if name not in _HOMES:
        raise AttributeError(f"there are no exercises called {name!r}; there are: {', '.join(_HOMES)}")
    return import_module(f"sacnotes_lib.course.{_HOMES[name]}")


def __dir__() -> list[str]:
    return list(_HOMES)
