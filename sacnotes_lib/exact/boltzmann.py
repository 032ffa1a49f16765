"""The Boltzmann policy of a known Q(a), and the tanh-Gaussian nearest to it.

Every function takes Q at the nodes of a quadrature rule, [..., M], and works for any leading axes:

    nodes = action_nodes(1)
    q = -((nodes.actions[:, 0] - 0.3) ** 2)
    soft_value(q, 0.2, nodes)
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from .checks import check_temperature
from .quadrature import ActionNodes, log_tanh_derivative
from .tanh_gaussian import gaussian_log_density


def soft_value(q: np.ndarray, temperature: float, nodes: ActionNodes) -> np.ndarray:
    """V = temperature * log integral exp(Q(a) / temperature) da; q [..., M], result [...].

    Source: Haarnoja et al. 2017, "Reinforcement Learning with Deep Energy-Based Policies", eq. 5 (V*).
    """
    check_temperature(temperature)
    return temperature * logsumexp(np.asarray(q) / temperature + nodes.log_weights, axis=-1)


def boltzmann_log_density(q: np.ndarray, temperature: float, nodes: ActionNodes) -> np.ndarray:
    """log pi(a) = (Q(a) - V) / temperature at the nodes, [..., M]: the soft-optimal policy for Q."""
    return (q - soft_value(q, temperature, nodes)[..., None]) / temperature


def density_mean(log_density: np.ndarray, nodes: ActionNodes) -> np.ndarray:
    """Mean action of a density given at the nodes; [..., M] to [..., A]."""
    return (np.exp(log_density) * nodes.weights) @ nodes.actions


def density_std(log_density: np.ndarray, nodes: ActionNodes) -> np.ndarray:
    """Standard deviation of each action dimension of a density given at the nodes; [..., M] to [..., A]."""
    mass = np.exp(log_density) * nodes.weights
    offset = nodes.actions - density_mean(log_density, nodes)[..., None, :]
    return np.sqrt(np.einsum("...m,...ma->...a", mass, offset**2))


def density_entropy(log_density: np.ndarray, nodes: ActionNodes) -> np.ndarray:
    """Entropy in nats of a density given at the nodes; [..., M] to [...]."""
    return -(np.exp(log_density) * nodes.weights * log_density).sum(-1)


def tanh_gaussian_at_nodes(mean: np.ndarray, log_std: np.ndarray, nodes: ActionNodes) -> np.ndarray:
    """log density over actions of a tanh-Gaussian at the nodes; mean, log_std [..., A], result [..., M].

    Scored at the pre-tanh coordinate, so it is exact however close a node lies to -1 or 1.
    """
    mean, log_std = np.asarray(mean)[..., None, :], np.asarray(log_std)[..., None, :]
    return gaussian_log_density(nodes.pre_tanh, mean, log_std) - log_tanh_derivative(nodes.pre_tanh).sum(-1)


@dataclass(frozen=True)
class TanhGaussianFit:
    """The tanh-Gaussian nearest to a Boltzmann policy.

    Attributes:
        mean, log_std: pre-tanh parameters, [..., A].
        kl: KL(pi || Boltzmann) in nats, [...].
        value: E[Q - temperature log pi], [...]; below the soft value by temperature * kl.
    """

    mean: np.ndarray
    log_std: np.ndarray
    kl: np.ndarray
    value: np.ndarray


def nearest_tanh_gaussian(
    q: np.ndarray,
    temperature: float,
    nodes: ActionNodes,
    starts: list[tuple[np.ndarray, np.ndarray]] | None = None,
    strict: bool = True,
) -> TanhGaussianFit:
    """Minimise KL(tanh-Gaussian || exp(Q / temperature) / Z), the direction that SAC's actor loss uses.

    With several peaks there are several local minima. Each start (mean, log_std) [..., A] is followed down and the
    best end is kept, row by row; without starts, five are tried: the Boltzmann policy's pre-tanh moments, its highest
    point and three places across the range. Give a single start to see where it leads. Widths stop at the node
    spacing and means at half the nodes' reach; an answer that got there raises ValueError, unless strict is False.
    Source: Haarnoja et al. 2018, "Soft Actor-Critic", eq. 4.
    """
    q = np.asarray(q, dtype=float)
    target = boltzmann_log_density(q, temperature, nodes).reshape(-1, q.shape[-1])
    if starts is None:
        starts = _default_starts(target, nodes)
    fits = [_descend(target, start, nodes) for start in starts]
    kls = np.stack([kl for _, _, kl in fits])
    best, rows = kls.argmin(axis=0), np.arange(len(target))
    mean = np.stack([m for m, _, _ in fits])[best, rows]
    log_std = np.stack([s for _, s, _ in fits])[best, rows]
    if strict:
        _check_inside(mean, log_std, nodes)
    shape = q.shape[:-1]
    kl = kls[best, rows].reshape(shape)
    value = soft_value(q, temperature, nodes) - temperature * kl
    return TanhGaussianFit(mean.reshape(*shape, -1), log_std.reshape(*shape, -1), kl, value)


def moments_start(log_density: np.ndarray, nodes: ActionNodes) -> tuple[np.ndarray, np.ndarray]:
    """Pre-tanh mean and log_std, [..., A] each, of a density at the nodes, [..., M]: where to start a fit."""
    mass = np.exp(log_density + nodes.log_weights)
    mean = mass @ nodes.pre_tanh
    offset = nodes.pre_tanh - mean[..., None, :]
    return mean, 0.5 * np.log(np.einsum("...m,...ma->...a", mass, offset**2))


def _default_starts(target: np.ndarray, nodes: ActionNodes) -> list[tuple[np.ndarray, np.ndarray]]:
    peak = nodes.pre_tanh[target.argmax(-1)]
    starts = [moments_start(target, nodes), (peak, np.full_like(peak, -1.5))]
    return starts + [(np.full_like(peak, centre), np.full_like(peak, -1.0)) for centre in (-0.8, 0.0, 0.8)]


class TooNarrow(ValueError):
    """A density has a hump that falls between the nodes."""


def _check_inside(mean: np.ndarray, log_std: np.ndarray, nodes: ActionNodes) -> None:
    """Raise TooNarrow or ValueError if a fit ended at the edge of what the nodes can tell."""
    if np.any(np.exp(log_std) < 1.02 * nodes.spacing):
        raise TooNarrow(
            f"the nearest tanh-Gaussian is too narrow for nodes {nodes.spacing} apart: "
            "make the nodes with a smaller spacing, or raise the temperature"
        )
    if np.any(np.abs(mean) > 0.999 * _farthest_mean(nodes)):
        raise ValueError(
            f"the nearest tanh-Gaussian has its pre-tanh mean beyond {_farthest_mean(nodes)}: "
            "make the nodes with a larger reach, or raise the temperature"
        )


def _farthest_mean(nodes: ActionNodes) -> float:
    return float(np.abs(nodes.pre_tanh).max() / 2)


def _descend(target: np.ndarray, start: tuple[np.ndarray, np.ndarray], nodes: ActionNodes):
    """L-BFGS on the sum of the rows' KL (rows share no parameter); (mean, log_std [rows, A], kl [rows])."""
    shape = (2, len(target), nodes.action_dim)
    farthest = _farthest_mean(nodes)
    # A normal density as wide as the spacing is still integrated to 1e-8; below half of that, not to 1 %.
    low = np.broadcast_to(np.array([-farthest, np.log(nodes.spacing)])[:, None, None], shape)
    high = np.broadcast_to(np.array([farthest, 2.0])[:, None, None], shape)

    def row_kl(parameters):
        log_policy = tanh_gaussian_at_nodes(*parameters, nodes)
        # Normalised over the nodes: else mass pushed out of their reach would look like a gain.
        log_policy = log_policy - logsumexp(log_policy + nodes.log_weights, axis=-1, keepdims=True)
        mass, gap = np.exp(log_policy + nodes.log_weights), log_policy - target
        return mass, gap, (mass * gap).sum(-1)

    def total_kl(flat):
        mean, log_std = parameters = flat.reshape(shape)
        mass, gap, kl = row_kl(parameters)
        z = (nodes.pre_tanh - mean[:, None]) / np.exp(log_std)[:, None]
        # d KL = E[d log pi (gap - KL)]: the density moves over fixed nodes, so no derivative of Q is needed.
        pull = (mass * (gap - kl[:, None]))[:, :, None]
        gradient = np.stack([(pull * z).sum(1) / np.exp(log_std), (pull * z**2).sum(1)])
        return kl.sum(), gradient.ravel()

    first = np.clip(np.stack([np.broadcast_to(part, shape[1:]) for part in start]), low, high)
    bounds = np.stack([low.ravel(), high.ravel()], axis=-1)
    options = {"maxiter": 1000, "maxfun": 4000, "ftol": 1e-15, "gtol": 1e-9}
    end = minimize(total_kl, first.ravel(), jac=True, bounds=bounds, method="L-BFGS-B", options=options).x
    return *end.reshape(shape), row_kl(end.reshape(shape))[2]
