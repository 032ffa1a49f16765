"""The losses against torch.nn.functional, closed-form gradients and quadrature."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from sacnotes_lib.sac import losses as ours
from sacnotes_lib.sac.distributions import SquashedGaussian

ALPHA = 0.3
DRAWS = 200_000


def toy_q(action):
    """A critic with a slope and a curvature, for torch and numpy alike."""
    return 1.5 * action - 2 * action**2


def objective(mean: float, log_std: float) -> float:
    """E[α log π(a) - Q(a)] of a one-dimensional tanh-Gaussian, by scipy over the value before tanh."""
    normal = stats.norm(mean, math.exp(log_std))

    def integrand(u):
        log_cosh = np.logaddexp(u, -u) - math.log(2)
        return normal.pdf(u) * (ALPHA * (normal.logpdf(u) + 2 * log_cosh) - toy_q(np.tanh(u)))

    return integrate.quad(integrand, mean - 10 * math.exp(log_std), mean + 10 * math.exp(log_std))[0]


def exact_gradient(mean, log_std, step=1e-4):
    d_mean = objective(mean + step, log_std) - objective(mean - step, log_std)
    d_log_std = objective(mean, log_std + step) - objective(mean, log_std - step)
    return np.array([d_mean, d_log_std]) / (2 * step)


def sampled_gradients(loss, draw, mean, log_std, **kwargs):
    """One gradient estimate for every draw, `[DRAWS, 2]`: a batch of independent policies with equal parameters."""
    torch.manual_seed(0)
    inputs = [torch.full((DRAWS, 1), x, dtype=torch.float64, requires_grad=True) for x in (mean, log_std)]
    action, log_prob = getattr(SquashedGaussian(*inputs), draw)()
    value = loss(toy_q(action.squeeze(-1)), log_prob, ALPHA, **kwargs)
    gradients = torch.autograd.grad(value, inputs)  # the loss is a mean over the batch
    return DRAWS * torch.cat(gradients, dim=-1).numpy()


def assert_unbiased(gradients, exact):
    standard_error = gradients.std(axis=0) / math.sqrt(DRAWS)
    assert np.all(np.abs(gradients.mean(axis=0) - exact) < 5 * standard_error)


def test_critic_loss_is_the_sum_over_critics_of_mean_squared_errors():
    q, target = torch.randn(2, 3, 5), torch.randn(2, 3, 5)
    each = [torch.nn.functional.mse_loss(q[r, n], target[r, n]) for r in range(2) for n in range(3)]
    torch.testing.assert_close(ours.critic_loss(q, target), sum(each))


def test_critic_loss_has_the_gradient_of_regression_and_none_through_the_target():
    q, target = (torch.randn(3, 5, requires_grad=True) for _ in range(2))
    loss = ours.critic_loss(q, target)
    d_q, d_target = torch.autograd.grad(loss, (q, target), allow_unused=True)
    torch.testing.assert_close(d_q, 2 * (q - target).detach() / 5)
    assert d_target is None


@pytest.mark.parametrize("mean, log_std", [(0.2, -0.7), (-0.8, 0.1)])
def test_the_reparameterized_loss_estimates_the_objective_and_its_gradient(mean, log_std):
    assert_unbiased(
        sampled_gradients(ours.actor_loss_reparameterized, "rsample", mean, log_std),
        exact_gradient(mean, log_std),
    )
    torch.manual_seed(1)
    policy = SquashedGaussian(torch.full((DRAWS, 1), mean), torch.full((DRAWS, 1), log_std))
    action, log_prob = policy.rsample()
    loss = ours.actor_loss_reparameterized(toy_q(action.squeeze(-1)), log_prob, ALPHA)
    assert loss.item() == pytest.approx(objective(mean, log_std), abs=0.02)


@pytest.mark.parametrize("baseline", [0.0, -1.7])
def test_the_score_function_estimates_the_same_gradient_whatever_the_baseline(baseline):
    gradients = sampled_gradients(ours.actor_loss_score_function, "sample", 0.2, -0.7, baseline=baseline)
    assert_unbiased(gradients, exact_gradient(0.2, -0.7))


def test_the_gradient_of_the_score_function_loss_runs_through_log_prob_alone():
    q, log_prob = (torch.randn(2, 6, requires_grad=True) for _ in range(2))
    baseline = torch.randn(2, 6, requires_grad=True)
    alpha = torch.tensor([0.2, 0.7], requires_grad=True)
    loss = ours.actor_loss_score_function(q, log_prob, alpha, baseline)
    d_q, d_log_prob, d_alpha, d_baseline = torch.autograd.grad(
        loss, (q, log_prob, alpha, baseline), allow_unused=True
    )
    assert d_q is d_alpha is d_baseline is None
    worth = (q - alpha.unsqueeze(-1) * log_prob - baseline).detach()
    torch.testing.assert_close(d_log_prob, -worth / 6)


def test_the_reparameterized_loss_has_the_gradients_of_its_formula():
    q, log_prob = (torch.randn(2, 6, requires_grad=True) for _ in range(2))
    alpha = torch.tensor([0.2, 0.7])
    loss = ours.actor_loss_reparameterized(q, log_prob, alpha)
    assert loss.item() == pytest.approx(
        sum((alpha[r] * log_prob[r] - q[r]).mean().item() for r in range(2)), abs=1e-6
    )
    d_q, d_log_prob = torch.autograd.grad(loss, (q, log_prob))
    torch.testing.assert_close(d_q, torch.full((2, 6), -1 / 6))
    torch.testing.assert_close(d_log_prob, alpha.unsqueeze(-1).expand(2, 6) / 6)


@pytest.mark.parametrize("alpha", [0.1, 2.0])
def test_temperature_loss_is_alpha_times_the_surplus_of_entropy(alpha):
    log_alpha = torch.tensor(alpha).log().requires_grad_()
    log_prob = torch.tensor([-2.0, -1.0, 0.6], requires_grad=True)  # entropy estimate 0.8
    loss = ours.temperature_loss(log_alpha, log_prob, target_entropy=-1.0)
    assert loss.item() == pytest.approx(alpha * 1.8, rel=1e-6)
    d_alpha, d_log_prob = torch.autograd.grad(loss, (log_alpha, log_prob), allow_unused=True)
    assert d_alpha.item() == pytest.approx(alpha * 1.8, rel=1e-6)
    assert d_log_prob is None


@pytest.mark.parametrize("shapes", [((4,), (4, 1)), ((4, 1), (4,)), ((2, 4), (4,)), ((4,), (1, 4))])
def test_shapes_that_would_broadcast_in_silence_are_refused_with_the_names_of_the_tensors(shapes):
    q, other = (torch.zeros(shape) for shape in shapes)
    for name, loss, temperature in (
        ("target", ours.critic_loss, []),
        ("log_prob", ours.actor_loss_reparameterized, [0.1]),
        ("log_prob", ours.actor_loss_score_function, [0.1]),
    ):
        with pytest.raises(ValueError) as refusal:
            loss(q, other, *temperature)
        told = f"q has shape {list(shapes[0])} and {name} has {list(shapes[1])}: they must be equal"
        assert str(refusal.value).startswith(told)


def test_a_baseline_or_a_temperature_that_would_broadcast_is_refused():
    q, log_prob = torch.zeros(4), torch.zeros(4)
    with pytest.raises(ValueError, match=r"baseline has shape \[4, 4\] and log_prob has \[4\]"):
        ours.actor_loss_score_function(q, log_prob, 0.1, baseline=torch.zeros(4, 1))
    for loss in (ours.actor_loss_score_function, ours.actor_loss_reparameterized):
        with pytest.raises(ValueError, match=r"temperature has shape \[4\] and log_prob has \[4\]"):
            loss(q, log_prob, torch.zeros(4))
