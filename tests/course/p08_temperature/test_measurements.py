"""What page 08 measures, against closed forms and on runs made up for it."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib.course.p08_temperature import measurements as ours
from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import train

ENV = SoftLQREnv(B=1.0, R=0.4)
PROBLEM = ENV.problem(0.8, 0.3)


def test_plain_descent_without_the_factor_goes_rate_times_surplus_each_step():
    assert ours.travelled(0.05, -0.5, torch.clone, torch.optim.SGD, steps=10) == pytest.approx(
        0.015, rel=1e-3
    )
    first_slope = 0.05 * 0.5  # with the factor α
    assert ours.travelled(0.05, 0.5, torch.exp, torch.optim.SGD, steps=1) == pytest.approx(
        -3e-3 * first_slope, rel=1e-2
    )


def test_drawn_actions_have_the_policy_s_mean_and_std_and_their_own_density():
    answer = ENV.exact(0.8, 0.3)
    state = np.full((20_000, 1), 0.8)
    action, log_prob = ours.draw_action(answer, state, np.random.default_rng(0))
    assert action.mean() == pytest.approx(answer.mean(state)[0, 0], abs=0.01)
    assert -log_prob.mean() == pytest.approx(answer.entropy(state[:1])[0], abs=0.02)


def test_all_rates_are_full_until_half_and_zero_at_the_end():
    config = SACConfig(env_id="sacnotes/SoftLQR-v0", total_steps=100, learning_starts=10, batch_size=4)
    rates = {}

    def look(run):
        rates[run.step] = run.agent.critic_optimizer.learning_rate, run.agent.actor_optimizer.learning_rate

    run = train(config, seeds=1, agent_class=ours.CoolingSAC, progress=False, callback=look)
    lr = config.learning_rate
    assert [rates[step][0] / lr for step in (11, 51, 76, 100)] == pytest.approx([1, 1, 0.5, 0.02])
    assert all(critic == actor for critic, actor in rates.values())
    assert run.agent.temperature_optimizer.learning_rate == rates[100][0]


def test_the_learned_std_is_a_mean_over_states():
    def actor(states):
        return SimpleNamespace(log_std=torch.where(states > 0, 0.0, np.log(3.0)))

    run = SimpleNamespace(seeds=[0, 1], agent=SimpleNamespace(actor=actor))
    assert ours.learned_std(run) == pytest.approx([(20 * 1 + 21 * 3) / 41] * 2)


def test_a_policy_on_the_line_at_the_exact_price_is_told_so():
    goal = PROBLEM.temperature_for_entropy(-1.0)
    on_the_line = np.full(4, goal), np.full(4, ours.best_std(PROBLEM, goal))
    too_wide = np.full(4, 1.0), np.full(4, 2 * ours.best_std(PROBLEM, 1.0))
    _, tuned, fixed = ours.beside_the_line({"tuned": on_the_line, "α = 1": too_wide}, PROBLEM)
    assert tuned == ["tuned", "1.00", "-1.00", "1.00"]
    assert fixed[1] == "2.00" and fixed[-1] == "–"
