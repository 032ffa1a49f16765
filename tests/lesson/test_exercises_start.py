"""Page 00's exercise: each known mistake is told from the others, and the reference is right."""

import itertools

import pytest

from sacnotes_lib.lesson.check import _outcome, _same, check
from sacnotes_lib.lesson.exercises.start import SOFT_RETURN


@pytest.mark.parametrize("name", SOFT_RETURN.mistakes, ids=lambda name: name[:40])
def test_each_mistake_is_named_and_no_other(name):
    assert check(SOFT_RETURN.mistakes[name], SOFT_RETURN).mistake == name


def test_no_two_mistakes_look_alike():
    results = [
        [_outcome(wrong, case) for case in SOFT_RETURN.cases] for wrong in SOFT_RETURN.mistakes.values()
    ]
    for a, b in itertools.combinations(results, 2):
        assert not all(_same(x, y, SOFT_RETURN) for x, y in zip(a, b, strict=True))


def test_the_reference_passes_and_is_the_recursion_from_the_end():
    """What is earned from step t on is the step's own pay and the discounted rest: no power of the discount."""
    assert check(SOFT_RETURN.reference, SOFT_RETURN).passed
    for case in SOFT_RETURN.cases:
        rewards, entropies, discount, temperature = case.values()
        rest = 0.0
        for reward, entropy in reversed(list(zip(rewards.tolist(), entropies.tolist(), strict=True))):
            rest = reward + temperature * entropy + discount * rest
        assert SOFT_RETURN.reference(**case).item() == pytest.approx(rest, abs=1e-5)
