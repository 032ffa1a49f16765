"""Page 00's exercise: that the reference is right."""

import pytest

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p00_start.exercises import SOFT_RETURN


def test_the_reference_passes_and_is_the_recursion_from_the_end():
    """What is earned from step t on is the step's own pay and the discounted rest: no power of the discount."""
    assert check(SOFT_RETURN.reference, SOFT_RETURN).passed
    for case in SOFT_RETURN.cases:
        rewards, entropies, discount, temperature = case.values()
        rest = 0.0
        for reward, entropy in reversed(list(zip(rewards.tolist(), entropies.tolist(), strict=True))):
            rest = reward + temperature * entropy + discount * rest
        assert SOFT_RETURN.reference(**case).item() == pytest.approx(rest, abs=1e-5)
