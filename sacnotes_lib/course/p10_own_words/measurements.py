"""What page 10 measures: how often an update draws, what its cards change in another order, and ends of curves."""

from types import SimpleNamespace

import torch
from torch import Tensor

from sacnotes_lib.course.p10_own_words.bench import WEIGHTS, Bench, played, weights_after
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean

EXCHANGES = {"critics and actor": "HFCIEGA", "actor and target critics": "HFECAIG", "target first": "AHFECIG"}
ONE_CARD_WRONG = {
    "none": "HFECIGA",
    "a′ from the buffer": "BFECIGA",
    "times terminated": "HDECIGA",
    "label by the critics in training": "HKECIGA",
    "the buffer's action for the actor": "HFEJIGA",
}


class Witness(SAC):
    """An agent that counts its draws from the policy: each asks for noise."""

    draws = 0

    def noise_for(self, policy):
        self.draws += 1
        return super().noise_for(policy)


def draws_of_one_update() -> tuple[int, int]:
    """Rows of a batch, and how many actions a real update draws from the policy for each of them."""
    memory = Bench(1).batch()
    agent = Witness(SACConfig(), observation_dim=2, action_dim=2)
    agent.update(memory)
    return memory.reward.shape[-1], agent.draws


def differences(letters: str, updates: int) -> list[Tensor]:
    """How far each kind of weights ends from where `SAC.update` ends, when the cards are played so many times."""
    bench, right, by_cards = Bench(1), weights_after(SAC.update), played(lambda: letters)
    return [(right(bench, updates, part) - by_cards(bench, updates, part)).abs() for part in WEIGHTS]


def exchanged() -> dict[str, list[float]]:
    """For each exchange of two neighbours: the largest difference of each kind of weights after two updates."""
    return {
        name: [apart.max().item() for apart in differences(letters, 2)] for name, letters in EXCHANGES.items()
    }


def one_card_wrong() -> dict[str, list[float]]:
    """For each wrong card: the share of each kind of weights that ends elsewhere after one update, in percent."""
    return {
        name: [100 * (apart > 2e-5).float().mean().item() for apart in differences(letters, 1)]
        for name, letters in ONE_CARD_WRONG.items()
    }


def weights_lines(title: str, found: dict[str, list[float]], form: str) -> list[str]:
    """A line for each row of numbers, one number for each kind of weights, under a line that names these."""
    head = f"{title:36s}" + "".join(f"{part:>17s}" for part in WEIGHTS)
    return [head] + [
        f"{name:36s}" + "".join(f"{format(number, form):>17s}" for number in numbers)
        for name, numbers in found.items()
    ]


def last_two(run: TrainingRun | SimpleNamespace) -> tuple[float, float, float]:
    """Of each seed's last two evaluations, averaged: the middle, and its band from low to high."""
    ends = torch.as_tensor(run.evaluation_returns)[:, -2:].mean(1).numpy()[:, None]
    (low,), (high,) = bootstrap_band(ends)
    return float(interquartile_mean(ends)[0]), float(low), float(high)


def last_two_line(name: str, run: TrainingRun | SimpleNamespace) -> str:
    """The same in words."""
    middle, low, high = last_two(run)
    return f"{name:10s}{len(run.seeds)} seeds, last two {middle:5.0f}, band {low:5.0f} to {high:5.0f}"


def bands_apart(ours, theirs) -> tuple[bool, bool]:
    """Whether our band of last evaluations lies above theirs, and whether theirs lies above ours."""
    if theirs is None:
        return False, False
    (_, our_low, our_high), (_, their_low, their_high) = last_two(ours), last_two(theirs)
    return our_low > their_high, their_low > our_high


def at_the_most(measured: dict, task: str, most: float) -> list[str]:
    """For each measured run of a task, how many seeds end with the most there is."""
    return [
        f"{name:47s}{(run.evaluation_returns[:, -1] == most).sum():3d} of {len(run.seeds)} seeds end at {most:.0f}"
        for name, run in measured.items()
        if task in name
    ]
