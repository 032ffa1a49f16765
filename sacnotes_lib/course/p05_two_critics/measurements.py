"""What page 05 measures: how far critics lie from the exact Q of the policy they judge, and who makes them lie so."""

from collections.abc import Mapping

import numpy as np
import torch
from scipy.stats import sem

from sacnotes_lib.envs import SkewedRewardEnv
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.losses import actor_loss_reparameterized
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.tables import ResultTable, table

ACTIONS = 64  # of each seed's policy
SOLVER = SkewedRewardEnv().solver  # the noise in the rewards has mean 0: the exact Q does not know of it


class ActorAtRest(SAC):
    """SAC whose actor never learns: nobody chooses an action because Q is high there."""

    @staticmethod
    def actor_loss_reparameterized(q, log_prob, temperature):
        return 0 * actor_loss_reparameterized(q, log_prob, temperature)


@torch.no_grad()
def critic_errors(run: TrainingRun) -> np.ndarray:
    """Q - exact Q of each critic, averaged over actions of the run's own policy, `[N, R]`, on SkewedReward."""
    state = torch.zeros(len(run.seeds), ACTIONS, 1)
    policy = run.agent.actor(state)
    action, _ = policy.sample()
    exact = []
    for mean, log_std, at in zip(policy.mean[:, 0], policy.log_std[:, 0], action.numpy(), strict=True):
        answer = SOLVER.evaluate_tanh_gaussian(
            mean.numpy(), log_std.numpy(), run.config.discount, run.config.temperature
        )
        exact.append(answer.q_value(np.zeros((ACTIONS, 1)), at))
    q = run.agent.critic(state, action).transpose(0, 1).numpy()  # [N, R, actions]
    return (q - np.stack(exact)).mean(-1)


def is_above(numbers: np.ndarray) -> bool:
    """Whether the mean of one number for each seed lies above 0 by more than two standard errors."""
    return bool(numbers.mean() > 2 * sem(numbers))


def mean_over_critics(errors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The error of each variant's seeds, averaged over its critics: name to `[N, R]` becomes name to `[R]`."""
    return {name: error.mean(axis=0) for name, error in errors.items()}


def error_table(bias: Mapping[str, Mapping[str, np.ndarray]]) -> ResultTable:
    """Of rows in memory to {variant: one number for each seed}; last, what the minimum changes seed by seed."""
    rows = {}
    for memory, found in bias.items():
        for name, numbers in (found | {"min minus mean, seed by seed": found["min"] - found["mean"]}).items():
            row = {"Q − exact Q": numbers.mean(), "standard error": sem(numbers)}
            rows[f"{memory}: {' '.join(name.split())}"] = row
    return table(rows, form={"Q − exact Q": "+.2f", "standard error": ".2f"})
