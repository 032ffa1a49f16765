"""One update in slow motion: each stage against formulas written out by hand, and the picture that shows it."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.course.p10_own_words import slow_motion as ours
from sacnotes_lib.course.p10_own_words.scene import ROWS, OneUpdateScene
from sacnotes_lib.course.stage.painter import Painter

SCENE = OneUpdateScene()
DEFAULTS = SCENE.defaults()
ASSEMBLED = SCENE.controls["assembled"].options


def moment(update=1, stage=0, assembled=ours.RIGHT):
    return SCENE.compute(stage=stage, update=update, assembled=assembled)


def log_density(learner, actions):
    """log π by the change of variables, with SciPy's normal density."""
    u = np.arctanh(actions.numpy())
    normal = stats.norm(learner.mean.item(), learner.log_std.exp().item())
    return normal.logpdf(u) - np.log1p(-(np.tanh(u) ** 2))


def label_by_hand(update, *, actions=None, sign=-1, factor=1.0):
    start, drawn = moment(update).now, moment(update, 1).now
    actions = drawn.next_actions if actions is None else actions
    bonus = sign * start.log_alpha.exp().item() * log_density(start, actions)
    ahead = ours.parabola(start.target_critic, actions).numpy() + bonus
    return ours.reward(ours.BUFFER_ACTIONS).numpy() + ours.DISCOUNT * factor * ahead


def test_the_label_by_hand_and_a_slip_s_first_one():
    for update in (1, 7, 60):
        np.testing.assert_allclose(moment(update, 2).now.labels, label_by_hand(update), rtol=1e-9)
    changes = {
        ours.RIGHT: {}, ours.BUFFER_NEXT: {"actions": ours.BUFFER_ACTIONS}, ours.PLUS_ENTROPY: {"sign": 1},
        ours.TIMES_D: {"factor": 0.0}, ours.SHARES: {},
    }  # fmt: skip
    assert set(changes) == set(ASSEMBLED)
    for slip, change in changes.items():
        np.testing.assert_allclose(moment(1, 2, slip).now.labels, label_by_hand(1, **change), rtol=1e-9)


@pytest.mark.parametrize("update", [1, 30])
def test_the_critic_s_step_by_hand(update):
    before, after = moment(update, 2).now, moment(update, 3).now
    powers = torch.stack([ours.BUFFER_ACTIONS**k for k in range(3)])
    slope = 2 * (powers * (powers.T @ before.critic - before.labels)).mean(1)
    torch.testing.assert_close(after.critic, before.critic - ours.STEP_SIZE["critic"] * slope)


@pytest.mark.parametrize("update", [1, 30])
def test_the_actor_s_step_by_difference_quotients(update):
    before, after = moment(update, 3).now, moment(update, 4).now
    noise = (after.actions.atanh() - before.mean) / before.log_std.exp()
    alpha = before.log_alpha.exp().item()

    def loss(mean, log_std):
        u = mean + math.exp(log_std) * noise.numpy()
        log_prob = stats.norm(mean, math.exp(log_std)).logpdf(u) - np.log1p(-(np.tanh(u) ** 2))
        return (alpha * log_prob - ours.parabola(before.critic, torch.tensor(np.tanh(u))).numpy()).mean()

    mean, log_std, h = before.mean.item(), before.log_std.item(), 1e-5
    slopes = (
        (loss(mean + h, log_std) - loss(mean - h, log_std)) / (2 * h),
        (loss(mean, log_std + h) - loss(mean, log_std - h)) / (2 * h),
    )
    assert after.mean.item() == pytest.approx(mean - ours.STEP_SIZE["actor"] * slopes[0], abs=1e-8)
    assert after.log_std.item() == pytest.approx(log_std - ours.STEP_SIZE["actor"] * slopes[1], abs=1e-8)


