"""When each seed has first passed an evaluation: whoever trains all seeds at once, and whoever trains one by one."""

import pytest

from benchmarks import solving
from benchmarks.solving import SOLVED, first_passes

PASSING, FAILING = SOLVED + 1, SOLVED - 1
CURVES = {0: [FAILING, PASSING, FAILING, FAILING], 1: [FAILING, FAILING, PASSING, FAILING], 2: 4 * [FAILING]}


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(("seeds", "passed"), [([0], [250]), ([1, 0], [500, 250]), ([0, 2], [250, None])])
def test_the_first_pass_counts_and_no_step_is_taken_after_the_last(monkeypatch, at_once, seeds, passed):
    steps = []

    def train(together):
        for number in range(4):
            steps.append(250 * number)
            yield steps[-1], [CURVES[seed][number] for seed in together]

    monkeypatch.setitem(solving.CONTESTANTS, "somebody", (train, at_once))
    assert first_passes("somebody", seeds) == passed
    last = [750 if step is None else step for step in passed]
    assert len(steps) == sum(1 + step // 250 for step in ([max(last)] if at_once else last))
