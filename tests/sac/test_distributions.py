"""The policies against torch.distributions, closed forms and quadrature."""

import math
import re

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution

from sacnotes_lib.sac.distributions import Gaussian, SquashedGaussian, log_tanh_slope

SHAPES = [(5, 1), (4, 2, 5, 3)]


def parameters(shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    mean = torch.randn(shape, generator=generator, dtype=dtype)
    log_std = 0.5 * torch.randn(shape, generator=generator, dtype=dtype) - 0.5
    return mean, log_std


def torch_normal(mean, log_std):
    return Independent(Normal(mean, log_std.exp()), 1)


def torch_squashed(mean, log_std):
    return TransformedDistribution(torch_normal(mean, log_std), [TanhTransform()])


def tanh_gaussian_entropy(mean: float, log_std: float) -> float:
    """-∫ π log π over u, with scipy's density and log(1 - tanh²) in another form, -2 log cosh."""
    normal = stats.norm(mean, math.exp(log_std))

    def integrand(u):
        log_cosh = np.logaddexp(u, -u) - math.log(2)
        return -normal.pdf(u) * (normal.logpdf(u) + 2 * log_cosh)

    return integrate.quad(integrand, mean - 10 * math.exp(log_std), mean + 10 * math.exp(log_std))[0]


def test_log_tanh_slope_is_exact_also_where_tanh_rounds_to_one_and_adds_up_the_action_dimensions():
    u = torch.tensor([[-100.0, 20.0, -10.0], [7.0, 0.0, -0.3], [-1.2, 2.0, 100.0]])
    exact = -2 * (np.logaddexp(u.numpy(), -u.numpy()) - math.log(2))
    np.testing.assert_allclose(log_tanh_slope(u), exact.sum(-1), rtol=1e-6)
    for each in range(3):
        np.testing.assert_allclose(
            log_tanh_slope(u[:, each : each + 1]), exact[:, each], rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("draw", ["rsample", "sample"])
@pytest.mark.parametrize("sample_shape", [(), (2, 3)])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_draw_comes_with_its_log_prob_and_any_action_has_one(draw, sample_shape, shape):
    mean, log_std = parameters(shape)
    noise = torch.randn(*sample_shape, *shape, dtype=torch.float64)
    u = mean + log_std.exp() * noise
    for policy_class, action, reference in (
        (SquashedGaussian, u.tanh(), torch_squashed(mean, log_std)),
        (Gaussian, u, torch_normal(mean, log_std)),
    ):
        policy = policy_class(mean, log_std)
        drawn, log_prob = getattr(policy, draw)(sample_shape, noise=noise)
        assert log_prob.shape == (*sample_shape, *shape[:-1])
        torch.testing.assert_close(drawn, action)
        torch.testing.assert_close(log_prob, reference.log_prob(action))
        torch.testing.assert_close(policy.log_prob(action), reference.log_prob(action))


@pytest.mark.parametrize("draw", ["rsample", "sample"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_noise_left_out_is_drawn_from_torchs_generator_in_the_parameters_precision(draw, dtype):
    policy = SquashedGaussian(*parameters((5, 2), dtype=dtype))
    torch.manual_seed(7)
    noise = torch.randn(3, 5, 2, dtype=dtype)
    torch.manual_seed(7)
    action, log_prob = getattr(policy, draw)((3,))
    expected_action, expected_log_prob = getattr(policy, draw)((3,), noise=noise)
    assert action.dtype == log_prob.dtype == dtype
    assert torch.equal(action, expected_action)
    assert torch.equal(log_prob, expected_log_prob)
    with pytest.raises(TypeError):  # by name, so that noise is never taken for a shape
        getattr(policy, draw)((3,), noise)


@pytest.mark.parametrize("policy_class, low, high", [(SquashedGaussian, -1, 1), (Gaussian, -12, 12)])
def test_the_density_integrates_to_one_over_two_action_dimensions(policy_class, low, high):
    """The joint density is the product over dimensions: with the mean of the logarithms it would not be one."""
    mean, log_std = torch.tensor([[0.4, -0.8]]).double(), torch.tensor([[-0.5, 0.1]]).double()
    nodes, weights = (torch.tensor(x) for x in np.polynomial.legendre.leggauss(400))
    nodes, weights = (high - low) / 2 * nodes + (high + low) / 2, (high - low) / 2 * weights
    square = torch.stack(torch.meshgrid(nodes, nodes, indexing="ij"), dim=-1).reshape(-1, 2)
    density = policy_class(mean, log_std).log_prob(square).exp()
    assert (density * torch.outer(weights, weights).flatten()).sum().item() == pytest.approx(1, abs=1e-4)


def test_log_prob_stays_finite_and_exact_however_saturated():
    mean, log_std = torch.tensor([[-60.0], [9.0], [25.0], [80.0]]), torch.zeros(4, 1)
    noise = torch.tensor([[0.5], [-1.0], [2.0], [0.0]])
    action, log_prob = SquashedGaussian(mean, log_std).rsample(noise=noise)
    u = (mean + noise).double().numpy()[:, 0]
    exact = stats.norm.logpdf(noise[:, 0].numpy()) + 2 * (np.logaddexp(u, -u) - math.log(2))
    assert (
        action.abs().max() == 1
    )  # float32 cannot hold these actions, their density can be known all the same
    np.testing.assert_allclose(log_prob.numpy(), exact, rtol=1e-6)


@pytest.mark.parametrize("mean, log_std", [(0.0, math.log(0.874)), (1.0, 0.0), (-0.7, -1.5), (0.2, 1.0)])
def test_entropy_estimate_and_its_gradient_meet_quadrature(mean, log_std):
    """The value and the gradient: were the action drawn with `sample`, the gradient would average to zero."""
    torch.manual_seed(0)
    inputs = torch.tensor([[mean]], requires_grad=True), torch.tensor([[log_std]], requires_grad=True)
    count, step = 200_000, 1e-4
    estimate = SquashedGaussian(*inputs).entropy_estimate(count)
    assert estimate.shape == (1,)
    tolerance = 5 * 4 / math.sqrt(count)  # one sample's standard deviation is below 4 for all three numbers
    assert estimate.item() == pytest.approx(tanh_gaussian_entropy(mean, log_std), abs=tolerance)
    d_mean, d_log_std = (g.item() for g in torch.autograd.grad(estimate.sum(), inputs))
    up, down = (tanh_gaussian_entropy(mean + s, log_std) for s in (step, -step))
    assert d_mean == pytest.approx((up - down) / (2 * step), abs=tolerance)
    up, down = (tanh_gaussian_entropy(mean, log_std + s) for s in (step, -step))
    assert d_log_std == pytest.approx((up - down) / (2 * step), abs=tolerance)


def test_entropy_estimate_without_tanh_meets_the_closed_form_and_averages_over_samples_only():
    torch.manual_seed(0)
    mean, log_std = parameters((2, 3, 2), dtype=torch.float32)
    estimate = Gaussian(mean, log_std).entropy_estimate(100_000)
    torch.testing.assert_close(estimate, torch_normal(mean, log_std).entropy(), atol=0.02, rtol=0)


def test_no_entropy_is_above_the_uniform_distributions():
    """Two dimensions of [-1, 1] hold at most 2 log 2: with the tanh correction left out or doubled they hold more."""
    torch.manual_seed(0)
    log_std = torch.linspace(-2, 2, 9).reshape(-1, 1).expand(-1, 2)
    estimate = SquashedGaussian(torch.zeros_like(log_std), log_std).entropy_estimate(50_000)
    assert estimate.max() < 2 * math.log(2)
    assert estimate.max() > 2 * 0.67  # and the best of them comes close to it


def test_the_median_has_half_of_the_draws_below_it():
    torch.manual_seed(0)
    mean, log_std = torch.tensor([[1.0, -0.3]]), torch.tensor([[0.0, 0.5]])
    for policy in (SquashedGaussian(mean, log_std), Gaussian(mean, log_std)):
        actions, _ = policy.sample((40_000,))
        assert policy.median.shape == mean.shape
        below = (actions < policy.median).float().mean(0)
        torch.testing.assert_close(below, torch.full((1, 2), 0.5), atol=0.0125, rtol=0)  # 5 standard errors
    torch.testing.assert_close(SquashedGaussian(mean, log_std).median, torch.tensor([[0.761594, -0.291313]]))


def test_an_action_that_tanh_cannot_give_is_refused_and_the_worst_is_named():
    wrong = (([0.0, 1.0], "1"), ([-1.0, 0.0], "1"), ([-1.25, 1.0], "1.25"), ([0.0, math.nan], "nan"))
    for action, worst in wrong:
        actions = torch.tensor([[0.5, 0.5], action])
        with pytest.raises(ValueError, match=f"an action reaches {worst}, .*between -1 and 1.*rsample"):
            SquashedGaussian(torch.zeros(2, 2), torch.zeros(2, 2)).log_prob(actions)
    almost = torch.tensor([[math.nextafter(1.0, 0.0)], [math.nextafter(-1.0, 0.0)]], dtype=torch.float64)
    assert SquashedGaussian(torch.zeros(2, 1), torch.zeros(2, 1)).log_prob(almost).isfinite().all()


@pytest.mark.parametrize("policy_class", [SquashedGaussian, Gaussian])
def test_shapes_that_do_not_fit_are_refused(policy_class):
    for mean, log_std in (((4, 2), (2,)), ((2,), (4, 2))):
        told = re.escape(
            f"mean has shape {list(mean)} and log_std has {list(log_std)}: both must be [..., batch,"
        )
        with pytest.raises(ValueError, match=told):
            policy_class(torch.zeros(mean), torch.zeros(log_std))
    policy = policy_class(torch.zeros(5, 4, 2), torch.zeros(5, 4, 2))
    for shape in ((4, 1), (4, 3), ()):
        told = re.escape(
            f"action has shape {list(shape)}; the last axis must be the action dimension 2, as in"
        )
        with pytest.raises(ValueError, match=told):
            policy.log_prob(torch.zeros(shape))
