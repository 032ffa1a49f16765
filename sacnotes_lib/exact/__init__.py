"""Answers known without learning, from numpy and scipy alone.

Quadrature, soft LQR, soft dynamic programming on a grid, and Monte Carlo soft returns.
"""

from .boltzmann import (
    TanhGaussianFit,
    boltzmann_log_density,
    density_entropy,
    density_mean,
    density_std,
    nearest_tanh_gaussian,
    soft_value,
    tanh_gaussian_at_nodes,
)
from .grid import GridProblem, grid_model, grid_solver
from .lqr import SoftLQR, SoftLQRSolution, gaussian_entropy
from .monte_carlo import EnvModel, SoftReturn, mujoco_model, pendulum_model, soft_return
from .quadrature import ActionNodes, action_nodes, log_tanh_derivative
from .soft_dp import SoftSolver
from .soft_model import SoftAnswer, SoftModel, finite_model
from .tanh_gaussian import (
    gaussian_log_density,
    max_entropy_tanh_gaussian,
    tanh_gaussian_entropy,
    tanh_gaussian_entropy_gradient,
    tanh_gaussian_log_density,
    tanh_gaussian_mean,
    tanh_gaussian_std,
)

__all__ = [
    "ActionNodes",
    "EnvModel",
    "GridProblem",
    "SoftAnswer",
    "SoftLQR",
    "SoftLQRSolution",
    "SoftModel",
    "SoftReturn",
    "SoftSolver",
    "TanhGaussianFit",
    "action_nodes",
    "boltzmann_log_density",
    "density_entropy",
    "density_mean",
    "density_std",
    "finite_model",
    "gaussian_entropy",
    "gaussian_log_density",
    "grid_model",
    "grid_solver",
    "log_tanh_derivative",
    "max_entropy_tanh_gaussian",
    "mujoco_model",
    "nearest_tanh_gaussian",
    "pendulum_model",
    "soft_return",
    "soft_value",
    "tanh_gaussian_at_nodes",
    "tanh_gaussian_entropy",
    "tanh_gaussian_entropy_gradient",
    "tanh_gaussian_log_density",
    "tanh_gaussian_mean",
    "tanh_gaussian_std",
]
