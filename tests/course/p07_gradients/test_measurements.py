"""What page 07 measures, on numbers and runs made up for it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib.course.p07_gradients import measurements as ours
from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import train


def arrival(*distances):
    """A row of distances for each record, from the first update on; a column for each seed."""
    steps = np.array([100, 125, 150])[: len(distances)]
    metrics = {"distance": np.array(distances).T}
    run = SimpleNamespace(metrics=metrics, metric_steps=steps, config=SACConfig(learning_starts=100))
    return ours.Arrival(run, near=0.3)


def test_a_seed_arrives_once_and_may_leave_again():
    watch = arrival([0.9, 0.2, 0.9], [0.1, 0.9, 0.3], [0.9, 0.1, 0.5])
    assert watch.updates.tolist() == [26, 1, math.inf]
    assert list(watch.told().values()) == [26, "2 of 3", 0.5]
    assert arrival([0.9]).told()["near after (updates, median)"] is None


def test_how_many_times_as_late():
    soon, late, never = arrival([0.1]), arrival([0.9], [0.9], [0.1]), arrival([0.9])
    assert late.times_as_late_as(soon) == 51
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


def test_the_distance_to_the_exact_policy_is_recorded_and_changes_no_number():
    scales = {"A": 0.9, "B": 0.5, "Q": 1.0, "R": 0.1, "W": 0.01}
    lqr = {name: (scale * torch.eye(3)).tolist() for name, scale in scales.items()}
    config = SACConfig("sacnotes/SoftLQR-v0", lqr, temperature=0.2, discount=0.9, squash_actions=False)
    config = config.replace(learning_starts=10, batch_size=8, total_steps=26)  # a record at the last step
    watched, plain = (train(config, 2, agent_class=a, progress=False) for a in (ours.WatchedSAC, SAC))
    exact = SoftLQREnv(**lqr).exact(0.9, 0.2).mean(ours.STATES.numpy())
    chosen = watched.agent.actor(ours.STATES.expand(2, -1, -1)).median.detach().numpy()
    now = np.sqrt(((chosen - exact) ** 2).mean((1, 2)))
    assert watched.metrics["distance"][:, -1] == pytest.approx(now, rel=1e-5)
    assert torch.equal(watched.numbers(), plain.numbers())


def test_the_entropy_at_the_end_is_the_last_one_recorded():
    run = SimpleNamespace(metrics={"entropy": np.array([[9.0, 1.0], [9.0, 2.0], [9.0, 2.0], [9.0, 30.0]])})
    assert ours.entropy_at_the_end(run) == 2.0
