"""Checks shared by the exact solvers: a wrong number is named before it spreads."""

import numpy as np


def check_discount(discount: float) -> None:
    """Raise ValueError unless 0 <= discount < 1 (at 1 a task without an end has no finite value)."""
    if not 0 <= discount < 1:
        raise ValueError(f"discount = {discount!r}: must be at least 0 and below 1, such as 0.95")


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless temperature is a finite number above 0."""
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(
            f"temperature = {temperature!r}: must be above 0, such as 0.2; "
            "the limit 0 has no Boltzmann policy, take a small number instead"
        )
