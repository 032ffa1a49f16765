"""The public names of `exact/`, and where each lives."""

from .boltzmann import (
    TanhGaussianFit as TanhGaussianFit,
    boltzmann_log_density as boltzmann_log_density,
    density_entropy as density_entropy,
    density_mean as density_mean,
    density_std as density_std,
    nearest_tanh_gaussian as nearest_tanh_gaussian,
    soft_value as soft_value,
    tanh_gaussian_at_nodes as tanh_gaussian_at_nodes,
)
from .grid import GridProblem as GridProblem, grid_model as grid_model, grid_solver as grid_solver
from .lqr import SoftLQR as SoftLQR, SoftLQRSolution as SoftLQRSolution, gaussian_entropy as gaussian_entropy
from .monte_carlo import SoftReturn as SoftReturn, soft_return as soft_return
from .quadrature import (
    ActionNodes as ActionNodes,
    action_nodes as action_nodes,
    log_tanh_derivative as log_tanh_derivative,
)
from .soft_dp import SoftSolver as SoftSolver
from .soft_model import SoftAnswer as SoftAnswer, SoftModel as SoftModel, finite_model as finite_model
from .tanh_gaussian import (
    gaussian_log_density as gaussian_log_density,
    max_entropy_tanh_gaussian as max_entropy_tanh_gaussian,
    tanh_gaussian_entropy as tanh_gaussian_entropy,
    tanh_gaussian_entropy_gradient as tanh_gaussian_entropy_gradient,
    tanh_gaussian_log_density as tanh_gaussian_log_density,
    tanh_gaussian_mean as tanh_gaussian_mean,
    tanh_gaussian_std as tanh_gaussian_std,
)
