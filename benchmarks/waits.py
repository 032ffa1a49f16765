"""How long a learner waits for Run All: every page here, beside the same pages of another copy of this project.

    python -m benchmarks.waits [--beside FOLDER]        FOLDER: for example a `git worktree` of an older commit

Two pages at a time, as `make run` does, first here and then there. What a page takes alone, `make run` says with
`python -m tools.notebooks run --alone`.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.machine import describe_machine, save_result
from tools.notebooks import find

ROOT = Path(__file__).resolve().parent.parent
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
    there = [path.name[:2] for path in find([], options.beside / "notebooks")] if options.beside else []
    here = [path.name[:2] for path in find([])]
    lines = [describe_machine(), "seconds of Run All, two pages at a time", ""]
    for pages in filter(None, (there, [page for page in here if page not in there])):
        now = waits(ROOT, pages)
        before = waits(options.beside.resolve(), pages) if pages is there else {}
        lines += [f"{'page':14s}{'here':>8s}{'beside':>8s}{'ratio':>8s}"]
        for name, seconds in now.items():
            other = f"{before[name]:8.1f}{seconds / before[name]:8.2f}" if before else f"{'–':>8s}{'–':>8s}"
            lines += [f"{name:14s}{seconds:8.1f}{other}"]
        lines += [""]
    save_result("waits", lines[:-1])


if __name__ == "__main__":
    main()
