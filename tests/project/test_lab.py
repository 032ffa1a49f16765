"""The defaults that the course gives JupyterLab, and who comes before them."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from jupyterlab.commands import get_app_dir

from tools import lab

OVERRIDES = json.loads((lab.DEFAULTS / "labconfig" / "default_setting_overrides.json").read_text("utf-8"))


def test_what_a_person_asks_for_comes_first(monkeypatch):
    chosen = lab.options(["--LabApp.default_url=/lab", "--no-browser"])
    assert chosen[-2:] == ["--LabApp.default_url=/lab", "--no-browser"]
    assert sum("default_url" in option for option in chosen) == 1  # JupyterLab refuses the same one twice
    happened = []
    monkeypatch.setattr(lab.LabApp, "launch_instance", lambda arguments: happened.append("opened"))
    monkeypatch.setattr(lab, "renew", lambda: happened.append("copied"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "their own")
    lab.main([])
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep) == ["their own", str(lab.DEFAULTS)]
    lab.main(["--ServerApp.root_dir=elsewhere"])
    assert happened == ["copied", "opened", "opened"]


@pytest.mark.parametrize("plugin", OVERRIDES)
def test_every_setting_is_one_that_this_jupyterlab_has(plugin):
    name, _, file = plugin.partition(":")
    schema = json.loads(Path(get_app_dir(), "schemas", name, f"{file}.json").read_text("utf-8"))
    assert set(OVERRIDES[plugin]) <= set(schema["properties"])
    jsonschema.validate(OVERRIDES[plugin], schema)
