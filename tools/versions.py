"""Constraints for pip, so that the tests meet other packages than those of constraints.txt.

    python -m tools.versions floors        the oldest that pyproject.toml allows
    python -m tools.versions newest        nothing but torch

torch is held at the release of constraints.txt in both: each of its releases is a download of gigabytes.
"""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def constraints(which: str) -> list[str]:
    """Lines `name==version`: of torch alone for "newest", of all that the library depends on for "floors"."""
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    lines = [pin for pin in pins if pin.startswith("torch==")]
    if which == "floors":
        dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
        for package in map(Requirement, dependencies):
            (floor,) = (part.version for part in package.specifier if part.operator == ">=")
            lines += [f"{package.name}=={floor}"] if package.name != "torch" else []
    return lines


if __name__ == "__main__":
    print("\n".join(constraints(sys.argv[1])))
