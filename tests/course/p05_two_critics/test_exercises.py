"""Page 05's exercises: that the references are right, and what else passes."""

import copy
import itertools

import pytest
import torch

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p05_two_critics.exercises import CRITICS_LOSS, FOLLOW, LABEL_VALUES
from sacnotes_lib.sac.losses import critic_loss
from sacnotes_lib.sac.networks import Critics, polyak_update
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.targets import apply_backup


def test_label_values_one_by_one():
    for case in LABEL_VALUES.cases:
        rows, got = case["next_q"].tolist(), LABEL_VALUES.reference(**case)
        for n, b in itertools.product(range(len(rows)), range(len(rows[0]))):
            column = [row[b] for row in rows]
            expected = {"swap": column[n - 1], "mean": sum(column) / len(column), "min": min(column)}
            assert got[n, b].item() == pytest.approx(expected[case["backup"]])
        torch.testing.assert_close(got, apply_backup(case["next_q"], case["backup"]))


def test_the_loss_by_hand_and_the_library_s():
    for case in CRITICS_LOSS.cases:
        pairs = [
            list(zip(q, y, strict=True)) for q, y in zip(*(t.tolist() for t in case.values()), strict=True)
        ]
        by_hand = sum(sum((q - y) ** 2 for q, y in critic) / len(critic) for critic in pairs)
        assert CRITICS_LOSS.reference(**case).item() == pytest.approx(by_hand, rel=1e-5)
        torch.testing.assert_close(CRITICS_LOSS.reference(**case), critic_loss(case["q"], case["target"]))


@pytest.mark.parametrize("rate", [0.04, 0.5, 1.0])
def test_following_is_what_the_library_does_to_networks(rate):
    online, target = (Critics(3, 1, (4,), 2, RunGenerators([seed])) for seed in (0, 1))
    before = copy.deepcopy(target)
    polyak_update(target, online, rate)
    for was, critic, now in zip(before.net.tensors(), online.tensors(), target.tensors(), strict=True):
        torch.testing.assert_close(FOLLOW.reference(was.detach(), critic.detach(), rate), now.detach())


def test_the_solutions_may_be_written_in_other_ways():
    def by_stacking(next_q, backup):
        rows = {
            "swap": lambda: torch.stack([next_q[n - 1] for n in range(len(next_q))]),
            "mean": lambda: torch.stack([next_q.mean(0)] * len(next_q)),
            "min": lambda: next_q.sort(0).values[:1].repeat(len(next_q), 1),
        }
        return rows[backup]()

    assert check(by_stacking, LABEL_VALUES).passed
    assert check(
        lambda q, y: sum(torch.nn.functional.mse_loss(*pair) for pair in zip(q, y)), CRITICS_LOSS
    ).passed
    assert check(lambda target, online, rate: target.lerp(online, rate), FOLLOW).passed
