"""What other libraries' SAC was measured to do, kept in a file beside the code: `python -m benchmarks.learning`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "learning.json"


@dataclass(frozen=True)
class MeasuredRun:
    """Evaluations of several seeds, as `plot_learning_curves` draws them.

    ``evaluation_steps`` [evaluations]; ``evaluation_returns`` [seeds, evaluations], undiscounted, in the
    environment's units, mean over the episodes of one evaluation.
    """

    evaluation_steps: np.ndarray
    evaluation_returns: np.ndarray
    seeds: Sequence[int]


def measured_learning(library: str = "Stable-Baselines3", file: Path = RESULTS) -> dict[str, MeasuredRun]:
    """Environment -> what the library did there, for environments with two seeds or more.

    Where the file is not there (an installed package has none), it prints how to make it and returns nothing.
    """
    if not file.exists():
        print(f"{library} was not measured here. To do so, in a clone: python -m benchmarks.learning")
        return {}
    runs = {}
    for task, result in json.loads(file.read_text("utf-8")).items():
        returns = np.array(result[library]["returns"])
        if len(returns) > 1:
            runs[task] = MeasuredRun(np.array(result["steps"]), returns, range(len(returns)))
    return runs
