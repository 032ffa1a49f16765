"""Runs in files: without code, exact in the middle of an episode, and plain about what a file cannot hold."""

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.envs.registration import EnvSpec

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import UnsuitableEnvironment
from sacnotes_lib.training.files import NotPlain, plain, restored
from sacnotes_lib.training.run import TrainingRun, train
from tests.training import tiny_environments

pytestmark = pytest.mark.long

SMALL = SACConfig(
    env_id="odd/Own-v0", total_steps=30, learning_starts=10, batch_size=8, hidden_sizes=(8,), replay_capacity=50,
    evaluation_interval=30, evaluation_episodes=1,
)  # fmt: skip


class Memory:
    """An object of somebody's own that holds a part of the state."""


class Own(tiny_environments.Wanderer):
    def __init__(self, what=None, **how):
        super().__init__(**how)
        self.memory = Memory()
        self.memory.bias = 0.0

    def step(self, action):
        self.memory.bias += 1.0
        observation, reward, *end = super().step(action)
        return observation, reward + self.memory.bias, *end


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(gym.registry, "odd/Own-v0", EnvSpec("odd/Own-v0", Own, max_episode_steps=50))


@pytest.mark.parametrize("env_id", ["Pendulum-v1", "InvertedPendulum-v5", "sacnotes/PointMass-v0"])
@pytest.mark.parametrize("trust", [False, True])
def test_a_loaded_run_meets_the_same_transitions(env_id, trust, tmp_path, monkeypatch):
    """In the middle of an episode and over its end: state, step count and random stream."""
    if env_id.startswith("Inverted"):
        pytest.importorskip("mujoco")
        monkeypatch.chdir(tmp_path)  # MuJoCo may write its log beside us
    run = train(SMALL.replace(env_id=env_id), 2, progress=False)
    run.save(tmp_path / "run.pt", trust=trust)
    if not trust:
        torch.load(tmp_path / "run.pt", weights_only=True)
    loaded = TrainingRun.load(tmp_path / "run.pt", trust=trust)
    for one in (run, loaded):
        one.resume(250, progress=False)
    for ours, theirs in zip(loaded.buffer.contents(), run.buffer.contents()):
        assert torch.equal(ours, theirs)


def test_plain_data_comes_back_as_it_was():
    generator = np.random.default_rng(3)
    generator.normal(size=3)
    thing = {
        "a": (1, [2.5, None]),
        3: np.float32(0.1),
        "x": np.arange(6).reshape(2, 3),
        "t": torch.ones(2),
        "g": generator,
    }
    back = restored(plain(thing))
    assert back["a"] == (1, [2.5, None]) and type(back[3]) is np.float32 and back[3] == np.float32(0.1)
    assert (back["x"] == thing["x"]).all() and torch.equal(back["t"], torch.ones(2))
    assert back["g"].normal() == generator.normal()
    for odd in (Memory(), {Memory: 1}, {1, 2}, np.array(["a"]), lambda: 1):
        with pytest.raises(NotPlain):
            plain([odd])


def test_a_state_that_no_file_can_hold_begins_a_new_episode_and_it_is_said(tmp_path):
    run = train(SMALL, 2, progress=False)
    with pytest.warns(UserWarning, match=r"not all in the file, since it holds a .*Memory: .*trust=True"):
        run.save(tmp_path / "run.pt")
    with pytest.warns(UserWarning, match="new episodes begin here"):
        loaded = TrainingRun.load(tmp_path / "run.pt")
    assert loaded.step == 30 and (loaded.observation != run.observation).all()
    assert loaded.resume(5, progress=False).step == 35
    run.save(tmp_path / "trusted.pt", trust=True)
    with pytest.raises(ValueError, match=r"saved with trust=True|holds code"):
        TrainingRun.load(tmp_path / "trusted.pt")
    trusted = TrainingRun.load(tmp_path / "trusted.pt", trust=True)
    assert trusted.envs.unwrapped.envs[0].unwrapped.memory.bias == 30
    assert torch.equal(
        trusted.resume(5, progress=False).buffer.contents().reward,
        run.resume(5, progress=False).buffer.contents().reward,
    )


def test_arguments_that_no_file_can_hold_are_named(tmp_path):
    run = TrainingRun(SMALL.replace(env_kwargs={"what": Memory()}), 1)
    with pytest.raises(
        UnsuitableEnvironment, match=r"env_kwargs hold a .*Memory, .* save\(path, trust=True\)"
    ):
        run.save(tmp_path / "run.pt")
    assert not list(tmp_path.iterdir())
    run.save(tmp_path / "run.pt", trust=True)
    assert type(TrainingRun.load(tmp_path / "run.pt", trust=True).config.env_kwargs["what"]) is Memory


def test_what_cannot_be_pickled_is_named_and_the_way_out_told(tmp_path):
    run = TrainingRun(SMALL, 1)
    run.envs.unwrapped.envs[0].unwrapped.log = (line for line in ())
    with pytest.raises(UnsuitableEnvironment, match="generator.*save.path. without trust"):
        run.save(tmp_path / "run.pt", trust=True)


class Trap:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return self.path.touch, ()


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (
            lambda path: torch.save({"config": Trap(path.with_name("sprung"))}, path),
            "holds code. A run .*trust=True",
        ),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), "is damaged, or no file of this library"),
        (lambda path: path.write_text("lunch"), "is damaged, or no file of this library"),
        (lambda path: torch.save({"config": 1}, path), "is not a file that TrainingRun.save wrote"),
    ],
)
def test_other_files_are_refused_by_name_and_nothing_in_them_runs(tmp_path, write, says):
    path = tmp_path / "run.pt"
    TrainingRun(SMALL.replace(env_id="Pendulum-v1"), 1).save(path)
    write(path)
    with pytest.raises(ValueError, match=f"run.pt {says}") as refused:
        TrainingRun.load(path)
    assert not (tmp_path / "sprung").exists() and "weights_only" not in str(refused.value)


def test_the_class_that_trained_must_be_given(tmp_path):
    class Blind(SAC):
        critic_loss = staticmethod(lambda q, target: 0 * q.sum())

    TrainingRun(SMALL.replace(env_id="Pendulum-v1"), 1, Blind).save(tmp_path / "run.pt")
    with pytest.raises(ValueError, match=r"trained by Blind, not by SAC: .*agent_class=Blind"):
        TrainingRun.load(tmp_path / "run.pt")
    assert type(TrainingRun.load(tmp_path / "run.pt", agent_class=Blind).agent) is Blind


def test_an_id_from_a_file_imports_nothing(tmp_path, monkeypatch):
    (tmp_path / "stranger.py").write_text("raise SystemExit('run')")
    monkeypatch.syspath_prepend(tmp_path)
    run = TrainingRun(SMALL.replace(env_id="Pendulum-v1"), 1)
    run.config = run.initial_config = SMALL.replace(env_id="stranger:strange/Own-v0")
    run.save(tmp_path / "run.pt")
    with pytest.raises(UnsuitableEnvironment, match="strange/Own-v0, which nobody has registered here"):
        TrainingRun.load(tmp_path / "run.pt")
