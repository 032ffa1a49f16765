"""What page 10 measures: how often an update draws, what its cards change in another order, and ends of curves.

What other libraries do was measured once, and is kept in a file: `python -m benchmarks.learning`.
"""

import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from torch import Tensor

from sacnotes_lib.course.p10_own_words.bench import WEIGHTS, Bench, weights_after
from sacnotes_lib.course.p10_own_words.cards import play
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun
from sacnotes_lib.training.statistics import Estimate, middle
from sacnotes_lib.training.tables import ResultTable, table

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "learning.json"
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
    by_cards = partial(play, letters)
    ends = (weights_after(update)(Bench(1), updates).values() for update in (SAC.update, by_cards))
    return [(right - played).abs() for right, played in zip(*ends, strict=True)]


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


def weights_table(title: str, found: dict[str, list[float]], form: str) -> ResultTable:
    """A row for each name, one number for each kind of weights."""
    return table({name: dict(zip(WEIGHTS, each, strict=True)) for name, each in found.items()}, title, form)


def measured_learning(library: str = "Stable-Baselines3", file: Path = RESULTS) -> dict[str, SimpleNamespace]:
    """Environment -> what the library did there, as `plot_learning_curves` draws it, where it had two seeds or more.

    Where the file is not there (an installed package has none), it prints how to make it and returns nothing.
    """
    if not file.exists():
        print(f"{library} was not measured here. To do so, in a clone: python -m benchmarks.learning")
        return {}
    runs = {}
    for task, result in json.loads(file.read_text("utf-8")).items():
        returns = np.array(result[library]["returns"])
        if len(returns) > 1:
            runs[task] = SimpleNamespace(
                evaluation_steps=np.array(result["steps"]), evaluation_returns=returns, seeds=range(len(returns)),
            )  # fmt: skip
    return runs


def last_two(run: TrainingRun | SimpleNamespace) -> Estimate:
    """Of each seed's last two evaluations, averaged: the middle, and its band from low to high."""
    return middle(run.evaluation_returns[:, -2:].mean(axis=1))


def table_of_last_two(runs: dict) -> ResultTable:
    """The same of several runs, with how many seeds each has."""
    rows = {name: {"seeds": len(run.seeds), "last two (band)": last_two(run)} for name, run in runs.items()}
    return table(rows, form=",.0f")


def bands_apart(ours, theirs) -> tuple[bool, bool]:
    """Whether our band of last evaluations lies above theirs, and whether theirs lies above ours."""
    if theirs is None:
        return False, False
    (_, our_low, our_high), (_, their_low, their_high) = last_two(ours), last_two(theirs)
    return our_low > their_high, their_low > our_high


def at_the_most(measured: dict[str, dict], task: str, most: float) -> ResultTable | None:
    """For each library's runs of a task, how many seeds end with the most there is; None where nothing was measured."""
    rows = {}
    for library, runs in measured.items():
        for name in (name for name in runs if task in name):
            ends = runs[name].evaluation_returns[:, -1]
            rows[f"{library}: {name}"] = {"seeds": len(ends), f"end at {most:g}": (ends == most).sum()}
    return table(rows) if rows else None
