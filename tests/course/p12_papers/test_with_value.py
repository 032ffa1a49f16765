"""The first paper's variant, against its equations written out for single rows."""

import pytest
import torch

from sacnotes_lib.course.p12_papers.measurements import QuickV
from sacnotes_lib.course.p12_papers.with_value import SACWithV
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.run import TrainingRun

CONFIG = SACConfig(
    hidden_sizes=(8,), temperature=0.3, discount=0.9, reward_scale=2.0, polyak_rate=0.25, total_steps=40,
    learning_starts=20, batch_size=8, evaluation_interval=20, evaluation_episodes=1,
)  # fmt: skip


def rows(seed=0, runs=1, size=6):
    normal = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(runs, size, *shape, generator=normal)  # noqa: E731
    ended = (torch.arange(size) % 2).float().expand(runs, -1)
    return Batch(draw(3), draw(1).tanh(), draw(), draw(3), ended)


def test_labels_of_v_and_of_the_critics_row_by_row(monkeypatch):
    agent, batch = SACWithV(CONFIG, 3, 1, seed=1), rows()
    with torch.no_grad():
        for weight in agent.target_value.tensors():
            weight += 0.5  # so that V and its slow copy differ
    noise = torch.linspace(-1, 1, 6).view(1, 6, 1)
    monkeypatch.setattr(agent, "noise_for", lambda policy: noise)
    policy = agent.actor(batch.observation)
    action, log_prob = policy.sample(noise=noise)
    q, value = agent.critic(batch.observation, action), agent.value(batch.observation)
    slow = agent.target_value(batch.next_observation)
    by_hand = [
        (value[0, i, 0] - (min(q[0, 0, i], q[0, 1, i]) - 0.3 * log_prob[0, i])).item() ** 2 for i in range(6)
    ]
    assert agent.value_loss(batch.observation, agent.temperature).item() == pytest.approx(
        sum(by_hand) / 6, rel=1e-5
    )
    labels = [
        (2.0 * batch.reward[0, i] + 0.9 * (0 if batch.terminated[0, i] else slow[0, i, 0])).item()
        for i in range(6)
    ]
    found = agent.update(batch).target
    torch.testing.assert_close(found, torch.tensor(labels).expand(1, 2, 6))


def test_an_update_moves_v_and_the_slow_v_by_its_share_and_no_slow_critic():
    agent = SACWithV(CONFIG, 3, 1, seed=1)
    before = [tensor.clone() for tensor in agent.target_value.tensors()]
    slow_critic = [tensor.clone() for tensor in agent.target_critic.tensors()]
    agent.update(rows())
    for old, new, online in zip(before, agent.target_value.tensors(), agent.value.tensors(), strict=True):
        torch.testing.assert_close(new, 0.75 * old + 0.25 * online.detach())
        assert not torch.equal(old, online)
    for old, new in zip(slow_critic, agent.target_critic.tensors(), strict=True):
        assert torch.equal(old, new)


def test_runs_do_not_mix():
    together, alone = SACWithV(CONFIG, 3, 1, runs=2, seed=4), SACWithV(CONFIG, 3, 1, seed=5)
    both = rows(runs=2)
    together.update(both), alone.update(Batch(*(column[1:] for column in both)))
    torch.testing.assert_close(together.value.tensors()[0][1:], alone.value.tensors()[0])


@pytest.mark.parametrize("agent_class", [SACWithV, QuickV])
def test_a_saved_run_goes_on_number_for_number(tmp_path, agent_class):
    run = TrainingRun(CONFIG, 2, agent_class).replay([], 30)
    run.save(tmp_path / "run")
    loaded = TrainingRun.load(tmp_path / "run", agent_class)
    for part in ("value", "target_value", "critic"):
        going_on, anew = (getattr(r.replay([], 35).agent, part).tensors() for r in (run, loaded))
        assert all(map(torch.equal, going_on, anew))
