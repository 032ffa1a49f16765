"""What page 12 measures, on numbers that are easy to check."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.special import entr

from sacnotes_lib import temperature_loss
from sacnotes_lib.course.p12_papers import measurements
from sacnotes_lib.course.p12_papers.with_value import SACWithV
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from tests.course.p12_papers.test_with_value import rows


def test_two_sides_that_differ_stop_the_page():
    rows = measurements.two_sides({"equal": (1.0, torch.tensor([1.0])), "nearly": (1.0, 1.001, 0.01)})
    assert rows[1:] == [["equal", "1.0000", "1.0000"], ["nearly", "1.0000", "1.0010"]]
    with pytest.raises(AssertionError):
        measurements.two_sides({"not equal": (1.0, 1.001)})


def test_twenty_times_the_outputs_undo_twenty_times_the_values():
    """The same networks after some updates, as Adam knows no scale of a loss; without the factor they part."""
    quiet = SACConfig(hidden_sizes=(8,), temperature=0.05, reward_scale=0.1)
    loud = quiet.replace(temperature=1.0, reward_scale=2.0)
    kinds = ((quiet, SACWithV), (loud, measurements.TimesTwenty), (loud, SACWithV))
    small, large, letter = (kind(config, 3, 1, seed=2) for config, kind in kinds)
    for seed in range(20):
        for agent in (small, large, letter):
            agent.update(rows(seed))
    for network in ("actor", "critic", "value", "target_value"):
        one, same, other = (getattr(agent, network).tensors() for agent in (small, large, letter))
        for left, right in zip(one, same, strict=True):
            torch.testing.assert_close(left, right, atol=1e-4, rtol=1e-3)
        assert any((left - right).abs().max() > 1e-3 for left, right in zip(one, other, strict=True))
    torch.testing.assert_close(
        large.critic(*rows(1)[:2]), 20 * small.critic(*rows(1)[:2]), atol=1e-2, rtol=1e-3
    )


def test_a_slow_copy_that_moves_first_is_one_step_behind_and_the_critics_are_the_same():
    config = SACConfig(hidden_sizes=(8,), polyak_rate=0.3)
    last, first = SAC(config, 3, 1, seed=2), measurements.TargetFirst(config, 3, 1, seed=2)
    behind = [tensor.clone() for tensor in last.target_critic.tensors()]
    for seed in range(3):
        for old, new in zip(behind, last.target_critic.tensors(), strict=True):
            old.copy_(new)
        last.update(rows(seed)), first.update(rows(seed))
    assert all(map(torch.equal, last.critic.tensors(), first.critic.tensors()))
    assert all(map(torch.equal, behind, first.target_critic.tensors()))


def test_the_slopes_of_the_two_losses_of_alpha_differ_by_the_factor_alpha():
    slopes = []
    for loss in (temperature_loss, measurements.LossInLogAlpha.temperature_loss):
        log_alpha = torch.tensor([0.2, 3.0]).log().requires_grad_()
        found = loss(log_alpha, torch.tensor([[0.4, 0.6], [2.0, 1.0]]), -1.0)
        slopes.append(torch.autograd.grad(found, log_alpha)[0])
    torch.testing.assert_close(slopes[0], slopes[1] * torch.tensor([0.2, 3.0]))
    torch.testing.assert_close(slopes[1], torch.tensor([0.5, -0.5]))


def test_the_first_critic_is_the_one_that_the_actor_climbs():
    q = torch.tensor([[[1.0, 5.0], [3.0, 2.0]]])
    assert measurements.FirstCritic.value_for_actor(q, "min").tolist() == [[1.0, 5.0]]


def run(*ends):
    """One seed a number: three evaluations around it."""
    ends = np.array(ends)[:, None]
    return SimpleNamespace(evaluation_returns=np.hstack([0 * ends, ends - 3, ends, ends + 3]))


def test_who_is_behind_is_told_seed_by_seed():
    good, late = run(-100, -300, -200), run(-150, -345, -254)
    assert measurements.behind_both({"a": good, "b": late, "c": good}) == (False, True, False)
    near = run(-90, -320, -195)
    assert measurements.behind_both({"a": good, "b": near, "c": good}) == (False, False, False)
    assert measurements.behind_both({"a": run(-1300, -1200), "b": run(-1400, -1300)}) == ()


def test_errors_apart_are_told_seed_by_seed():
    errors = {"without": np.array([0.0, 1.0, 2.0]), "with": np.array([-1.0, 0.0, 1.0])}
    errors["quick"] = errors["with"] + 0.5
    head, *lines = measurements.apart(errors, "without", "with")
    columns = ["minus without (95 % interval)", "minus with (95 % interval)"]
    assert head == ["Q − exact Q (reward)", "spread over seeds", *columns]
    assert lines[0] == ["without", "1.00", "–", "–"]
    assert lines[1] == ["with", "1.00", "-1.00 (-1.00 to -1.00)", "–"]
    assert lines[2] == ["quick", "1.00", "-0.50 (-0.50 to -0.50)", "+0.50 (+0.50 to +0.50)"]


def test_the_box_names_one_line_each_and_a_line_that_is_gone_is_found(monkeypatch):
    shown = []
    monkeypatch.setattr(measurements, "display", lambda forms, raw: shown.append(forms))
    measurements.show_box()
    lines = shown[0]["text/markdown"].splitlines()[2:]
    assert len(lines) == len(measurements.BOX) and all("self." in line for line in lines)
    assert [line.split(" | ")[0] for line in lines] == [f"| {words}" for words, *_ in measurements.BOX]
    monkeypatch.setattr(measurements, "BOX", (("nothing", SAC.update, "no such line"),))
    with pytest.raises(LookupError, match="no such line"):
        measurements.show_box()


def test_two_steps_at_once_against_every_policy_of_a_grid():
    gains, wanted, chance = np.array([1.0, 3.0]), 0.5, np.linspace(0, 1, 201)
    entropy = entr(chance) + entr(1 - chance)
    best = -np.inf
    for first, first_entropy in zip(chance, entropy, strict=True):
        if first_entropy >= wanted:
            reward = first * (gains[0] + chance[:, None]) + (1 - first) * (gains[1] + chance)
            allowed = first * entropy[:, None] + (1 - first) * entropy >= wanted
            best = max(best, reward[allowed].max())
    assert best == pytest.approx(measurements.two_steps_at_once(gains, wanted), abs=0.02)
    assert best <= measurements.two_steps_at_once(gains, wanted)


def test_how_far_alpha_falls_by_signs_alone_and_by_a_long_memory():
    by_log, by_alpha, forgetful = (float(line[-1]) for line in measurements.falls(400)[1:])
    steps_of_one_size = np.exp(-3e-3 * 400)  # Adam on a slope that stays
    assert by_log == pytest.approx(steps_of_one_size, abs=0.01)
    assert forgetful == pytest.approx(steps_of_one_size, abs=0.02)
    assert by_alpha > 1.2 * by_log
