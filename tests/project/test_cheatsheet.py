"""The code on the cheat sheet runs, and is SAC's update: number by number beside the library's own."""

import re
from types import SimpleNamespace

import pytest
import torch

from sacnotes_lib import SAC
from sacnotes_lib.course.p10_own_words.bench import Bench, weights_after
from tools.fingerprint import ROOT

PAGE = (ROOT / "docs" / "cheatsheet.md").read_text("utf-8")
(CODE,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
*ALGORITHM, TRAINING = CODE.splitlines()
SHORT = (
    "SACConfig(total_steps=40, learning_starts=20, batch_size=8, hidden_sizes=(8,), evaluation_interval=40)"
)


@pytest.fixture(scope="module")
def update():
    own = {}
    exec("\n".join(ALGORITHM), own)
    return own["update"]


def with_its_own_noise(update):
    """The same update, where a plain `sample()` of the actor draws from the agent's noise, as `SAC.update` does."""

    def updated(agent, batch):
        actor = agent.actor

        def drawing(observation):
            policy = actor(observation)
            return SimpleNamespace(
                sample=lambda: policy.sample(noise=agent.noise_for(policy)),
                rsample=lambda: policy.rsample(noise=agent.noise_for(policy)),
            )

        agent.actor = drawing
        update(agent, batch)
        agent.actor = actor

    return updated


def test_it_is_one_screen():
    assert len(list(filter(None, ALGORITHM))) == 15 and max(map(len, CODE.splitlines())) <= 110


@pytest.mark.parametrize("seed", [1, 2])
def test_it_leaves_the_weights_that_the_library_leaves(update, seed):
    mine, right = weights_after(with_its_own_noise(update)), weights_after(SAC.update)
    at_first, after_one = (right(Bench(seed), updates) for updates in (0, 1))
    for updates in (1, 3):
        torch.testing.assert_close(mine(Bench(seed), updates), right(Bench(seed), updates))
    assert not any(torch.equal(at_first[part], after_one[part]) for part in after_one)


def test_its_last_line_trains_with_it():
    own = {}
    exec(CODE.replace("SACConfig()", SHORT), own)
    run, before = (
        own["run"],
        SAC(own["run"].config, 3, 1, seed=list(own["run"].seeds), runs=len(own["run"].seeds)),
    )
    assert run.step == 40 and type(run.agent).__name__ == "OneScreen"
    moved = [not torch.equal(*pair) for pair in zip(run.agent.actor.tensors(), before.actor.tensors())]
    assert all(moved)
