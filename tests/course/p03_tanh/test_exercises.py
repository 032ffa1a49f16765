"""Page 03's exercises: that the references are right, and what else passes."""

import numpy as np
import torch
from scipy import stats
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


def test_the_solutions_may_be_written_in_other_ways():
    def by_sigmoids(u, mean, std):
        log_slope = np.log(4) + logsigmoid(2 * u) + logsigmoid(-2 * u)
        return Independent(Normal(mean, std), 1).log_prob(u) - log_slope.sum(-1)

    def sample_by_sample(mean, std, noise, scale):
        average = sum(by_sigmoids(mean + std * e, mean, std) for e in noise) / len(noise)
        return torch.log(scale.prod()) - average

    assert check(by_sigmoids, SQUASHED_LOG_PROB).passed
    assert check(sample_by_sample, ESTIMATE_ENTROPY).passed