def test_the_temperature_s_step_by_hand():
    start, acting, priced = (moment(20, stage).now for stage in (0, 4, 5))
    surplus = -log_density(start, acting.actions).mean() - ours.TARGET_ENTROPY
    alpha = start.log_alpha.exp().item()
    expected = start.log_alpha.item() - ours.STEP_SIZE["temperature"] * alpha * surplus
    assert priced.log_alpha.item() == pytest.approx(expected, abs=1e-9)


def test_the_target_critic_takes_its_share():
    for slip, share in ((ours.RIGHT, ours.TAU), (ours.SHARES, 1 - ours.TAU)):
        start, end = moment(5, 0, slip).now, moment(5, 6, slip).now
        torch.testing.assert_close(end.target_critic, (1 - share) * start.target_critic + share * end.critic)


MOVES = [
    set(), set(), {"label y", "(Q − y)²"}, {"(Q − y)²", "Q"}, {"π: tanh μ", "π: σ"}, {"α"}, {"Q̄"},
]  # fmt: skip


def test_each_stage_moves_its_own_numbers_only():
    for assembled, (stage, moves) in itertools.product(ASSEMBLED, enumerate(MOVES)):
        data = moment(12, stage, assembled)
        before, now = data.before.numbers(), data.now.numbers()
        moved = {name for name in now if now[name] != before[name] and not math.isnan(now[name])}
        assert stage == 0 or moved == moves, (assembled, stage)


def test_an_update_begins_where_the_last_one_ended():
    for last, first in itertools.pairwise(ours.history(ours.RIGHT)):
        assert first[0].critic.equal(last[-1].critic) and first[0].mean.equal(last[-1].mean)
        assert first[0].labels is None and first[0].log_alpha.equal(last[-1].log_alpha)


def test_it_learns():
    """The critic's error falls to a tenth, and the policy comes nearer to the best action, 0.4."""
    end = ours.history(ours.RIGHT)[-1][-1].numbers()
    first = ours.history(ours.RIGHT)[0][3].numbers()
    assert end["(Q − y)²"] < 0.1 * first["(Q − y)²"]
    assert abs(end["π: tanh μ"] - 0.4) < abs(ours.history(ours.RIGHT)[0][0].numbers()["π: tanh μ"] - 0.4)


def test_the_description_states_what_moved_and_the_slip():
    settings = DEFAULTS | {"stage": 6, "update": 9, "assembled": ours.SHARES}
    data = SCENE.compute(**settings)
    words = SCENE.describe(settings, data)
    assert f"Moved: Q̄ to {data.now.numbers()['Q̄']:.3f}." in words
    assert (
        ours.STAGES[6] in words and ours.SHARES in words and f"Q̄ {data.rightly.numbers()['Q̄']:.3f}" in words
    )
    assert "None of the numbers moved" in SCENE.describe(DEFAULTS, moment())


def test_everything_lies_inside_the_panels():
    painter = Painter(SCENE)
    (critic, policy, _) = painter.figure.axes
    (low, high), (_, density_high) = critic.get_ylim(), policy.get_ylim()
    for assembled, update in itertools.product(ASSEMBLED, range(1, ours.UPDATES + 1, 6)):
        data = moment(update, 6, assembled)
        painter.paint(data)
        drawn = np.concatenate(
            [painter._artists.q.get_ydata(), painter._artists.target.get_ydata(), data.now.labels]
        )
        assert low < drawn.min() and drawn.max() < high
        assert painter._artists.density.get_ydata().max() < density_high


def test_the_table_shows_the_numbers_and_marks_what_moved_and_the_density_is_one():
    painter = Painter(SCENE)
    data = moment(4, 5)
    painter.paint(data)
    for row, name in enumerate(ROWS):
        label, cell = painter._artists.names[row].get_text(), painter._artists.cells[row][1].get_text()
        assert float(cell.replace("−", "-")) == pytest.approx(data.now.numbers()[name], abs=5e-4)
        assert label == ("▸ " if name == "α" else "") + name
    painter.paint(moment(4, 0))
    assert painter._artists.cells[0][1].get_text() == "–"
    line = painter._artists.density
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(1, abs=5e-3)
