"""Page 11's patients: each differs from a healthy agent in its one line, and shows the symptom that the page claims."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, SquashedGaussian, envs, train
from sacnotes_lib.course.p11_clinic.patients import PATIENTS
from sacnotes_lib.envs.time_limit import ENDS
from sacnotes_lib.exact import tanh_gaussian_entropy, tanh_gaussian_entropy_gradient
from sacnotes_lib.plots.vital_signs import SIGNS
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.replay import Batch

SHORT = SACConfig(
    env_id="sacnotes/PointMass-v0", reward_scale=1.0, total_steps=45, learning_starts=15, batch_size=8,
    hidden_sizes=(8, 8), initial_temperature=0.3, evaluation_interval=45, evaluation_episodes=1,
)  # fmt: skip


def numbers(run):
    """All that a run learned and remembered, as one vector."""
    agent = run.agent
    learned = [*agent.actor.parameters(), *agent.critic.parameters(), *agent.target_critic.parameters()]
    kept = [*learned, agent.log_temperature, *run.buffer.contents()]
    return torch.cat([tensor.detach().flatten() for tensor in kept])


@pytest.fixture(scope="module")
def healthy():
    return numbers(train(SHORT, seeds=2, progress=False))


@pytest.mark.parametrize("letter", PATIENTS)
def test_a_patient_is_the_healthy_agent_but_for_its_line_and_gives_nothing_away(letter, healthy):
    patient = PATIENTS[letter]
    mended = numbers(patient.cured().train(SHORT, seeds=2, progress=False))
    torch.testing.assert_close(mended, healthy, rtol=1e-3, atol=1e-4)
    ill = numbers(patient.train(SHORT, seeds=2, progress=False))
    assert (ill - healthy).abs().max() > 1e-2
    assert patient.well not in patient.source and "#" not in patient.source
    assert patient.sign in SIGNS and patient.code.__name__ == f"Patient{letter}"
    assert len(patient.source.splitlines()) <= 15


def test_a_line_that_is_not_there_cannot_be_mended():
    lost = dataclasses.replace(PATIENTS["A"], ill="no such line")
    with pytest.raises(ValueError, match="'no such line' should stand once in the code of PatientA"):
        lost.cured()


def agent_of(letter, action_dim=2):
    """The agent of a patient that is no environment."""
    return PATIENTS[letter]._agent_class()(SHORT, 2, action_dim, seed=0)


def entropy_slope(agent, temperature, draws=20_000):
    """The actor's gradient with respect to every log_std, where Q is the same for all actions: minus α dH/dlog_std."""
    agent.value_for_actor = lambda q, backup: torch.zeros_like(q[..., 0, :])
    mean, log_std = torch.full((1, draws, 1), 0.3), torch.full((1, draws, 1), -0.5)
    log_std.requires_grad_()
    agent.actor = lambda observation: SquashedGaussian(mean, log_std)
    loss, _ = agent.actor_loss(torch.zeros(1, draws, 2), torch.tensor([temperature]))
    return torch.autograd.grad(loss, log_std)[0].sum().item()


def test_a_pays_full_price_for_entropy_whatever_the_temperature_and_d_none():
    _, (slope,) = tanh_gaussian_entropy_gradient(np.array([0.3]), np.array([-0.5]))
    assert abs(slope) > 0.2
    for temperature in (0.01, 5.0):
        assert entropy_slope(agent_of("A", action_dim=1), temperature) == pytest.approx(-slope, abs=0.03)
        healthy = entropy_slope(SAC(SHORT, 2, 1), temperature)
        assert healthy == pytest.approx(-temperature * slope, abs=0.03 * temperature)
    assert entropy_slope(agent_of("D", action_dim=1), 1.0) == pytest.approx(0, abs=0.03)


def test_b_remembers_an_end_where_only_the_watching_stopped():
    for trains, ends in ((PATIENTS["B"].train, [19, 39]), (train, [])):
        kept = trains(SHORT, 1, progress=False).buffer.contents()
        assert torch.nonzero(kept.terminated[0])[:, 0].tolist() == ends


def test_what_b_does_to_q_is_known_exactly_on_the_clock():
    """The last tick of a clock: with the flag its label is the reward alone, without it all that is to come."""
    world, doom = (envs.TimeLimitEnv(end=end).exact(0.9, 0.2) for end in ENDS)
    last, action = np.array([[0.9]]), np.zeros((1, 1))
    config = SHORT.replace(env_id="sacnotes/TimeLimit-v0", total_steps=30)
    run = PATIENTS["B"].train(config, 1, progress=False)
    kept = run.buffer.contents()
    at_last = (kept.observation[0, :, 0] - 0.9).abs() < 1e-6
    assert at_last.sum() == 3 and bool(kept.terminated[0][at_last].all())
    assert doom.q_value(last, action) == pytest.approx(kept.reward[0][at_last].mean().item())
    assert world.q_value(last, action) > 10 * doom.q_value(last, action)


def test_c_reports_more_entropy_than_there_can_be():
    mean, log_std = torch.zeros(50_000, 2), torch.full((50_000, 2), math.log(5.0))
    policy = PATIENTS["C"].code(mean, log_std)
    action, log_prob = policy.sample()
    assert (action.abs() <= 1).all()
    assert -log_prob.mean() > 2 * math.log(2) + 1
    assert tanh_gaussian_entropy(np.zeros(2), np.full(2, math.log(5.0))) < 0


def test_e_begins_where_it_always_begins():
    run = PATIENTS["E"].train(SHORT, seeds=2, progress=False)
    starts = run.buffer.contents().observation[:, ::20].flatten(0, 1)
    assert len(starts) == 6 and len(torch.unique(starts, dim=0)) == 1


def test_f_divides_log_prob_by_the_number_of_entries():
    torch.manual_seed(0)
    for action_dim in (1, 2, 5):
        mean, log_std, noise = torch.randn(3, 7, action_dim)
        action, log_prob = PATIENTS["F"].code(mean, log_std).rsample(noise=noise)
        right, whole = SquashedGaussian(mean, log_std).rsample(noise=noise)
        torch.testing.assert_close(action, right)
        torch.testing.assert_close(log_prob, whole / action_dim, rtol=1e-4, atol=1e-4)


def test_g_raises_alpha_while_the_policy_is_too_random_and_a_healthy_agent_lowers_it():
    for log_prob, moves in ((-3.0, 1), (9.0, -1)):
        for agent, way in ((agent_of("G"), moves), (SAC(SHORT, 2, 2), -moves)):
            before = agent.temperature.item()
            loss = agent.temperature_loss(agent.log_temperature, torch.full((1, 8), log_prob), -2.0)
            agent.temperature_optimizer.descend(loss)
            assert math.copysign(1, agent.temperature.item() - before) == way


def test_h_has_a_target_that_is_its_critic_before_and_after_an_update():
    agent, healthy = agent_of("H"), SAC(SHORT, 2, 2, seed=0)
    flat = torch.rand(1, 8, generator=torch.Generator().manual_seed(0))
    batch = Batch(torch.zeros(1, 8, 2), torch.zeros(1, 8, 2), flat, torch.zeros(1, 8, 2), torch.zeros(1, 8))
    for one, same in ((agent, True), (healthy, False)):
        one.update(batch)
        pairs = zip(one.critic.parameters(), one.target_critic.parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs) == same
    # The library's update leaves it in training all the same: only its label moves with it.
    assert all(parameter.requires_grad for parameter in agent.critic.parameters())
