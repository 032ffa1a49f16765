"""One set of packages, written down three times: ranges in pyproject.toml, exact versions, a conda environment."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.fingerprint import ROOT, VERSIONS_THAT_COUNT, pinned_versions
from tools.versions import constraints

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
PINS = {canonicalize_name(name): Version(version) for name, version in pinned_versions().items()}

# Where conda-forge's name is another. Nothing stands there for an extra: pip brings what it asks for, see the file.
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
# What PyTorch brings along on Linux in its builds for a GPU; the tests run with the build for the CPU.
FOR_A_GPU = ("nvidia-", "cuda-", "triton")


# Folder, or file that is run with less: the extras that are installed where it is run.
EXTRAS_OF = {
    "sacnotes_lib": (),
    "tools/lab.py": (),
    "tools/copies.py": (),
    "tools/fingerprint.py": (),
    "classroom": ("classroom",),
    "website": ("test",),
    "tests": ("test",),
    "tools": ("test", "mutants"),
    "benchmarks": ("test", "bench"),
}


def requirements(*extras):
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return [Requirement(line) for line in lines]


def test_conda_has_the_same_packages_with_the_same_ranges():
    ours = {CONDA_NAMES.get(r.name, r.name): r.specifier for r in requirements()}
    python, *entries, _ = CONDA["dependencies"]  # the last one is for pip: see the next test
    theirs = {r.name: r.specifier for r in map(Requirement, entries)}
    assert theirs == ours | {"pip": SpecifierSet()}


def test_conda_has_a_python_that_the_package_takes_and_the_package_itself_last():
    # repo2docker reads the version of Python only from an entry written exactly so.
    assert CONDA["dependencies"][0] == "python=3.12"
    assert Version("3.12") in SpecifierSet(PROJECT["requires-python"])
    assert CONDA["dependencies"][-1] == {"pip": ["-e .[mujoco]"]}
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    assert CONDA["name"] == PROJECT["name"]


def test_every_range_holds_the_tested_version():
    ranges = requirements(*EXTRAS)
    assert [str(r) for r in ranges if PINS[canonicalize_name(r.name)] not in r.specifier] == []


def test_every_range_has_a_floor_and_a_reason():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    section = text[text.index("dependencies = [") : text.index("[tool.")]
    lines = [line for line in section.splitlines() if re.search(r'"[\w-]+(\[[\w-]+\])?[<>=!]', line)]
    assert len(lines) == len(requirements(*EXTRAS))
    for line in lines:
        assert ">=" in line
        assert re.search(r"# \w+", line), f"no reason given: {line.strip()}"


@pytest.mark.parametrize("place", EXTRAS_OF)
def test_every_package_that_is_imported_is_declared(place):
    """Not left to come along with another one: its next release may do without."""
    distributions = importlib.metadata.packages_distributions() | {"sbx": ["sbx-rl"]}
    declared = {canonicalize_name(r.name) for r in requirements(*EXTRAS_OF[place])}
    ours = {folder.name for folder in ROOT.iterdir()} | set(sys.stdlib_module_names)
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    imported = {
        (name.partition(".")[0], file.name)
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        for name in imported_names(node)
    }
    assert files
    undeclared = [
        (name, file)
        for name, file in sorted(imported)
        if name not in ours and not declared & set(map(canonicalize_name, distributions.get(name, [name])))
    ]
    assert undeclared == []


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []


def test_other_versions_are_the_floors_or_the_newest_with_torch_held():
    assert constraints("newest") == [f"torch=={PINS['torch']}"]
    torch, *floors = constraints("floors")
    ranges = {r.name: r.specifier for r in requirements() if r.name != "torch"}
    assert [torch] == constraints("newest") and len(floors) == len(ranges)
    for name, floor in (line.split("==") for line in floors):
        assert f">={floor}" in str(ranges[name]).split(",")


def test_the_versions_that_stamp_a_notebook_are_pinned():
    for name in VERSIONS_THAT_COUNT:
        assert PINS[name].local is None


def closure():
    """Names of all distributions that our package and its extras need here, as far as they are installed."""
    wanted = [(Requirement(PROJECT["name"]), set(EXTRAS))]
    seen = {}
    while wanted:
        requirement, extras = wanted.pop()
        name = canonicalize_name(requirement.name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # belongs to an extra that is not installed
        if name in seen and extras <= seen[name]:
            continue
        seen[name] = seen.get(name, set()) | extras
        for line in distribution.requires or []:
            needed = Requirement(line)
            chosen = [{**default_environment(), "extra": extra} for extra in extras or {""}]
            if needed.marker is None or any(needed.marker.evaluate(values) for values in chosen):
                wanted.append((needed, needed.extras))
    return set(seen) - {PROJECT["name"]}


OF_PIP_ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux" or (Path(sys.prefix) / "conda-meta").exists(),
    reason="the exact versions are those of pip on Linux",
)


@OF_PIP_ON_LINUX
def test_all_that_is_installed_for_us_is_pinned_at_its_version():
    needed = {name for name in closure() if not name.startswith(FOR_A_GPU)}
    assert {"torch", "pytest", "ipykernel", "pyzmq"} <= needed
    installed = {name: Version(importlib.metadata.version(name).partition("+")[0]) for name in needed}
    assert {name: str(version) for name, version in installed.items() if PINS.get(name) != version} == {}


@OF_PIP_ON_LINUX
def test_every_pinned_version_takes_the_oldest_python_that_the_package_takes():
    # Debian 12 has 3.11.2: a pin that asks for 3.11.5 would leave its users without an answer.
    oldest = Version(PROJECT["requires-python"].removeprefix(">=") + ".0")
    # By get: a missing entry is None to importlib.metadata, a KeyError to importlib_metadata, which can take its place.
    asked = {name: importlib.metadata.metadata(name).get("Requires-Python", "") for name in closure()}
    assert {name: range_ for name, range_ in asked.items() if oldest not in SpecifierSet(range_)} == {}


def test_the_citation_names_this_version_and_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"][0]["name"] in (ROOT / "LICENSE").read_text("utf-8")


def test_addresses_are_placeholders_until_there_is_a_real_one():
    """The day the project has an address, all of them change together, and this test with them."""
    assert all(address.startswith("https://sacnotes.example") for address in PROJECT["urls"].values())
    readme = (ROOT / "README.md").read_text("utf-8")
    source = PROJECT["urls"]["Source"]
    assert f"({source}/actions/workflows/site.yml/badge.svg)]({PROJECT['urls']['Homepage']})" in readme
    assert (ROOT / "sacnotes_lib" / "py.typed").exists() and "Typing :: Typed" in PROJECT["classifiers"]
