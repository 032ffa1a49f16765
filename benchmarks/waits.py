"""How long a learner waits for Run All: every page here, or those that another copy of this project has too.

    python -m benchmarks.waits [--beside FOLDER]        FOLDER: for example a `git worktree` of an older commit

Two pages at a time, as `make run` does, first here and then there. `python -m tools.notebooks run --alone` says what a
page takes alone.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.machine import describe_machine, save_result
from tools.fingerprint import ROOT
from tools.notebooks import find

TOLD = re.compile(r"^(\d\d)_\S+ +([\d.]+) s$", re.MULTILINE)
TOTAL = re.compile(r"^\d+ notebooks, 0 failed, ([\d.]+) s$", re.MULTILINE)


def waits(folder: Path, pages: list[str]) -> dict[str, float]:
    """Seconds of each page of the copy in `folder`, and of all of them together.

    Raises: RuntimeError where a page does not run.
    """
    environment = os.environ | {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tools.notebooks", "run", *pages]
    told = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout
    if not (total := TOTAL.search(told)):
        raise RuntimeError(f"not every page of {folder} runs:\n{told}")
    return {name: float(seconds) for name, seconds in TOLD.findall(told)} | {"all of these": float(total[1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", type=Path)
    options = parser.parse_args()
    beside = options.beside and options.beside.resolve()
    pages = [path.name[:2] for path in find([], (beside or ROOT) / "notebooks")]
    now, before = waits(ROOT, pages), waits(beside, pages) if beside else {}
    lines = [describe_machine(), "seconds of Run All, two pages at a time", ""]
    lines += [f"{'page':14s}{'here':>8s}" + f"{'beside':>8s}{'ratio':>8s}" * bool(before)]
    for name, seconds in now.items():
        other = f"{before[name]:8.1f}{seconds / before[name]:8.2f}" if before else ""
        lines += [f"{name:14s}{seconds:8.1f}{other}"]
    save_result("waits", lines)


if __name__ == "__main__":
    main()
