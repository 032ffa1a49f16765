"""What page 15 measures, on runs whose answers are known without training."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, SquashedGaussian
from sacnotes_lib.course.p15_fails import measurements
from sacnotes_lib.course.p15_fails.worlds import PoleEnv
from sacnotes_lib.training.run import TrainingRun

POLE = SACConfig(
    env_id="sacnotes/Pole-v0", discount=0.9, reward_scale=1.0, hidden_sizes=(8,), batch_size=16, learning_starts=40,
    total_steps=60, evaluation_interval=30, evaluation_episodes=1,
)  # fmt: skip


def test_small_first_actions_are_a_twentieth_of_the_others_and_the_later_ones_whole(monkeypatch):
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)
    config = POLE.replace(env_kwargs={"reach": 20.0})
    small, plain = measurements.with_small_first_actions(config, 2), TrainingRun(config, 2)
    for _ in plain.iterate(config.learning_starts):
        pass
    first = [run.buffer.contents().action[:, :40] for run in (small, plain)]
    torch.testing.assert_close(first[0], first[1] / 20)
    assert small.step == 60 and small.buffer.contents().action[:, 40:].abs().max() > 0.05


def test_the_gap_is_q_minus_what_is_played_without_the_noise():
    quiet, loud = (TrainingRun(POLE.replace(env_kwargs=kwargs), 3) for kwargs in ({}, {"noise": 50.0}))
    np.testing.assert_allclose(measurements.gaps(loud), measurements.gaps(quiet))
    with torch.no_grad():
        quiet.agent.critic.tensors()[-1].add_(7.0)  # the last layer's bias: every Q rises by 7
    np.testing.assert_allclose(measurements.gaps(quiet) - measurements.gaps(loud), 7, rtol=1e-4)


def test_signs_are_those_of_the_first_steps_in_scaled_rewards():
    run = TrainingRun(
        POLE.replace(reward_scale=10.0, learning_starts=1000, env_kwargs={"pressure": (1000, 1)}), 2
    )
    for _ in run.iterate(150):
        pass
    found, kept = measurements.signs(run), run.buffer.contents()
    assert found["spread"] == pytest.approx(10 * kept.reward[:, :100].numpy().std(), rel=1e-5)
    assert found["sizes"].shape == (3,) and 990 < found["sizes"][2] < 1010 and found["sizes"][0] < 2
    assert found["same"] < 0.02 and found["gaps"].shape == (2,)
    kept.reward[:, :100] = torch.tensor(3.0)
    kept.reward[0, :2] = torch.tensor([1.0, 2.0])
    run.buffer = SimpleNamespace(contents=lambda: kept)
    assert measurements.signs(run)["same"] == pytest.approx(0.99)


def test_a_row_of_vital_signs():
    run = TrainingRun(POLE, 2)
    for _ in run.iterate(60):
        pass
    head, row = measurements.vital_signs({"ours": run})
    said = dict(zip(head, row, strict=True))
    assert said[""] == "ours" and said["α"] == f"{run.metrics['temperature'][:, -1].mean():.2g}"
    assert said["return"].startswith(f"{run.evaluation_returns.mean():.1f} (")
    assert measurements.late_and_early(run) == pytest.approx(run.evaluation_returns.mean())
    with torch.no_grad():
        run.agent.critic.tensors()[-1].add_(-3700.0)
    _, (*_, gap) = measurements.vital_signs({"ours": run})
    assert gap == "-3,700"


class Astride:
    """Policies of two seeds with given means and stds, and critics that know what an action pays."""

    def __init__(self, mean, std):
        self.values = torch.tensor(mean), torch.tensor(std).log()
        pay = measurements.TWO_PEAKS.mean_reward
        self.critic = lambda state, action: torch.as_tensor(pay(action.numpy()))[:, None]

    def actor(self, state):
        return SquashedGaussian(*(value[:, None, None].expand(2, state.shape[1], 1) for value in self.values))


def test_three_ways_to_play_two_peaks():
    run = SimpleNamespace(seeds=[0, 1], agent=Astride([0.0, float(np.arctanh(0.7))], [1.0, 1e-3]))
    mean_action, draws, best = measurements.played(run).values()
    np.testing.assert_allclose(mean_action, [2 * np.exp(-0.5 * 3.5**2), 1], atol=1e-3)
    a = np.tanh(np.random.default_rng(0).standard_normal(200_000))
    pays = sum(np.exp(-0.5 * ((a - centre) / 0.2) ** 2) for centre in (-0.7, 0.7))
    assert draws[0] == pytest.approx(pays.mean(), abs=0.05) and best[0] > 0.85
    assert draws[1] == pytest.approx(1, abs=1e-3)


def test_the_exact_policy_stands_astride_at_a_high_temperature_and_on_a_peak_at_a_low_one():
    draws, mean_action = measurements.best_for_two_peaks(0.5)
    assert draws == pytest.approx(0.51, abs=0.01) and mean_action < 0.01
    draws, mean_action = measurements.best_for_two_peaks(0.1)
    assert mean_action > 0.99 and draws == pytest.approx(0.947, abs=0.01)


def test_a_pole_that_is_held_pays_what_the_world_says():
    assert PoleEnv().transition(np.zeros(3), np.zeros(1), np.random.default_rng(0))[1] == 1
