"""The gradient scene against quadrature, autograd's own sums and the moments of a Gaussian."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.course.p07_gradients import scene as ours
from sacnotes_lib.course.stage.painter import Painter

SCENE = ours.GradientScene()
HERMITE = np.polynomial.hermite_e.hermegauss(12)


def expectation(f, dimensions):
    """E[f(noise)] for standard normal noise `[..., dimensions]`, by Gauss-Hermite quadrature: exact here."""
    nodes, weights = HERMITE
    grid = np.stack(np.meshgrid(*[nodes] * dimensions, indexing="ij"), -1)
    products = np.prod(np.stack(np.meshgrid(*[weights] * dimensions, indexing="ij"), -1), -1)
    return float((products * f(grid)).sum() / (2 * math.pi) ** (dimensions / 2))


def one_score(noise, std, baseline):
    q = -0.5 * ((std * noise - ours.TARGET) ** 2).sum(-1)
    return noise[..., 0] / std * (q - baseline)


@pytest.mark.parametrize(("std", "action_dim", "baseline"), [(0.5, 1, 0.0), (0.3, 2, -4.0), (1.2, 3, 5.0)])
def test_closed_forms_against_quadrature(std, action_dim, baseline):
    mean = expectation(lambda e: one_score(e, std, baseline), action_dim)
    second = expectation(lambda e: one_score(e, std, baseline) ** 2, action_dim)
    assert mean == pytest.approx(ours.TARGET, rel=1e-9)
    assert ours.score_function_std(std, action_dim, baseline, 1) == pytest.approx(
        math.sqrt(second - mean**2), rel=1e-9
    )
    path_second = expectation(lambda e: (std * e[..., 0] - ours.TARGET) ** 2, action_dim)
    assert ours.reparameterized_std(std, 1) == pytest.approx(
        math.sqrt(path_second - ours.TARGET**2), rel=1e-9
    )


def test_the_spread_falls_as_the_root_of_k_and_the_best_baseline_s_does_not_reach_the_other():
    assert ours.score_function_std(0.5, 6, 0.0, 100) == pytest.approx(
        ours.score_function_std(0.5, 6, 0.0, 1) / 10
    )
    assert ours.reparameterized_std(0.5, 100) == pytest.approx(0.05)
    for std, action_dim in itertools.product((0.1, 0.5, 1.5), (1, 6, 12)):
        best = ours.best_baseline(std, action_dim)
        below, lowest, above = (
            ours.score_function_std(std, action_dim, best + shift, 1) for shift in (-0.1, 0.0, 0.1)
        )
        assert ours.reparameterized_std(std, 1) < lowest < min(below, above)


def test_each_estimate_is_the_formula_at_its_own_noise():
    noise = ours._noise()[:, :6]
    for baseline in (0.0, -1.75):
        score = ours._gradients("score_function", noise, 0.5, baseline).numpy()
        by_hand = one_score(noise.double().numpy(), 0.5, baseline)
        np.testing.assert_allclose(score, by_hand, rtol=1e-3, atol=1e-3)
    path = ours._gradients("reparameterized", noise, 0.5, 0.0)
    torch.testing.assert_close(path, ours.TARGET - 0.5 * noise[:, 0], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "settings", [(6, 1, 0.5, 0.0), (6, 10, 0.5, -2.0), (12, 3, 1.0, 4.0), (1, 100, 0.2, 0.0)]
)
def test_both_clouds_have_the_exact_mean_and_the_computed_spread(settings):
    action_dim, num_samples, std, baseline = settings
    data = SCENE.compute(action_dim, num_samples, std, baseline)
    for method in ("reparameterized", "score_function"):
        estimates = getattr(data, method).double()
        assert len(estimates) == ours.DRAWS // num_samples >= ours.SHOWN
        computed = data.closed_forms[method] / math.sqrt(num_samples)
        assert abs(estimates.mean() - ours.TARGET) < 5 * computed / math.sqrt(len(estimates))
        assert estimates.std().item() == pytest.approx(computed, rel=0.2)


def test_an_estimate_of_k_actions_is_their_mean():
    ones, threes = SCENE.compute(6, 1, 0.5, 0.0), SCENE.compute(6, 3, 0.5, 0.0)
    torch.testing.assert_close(threes.score_function[0], ones.score_function[:3].mean())


def test_the_share_uphill_of_the_gaussian_one():
    data = SCENE.compute(6, 1, 0.5, 0.0)
    assert ours.share_uphill(data.reparameterized) == pytest.approx(
        stats.norm.cdf(ours.TARGET / 0.5), abs=0.02
    )


def test_the_description_states_the_picture_s_numbers():
    settings = SCENE.defaults()
    data = SCENE.compute(**settings)
    words = SCENE.describe(settings, data)
    for estimates in (data.reparameterized, data.score_function):
        assert f"mean {estimates.mean():.2f}" in words
        assert f"standard deviation {estimates.std():.2f}" in words
    needed = (data.closed_forms["score_function"] / data.closed_forms["reparameterized"]) ** 2
    assert f"{needed:.0f} times the actions" in words
    best = settings | {"baseline": -1.75}
    assert "spreads less" in SCENE.describe(best, SCENE.compute(**best)) and "spreads less" not in words


def test_every_estimate_and_spread_lies_inside_the_picture():
    painter, defaults = Painter(SCENE), SCENE.defaults()
    low, high = painter.figure.axes[1].get_ylim()
    for name in ("action_dim", "std", "baseline"):
        for end in (SCENE.controls[name].low, SCENE.controls[name].high):
            data = SCENE.compute(**defaults | {name: end})
            painter.paint(data)
            assert low < min(data.closed_forms.values()) / 10 and max(data.closed_forms.values()) < high
            assert np.abs(painter._artists.clouds["score_function"].get_xdata()).max() <= ours.EDGE
