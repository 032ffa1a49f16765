"""What page 07 measures, on numbers and runs made up for it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib.course.p07_gradients import measurements as ours


def arrival(*distances):
    """After one update for each row of distances, a column for each seed."""
    watch = ours.Arrival(lambda run: torch.tensor(run.distances), near=0.3, seeds=len(distances[0]))
    for update, now in enumerate(distances, start=1):
        watch(SimpleNamespace(distances=now, agent=SimpleNamespace(updates_done=update)))
    return watch


def test_a_seed_arrives_once_and_may_leave_again():
    watch = arrival([0.9, 0.2, 0.9], [0.1, 0.9, 0.3], [0.9, 0.1, 0.5])
    assert watch.updates.tolist() == [2, 1, math.inf]
    assert list(watch.told().values()) == [2, "2 of 3", 0.5]
    assert arrival([0.9]).told()["near after (updates, median)"] is None


def test_how_many_times_as_late():
    soon, late, never = arrival([0.1]), arrival([0.9], [0.9], [0.1]), arrival([0.9])
    assert late.times_as_late_as(soon) == 3
    assert never.times_as_late_as(soon) == math.inf
    assert late.times_as_late_as(late) == 1
    assert math.isnan(never.times_as_late_as(never)) and math.isnan(soon.times_as_late_as(never))


def test_each_lateness_has_an_answer_and_too_short_is_one():
    times = {
        1.0: ours.SOON, 0.5: ours.SOON, 2.5: ours.LATER, 8.0: ours.MUCH_LATER, math.inf: ours.MUCH_LATER,
        math.nan: ours.TOO_SHORT,
    }  # fmt: skip
    for one, answer in times.items():
        found, why = ours.how_late(one)
        assert found == answer and "nan" not in why and "inf" not in why


def test_an_average_is_judged_by_its_own_luck():
    gradients = torch.tensor([[0.9, -0.1], [1.1, 0.1]]).repeat(50, 1)
    assert ours.beside_the_exact({"name": gradients}, torch.tensor([1.0, 0.0]))[2][-1] == "right"
    assert ours.beside_the_exact({"name": gradients}, torch.tensor([1.1, 0.0]))[2][-1] == "WRONG"


def test_averages_of_k_spread_less():
    slopes = torch.randn(100_000, generator=torch.Generator().manual_seed(0))
    _, (_, mean, *stds) = ours.spreads({"name": slopes})
    assert [float(x) for x in (mean, *stds)] == pytest.approx([0, 1, 10**-0.5, 0.1], abs=0.01)


def test_the_distance_to_the_exact_policy():
    policy = SimpleNamespace(mean=lambda states: states)
    run = SimpleNamespace(
        seeds=[0, 1], agent=SimpleNamespace(actor=lambda s: SimpleNamespace(median=s + 0.5))
    )
    torch.testing.assert_close(ours.distance_to(policy)(run), torch.full((2,), 0.5))
    assert ours.STATES.shape == (64, 3)


def test_the_entropy_at_the_end_is_the_last_one_recorded():
    run = SimpleNamespace(metrics={"entropy": np.array([[9.0, 1.0], [9.0, 2.0], [9.0, 2.0], [9.0, 30.0]])})
    assert ours.entropy_at_the_end(run) == 2.0
