"""What the full run of page 13 puts in place of SAC's parts: the exact Q, and parameters for each state."""

import math

import torch
from torch import nn

from sacnotes_lib.envs import TwoRoutesEnv
from sacnotes_lib.sac.adam import Adam
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.distributions import log_tanh_slope

ROUTES = TwoRoutesEnv()
PRICES = {"discount": 0.9, "temperature": 0.2}
# Noise of a Gaussian, and its mass: the trapezoidal rule out to 6 standard deviations.
_NOISE = torch.linspace(-6, 6, 97)
_NOISE_MASS = torch.exp(-0.5 * _NOISE**2) / torch.exp(-0.5 * _NOISE**2).sum()


def exact_q(actor, observation: torch.Tensor, action: torch.Tensor) -> torch.Tensor:
    """The exact soft Q of the actor's own policy on two routes, with a gradient for the action.

    observation [R, B, 2], action [R, B, 1] to [R, B]. The same numbers as the exact solver's, for all seeds at once.
    """
    with torch.no_grad():
        values = _exact_values(actor(states_of_each(len(observation))))
    row = _row(observation)
    is_narrow, is_last = (row > 0) & (row <= ROUTES.length), row % ROUTES.length == 0
    following = values.gather(1, (row + 1).clamp(max=11))
    following = torch.where(is_last, 0.0, following)
    a = action[..., 0]
    narrow = torch.sigmoid(4 * a)
    fork = narrow * values[:, 1:2] + (1 - narrow) * values[:, 6:7]
    reward = is_narrow * (ROUTES.bonus - ROUTES.price * a**2)
    return reward + PRICES["discount"] * torch.where(row == 0, fork, following)


def _exact_values(policy) -> torch.Tensor:
    """Soft V of a policy given at all 11 states of each seed, and a zero for the end: [R, 12]."""
    pre_tanh = policy.mean + policy.log_std.exp() * _NOISE  # [R, 11, 97]
    a, entropy = pre_tanh.tanh(), 0.5 * math.log(2 * math.pi * math.e) + policy.log_std[..., 0]
    bonus = PRICES["temperature"] * (entropy + log_tanh_slope(pre_tanh[..., None]) @ _NOISE_MASS)
    pay = ROUTES.bonus - ROUTES.price * (a**2) @ _NOISE_MASS
    values = torch.zeros(len(pay), 12)
    for step in range(ROUTES.length, 0, -1):
        for row, reward in ((step, pay[:, step]), (ROUTES.length + step, 0.0)):
            ahead = values[:, row + 1] if step < ROUTES.length else 0.0
            values[:, row] = reward + bonus[:, row] + PRICES["discount"] * ahead
    narrow = torch.sigmoid(4 * a[:, 0]) @ _NOISE_MASS
    values[:, 0] = bonus[:, 0] + PRICES["discount"] * (narrow * values[:, 1] + (1 - narrow) * values[:, 6])
    return values


def states_of_each(seeds: int) -> torch.Tensor:
    """All states for each seed, [R, 11, 2]."""
    return torch.tensor(ROUTES.states, dtype=torch.float32).expand(seeds, -1, -1)


class OneForEach(SAC):
    """SAC whose actor has a mean and a log_std of its own for each state, and no weights that states share.

    They begin where the network's would. Its learning rate is three times the network's, so that it gets as far.
    """

    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.actor.net = _Table(self.actor.net(states_of_each(self.runs)))
        self.actor_optimizer = Adam(self.actor.tensors(), 3 * self.config.learning_rate)


class _Table(nn.Module):
    """Stands for an actor's network: numbers [R, 11, 2], read off at each observation."""

    def __init__(self, start: torch.Tensor):
        super().__init__()
        self.numbers = nn.Parameter(start.detach().clone())

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        row = _row(observation).clamp(max=10)  # the end, from which nobody acts, reads any row
        return self.numbers.gather(1, row[..., None].expand(-1, -1, 2))

    def tensors(self) -> list[torch.Tensor]:
        return [self.numbers]


def _row(observation: torch.Tensor) -> torch.Tensor:
    """The row in ROUTES.states of each observation, [..., 2] to [...]."""
    step = (observation[..., 0] * (ROUTES.length + 1)).round().long()
    return step + ROUTES.length * (observation[..., 1] < 0)
