"""What importing a part of the library loads: every worker, kernel and painting process pays for it."""

import subprocess
import sys

import pytest

HEAVY = {"gymnasium", "matplotlib", "ipywidgets", "IPython", "joblib", "scipy"}


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("import sacnotes_lib.sac.agent", set()),
        ("from sacnotes_lib import SACConfig, SAC", set()),
        ("from sacnotes_lib import train", {"gymnasium"}),
    ],
)
def test_importing_loads_only_what_it_needs(statement, allowed):
    ask = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    asked = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert HEAVY & set(asked.stdout.split()) <= allowed
