"""A quadrature rule for actions in [-1, 1]^A, made for densities that go through tanh."""

from dataclasses import dataclass

import numpy as np


def log_tanh_derivative(pre_tanh: np.ndarray) -> np.ndarray:
    """log(1 - tanh(u)^2), finite for every u; elementwise, any shape.

    1 - tanh(u)^2 = 4 exp(-2|u|) / (1 + exp(-2|u|))^2; the logarithm of the right side cancels nothing.
    """
    size = np.abs(pre_tanh)
    return 2 * (np.log(2) - size - np.log1p(np.exp(-2 * size)))


@dataclass(frozen=True)
class ActionNodes:
    """Nodes a = tanh(u), with u on an even grid, that turn an integral over actions into a sum.

    For f over actions: integral of f = sum(weights * f(actions)). The trapezoidal rule in u converges faster
    than any power of the spacing for smooth integrands that fade at both ends, and the nodes crowd towards
    a = -1 and a = 1, where the density of a wide tanh-Gaussian has its spikes (Trefethen and Weideman 2014,
    "The exponentially convergent trapezoidal rule").

    Attributes:
        pre_tanh: u, [M, A].
        spacing: distance between neighbours of u. A tanh-Gaussian narrower than this is not resolved.
    """

    pre_tanh: np.ndarray
    spacing: float

    @property
    def action_dim(self) -> int:
        return self.pre_tanh.shape[-1]

    @property
    def actions(self) -> np.ndarray:
        """a = tanh(u), [M, A], inside (-1, 1)."""
        return np.tanh(self.pre_tanh)

    @property
    def log_weights(self) -> np.ndarray:
        """Logarithm of the weights, [M]: log(spacing^A) plus log |da/du|."""
        return self.action_dim * np.log(self.spacing) + log_tanh_derivative(self.pre_tanh).sum(-1)

    @property
    def weights(self) -> np.ndarray:
        """Weights for an integral over actions, [M]; they add up to the volume 2^A."""
        return np.exp(self.log_weights)


def action_nodes(action_dim: int = 1, spacing: float | None = None, reach: float = 10.0) -> ActionNodes:
    """Nodes on [-1, 1]^action_dim with pre-tanh coordinates from -reach to reach.

    spacing: by default 0.02 in one dimension (1,001 nodes) and 0.08 in two (63,001 nodes). It should be no
        wider than the narrowest hump of what is integrated, measured by its standard deviation before tanh.
    Raises ValueError for other dimensions (the number of nodes grows as a power of it) and for a spacing
    that is not positive or is coarser than reach.
    """
    if action_dim not in (1, 2):
        raise ValueError(f"action_dim = {action_dim!r}: quadrature is for 1 or 2 action dimensions")
    if spacing is None:
        spacing = 0.02 if action_dim == 1 else 0.08
    if not 0 < spacing < reach:
        raise ValueError(f"spacing = {spacing!r}: must be above 0 and below reach = {reach!r}")
    steps = round(reach / spacing)
    axis = spacing * np.arange(-steps, steps + 1)
    axes = np.meshgrid(*[axis] * action_dim, indexing="ij")
    return ActionNodes(np.stack([a.ravel() for a in axes], axis=-1), spacing)
