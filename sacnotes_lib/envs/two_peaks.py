"""Two peaks: a one-step bandit in which the temperature decides which peak counts."""

import numpy as np

from ..exact import action_nodes
from .base import OneStateEnv


class TwoPeaksEnv(OneStateEnv):
    """One state, one step; the reward is a tall narrow peak at a = 0.3 and a lower broad one at a = -0.5.

    Q(a) = reward(a), so discount and entropy_weight play no part. At a low temperature the soft-optimal policy stands
    on the tall peak and at a high one it covers both. In between it has two humps, which no tanh-Gaussian has: near
    temperature 0.2 the nearest one and a second-best one (see nearest_tanh_gaussian) sit on different peaks.

    peaks: (height, centre, width) of each; reward is the sum of height * exp(-(a - centre)^2 / (2 width^2)).
    """

    terminates = True
    nodes = action_nodes(
        1, spacing=0.005
    )  # fine: at low temperatures the policy is far narrower than the peak

    def __init__(self, peaks: tuple = ((1.0, 0.3, 0.15), (0.7, -0.5, 0.4))):
        super().__init__()
        self.peaks = tuple(tuple(float(x) for x in peak) for peak in peaks)

    def mean_reward(self, action):
        a = action[..., 0]
        peaks = [height * np.exp(-0.5 * ((a - centre) / width) ** 2) for height, centre, width in self.peaks]
        return np.sum(peaks, axis=0)
