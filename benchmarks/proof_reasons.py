"""Why a row misses its goal, measured and not guessed."""

import numpy as np
import torch

from benchmarks.proof_rows import policy_quantities, rms, scales
from benchmarks.proof_settings import Experiment
from sacnotes_lib.envs import TwoPeaksEnv
from sacnotes_lib.exact import nearest_tanh_gaussian
from sacnotes_lib.sac.agent import SAC

LOCAL = 5.0  # per cent: this close to another optimum, a policy counts as standing on it


def reason(experiment: Experiment, env, learned: dict, exact: dict, quantity: str, agent: SAC) -> str:
    """What was found to lie behind a miss: another local optimum, or else how much of the error seeds share."""
    if isinstance(env, TwoPeaksEnv) and quantity != "Q":
        found = other_optimum(env, experiment.temperature, learned, quantity, agent)
        if found:
            return found
    return shared_and_own(learned[quantity], exact[quantity], scales(exact)[quantity])


@torch.no_grad()
def other_optimum(env: TwoPeaksEnv, temperature: float, learned: dict, quantity: str, agent: SAC) -> str:
    """Follow KL(pi || Boltzmann) down from the learned policies; say so if they stand at a local minimum of it."""
    nodes = env.solver.nodes
    q = env.mean_reward(nodes.actions)
    policy = agent.actor(torch.zeros(agent.runs, 1, 1))
    start = policy.mean[:, 0].double().mean(0).numpy(), policy.log_std[:, 0].double().mean(0).numpy()
    local = nearest_tanh_gaussian(q, temperature, nodes, [start])
    best = nearest_tanh_gaussian(q, temperature, nodes)
    there = policy_quantities(local.mean, local.log_std, squashed=True)
    scale = scales({"Q": q, **there})[quantity]
    error = 100 * rms(learned[quantity] - there[quantity]) / scale
    if error > LOCAL or local.kl <= best.kl + 1e-6:
        return ""
    return (
        f"a local optimum: {error:.1f} % from the second-best tanh-Gaussian, "
        f"KL {local.kl:.3f} against {best.kl:.3f} nats"
    )


def shared_and_own(learned: np.ndarray, exact: np.ndarray, scale: float) -> str:
    """Split the error into what all seeds share and what each has of its own; learned [R, ...], exact [...]."""
    shared = 100 * rms(learned.mean(0) - exact) / scale
    own = 100 * rms(learned - learned.mean(0)) / scale
    return f"own to each seed {own:.1f} %, shared by all {shared:.1f} %"
