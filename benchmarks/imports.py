"""What importing the library costs beside importing PyTorch alone, in CPU seconds of fresh processes, taken in turn.

python -m benchmarks.imports [--beside FOLDER] [--rounds 7]        FOLDER: another copy of this project
"""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.machine import describe_machine, save_result

ROOT = Path(__file__).resolve().parent.parent
IMPORTS = ("import sacnotes_lib.sac.agent", "from sacnotes_lib import SACConfig, train")
ALONE = "import torch"


def cpu_seconds(statement: str, folder: Path) -> float:
    """CPU time, of user and system, of a new Python that runs one statement and ends."""
    environment = os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True, cwd=folder, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    folders = {"here": ROOT} | ({"beside": options.beside} if options.beside else {})
    cases = [(ALONE, "here"), *((statement, name) for name in folders for statement in IMPORTS)]
    rounds = [
        [cpu_seconds(statement, folders[name]) for statement, name in cases] for _ in range(options.rounds)
    ]
    seconds = np.array(rounds[1:])  # the first one fills the caches of the disk
    ratios = seconds / seconds[:, :1]
    lines = [describe_machine(), f"{len(seconds)} rounds; median, and the whole range of the ratios", ""]
    lines += [f"{'statement':45s}{'copy':>8s}{'CPU s':>8s}{'times import torch':>28s}"]
    for (statement, name), own, ratio in zip(cases, seconds.T, ratios.T):
        band = f"{np.median(ratio):.2f} ({ratio.min():.2f} to {ratio.max():.2f})"
        lines += [f"{statement:45s}{name:>8s}{np.median(own):8.2f}{band:>28s}"]
    save_result("imports", lines)


if __name__ == "__main__":
    main()
