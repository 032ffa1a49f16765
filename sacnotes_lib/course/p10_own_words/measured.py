"""What other libraries' SAC was measured to do, kept in a file beside the code: `python -m benchmarks.learning`."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "learning.json"


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
