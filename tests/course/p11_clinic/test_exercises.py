"""Page 11's exercises: that the references are right, and what else passes."""

import math

import pytest
import torch

from sacnotes_lib import SACConfig, train
from sacnotes_lib.course.p11_clinic.exercises import THERMOSTAT


def room(direction, start, obeys=True, lag=4, steps=200):
    """A log: the entropy follows log α some steps late (or stays), α steps against the surplus over -2 or with it.

    With the lag a healthy α runs past its place, comes back, and goes on swinging about it.
    """
    log_alpha, alphas, entropy = math.log(start), [], []
    for t in range(steps):
        alphas.append(log_alpha)
        entropy.append(1.0 + (alphas[max(t - lag, 0)] if obeys else math.log(start)))
        log_alpha -= direction * 0.05 * math.copysign(1, entropy[-1] + 2.0)
    return torch.tensor(entropy), torch.tensor(alphas).exp()


def test_the_thermostat_reads_a_simulated_room_whenever_it_is_asked():
    """In the swings of a healthy α the surplus has now one sign, now the other: the verdict must not swing with it."""
    for start in (1.0, 0.1, 0.01, math.exp(-5.0)):
        for verdict, (entropy, alpha) in enumerate((room(1, start), room(-1, start), room(1, start, False))):
            for asked in range(65, 200):
                assert THERMOSTAT.reference(entropy[:asked], alpha[:asked], -2.0) == verdict


@pytest.mark.slow
@pytest.mark.parametrize("initial_temperature", [0.005, 0.03])
def test_the_thermostat_calls_healthy_sac_healthy_after_alpha_has_arrived(initial_temperature):
    """Soft LQR, where α comes to its place (about 0.02) from either side, overshoots, and stays about there."""
    config = SACConfig(
        env_id="sacnotes/SoftLQR-v0", env_kwargs={"B": 1.0, "R": 0.4}, squash_actions=False, discount=0.8,
        backup="mean", reward_scale=1.0, learning_starts=100, total_steps=600, evaluation_interval=600,
        initial_temperature=initial_temperature, target_entropy=-1.0, batch_size=64, hidden_sizes=(32, 32),
    )  # fmt: skip
    run = train(config, seeds=[0, 1, 2, 1000, 1001, 1002], progress=False)
    logs = zip(*(torch.tensor(run.metrics[name]) for name in ("entropy", "temperature")), strict=True)
    assert [THERMOSTAT.reference(*log, -1.0) for log in logs] == [0] * 6
