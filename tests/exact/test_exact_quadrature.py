"""Quadrature against scipy.integrate, torch.distributions, finite differences and sampling."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from torch.distributions import Independent, Normal, TransformedDistribution
from torch.distributions.transforms import TanhTransform

from sacnotes_lib import exact as ours

CASES = [(0.0, 1.0), (1.0, 1.0), (-0.7, 0.2), (2.5, 0.05), (0.3, 4.0)]


def normal_density(e):
    return np.exp(-0.5 * e * e) / np.sqrt(2 * np.pi)


def expectation(f, mean, std):
    """E f(mean + std e) by adaptive quadrature, an independent way."""
    return quad(lambda e: f(mean + std * e) * normal_density(e), -9, 9, limit=500, epsabs=1e-12)[0]


def test_nodes_integrate_like_adaptive_quadrature_also_spikes_at_both_ends_and_over_the_square():
    nodes, square = ours.action_nodes(1), ours.action_nodes(2)
    for f in (lambda a: 1 + 0 * a, lambda a: a**4, np.exp):
        assert nodes.weights @ f(nodes.actions[:, 0]) == pytest.approx(quad(f, -1, 1)[0], abs=1e-7)
    # arcsin'(a); what lies beyond the last node, 4e-9 from the end, is 2e-4.
    assert nodes.weights @ (1 / np.sqrt(1 - nodes.actions[:, 0] ** 2)) == pytest.approx(np.pi, abs=2e-4)
    f = np.exp(square.actions[:, 0]) * square.actions[:, 1] ** 2
    assert square.weights @ f == pytest.approx((np.e - 1 / np.e) * 2 / 3, abs=1e-6)


def test_log_tanh_derivative_is_exact_near_0_and_far_out():
    u = np.array([-2.0, 0.0, 0.5, 3.0])
    assert ours.log_tanh_derivative(u) == pytest.approx(np.log(1 - np.tanh(u) ** 2), abs=1e-12)
    assert ours.log_tanh_derivative(np.array([50.0]))[0] == pytest.approx(2 * np.log(2) - 100, abs=1e-12)


def test_what_is_wrong_is_named():
    for name, wrong in (("action_dim", 3), ("spacing", 0.0), ("spacing", 20.0)):
        with pytest.raises(ValueError, match=name):
            ours.action_nodes(**{name: wrong})
    for temperature in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match="temperature"):
            ours.soft_value(np.zeros(3), temperature, ours.action_nodes(1))
    with pytest.raises(ValueError, match="inside"):
        ours.tanh_gaussian_log_density(np.array([1.0]), np.zeros(1), np.zeros(1))


@pytest.mark.parametrize(("mean", "std"), CASES)
def test_density_agrees_with_torch(mean, std):
    action = np.array([[-0.9, 0.3], [0.1, 0.99]])
    means, log_stds = np.array([mean, -mean]), np.log([std, 2 * std])
    base = Independent(Normal(torch.tensor(means), torch.tensor(np.exp(log_stds))), 1)
    reference = TransformedDistribution(base, [TanhTransform()]).log_prob(torch.tensor(action)).numpy()
    assert ours.tanh_gaussian_log_density(action, means, log_stds) == pytest.approx(reference, rel=1e-9)


@pytest.mark.parametrize(("mean", "std"), CASES)
def test_moments_and_entropy_agree_with_adaptive_quadrature(mean, std):
    m, s = np.array([mean]), np.log([std])
    first, second = expectation(np.tanh, mean, std), expectation(lambda u: np.tanh(u) ** 2, mean, std)
    entropy = np.log(std * np.sqrt(2 * np.pi * np.e)) + expectation(
        lambda u: -2 * np.log(np.cosh(u)), mean, std
    )
    assert ours.tanh_gaussian_mean(m, s)[0] == pytest.approx(first, abs=1e-8)
    assert ours.tanh_gaussian_std(m, s)[0] == pytest.approx(np.sqrt(second - first**2), abs=1e-7)
    assert ours.tanh_gaussian_entropy(m, s) == pytest.approx(entropy, abs=1e-8)


def test_two_dimensional_entropy_is_the_integral_over_the_square():
    nodes, mean, log_std = ours.action_nodes(2), np.array([0.4, -1.0]), np.log([0.5, 0.9])
    log_density = ours.tanh_gaussian_at_nodes(mean, log_std, nodes)
    # 1e-6 of the mass lies beyond the last node, where -log density is about 15.
    assert nodes.weights @ np.exp(log_density) == pytest.approx(1, abs=1e-6)
    assert ours.density_entropy(log_density, nodes) == pytest.approx(
        ours.tanh_gaussian_entropy(mean, log_std), abs=1e-6
    )
    assert ours.density_mean(log_density, nodes) == pytest.approx(
        ours.tanh_gaussian_mean(mean, log_std), abs=1e-6
    )
    assert ours.density_std(log_density, nodes) == pytest.approx(
        ours.tanh_gaussian_std(mean, log_std), abs=1e-6
    )


@pytest.mark.parametrize(("mean", "std"), CASES)
def test_entropy_gradient_agrees_with_differences(mean, std):
    m, s, step = np.array([mean, 0.1]), np.log([std, 0.7]), 1e-4
    by_mean, by_log_std = ours.tanh_gaussian_entropy_gradient(m, s)
    for i, e in enumerate(np.eye(2) * step):
        mean_slope = (ours.tanh_gaussian_entropy(m + e, s) - ours.tanh_gaussian_entropy(m - e, s)) / (
            2 * step
        )
        std_slope = (ours.tanh_gaussian_entropy(m, s + e) - ours.tanh_gaussian_entropy(m, s - e)) / (2 * step)
        assert by_mean[i] == pytest.approx(mean_slope, abs=1e-6)
        assert by_log_std[i] == pytest.approx(std_slope, abs=1e-6)


def test_known_numbers():
    std, entropy = ours.max_entropy_tanh_gaussian()
    assert std == pytest.approx(0.874, abs=5e-4)
    assert entropy == pytest.approx(0.6836, abs=5e-5)
    assert ours.tanh_gaussian_mean(np.ones(1), np.zeros(1))[0] == pytest.approx(0.550, abs=5e-4)
    # At the top the slope is 0.
    assert ours.tanh_gaussian_entropy_gradient(np.zeros(1), np.log([0.874]))[1][0] == pytest.approx(
        0, abs=1e-3
    )


def peaks(a):
    return np.exp(-0.5 * ((a - 0.3) / 0.15) ** 2) + 0.7 * np.exp(-0.5 * ((a + 0.5) / 0.4) ** 2)


@pytest.mark.parametrize("temperature", [0.05, 0.3, 2.0])
def test_boltzmann_agrees_with_adaptive_quadrature(temperature):
    nodes = ours.action_nodes(1)
    q = peaks(nodes.actions[:, 0])
    partition = quad(lambda a: np.exp(peaks(a) / temperature), -1, 1, limit=200)[0]
    mean = quad(lambda a: a * np.exp(peaks(a) / temperature) / partition, -1, 1, limit=200)[0]
    value = temperature * np.log(partition)
    entropy = (
        value - quad(lambda a: peaks(a) * np.exp(peaks(a) / temperature) / partition, -1, 1)[0]
    ) / temperature
    log_density = ours.boltzmann_log_density(q, temperature, nodes)
    assert ours.soft_value(q, temperature, nodes) == pytest.approx(value, abs=1e-7)
    assert ours.density_mean(log_density, nodes)[0] == pytest.approx(mean, abs=1e-7)
    assert ours.density_entropy(log_density, nodes) == pytest.approx(entropy, abs=1e-6)


def test_boltzmann_in_two_dimensions_is_a_product_where_q_is_a_sum():
    line, square = ours.action_nodes(1), ours.action_nodes(2)
    a, b = square.actions.T
    total = ours.soft_value(peaks(a) - b**2, 0.2, square)
    parts = ours.soft_value(peaks(line.actions[:, 0]), 0.2, line) + ours.soft_value(
        -(line.actions[:, 0] ** 2), 0.2, line
    )
    assert total == pytest.approx(parts, abs=1e-5)


def test_nearest_tanh_gaussian_finds_one_that_is_there():
    nodes, mean, log_std = ours.action_nodes(2), np.array([0.5, -0.8]), np.log([0.4, 0.9])
    q = 0.2 * ours.tanh_gaussian_at_nodes(mean, log_std, nodes) + 7.0
    fit = ours.nearest_tanh_gaussian(q, 0.2, nodes)
    assert fit.mean == pytest.approx(mean, abs=1e-4)
    assert fit.log_std == pytest.approx(log_std, abs=1e-4)
    assert fit.kl == pytest.approx(0, abs=1e-6)
    assert fit.value == pytest.approx(7.0, abs=1e-5)


@pytest.mark.parametrize("temperature", [0.1, 0.2, 0.5])
def test_nearest_tanh_gaussian_beats_every_other_on_a_fine_mesh(temperature):
    nodes = ours.action_nodes(1, spacing=0.025)
    q = peaks(nodes.actions[:, 0])
    fit = ours.nearest_tanh_gaussian(q, temperature, nodes)
    means, log_stds = np.meshgrid(np.linspace(-1.5, 1.5, 61), np.linspace(-3.4, 1, 61), indexing="ij")
    log_policy = ours.tanh_gaussian_at_nodes(means[..., None], log_stds[..., None], nodes)
    mass = np.exp(log_policy) * nodes.weights
    kl = (mass * (log_policy - ours.boltzmann_log_density(q, temperature, nodes))).sum(-1)
    assert 0 <= fit.kl <= kl.min() + 1e-9
    mass = np.exp(ours.tanh_gaussian_at_nodes(fit.mean, fit.log_std, nodes)) * nodes.weights
    assert fit.value == pytest.approx(
        mass @ q + temperature * ours.tanh_gaussian_entropy(fit.mean, fit.log_std), abs=1e-4
    )
    assert fit.kl == pytest.approx(kl.min(), abs=0.02)
    assert fit.mean[0] == pytest.approx(means.ravel()[kl.argmin()], abs=0.06)


def test_a_start_leads_to_its_own_valley_and_rows_do_not_mix():
    nodes = ours.action_nodes(1)
    q = peaks(nodes.actions[:, 0])
    both = ours.nearest_tanh_gaussian(np.stack([q, -((nodes.actions[:, 0] - 0.5) ** 2)]), 0.15, nodes)
    from_middle = ours.nearest_tanh_gaussian(q, 0.15, nodes, [(np.zeros(1), np.zeros(1))])
    assert both.mean[0, 0] > 0 > from_middle.mean[0]
    assert from_middle.kl > both.kl[0] + 0.1
    assert both.mean[0] == pytest.approx(ours.nearest_tanh_gaussian(q, 0.15, nodes).mean, abs=1e-5)


def test_a_fit_at_the_edge_has_no_mass_to_hide():
    """A policy pushed against a = 1: the KL stays a KL, and agrees with sampling."""
    nodes, rng = ours.action_nodes(1), np.random.default_rng(0)
    fit = ours.nearest_tanh_gaussian(50 * nodes.actions[:, 0], 0.1, nodes)
    u = fit.mean + np.exp(fit.log_std) * rng.standard_normal((100_000, 1))
    log_policy = ours.gaussian_log_density(u, fit.mean, fit.log_std) - ours.log_tanh_derivative(u)[:, 0]
    gap = log_policy - 500 * np.tanh(u)[:, 0] + ours.soft_value(50 * nodes.actions[:, 0], 0.1, nodes) / 0.1
    assert fit.kl == pytest.approx(gap.mean(), abs=4 * gap.std() / np.sqrt(len(gap)))
    assert 0 < fit.kl < 0.2


def test_mass_out_of_the_nodes_reach_is_no_gain():
    """Two spikes at the ends and nodes that stop short of them: a very wide policy must not look perfect."""
    nodes = ours.action_nodes(1, spacing=0.05, reach=4.0)
    fit = ours.nearest_tanh_gaussian(5 * np.abs(nodes.actions[:, 0]), 1.0, nodes)
    assert fit.kl > 0
    assert np.exp(fit.log_std[0]) < 3


@pytest.mark.parametrize(
    ("q", "message"),
    [(lambda a: -100 * a**2, "smaller spacing"), (lambda a: 100 * a, "larger reach")],
)
def test_a_fit_that_the_nodes_cannot_resolve_is_refused(q, message):
    nodes = ours.action_nodes(1, spacing=0.1, reach=6.0)
    with pytest.raises(ValueError, match=message):
        ours.nearest_tanh_gaussian(q(nodes.actions[:, 0]), 0.1, nodes)
