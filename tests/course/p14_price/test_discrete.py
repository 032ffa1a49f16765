"""Discrete SAC: its sums against loops by hand, its buttons, and where its temperature settles."""

import math

import gymnasium as gym
import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, train
from sacnotes_lib.course.p14_price.discrete import BUTTONS, DiscreteSAC, soft_value
from sacnotes_lib.sac.replay import Batch

CONFIG = SACConfig(
    env_id=BUTTONS, env_kwargs={"buttons": 2}, reward_scale=2.0, discount=0.5,
    hidden_sizes=(16,), batch_size=32, learning_rate=1e-2, learning_starts=50, total_steps=500, evaluation_interval=500,
)  # fmt: skip


class Three(DiscreteSAC):
    buttons = 3


def batch_of(runs, rows):
    draw = torch.Generator().manual_seed(0)
    place = torch.randint(3, (runs, rows, 1), generator=draw) - 1.0
    seen, then = torch.randn(2, runs, rows, 2, generator=draw)
    reward = torch.randn(runs, rows, generator=draw)
    return Batch(seen, place, reward, then, (torch.arange(rows) % 2).expand(runs, rows).float())


def test_the_soft_value_is_the_mean_of_samples_and_at_the_best_policy_a_log_sum_exp():
    q, logits = torch.tensor([1.0, 0.2, -0.5]), torch.tensor([0.3, 0.9, -0.4])
    drawn = torch.distributions.Categorical(logits=logits).sample((200_000,))
    sampled = (q - 0.3 * logits.log_softmax(-1))[drawn].mean()
    torch.testing.assert_close(soft_value(q, logits.log_softmax(-1), 0.3), sampled, atol=0.01, rtol=0)
    best = soft_value(q, (q / 0.3).log_softmax(-1), 0.3)
    torch.testing.assert_close(best, 0.3 * torch.logsumexp(q / 0.3, -1))


def test_q_and_labels_against_loops_by_hand():
    agent, batch = Three(CONFIG.replace(discount=0.9), 2, 1, runs=2), batch_of(2, 6)
    with torch.no_grad():
        agent.log_temperature.copy_(torch.tensor([0.4, 2.0]).log())
        for tensor in agent.target_critic.tensors():
            tensor.mul_(1.5)  # no longer the critic itself
    q, label = agent.q_and_label(batch)
    for run, alpha in enumerate((0.4, 2.0)):
        for row in range(6):
            probs = agent.log_prob(batch.next_observation)[run, row].exp().detach()
            worth = agent.q_of(agent.target_critic, batch.next_observation)[run, :, row].amin(0).detach()
            value = sum(float(p * (w - alpha * p.log())) for p, w in zip(probs, worth, strict=True))
            expected = 2.0 * batch.reward[run, row] + 0.9 * (1 - row % 2) * value
            assert label[run, :, row].tolist() == pytest.approx([float(expected)] * 2, abs=1e-5)
            button = int(batch.action[run, row, 0]) + 1
            every = agent.q_of(agent.critic, batch.observation)[run, :, row, button]
            torch.testing.assert_close(q[run, :, row], every)


def test_a_run_learns_the_same_alone_and_beside_another():
    batch = batch_of(2, 6)
    both = Three(CONFIG, 2, 1, runs=2, seed=3)
    alone = Three(CONFIG, 2, 1, runs=1, seed=4)
    for _ in range(3):
        both.update(batch)
        alone.update(Batch(*(part[1:] for part in batch)))
    torch.testing.assert_close(both.log_temperature[1:], alone.log_temperature)
    for tensors in (lambda agent: agent.actor, lambda agent: agent.critic, lambda agent: agent.target_critic):
        for many, one in zip(tensors(both).tensors(), tensors(alone).tensors(), strict=True):
            torch.testing.assert_close(many[len(one) :], one)


def test_buttons_are_pressed_as_often_as_the_policy_says_and_found_again():
    agent = Three(CONFIG, 2, 1, runs=2)
    assert agent.pressed(agent.places[:, None]).tolist() == [0, 1, 2]
    seen = torch.randn(2, 1, 2).expand(2, 20_000, 2)
    probs = agent.log_prob(seen[:, :1]).exp()[:, 0]
    actions = agent.act(seen)
    shares = [[np.mean(actions[run] == place) for place in (-1, 0, 1)] for run in range(2)]
    np.testing.assert_allclose(shares, probs.detach(), atol=0.015)
    likeliest = agent.places[probs.argmax(-1)].numpy()
    assert (agent.act(seen, deterministic=True)[:, 0, 0] == likeliest).all()


def test_an_action_between_buttons_presses_the_nearest():
    env = gym.make(BUTTONS, buttons=3)
    env.reset(seed=0)
    rewards = [env.step(np.array([action]))[1] for action in (0.4, 0.0, 0.6, 1.0)]
    assert rewards[0] == rewards[1] and rewards[2] == rewards[3] != rewards[0]


def test_the_temperature_settles_where_the_entropy_is_the_wanted_one():
    class Wanted(DiscreteSAC):
        wanted = 0.4

    assert DiscreteSAC(CONFIG, 1, 1).target_entropy == pytest.approx(0.98 * math.log(2))
    run = train(CONFIG, seeds=2, agent_class=Wanted, progress=False)
    policy = torch.distributions.Categorical(logits=run.agent.log_prob(torch.zeros(2, 1, 1))[:, 0])
    odds = policy.probs[:, 1] / policy.probs[:, 0]
    torch.testing.assert_close(policy.entropy(), torch.tensor([0.4, 0.4]), atol=0.02, rtol=0)
    torch.testing.assert_close(
        run.agent.temperature, 1 / odds.log(), rtol=0.05, atol=0
    )  # one button pays 1 more
    value = (policy.probs * torch.tensor([-1.1625, -0.1625])).sum(-1) + run.agent.temperature * 0.4
    q = run.agent.q_of(run.agent.critic, torch.zeros(2, 1, 1))[:, :, 0]
    expected = torch.tensor([-1.1625, -0.1625]) + 0.5 * (value / (1 - 0.5))[:, None]
    torch.testing.assert_close(q.mean(1), expected, atol=0.05, rtol=0)


def test_more_than_one_action_is_refused():
    with pytest.raises(ValueError, match="action_dim = 2"):
        DiscreteSAC(CONFIG, 1, 2)
