"""A clip shows the agent that it was given, in a form for every reader."""

import io
from base64 import b64decode

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from sacnotes_lib import SACConfig, TrainingRun, animate
from sacnotes_lib.plots.clip import Clip


@pytest.fixture(scope="module")
def untrained():
    return TrainingRun(SACConfig(), seeds=2)


@pytest.mark.slow
def test_the_episode_is_the_agents_own(untrained):
    """The return in the description is that of the same start, played by hand."""
    clip = animate(untrained, run=1, seed=5)
    env = gym.wrappers.RescaleAction(gym.make("Pendulum-v1"), np.float32(-1), np.float32(1))
    observation, _ = env.reset(seed=5)
    total, truncated = 0.0, False
    while not truncated:
        both = untrained.agent.act(np.tile(observation, (2, 1)), deterministic=True)
        observation, reward, _, truncated, _ = env.step(both[1])
        total += reward
    assert f"200 steps from start 5, return {total:.0f}" in clip.description
    assert "before training" in clip.description
    other = animate(untrained, run=0, seed=5)
    assert other.film != clip.film


def test_film_moves_and_ends_by_itself(untrained):
    film = Image.open(io.BytesIO(animate(untrained, max_steps=40, every=4).film))
    assert film.n_frames == 10
    assert 0 < film.info["loop"] < 10  # 0 would be for ever
    film.seek(0)
    first = np.asarray(film.convert("RGB")).astype(int)
    film.seek(9)
    assert np.abs(np.asarray(film.convert("RGB")).astype(int) - first).max() > 50


def test_every_reader_finds_a_form(untrained):
    clip = animate(untrained, max_steps=24)
    data, _ = clip._repr_mimebundle_()
    assert f'alt="{clip.description}"' in data["text/html"]
    assert data["text/plain"] == clip.description
    strip = Image.open(io.BytesIO(b64decode(data["image/png"])))
    assert strip.width == 6 * clip.width


def test_a_description_with_quotes_cannot_leave_its_attribute():
    frames = [np.zeros((8, 8, 3), dtype=np.uint8), np.full((8, 8, 3), 255, dtype=np.uint8)]
    data, _ = Clip(frames, 'a "quoted" <word>')._repr_mimebundle_()
    assert 'alt="a &quot;quoted&quot; &lt;word&gt;"' in data["text/html"]


def test_an_environment_that_cannot_draw_says_what_to_try(untrained, monkeypatch):
    def broken(self):
        raise OSError("no display")

    monkeypatch.setattr("gymnasium.envs.classic_control.pendulum.PendulumEnv.render", broken)
    with pytest.raises(RuntimeError, match="no display.*MUJOCO_GL"):
        animate(untrained, max_steps=4)
