"""Page 06's measurements against answers found another way."""

from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
import torch

from sacnotes_lib.course.p06_expectation import measurements as ours
from sacnotes_lib.course.p06_expectation.exercises import TRUE_ERROR
from sacnotes_lib.sac.distributions import SquashedGaussian

ENV = gym.make("sacnotes/SkewedReward-v0").unwrapped
PRICES = {"discount": 0.9, "temperature": 0.2}
TRUTH = ENV.solver.evaluate_tanh_gaussian([-0.3], [-0.5], **PRICES)
POLICY = SquashedGaussian(torch.tensor([-0.3]), torch.tensor([-0.5]))


def test_the_variance_of_labels_is_that_of_many_draws():
    torch.manual_seed(0)
    action, log_prob = POLICY.sample((200_000,))
    state = np.zeros((200_000, 1))
    _, reward, _ = ENV.transition(state, action.numpy(), np.random.default_rng(0))
    noise = reward - ENV.mean_reward(action.numpy())
    label = noise + 0.9 * (TRUTH.q_value(state, action.numpy()) - 0.2 * log_prob.numpy())
    assert ours.variance_of_labels(ENV, TRUTH, **PRICES) == pytest.approx(np.var(label), rel=0.02)


def test_played_returns_agree_with_the_exact_q():
    torch.manual_seed(0)
    start = np.zeros((1, 1)), np.full((1, 1), 0.5)
    rng = np.random.default_rng(0)
    mean, error, count = ours.played_returns(ENV, POLICY, *start, rng, 2000, **PRICES)
    assert count == 2000 and 0 < error < 0.1
    assert abs(mean - TRUTH.q_value(start[0][0], start[1][0])) < 4 * error


def test_a_mean_comes_with_its_error_and_the_row_with_the_spread_of_one():
    numbers = np.array([1.0, 3.0] * 50)
    assert ours.average_of(numbers) == (2.0, pytest.approx(1 / np.sqrt(99)), 100)
    assert ours.table_of_misses({"mine": (2.0, 0.1, 100)}, truth=1.5)[1] == ["mine", "0.500", "0.100", "1.00"]


@pytest.fixture
def run():
    """Two seeds whose critics say 1 and 3 everywhere, and whose rewards were 0.1 lucky, and 0.3."""
    action = torch.zeros(2, 4, 1)
    reward = torch.tensor(ENV.mean_reward(action.numpy())) + torch.tensor([[0.1], [0.3]])
    batch = SimpleNamespace(observation=torch.zeros(2, 4, 1), action=action, reward=reward)
    critic = lambda observation, action: torch.tensor([1.0, 3.0])[:, None, None].expand(2, 2, 4)  # noqa: E731
    actor = lambda states: SimpleNamespace(median=torch.full_like(states, 0.26))  # noqa: E731
    return SimpleNamespace(
        seeds=range(2),
        buffer=SimpleNamespace(contents=lambda: batch),
        agent=SimpleNamespace(critic=critic, actor=actor),
    )


def test_what_a_run_ends_with(run):
    best = SimpleNamespace(q_value=lambda observation, action: np.full(observation.shape[:-1], 2.0))
    misses = ours.missed(run, best)
    np.testing.assert_allclose(misses, [-1, 1])
    np.testing.assert_allclose(ours.noise_remembered(run, ENV), [0.1, 0.3], atol=1e-6)
    assert ours.table_of_ends({"mine": run}, {"mine": misses})[1] == ["mine", "0.00 (-1.00 to 1.00)", "0.26"]


def test_the_true_error_has_no_bias_and_the_ordinary_loss_keeps_the_variance():
    torch.manual_seed(0)
    q, mean, noise = torch.tensor([0.0, 2.0, -1.0]), torch.tensor([1.0, 1.5, -1.0]), 2.0
    labels = mean + noise * torch.randn(2, 100_000, 3)
    many = [q.expand(100_000, 3).flatten(), labels[0].flatten(), labels[1].flatten()]
    exact = (q - mean).square().mean().item()
    assert TRUE_ERROR.reference(*many).item() == pytest.approx(exact, abs=0.05)
    assert (many[0] - many[1]).square().mean().item() == pytest.approx(exact + noise**2, abs=0.05)
