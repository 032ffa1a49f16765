"""What page 16 measures without a network, and how far apart it finds two runs, on worlds known by heart."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, train
from sacnotes_lib.course.p16_your_own.measurements import STEPS, largest_difference, returns_of, swing_left

SMALL = SACConfig(
    env_id="sacnotes/PointMass-v0", total_steps=30, learning_starts=10, batch_size=8, hidden_sizes=(8, 8),
    evaluation_interval=30, evaluation_episodes=1,
)  # fmt: skip


class Halving:
    """Each step halves the state, unless the policy holds it; it pays the state's first entry."""

    def initial_state(self, rng):
        return rng.uniform(-1, 1, 2)

    def transition(self, state, action, rng):
        return np.where(action > 0, state, state / 2), state[..., 0], np.zeros(state.shape[:-1], bool)

    def observe(self, state):
        return state


def test_returns_are_those_of_whole_episodes():
    starts = np.array([[1.0, 0.0], [-3.0, 1.0]])
    let_go, hold = (lambda state, a=a: np.full((len(state), 1), a) for a in (0.0, 1.0))
    np.testing.assert_allclose(returns_of(hold, Halving(), starts), STEPS * starts[:, 0])
    np.testing.assert_allclose(returns_of(let_go, Halving(), starts), 2 * starts[:, 0])


def test_the_swing_that_is_left_is_each_seed_s_own():
    def act(observation, deterministic):
        assert deterministic and observation.shape == (2, 100, 2)
        return np.repeat([1.0, 0.0], 100)[:, None]

    world = SimpleNamespace(unwrapped=Halving())
    envs = SimpleNamespace(unwrapped=SimpleNamespace(envs=[world]))
    run = SimpleNamespace(envs=envs, seeds=[0, 1], agent=SimpleNamespace(act=act))
    np.testing.assert_allclose(swing_left(run), [1, 0], atol=1e-12)


@pytest.mark.parametrize("where", ["actor", "target_critic", "log_temperature", "memory"])
def test_the_smallest_difference_anywhere_is_found(where):
    run, other = (train(SMALL, seeds=2, progress=False) for _ in range(2))
    assert largest_difference(run, other) == 0
    if where == "memory":
        kept = other.buffer.contents()
        other.buffer.contents = lambda: kept._replace(reward=kept.reward + 0.5)
    else:
        weights = getattr(other.agent, where)
        with torch.no_grad():
            (weights if where == "log_temperature" else next(weights.parameters())).view(-1)[-1] += 0.5
    assert largest_difference(run, other) == pytest.approx(0.5, abs=1e-5)


def test_runs_that_remember_different_numbers_of_steps_are_far_apart():
    run, other = (train(SMALL.replace(total_steps=steps), seeds=1, progress=False) for steps in (20, 30))
    assert largest_difference(run, other) == float("inf")
