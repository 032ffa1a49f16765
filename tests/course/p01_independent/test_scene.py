"""The broadcast scene against labels built one by one, and against autograd."""

import itertools

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.course.p01_independent import scene as ours
from sacnotes_lib.course.stage.painter import Painter

SCENE = ours.BroadcastScene()
ALL_SETTINGS = [
    dict(zip(("distribution", "critic_shape", "batch_size", "action_dim"), values, strict=True))
    for values in itertools.product(
        (ours.NORMAL, ours.INDEPENDENT), (ours.FLAT, ours.COLUMN), range(2, 13), range(1, 5)
    )
]


def own_labels(batch_size, action_dim):
    """Each label by itself, with SciPy's multivariate normal: no broadcasting anywhere."""
    reward, next_q, mean, std, action = (
        tensor.numpy().astype(float) for tensor in ours.seeded_batch(batch_size, action_dim)
    )
    log_prob = [
        stats.multivariate_normal(mean[i], np.diag(std[i] ** 2)).logpdf(action[i]) for i in range(batch_size)
    ]
    return [
        reward[i] + ours.DISCOUNT * (next_q[i] - ours.TEMPERATURE * log_prob[i]) for i in range(batch_size)
    ]


def test_own_labels():
    for settings in ALL_SETTINGS[::7]:
        own = own_labels(settings["batch_size"], settings["action_dim"])
        np.testing.assert_allclose(SCENE.compute(**settings).own, own, atol=1e-5, err_msg=str(settings))


def test_right_shapes_make_right_labels_and_pytorch_refuses_just_those_that_cannot_meet():
    for settings in ALL_SETTINGS:
        data = SCENE.compute(**settings)
        batch_size, action_dim = settings["batch_size"], settings["action_dim"]
        meets = settings["distribution"] == ours.INDEPENDENT or action_dim in (1, batch_size)
        assert bool(data.refusal) == (not meets) == (data.labels is None)
        if meets and settings["distribution"] == ours.NORMAL:
            assert data.labels.shape == (batch_size, batch_size)
        if settings["distribution"] == ours.INDEPENDENT and settings["critic_shape"] == ours.FLAT:
            assert data.labels.shape == (batch_size,)
            torch.testing.assert_close(data.labels, data.own)
            torch.testing.assert_close(data.pulled, data.own)
            assert data.loss_floor == 0 and data.mixed == () and data.right_cells.all()


def test_every_row_of_the_silent_bug_pairs_one_log_prob_with_every_transition():
    data = SCENE.compute(ours.NORMAL, ours.FLAT, 5, 1)
    for i, j in itertools.product(range(5), range(5)):
        expected = data.reward[j] + ours.DISCOUNT * (data.next_q[j] - ours.TEMPERATURE * data.log_prob[i, 0])
        torch.testing.assert_close(data.labels[i, j], expected)
    assert data.right_cells.equal(torch.eye(5, dtype=torch.bool))
    assert data.mixed == ("log_prob",)


def test_a_column_critic_loses_each_transition_s_own_reward():
    data = SCENE.compute(ours.INDEPENDENT, ours.COLUMN, 6, 1)
    assert data.mixed == ("reward", "log_prob")
    common = data.reward.mean() - ours.DISCOUNT * ours.TEMPERATURE * data.log_prob.mean()
    torch.testing.assert_close(data.pulled, common + ours.DISCOUNT * data.next_q.flatten())


def test_the_loss_pulls_to_where_its_gradient_vanishes():
    torch.manual_seed(0)
    for labels_shape, q_shape in itertools.product([(4, 4), (4,)], [(4,), (4, 1)]):
        labels = torch.randn(labels_shape, dtype=torch.float64)
        # A scalar loss does not care which side was expanded first.
        full = labels.expand(torch.broadcast_shapes(labels_shape, q_shape))
        q = ours.minimizer_of_squared_loss(full, torch.Size(q_shape)).requires_grad_()
        (gradient,) = torch.autograd.grad(((q - labels) ** 2).mean(), q)
        torch.testing.assert_close(gradient, torch.zeros_like(q))


def test_loss_floor_is_what_gradient_descent_reaches():
    data = SCENE.compute(ours.NORMAL, ours.COLUMN, 6, 1)
    q = torch.zeros_like(data.next_q, requires_grad=True)
    for _ in range(200):
        loss = ((q - data.labels) ** 2).mean()
        (gradient,) = torch.autograd.grad(loss, q)
        q = (q - 2 * gradient).detach().requires_grad_()
    torch.testing.assert_close(q.detach().flatten(), data.pulled, atol=1e-4, rtol=0)
    assert loss.item() == pytest.approx(data.loss_floor, abs=1e-4)


def test_a_larger_batch_keeps_the_rows_of_a_smaller_one():
    for small, large in zip(ours.seeded_batch(3, 2), ours.seeded_batch(12, 4), strict=True):
        torch.testing.assert_close(small, large[:3] if large.ndim == 1 else large[:3, :2])


def test_the_description_states_the_picture_s_numbers():
    settings = {"distribution": ours.NORMAL, "critic_shape": ours.FLAT, "batch_size": 6, "action_dim": 1}
    data = SCENE.compute(**settings)
    words = SCENE.describe(settings, data)
    for number in (data.own.min(), data.own.max(), data.pulled.min(), data.pulled.max()):
        assert f"{number:.2f}" in words
    assert "[6, 6]: 36 numbers, 6 of them" in words and f"{data.loss_floor:.3f}" in words
    refused = settings | {"action_dim": 3}
    assert "refuses: The size of tensor a (6)" in SCENE.describe(refused, SCENE.compute(**refused))


def test_all_values_lie_inside_the_chart():
    axes = Painter(SCENE).figure.axes[1]
    low, high = axes.get_ylim()
    for settings in ALL_SETTINGS:
        data = SCENE.compute(**settings)
        values = data.own if data.pulled is None else torch.cat([data.own, data.pulled])
        assert low < values.min() and values.max() < high


def test_the_table_stays_in_its_place_and_tensors_do_not_touch():
    def rows_and_columns(tensor):
        return tensor if tensor is None else (None,) * (2 - tensor.ndim) + tuple(tensor.shape)

    left, bottom, width, height = ours.TABLE
    for settings in ALL_SETTINGS:
        data = SCENE.compute(**settings)
        names = ("reward", "next_q", "log_prob", "labels")
        cell, blocks = ours.table_layout({name: rows_and_columns(getattr(data, name)) for name in names})
        boxes = [(x, top - rows * cell, x + columns * cell, top) for x, top, rows, columns in blocks.values()]
        for box in boxes:
            assert left <= box[0] and box[2] <= left + width + 1e-9, settings
            assert bottom - 1e-9 <= box[1] and box[3] <= bottom + height + 1e-9, settings
        for a, b in itertools.combinations(boxes, 2):
            assert max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3]) >= ours.GAP - 1e-9, settings
