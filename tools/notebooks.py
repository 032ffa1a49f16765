"""Run, renew and check the course's notebooks:  python -m tools.notebooks run|write|check [NAME ...]

    run      executes each one from top to bottom and says how long it took; the files stay as they are
    write    executes those that are out of date (with --all: every one), saves them tidied and stamped
    check    says what is wrong with the saved files, without running anything

Two run at a time where there are two cores; with --alone one by one, which tells what a page takes by itself.
NAME is the beginning of a notebook's file name, such as 01; without a name all of them are meant.
"""

import argparse
import importlib.metadata
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from tools.execute import execute_and_tell
from tools.fingerprint import ROOT, VERSIONS_THAT_COUNT, pinned_versions

FOLDER = ROOT / "notebooks"


def find(names: list[str], folder: Path = FOLDER) -> list[Path]:
    """The notebooks in `folder`, in the order of their numbers; ValueError for a name that fits none."""
    notebooks = sorted(folder.glob("*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in notebooks):
            available = ", ".join(path.name for path in notebooks) or "none"
            raise ValueError(f"no notebook in {folder.name}/ begins with {name!r}; there are: {available}")
    return [path for path in notebooks if not names or path.name.startswith(tuple(names))]


def run(paths: list[Path], at_a_time: int = 1) -> bool:
    """Execute each notebook, print its time and the total, and return whether all of them ran."""
    started, ran = time.perf_counter(), []
    with ThreadPoolExecutor(at_a_time) as pool:  # a page trains on one thread, in a kernel of its own
        notebooks = [nbformat.read(path, as_version=4) for path in paths]
        for fine, told in pool.map(execute_and_tell, paths, notebooks):
            print(told, flush=True)
            ran.append(fine)
    print(f"{len(ran)} notebooks, {ran.count(False)} failed, {time.perf_counter() - started:.1f} s")
    return all(ran)


def write(paths: list[Path], everything: bool, at_a_time: int = 1) -> bool:
    """Renew the notebooks that need it, or every one, and return whether all of them are sound."""
    from tools.saved import (
        renew,
    )  # needs nbstripout, which only the extra `test` installs; `run` does without

    pinned = pinned_versions()
    for name in VERSIONS_THAT_COUNT:
        installed = importlib.metadata.version(name).partition("+")[0]
        if installed != pinned[name]:
            print(
                f"outputs are saved only from the versions in constraints.txt: {name} is {installed} here, "
                f"not {pinned[name]}; `make notebooks` installs the right one"
            )
            return False
    with ThreadPoolExecutor(at_a_time) as pool:
        return all(list(pool.map(lambda path: renew(path, always=everything), paths)))


def check(paths: list[Path]) -> bool:
    """Print what is wrong with the saved notebooks, and return whether nothing is."""
    from tools.saved import problems

    found = [problem for path in paths for problem in problems(path)]
    print("\n".join(found) or f"{len(paths)} notebooks, nothing to complain about")
    return not found


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.notebooks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=["run", "write", "check"])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="beginning of a notebook's file name, such as 01"
    )
    parser.add_argument("--all", action="store_true", help="write: execute those that are up to date as well")
    parser.add_argument("--alone", action="store_true", help="run, write: one at a time")
    options = parser.parse_args(arguments)
    try:
        paths = find(options.names)
    except ValueError as error:
        parser.error(str(error))
    at_a_time = 1 if options.alone else min(2, os.cpu_count() or 1)
    if options.command == "write":
        return 0 if write(paths, options.all, at_a_time) else 1
    if options.command == "run":
        return 0 if run(paths, at_a_time) else 1
    return 0 if check(paths) else 1


if __name__ == "__main__":
    sys.exit(main())
