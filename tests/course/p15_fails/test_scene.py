"""The door scene: the same walks and shares as the exact ones, and what it says."""

import numpy as np
import pytest

from sacnotes_lib.course.p15_fails.scene import STEPS, DoorScene
from sacnotes_lib.course.p15_fails.walks import arrived_after

SCENE = DoorScene()


@pytest.mark.parametrize(("length", "keep"), [(2, 0.5), (20, 0.9), (40, 0.98)])
def test_shares_and_means_are_exact(length, keep):
    data = SCENE.compute(length, keep)
    turn = (1 - keep) / keep
    assert data.mean["new"] == pytest.approx(length**2)
    assert data.mean["kept"] == pytest.approx(length + turn * length * (length - 1))
    np.testing.assert_allclose(data.arrived["kept"], arrived_after(length, keep, 3000)[STEPS])
    assert max(places.max() for places in data.places.values()) <= length


def test_it_says_the_means_and_the_shares():
    words = SCENE.describe(SCENE.defaults(), SCENE.compute(**SCENE.defaults()))
    assert (
        "needs 400.0 steps on average, and 9.1% are through after 100" in words
        and "needs 62.2 steps" in words
    )
