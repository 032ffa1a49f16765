"""Mutation testing of sacnotes_lib/sac and training: make one small change, and see whether a test notices.

    python -m tools.mutants                       all modules of sac/
    python -m tools.mutants targets records       these, of sac/ or of training/
    python -m tools.mutants --jobs 4              four at a time

Cosmic Ray makes the changes (a minus into a plus, < into <=, a number one larger, a decorator left out). The runs
are made here: this process imports PyTorch once and tests each mutant in a fork of itself, on a copy of the library,
so that a mutant takes a second or two instead of ten and the working tree is never touched. Needs Linux or macOS.
"""

import argparse
import difflib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from cosmic_ray import plugins
from cosmic_ray.mutating import mutate_code

ROOT = Path(__file__).resolve().parent.parent
LIBRARY, TESTS, ROOMS = ROOT / "sacnotes_lib", ROOT / "tests", ("sac", "training")
# name of a module: the path below the library
MODULES = {
    path.stem: path.relative_to(LIBRARY)
    for room in ROOMS
    for path in sorted((LIBRARY / room).glob("*.py"))
    if path.stem != "__init__"
}

# Changes that say nothing here: bit operations on real numbers fail at once, and `is` beside a number is no
# comparison. A `|` stands in annotations only, but for one. +x and ~x are no slips that anybody makes. Cosmic Ray
# cannot replace an exception that has a dot in its name.
POINTLESS = re.compile(
    r"Binary\w+_(LShift|RShift|BitOr|BitAnd|BitXor|FloorDiv|Mod|Pow)$|BinaryOperator_BitOr_"
    r"|Unary\w+_(UAdd|Invert|Not)$|Comparison\w+_(Eq|NotEq|Lt|LtE|Gt|GtE)_Is(Not)?$"
    r"|Comparison\w+_Is(Not)?_(Eq|NotEq|Lt|LtE|Gt|GtE)$|Variable(Replacer|Inserter)$|ExceptionReplacer$"
)
IMPORTED_ONCE = (
    "torch._dynamo", "torch.testing", "scipy.stats", "scipy.integrate", "gymnasium.wrappers.vector", "hypothesis",
    "nbclient", "pytest", "stable_baselines3", "tqdm",
)  # fmt: skip
SECONDS = 300  # for a mutant and a set of tests: a loop that never ends counts as noticed, and is shown


class Mutant(NamedTuple):
    module: str
    operator: str
    source: str

    def change(self) -> str:
        """The lines that differ, with the number of the first."""
        before = (LIBRARY / MODULES[self.module]).read_text().splitlines()
        lines = list(difflib.unified_diff(before, self.source.splitlines(), lineterm="", n=0))
        number = re.search(r"-(\d+)", lines[2])[1]
        return f"{self.module}.py:{number}  {self.operator}\n" + "\n".join(
            f"    {line}" for line in lines[3:]
        )


def mutants_of(module: str) -> list[Mutant]:
    """Every mutant of a module that is worth a run."""
    source, found = (LIBRARY / MODULES[module]).read_text(), []
    for name in sorted(plugins.operator_names()):
        if POINTLESS.search(name):
            continue
        operator, occurrence = plugins.get_operator(name)(), 0
        while mutated := mutate_code(source, operator, occurrence):
            found.append(Mutant(module, name.removeprefix("core/"), mutated))
            occurrence += 1
    return found


def uses(test: Path, module: str) -> bool:
    """Whether a test file imports the module by name; two of them use it all."""
    room = MODULES[module].parts[0]
    return test.stem in ("test_agent", "test_steering") or re.search(
        rf"{room}\.{module} import|{room} import .*\b{module}\b", test.read_text()
    )


def try_tests(base: Path, place: Path, module: str) -> None:
    """In a fork: the module's own tests, then the other quick ones that use it. Ends with pytest's status."""
    import pytest

    sys.path[:] = [str(place), str(base), *(p for p in sys.path if Path(p or ".").resolve() != ROOT)]
    os.chdir(base)
    quiet = os.open(place / "log.txt", os.O_WRONLY | os.O_CREAT)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    every = [path for room in ROOMS for path in sorted((TESTS / room).glob("test_*.py"))]
    own = [f"tests/{path.relative_to(TESTS)}" for path in every if path.stem == f"test_{module}"]
    others = [f"tests/{path.relative_to(TESTS)}" for path in every if uses(path, module)]
    status = 0
    for files in (own, [file for file in others if file not in own]):
        signal.alarm(SECONDS)
        status = status or pytest.main(["-q", "-x", "-m", "not slow", *files])
    os._exit(int(status))


def start(base: Path, number: int, mutant: Mutant) -> int:
    """Fork a process that tests this mutant. Returns its id."""
    place = base / str(number)
    copy = place / "sacnotes_lib"
    shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / MODULES[mutant.module]).write_text(mutant.source)
    process = os.fork()
    if process == 0:
        try:
            try_tests(base, place, mutant.module)
        finally:
            os._exit(1)
    return process


def run(mutants: list[Mutant], jobs: int) -> Iterator[tuple[Mutant, str]]:
    """Test them all, a few at a time, and tell of each, as it is done, what became of it."""
    running, waiting = {}, list(enumerate(mutants))
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for room in ROOMS:
            shutil.copytree(TESTS / room, base / "tests" / room, ignore=shutil.ignore_patterns("__pycache__"))
        (base / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n")
        while waiting or running:
            while waiting and len(running) < jobs:
                number, mutant = waiting.pop(0)
                running[start(base, number, mutant)] = number, mutant
            process, status = os.wait()
            number, mutant = running.pop(process)
            shutil.rmtree(base / str(number))
            too_long = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
            yield mutant, "too long" if too_long else "noticed" if status else "not noticed"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("modules", nargs="*", default=[], metavar="MODULE", help=f"of: {', '.join(MODULES)}")
    parser.add_argument("--jobs", type=int, default=2, help="how many mutants are tested at a time")
    options = parser.parse_args()
    unknown = set(options.modules) - set(MODULES)
    if unknown:
        parser.error(f"there is no module {', '.join(sorted(unknown))}; choose from {', '.join(MODULES)}")
    os.environ |= {"OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in IMPORTED_ONCE:
        import_module(name)

    modules = options.modules or [name for name, path in MODULES.items() if path.parts[0] == "sac"]
    unchanged = Mutant(modules[0], "nothing", (LIBRARY / MODULES[modules[0]]).read_text())
    if any(outcome != "not noticed" for _, outcome in run([unchanged], 1)):
        sys.exit("the tests must pass before mutants say anything: make test")
    mutants, survivors = [mutant for module in modules for mutant in mutants_of(module)], []
    for done, (mutant, outcome) in enumerate(run(mutants, options.jobs), start=1):
        if outcome == "not noticed":
            survivors.append(mutant)
        if outcome != "noticed":
            print(f"\n{outcome}: {mutant.change()}", flush=True)
        print(
            f"\r{done} of {len(mutants)}, {len(survivors)} not noticed", end="", file=sys.stderr, flush=True
        )
    made, left = (Counter(mutant.module for mutant in group) for group in (mutants, survivors))
    print(f"\n\n{'module':<16}{'mutants':>8}{'noticed':>9}")
    for module in modules:
        print(f"{module:<16}{made[module]:>8}{made[module] - left[module]:>9}")
    share = 1 - len(survivors) / max(len(mutants), 1)
    print(f"{'all':<16}{len(mutants):>8}{len(mutants) - len(survivors):>9}   {share:.1%}")


if __name__ == "__main__":
    main()
