"""Page 03's exercises: that the references are right, and what else passes."""

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import AffineTransform, Independent, Normal, TanhTransform, TransformedDistribution
from torch.nn.functional import logsigmoid

from sacnotes_lib.course.kit.check import check
from sacnotes_lib.course.p03_tanh.exercises import ESTIMATE_ENTROPY, SQUASHED_LOG_PROB


def test_log_probs_against_log_cosh_in_double_precision():
    for case in SQUASHED_LOG_PROB.cases:
        u, mean, std = (tensor.numpy().astype(float) for tensor in case.values())
        log_cosh = np.logaddexp(u, -u) - np.log(2)  # 1 - tanh(u)^2 = 1 / cosh(u)^2
        expected = (stats.norm(mean, std).logpdf(u) + 2 * log_cosh).sum(-1)
        np.testing.assert_allclose(SQUASHED_LOG_PROB.reference(**case), expected, rtol=1e-5)


def test_the_last_case_is_saturated_and_torch_has_no_number_for_it():
    *_, case = SQUASHED_LOG_PROB.cases
    action = torch.tanh(case["pre_tanh"])
    assert (action == 1).all(-1).any()
    base = Independent(Normal(case["mean"], case["std"]), 1)
    assert TransformedDistribution(base, [TanhTransform()]).log_prob(action).isnan().any()


def test_entropies_against_torch_s_own_log_prob_in_the_environment_s_units():
    for case in ESTIMATE_ENTROPY.cases:
        mean, std, noise, scale = (tensor.double() for tensor in case.values())
        base = Independent(Normal(mean, std), 1)
        policy = TransformedDistribution(base, [TanhTransform(), AffineTransform(0.0, scale)])
        action = scale * torch.tanh(mean + std * noise)
        torch.testing.assert_close(
            ESTIMATE_ENTROPY.reference(*case.values()),
            -policy.log_prob(action).mean(0).float(),
            rtol=1e-4,
            atol=1e-4,
        )


def test_many_samples_estimate_the_entropy_that_quadrature_finds():
    mean, std = 0.4, 0.7

    def integrand(u):
        log_prob = stats.norm(mean, std).logpdf(u) + 2 * (np.logaddexp(u, -u) - np.log(2))
        return -stats.norm(mean, std).pdf(u) * log_prob

    exact = integrate.quad(integrand, mean - 8 * std, mean + 8 * std)[0]
    # Evenly spread quantiles in place of random numbers: an error of 1e-4 instead of 1e-2.
    noise = torch.tensor(stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)).reshape(-1, 1, 1)
    estimate = ESTIMATE_ENTROPY.reference(
        torch.full((1, 1), mean), torch.full((1, 1), std), noise, torch.tensor([3.0])
    )
    assert estimate.shape == (1,)
    assert estimate.item() == pytest.approx(exact + np.log(3), abs=1e-3)


def test_the_solutions_may_be_written_in_other_ways():
    def by_sigmoids(u, mean, std):
        log_slope = np.log(4) + logsigmoid(2 * u) + logsigmoid(-2 * u)
        return Independent(Normal(mean, std), 1).log_prob(u) - log_slope.sum(-1)

    def sample_by_sample(mean, std, noise, scale):
        average = sum(by_sigmoids(mean + std * e, mean, std) for e in noise) / len(noise)
        return torch.log(scale.prod()) - average

    assert check(by_sigmoids, SQUASHED_LOG_PROB).passed
    assert check(sample_by_sample, ESTIMATE_ENTROPY).passed
