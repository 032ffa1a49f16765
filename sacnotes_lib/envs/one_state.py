"""Problems of one state: a constant reward, two peaks of which the temperature decides, and skewed reward noise."""

from functools import cached_property

import numpy as np

from ..exact import ActionNodes, SoftSolver, action_nodes, finite_model
from .base import SoftEnv


class OneStateEnv(SoftEnv):
    """One state, for ever or for one step: a subclass says what an action pays on average, and what noise is on it.

    terminates: whether the world ends with each step. nodes: of the exact answer; None takes the solver's own.
    """

    terminates = False
    nodes: ActionNodes | None = None

    def __init__(self):
        super().__init__([-1.0], [1.0])

    def mean_reward(self, action: np.ndarray) -> np.ndarray:
        """Expected reward; action [..., 1], result [...]."""
        raise NotImplementedError

    def reward_noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray | float:
        """What is added to the mean reward, of mean 0."""
        return 0.0

    def transition(self, state, action, rng):
        shape = np.shape(state)[:-1]
        reward = self.mean_reward(action) + self.reward_noise(shape, rng)
        return np.zeros_like(state), reward, np.full(shape, self.terminates)

    @cached_property
    def solver(self) -> SoftSolver:
        """Exact soft values of the optimal and of any given policy."""

        def backup(state, action):
            shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
            goes_on = np.full((*shape, 1), float(not self.terminates))
            return np.broadcast_to(self.mean_reward(action), shape), goes_on

        return SoftSolver(finite_model([[0.0]], backup), nodes=self.nodes)


class ConstantRewardEnv(OneStateEnv):
    """One state, the same reward for every action, for ever (episodes are truncated, never terminated).

    Q(s, a) = reward / (1 - discount) + discount * temperature * H / (1 - discount), where H is the policy's
    entropy: log 2 for the soft-optimal policy, which is uniform, and 0.6836 for the widest tanh-Gaussian.

    reward: reward of each step.
    """

    def __init__(self, reward: float = 0.1):
        super().__init__()
        self.reward = float(reward)

    def mean_reward(self, action):
        return np.full(np.shape(action)[:-1], self.reward)


class TwoPeaksEnv(OneStateEnv):
    """One state, one step; the reward is a tall narrow peak at a = 0.3 and a lower broad one at a = -0.5.

    Q(a) = reward(a), so discount and entropy_weight play no part. At a low temperature the soft-optimal policy stands
    on the tall peak and at a high one it covers both. In between it has two humps, which no tanh-Gaussian has: near
    temperature 0.2 the nearest one and a second-best one (see nearest_tanh_gaussian) sit on different peaks.

    peaks: (height, centre, width) of each; reward is the sum of height * exp(-(a - centre)^2 / (2 width^2)).
    """

    terminates = True
    # Fine nodes: at low temperatures the policy is far narrower than the peak.
    nodes = action_nodes(1, spacing=0.005)

    def __init__(self, peaks: tuple = ((1.0, 0.3, 0.15), (0.7, -0.5, 0.4))):
        super().__init__()
        self.peaks = tuple(tuple(float(x) for x in peak) for peak in peaks)

    def mean_reward(self, action):
        a = action[..., 0]
        peaks = [height * np.exp(-0.5 * ((a - centre) / width) ** 2) for height, centre, width in self.peaks]
        return np.sum(peaks, axis=0)


class SkewedRewardEnv(OneStateEnv):
    """One state, for ever; reward = 0.2 - (a - 0.25)^2 / 2 + noise_scale * (E - 1), E ~ Exp(1).

    The noise has mean 0 whatever state and action are, so the exact Q does not know of it. Its median is
    noise_scale * (log 2 - 1), below 0: a critic trained with absolute error misses that at every step, and so
    ends at about the exact Q plus noise_median / (1 - discount).

    noise_scale: standard deviation of the noise.
    """

    def __init__(self, noise_scale: float = 0.5):
        super().__init__()
        self.noise_scale = float(noise_scale)

    @property
    def noise_median(self) -> float:
        """Median of the reward noise."""
        return self.noise_scale * float(np.log(2) - 1)

    def mean_reward(self, action):
        return 0.2 - 0.5 * (action[..., 0] - 0.25) ** 2

    def reward_noise(self, shape, rng):
        return self.noise_scale * (rng.standard_exponential(shape) - 1)
