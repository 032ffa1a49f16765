"""What a notebook defines travels to other processes, shows one line, and is computed again when its source changes."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

AGENT = """
class Scaled(SAC):
    def update(self, batch):
        assert __import__("os").getpid() != parent, "not in a process of its own"
        return super().update(batch._replace(reward=factor * batch.reward))
"""
DEFINE = f"""
import gymnasium as gym
from sacnotes_lib import SAC, SACConfig, compare
from gymnasium.envs.classic_control.pendulum import PendulumEnv

{AGENT}
class Mine(PendulumEnv):
    pass

factor, parent = 1.0, __import__("os").getpid()
gym.register("Mine-v0", entry_point=Mine, max_episode_steps=20)
config = SACConfig(env_id="Mine-v0", total_steps=40, learning_starts=10, batch_size=8, hidden_sizes=(8,),
                   evaluation_interval=20, evaluation_episodes=1)
"""
COMPARE = (
    'first = compare({"min": (config, Scaled), "mean": (config.replace(backup="mean"), Scaled)}, 2, jobs=2)'
)
AGAIN = COMPARE.replace("first", "second")
CHANGED = AGENT.replace("factor *", "10 * factor *") + COMPARE.replace("first", "third")
TELL = """
print((first["min"].metrics["q"] == second["min"].metrics["q"]).all(),
      (first["min"].metrics["q"] == third["min"].metrics["q"]).all(), type(second["min"].agent).__name__)
"""


@pytest.mark.slow
def test_a_notebooks_own_agent_and_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SACNOTES_RESULTS", str(tmp_path / "results"))
    cells = [nbformat.v4.new_code_cell(source) for source in (DEFINE, COMPARE, AGAIN, CHANGED, TELL)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(
        notebook, kernel_name="python3", timeout=600, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    lines = []
    for cell in notebook.cells[1:4]:
        (output,) = cell.outputs  # one line, updated in place, under its own cell
        lines.append(re.sub(r"<.*?>|\d+ s · ", "", output.data["text/html"]).strip())
    done = "2 variants, 2 seeds · step 160 of 160 · 2 of 2 jobs"
    assert lines == [done, f"{done} kept from before", done]
    assert notebook.cells[4].outputs[0].text == "True False Scaled\n"
    assert len(list((tmp_path / "results").iterdir())) == 4
