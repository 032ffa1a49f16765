"""Four places and two actions, small enough to solve, and to list every walk. Notebook 13."""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, rel_entr, softmax

WAIT, CLIMB = 0, 1
PLACES = ("ditch", "bank", "slope", "top")
PAYS = np.array([-1.0, 0.2, 0.0, 1.0])  # a step in each place


@dataclass(frozen=True)
class Path:
    """PLACES 0 to 3. WAIT stays; CLIMB leads one place on, or with chance `slip` into the ditch.

    A step pays what its place pays, whatever is done. Policies are tables [4, 2] of probabilities.

    Attributes: reward [4, 2]; next_probs [4, 2, 4], of the next place.
    """

    slip: float
    reward: np.ndarray = field(init=False, repr=False)
    next_probs: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        stay, further, ditch = np.eye(4), np.eye(4)[[1, 2, 3, 3]], np.eye(4)[[0, 0, 0, 0]]
        climbed = (1 - self.slip) * further + self.slip * ditch
        object.__setattr__(self, "reward", np.stack([PAYS, PAYS], axis=1))
        object.__setattr__(self, "next_probs", np.stack([stay, climbed], axis=1))

    def evaluate(self, policy: np.ndarray, temperature: float, discount: float = 0.9):
        """Soft V [4] and Q [4, 2] of a policy, from a linear system. Haarnoja et al. 2018, lemma 1."""
        entropy = -rel_entr(policy, 1).sum(1)
        moves = np.einsum("sa,sat->st", policy, self.next_probs)
        gained = (policy * self.reward).sum(1) + temperature * entropy
        values = np.linalg.solve(np.eye(4) - discount * moves, gained)
        return values, self.reward + discount * self.next_probs @ values

    def optimal(self, temperature: float, discount: float = 0.9):
        """Soft-optimal V [4] and policy [4, 2], by improving until V stands still."""
        policy, before = np.full((4, 2), 0.5), np.inf
        while True:
            values, q = self.evaluate(policy, temperature, discount)
            if np.abs(values - before).max() < 1e-11:
                return values, policy
            policy, before = softmax(q / temperature, axis=1), values

    def walks(self, steps: int, start: int = 1):
        """Every walk of so many steps that can happen: places [N, steps + 1], actions [N, steps], chance [N].

        chance: the product of the world's own probabilities along the walk, given its actions.
        """
        places, actions, chance = np.full((1, 1), start), np.empty((1, 0), int), np.ones(1)
        for _ in range(steps):
            walk, action, place = np.nonzero(self.next_probs[places[:, -1]])
            chance = chance[walk] * self.next_probs[places[walk, -1], action, place]
            places = np.column_stack([places[walk], place])
            actions = np.column_stack([actions[walk], action])
        return places, actions, chance

    def gain_by_walking(
        self, policy: np.ndarray, gains: np.ndarray, discount: float = 0.9, walkers: int = 20_000
    ):
        """Discounted sum of `gains` [4] along walks with the policy, averaged over sampled walks: [4] starts."""
        rng = np.random.default_rng(0)
        place, total = np.repeat(np.arange(4), walkers), np.zeros(4 * walkers)
        for t in range(120):
            total += discount**t * gains[place]
            action = (rng.random(len(place)) < policy[place, CLIMB]).astype(int)
            # The place is drawn by inverting its distribution function.
            below = self.next_probs.cumsum(-1)[place, action]
            place = np.minimum((rng.random(len(place))[:, None] > below).sum(1), 3)
        return total.reshape(4, walkers).mean(1)


def boltzmann_kl(policy: np.ndarray, q: np.ndarray, temperature: float) -> np.ndarray:
    """KL(policy || exp(Q / temperature) / Z) in nats in each place; [4, 2] and [4, 2] to [4]."""
    target = q / temperature - logsumexp(q / temperature, axis=1, keepdims=True)
    return (policy * (np.log(policy) - target)).sum(1)


def one_for_all_places(q: np.ndarray, temperature: float) -> np.ndarray:
    """The policy [4, 2] with the same P(climb) in all places that has the least average KL to the Boltzmann policy."""

    def average_kl(climb):
        return boltzmann_kl(_everywhere(climb), q, temperature).mean()

    found = minimize_scalar(average_kl, bounds=(1e-9, 1 - 1e-9), method="bounded", options={"xatol": 1e-12})
    return _everywhere(found.x)


def _everywhere(climb: float) -> np.ndarray:
    return np.tile([1 - climb, climb], (4, 1))
