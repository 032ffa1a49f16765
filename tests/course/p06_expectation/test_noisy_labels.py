"""The scene of noisy labels against numerical minimisation, scipy's distributions and the algebra of least squares."""

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from sacnotes_lib.course.p06_expectation import noisy_labels as ours

SCENE = ours.NoisyLabelsScene()
DISTRIBUTIONS = {
    ours.NORMAL: lambda scale: stats.norm(1, scale),
    ours.SKEWED: lambda scale: stats.expon(1 - scale, scale),
    ours.LOTTERY: lambda scale: stats.rv_discrete(values=((0, 1), (0.75, 0.25))),
}
ALL = [
    dict(zip(SCENE.controls, values))
    for values in itertools.product((ours.SQUARED, ours.ABSOLUTE), ours.NOISES, (0.3, 1.0), ours.COUNTS)
]


def test_the_fit_is_where_a_minimiser_finds_the_least_loss():
    for settings in ALL[::3]:
        data = SCENE.compute(**settings)
        power = 2 if settings["loss"] == ours.SQUARED else 1

        def loss(q, labels=data.labels, power=power):
            return sum(abs(q - y) ** power for y in labels) / len(labels)

        found = minimize_scalar(loss, bounds=(-3, 7), method="bounded", options={"xatol": 1e-9})
        assert data.fit == pytest.approx(found.x, abs=1e-4), settings
        assert data.floor == pytest.approx(found.fun, abs=1e-6), settings
        np.testing.assert_allclose(data.curve[::50], [loss(q) for q in ours.Q[::50]])


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_moments_against_scipy(scale):
    for noise in (ours.NORMAL, ours.SKEWED):
        data, law = SCENE.compute(ours.SQUARED, noise, scale, 3), DISTRIBUTIONS[noise](scale)
        np.testing.assert_allclose(
            (data.mean, data.median, data.variance), (law.mean(), law.median(), law.var())
        )
    data = SCENE.compute(ours.SQUARED, ours.LOTTERY, scale, 3)
    prizes = DISTRIBUTIONS[ours.LOTTERY](scale)  # 0 or 1, made into 1 - scale or 1 + 3 scale
    assert data.mean == pytest.approx(1 - scale + 4 * scale * prizes.mean())
    assert data.median == pytest.approx(1 - scale + 4 * scale * prizes.median())
    assert data.variance == pytest.approx(16 * scale**2 * prizes.var())


def test_the_drawn_labels_have_the_stated_mean_and_variance_and_lie_inside_the_picture():
    for noise in ours.NOISES:
        data = SCENE.compute(ours.SQUARED, noise, 1.0, ours.COUNTS[-1])
        assert data.labels.mean() == pytest.approx(
            data.mean, abs=4 * np.sqrt(data.variance / ours.COUNTS[-1])
        )
        assert data.labels.var() == pytest.approx(data.variance, rel=0.25)
        assert ours.Q[0] < data.labels.min() and data.labels.max() < ours.Q[-1]
    assert set(SCENE.compute(ours.SQUARED, ours.LOTTERY, 1.0, 729).labels) == {0.0, 4.0}  # the page's puzzle


def test_many_labels_take_the_two_losses_to_mean_and_median_and_few_spread_without_bias():
    for noise in (ours.NORMAL, ours.SKEWED):
        squared, absolute = (
            SCENE.compute(loss, noise, 1.0, 729).usual for loss in (ours.SQUARED, ours.ABSOLUTE)
        )
        assert squared[1] == pytest.approx(ours.TRUE_MEAN, abs=0.01)
        assert absolute[1] == pytest.approx(SCENE.compute(ours.ABSOLUTE, noise, 1.0, 729).median, abs=0.01)
    widths = []
    for count in ours.COUNTS:
        low, average, high = SCENE.compute(ours.SQUARED, ours.SKEWED, 1.0, count).usual
        assert average == pytest.approx(
            ours.TRUE_MEAN, abs=4 / np.sqrt(300 * count)
        )  # unbiased, even from one label
        widths.append(high - low)
    np.testing.assert_allclose(np.divide(widths[:-1], widths[1:])[1:], np.sqrt(3), rtol=0.2)  # 1 / sqrt(n)


def test_average_loss_takes_any_leading_axes():
    labels = np.array([0.0, 4.0])
    np.testing.assert_allclose(
        ours.average_loss(np.array([[0.0, 1.0], [2.0, 4.0]]), labels, ours.SQUARED), [[8, 5], [4, 8]]
    )
    np.testing.assert_allclose(ours.average_loss(1.0, labels, ours.ABSOLUTE), 2)


def test_moving_one_control_keeps_the_luck():
    few, many = (SCENE.compute(ours.SQUARED, ours.SKEWED, 1.0, count).labels for count in (9, 27))
    np.testing.assert_array_equal(few, many[:9])
    half = SCENE.compute(ours.SQUARED, ours.SKEWED, 0.5, 9).labels
    np.testing.assert_allclose(half - 1, (few - 1) / 2)
