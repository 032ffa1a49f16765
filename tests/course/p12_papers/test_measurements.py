"""What page 12 measures, on numbers that are easy to check."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from sacnotes_lib import temperature_loss
from sacnotes_lib.course.p12_papers import measurements
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from tests.course.p12_papers.test_with_value import rows


def test_two_sides_that_differ_stop_the_page(capsys):
    measurements.two_sides("equal", 1.0, torch.tensor(1.0))
    assert capsys.readouterr().out.split() == ["equal", "1.0000", "|", "1.0000"]
    with pytest.raises(AssertionError):
        measurements.two_sides("not equal", 1.0, 1.001)


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
    agent = SimpleNamespace(temperature=torch.tensor([0.5, 0.7]))
    return SimpleNamespace(evaluation_returns=np.hstack([0 * ends, ends - 3, ends, ends + 3]), agent=agent)


def test_who_is_behind_is_told_seed_by_seed():
    good, late = run(-100, -300, -200), run(-150, -345, -254)
    assert measurements.behind_both({"a": good, "b": late, "c": good}) == (False, True, False)
    assert measurements.behind_both({"a": good, "b": run(-90, -320, -195), "c": good}) == (
        False,
        False,
        False,
    )
    assert measurements.behind_both({"a": run(-1300, -1200), "b": run(-1400, -1300)}) == ()
    line = [*measurements.pairs({"a": good, "b": late}, "a")][1]
    assert "α 0.600" in line and line.endswith("minus a: -50 ± 3")


def test_the_box_names_one_line_each_and_a_line_that_is_gone_is_found(monkeypatch):
    lines = [*measurements.box_lines()]
    assert len(lines) == len(measurements.BOX) and all("self." in line for line in lines)
    assert [line.split("  ")[0] for line in lines] == [words for words, *_ in measurements.BOX]
    monkeypatch.setattr(measurements, "BOX", (("nothing", SAC.update, "no such line"),))
    with pytest.raises(LookupError, match="no such line"):
        [*measurements.box_lines()]


def test_the_dual_against_a_search_over_densities():
    """The most reward at an entropy of 0.2, over densities on a coarse grid, without any temperature."""
    actions = np.linspace(-0.975, 0.975, 40)
    pay = np.interp(actions, measurements.NODES.actions[:, 0], measurements.PEAKS)

    def density(logits):
        mass = np.exp(logits - logits.max())
        return mass / mass.sum() / 0.05

    def entropy(logits):
        return -0.05 * density(logits) @ np.log(density(logits))

    enough = {"type": "ineq", "fun": lambda logits: entropy(logits) - 0.2}
    best = minimize(
        lambda logits: -0.05 * density(logits) @ pay, pay, constraints=enough, options={"maxiter": 300}
    )
    least = min(measurements.dual(alpha, 0.2) for alpha in np.geomspace(0.05, 2, 200))
    assert -best.fun == pytest.approx(least, abs=0.005)


def test_how_far_alpha_falls_by_signs_alone_and_by_a_long_memory():
    by_log, by_alpha, forgetful = (float(line.split()[-1]) for line in measurements.falls(400))
    steps_of_one_size = np.exp(-3e-3 * 400)  # Adam on a slope that stays
    assert by_log == pytest.approx(steps_of_one_size, abs=0.01)
    assert forgetful == pytest.approx(steps_of_one_size, abs=0.02)
    assert by_alpha > 1.2 * by_log
