"""The denoising scene against autograd on the log-density and against a fit by gradient descent."""

import numpy as np
import pytest
import torch

from sacnotes_lib.course.p06_expectation import denoising as ours

SCENE = ours.DenoisingScene()


@pytest.mark.parametrize("std", [0.4, 0.5, 1.2])
def test_density_and_score_against_torch(std):
    mixture = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(torch.tensor([0.7, 0.3], dtype=torch.float64)),
        torch.distributions.Normal(torch.tensor([-1.0, 1.0], dtype=torch.float64), std),
    )
    y = torch.tensor(ours.POINTS, requires_grad=True)
    log_prob = mixture.log_prob(y)
    (score,) = torch.autograd.grad(log_prob.sum(), y)
    data = SCENE.compute(noise=std, count=300)
    np.testing.assert_allclose(data.density, log_prob.exp().detach(), atol=1e-6)
    np.testing.assert_allclose(data.score, score, atol=1e-5)


@pytest.mark.parametrize("std", [0.5, 1.0])
def test_means_fall_on_the_score_and_medians_do_not(std):
    data = SCENE.compute(noise=std, count=ours.COUNTS[-1])
    # Labels of a bin scatter by at most 1 / std² around their mean: three standard errors of the fullest bins.
    full = ours.noised_density(ours.CENTRES, std) > 0.1
    assert np.nanmax(np.abs(data.means - ours.noised_score(ours.CENTRES, std))[full]) < 0.35 / std**2
    assert data.mean_miss < 0.1 and data.median_miss > 2 * data.mean_miss


def test_bins_against_a_loop():
    rng = np.random.default_rng(0)
    clean = rng.choice([-1.0, 1.0], ours.COUNTS[-1], p=[0.7, 0.3])[:3000]
    drawn = rng.standard_normal(ours.COUNTS[-1])[:3000]
    data = SCENE.compute(noise=0.8, count=3000)
    for k in range(8, 33, 5):
        inside = np.abs(clean + 0.8 * drawn - ours.CENTRES[k]) < (ours.CENTRES[1] - ours.CENTRES[0]) / 2
        assert data.means[k] == pytest.approx((-drawn / 0.8)[inside].mean())
        assert data.medians[k] == pytest.approx(np.median((-drawn / 0.8)[inside]))


def test_sparse_bins_are_left_out():
    assert np.isnan(SCENE.compute(noise=0.4, count=300).means[0])


@pytest.mark.parametrize("std", [0.4, 0.5, 1.2])
def test_of_the_fewest_data_no_answer_is_shown(std):
    parameters = {"noise": std, "count": ours.COUNTS[0]}
    data = SCENE.compute(**parameters)
    assert np.isnan([data.means, data.medians]).all()
    assert "loss misses" not in SCENE.describe(parameters, data)
