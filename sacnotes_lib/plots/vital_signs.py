"""What a training run shows of itself, and what it does not: the vital signs of notebook 11."""

from dataclasses import dataclass, field

import numpy as np
import torch

from sacnotes_lib.exact import tanh_gaussian_entropy
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.sac.replay import Batch
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import middle

# name of a sign -> the label of its axis
SIGNS = {
    "return": "return of one episode",
    "entropy": "entropy in its log (nats)",
    "true entropy": "true entropy (nats)",
    "reported − true": "entropy, reported − true (nats)",
    "temperature": "temperature α",
    "entropy − target": "entropy − what α is tuned towards (nats)",
    "Q": "average Q (reward)",
    "earned": "soft return, played (reward)",
    "Q − earned": "Q − what it earns (reward)",
    "critic loss": "critic loss (reward²)",
    "range of starts": "range of first observations",
}
LOG_SIGNS = ("temperature", "critic loss")
NEWEST = 400  # steps whose observations the true entropy is averaged over


@dataclass
class Chart:
    """The vital signs of one run over time.

    Attributes:
        signs: name, one of SIGNS, to (steps `[T]`, values `[R, T]`) over R seeds.
        starts: for each seed the first observations of its episodes, `[episodes, observation_dim]`.
    """

    signs: dict[str, tuple[np.ndarray, np.ndarray]]
    starts: list[np.ndarray]

    def over_time(self, sign: str) -> tuple[np.ndarray, np.ndarray]:
        """Steps `[T]` and values `[R, T]` of a sign. Raises ValueError for one that this chart does not hold."""
        if sign not in self.signs:
            raise ValueError(f'this chart has no sign "{sign}". Choose from: {", ".join(self.signs)}')
        return self.signs[sign]

    def last(self, sign: str) -> np.ndarray:
        """The newest value of a sign, `[R]`."""
        return self.over_time(sign)[1][:, -1]

    def band(self, sign: str) -> tuple[float, float]:
        """Low and high end of the 95 % bootstrap band of the interquartile mean over seeds, for the newest value."""
        _, low, high = middle(self.last(sign))
        return low, high

    def beside(self, other: "Chart", sign: str) -> int:
        """-1 where this chart's band of a sign lies below the other's, 1 where it lies above, 0 where they overlap."""
        (low, high), (other_low, other_high) = self.band(sign), other.band(sign)
        return -1 if high < other_low else 1 if low > other_high else 0


@dataclass
class Examination:
    """A callback for `train` that looks at what the log does not hold, every `every` steps. Then `chart(run)`.

    It uses random numbers of its own: the training goes on as if nobody had looked. What is earned, and Q beside it,
    are left out where `check_q` gives None.
    """

    every: int = 100
    _looks: list[tuple] = field(default_factory=list)

    def __call__(self, run: TrainingRun) -> None:
        """Look, where it is time."""
        if run.step % self.every == 0 and run.agent.updates_done:
            found = check_q(run)
            starts = np.array([np.ptp(first, axis=0).mean() for first in first_observations(run)])
            played = (found.q, found.monte_carlo) if found else ()
            self._looks.append((run.step, *both_entropies(run), starts, *played))

    def chart(self, run: TrainingRun) -> Chart:
        """All signs of the run that this examination was the callback of.

        Raises: ValueError where it never came to look.
        """
        if not self._looks:
            raise ValueError(
                f"nothing was seen yet: give this to `train` as its callback, for at least {self.every} steps "
                "and past learning_starts"
            )
        steps, *looks = zip(*self._looks, strict=True)
        steps = np.array(steps)
        reported, true, starts, *played = (np.stack(look, axis=1) for look in looks)
        signs = {
            "return": (run.evaluation_steps, run.evaluation_returns),
            "entropy": (run.metric_steps, run.metrics["entropy"]),
            "true entropy": (steps, true),
            "reported − true": (steps, reported - true),
            "temperature": (run.metric_steps, run.metrics["temperature"]),
            "entropy − target": (run.metric_steps, run.metrics["entropy"] - run.agent.target_entropy),
            "critic loss": (run.metric_steps, run.metrics["critic_loss"]),
            "range of starts": (steps, starts),
        }
        if played:
            q, earned = played
            signs |= {"Q": (steps, q), "earned": (steps, earned), "Q − earned": (steps, q - earned)}
        return Chart(signs, first_observations(run))


def both_entropies(run: TrainingRun) -> tuple[np.ndarray, np.ndarray]:
    """Of each seed's policy: what its log_prob reports, and the truth by quadrature, `[R]` each, in nats.

    Both are averages over its newest observations. The quadrature asks the policy for its mean and standard deviation
    alone, so a wrong log_prob cannot deceive it.
    """
    with torch.no_grad():
        policy = run.agent.actor(run.buffer.contents().observation[:, -NEWEST:])
        noise = np.random.default_rng(run.step).standard_normal(policy.mean.shape)
        _, log_prob = policy.sample(noise=torch.as_tensor(noise, dtype=torch.float32, device=run.device))
    true = tanh_gaussian_entropy(policy.mean.cpu().numpy(), policy.log_std.cpu().numpy()).mean(-1)
    return -log_prob.mean(-1).cpu().numpy(), true


def first_observations(run: TrainingRun) -> list[np.ndarray]:
    """For each seed the observations `[episodes, observation_dim]` at which its episodes began, from its buffer.

    An episode begins where an observation is not the one that the step before led to.
    """
    kept = Batch(*(part.cpu() for part in run.buffer.contents()))
    jumps = (kept.observation[:, 1:] != kept.next_observation[:, :-1]).any(-1).numpy()
    begins = np.concatenate([np.ones((len(jumps), 1), dtype=bool), jumps], axis=1)
    return [seen[began].numpy() for seen, began in zip(kept.observation, begins, strict=True)]
