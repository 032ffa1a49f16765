"""What calls, environments and machines bring: taken as meant, or refused by name, and nothing learned is lost."""

import io
import random
import signal
import sys
import warnings
from contextlib import ExitStack

import gymnasium as gym
import numpy as np
import pytest
import torch
from gymnasium.envs.registration import EnvSpec
from gymnasium.wrappers import NormalizeObservation, NormalizeReward

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training import environments
from sacnotes_lib.training.environments import (
    UnsuitableEnvironment,
    last_observations,
    make_environments,
    spec_of,
)
from sacnotes_lib.training.files import switch, whole_file
from sacnotes_lib.training.run import TrainingRun, evaluate, listed_seeds, steps_to_take, train


class Plain(gym.Env):
    """Three steps long. It says what reached it, and writes all its observations into one array."""

    def __init__(
        self, low=(-1.0,), high=(1.0,), dtype=np.float32, reward=0.0, raises_at=None, presses_at=None
    ):
        self.action_space = gym.spaces.Box(np.array(low, dtype), np.array(high, dtype), dtype=dtype)
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (len(low),), np.float32)
        self.seen, self.steps = np.zeros(len(low), np.float32), 0
        self.reward, self.raises_at, self.presses_at = reward, raises_at, presses_at

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.seen[:] = 99
        return self.seen, {}

    def step(self, action):
        self.steps += 1
        if self.steps == self.raises_at:
            raise ZeroDivisionError("the cable is torn")
        if self.steps == self.presses_at:
            signal.raise_signal(signal.SIGINT)
        self.seen[:] = action
        return self.seen, self.reward, False, False, {}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    for name, entry in {
        "Plain": Plain,
        "Endless": Plain,
        "NormedObs": lambda **how: NormalizeObservation(Plain(**how)),
        "NormedReward": lambda **how: NormalizeReward(Plain(**how)),
    }.items():
        limit = None if name == "Endless" else 3
        spec = EnvSpec(f"brought/{name}-v0", entry_point=entry, max_episode_steps=limit)
        monkeypatch.setitem(gym.registry, spec.id, spec)


PLAIN = SACConfig(
    env_id="brought/Plain-v0", total_steps=40, learning_starts=10, batch_size=8, hidden_sizes=(8,), replay_capacity=50,
    evaluation_interval=20, evaluation_episodes=1,
)  # fmt: skip


def sends(low, high, *actions):
    """What arrives of these actions, each a list of numbers, in an environment with these bounds."""
    envs = make_environments("brought/Plain-v0", 1, {"low": low, "high": high})
    envs.reset(seed=0)
    return [last_observations(*envs.step(np.float32([a]))[::4])[0].tolist() for a in actions]


# Numbers and calls


def test_numbers_of_numpy_are_numbers_and_stored_as_plain_ones():
    config = SACConfig(
        batch_size=np.int64(32), learning_rate=np.float32(0.5), hidden_sizes=np.array([8, 9]),
        temperature=np.float64(1), entropy_in_target=np.True_,
    )  # fmt: skip
    assert config == SACConfig(
        batch_size=32, learning_rate=0.5, hidden_sizes=(8, 9), temperature=1.0, entropy_in_target=True
    )
    kinds = [type(v) for v in (config.batch_size, config.learning_rate, config.hidden_sizes[0])]
    assert [*kinds, type(config.entropy_in_target)] == [int, float, int, bool]


def test_seeds_are_how_many_or_which_in_every_kind_of_number():
    assert listed_seeds(np.int64(3)) == listed_seeds(range(3)) == [0, 1, 2]
    assert listed_seeds(np.array([3, 5])) == [3, 5] and type(listed_seeds(np.array([3]))[0]) is int
    for twice in ([1, 1], (2, 3, 2)):
        with pytest.raises(ValueError, match="comes twice"):
            listed_seeds(twice)
    for wrong in (True, [True], 2.0, [0.5], "3", None):
        with pytest.raises(TypeError, match="whole numbers"):
            listed_seeds(wrong)
    assert len(TrainingRun(PLAIN).seeds) == 8
    for none in (0, -1, [], [-1], [2**63]):
        with pytest.raises(ValueError, match="none below 0, none above"):
            listed_seeds(none)


def test_the_largest_seeds_have_streams_of_their_own():
    runs = train(PLAIN, [2**63 - 1, 2**62, 18_000_000_000_000], progress=False)
    assert len({tuple(q) for q in runs.metrics["q"].tolist()}) == 3


def test_a_configuration_owns_its_values():
    kwargs = {"reward": 1.0, "low": [-1.0]}
    config = PLAIN.replace(env_kwargs=kwargs)
    kwargs["reward"] = 2.0
    kwargs["low"][0] = -5.0
    assert config.env_kwargs == {"reward": 1.0, "low": [-1.0]}


@pytest.mark.parametrize("episodes", [0, -1, 1.5])
def test_an_evaluation_of_nothing_is_refused(episodes):
    run = TrainingRun(PLAIN, 1)
    for what in (run, run.agent):
        with pytest.raises(ValueError, match="episodes and seeds are whole numbers of at least 1"):
            evaluate(what, episodes)


def test_what_cannot_come_is_said_before_it_is_trained(monkeypatch):
    with pytest.warns(UserWarning, match="nothing will be learned: total_steps = 40 are over"):
        assert steps_to_take(PLAIN.replace(learning_starts=40)) == 40
    with pytest.warns(UserWarning, match=r"target_entropy = 0.7 nats cannot be reached.* at most 0.693"):
        TrainingRun(PLAIN.replace(target_entropy=0.7), 1)
    with pytest.warns(UserWarning, match=r"replay buffers of 3 seeds will take \d+.\d GB, and .* are free"):
        vast = PLAIN.replace(total_steps=10**12, replay_capacity=10**12)
        monkeypatch.setattr("sacnotes_lib.training.run.ReplayBuffer", lambda *how, **more: None)
        TrainingRun(vast, 3)


# Actions


def test_each_dimension_is_rescaled_by_its_own_bounds_and_clipped_to_those_there_are():
    inf, huge = np.inf, float(np.finfo(np.float32).max)
    half, far = [0.5, 0.5], [-9.0, 9.0]
    assert sends([-3, -inf], [3, inf], half, far) == [[1.5, 0.5], [-3.0, 9.0]]
    assert sends([-3, -huge], [3, huge], half, far) == [[1.5, 0.5], [-3.0, 9.0]]
    assert sends([0, -4], [inf, 0], half, far) == [[0.5, -1.0], [0.0, 0.0]]
    assert sends([-inf, 0], [0, 3], far) == [[-9.0, 3.0]]


def test_without_tanh_bounds_clip_and_it_is_said():
    bounded = PLAIN.replace(squash_actions=False, env_kwargs={"low": [0.0], "high": [3.0]})
    with pytest.warns(UserWarning, match="squash_actions = False, and brought/Plain-v0 has bounds"):
        run = train(bounded, 2, progress=False)
    arrived, sent = run.buffer.contents().next_observation, run.buffer.contents().action
    assert 0 <= arrived.min() < arrived.max() <= 3
    assert sent.abs().max() > 1  # the agent remembers what it drew


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"dtype": np.int64, "low": [-2], "high": [2]}, "wants whole numbers as actions"),
        ({"low": [0.0, 1.0], "high": [1.0, 1.0]}, "leaves no choice in action 1"),
        ({"reward": [1.0, 2.0]}, r"a step's reward is \[1.0, 2.0\], and SAC needs one number"),
    ],
)
def test_what_sac_cannot_do_is_refused_by_name(kwargs, says):
    with pytest.raises(UnsuitableEnvironment, match=says):
        train(PLAIN.replace(env_kwargs=kwargs), 1, progress=False)


@pytest.mark.parametrize("name", ["NormedObs", "NormedReward"])
def test_statistics_that_an_evaluation_would_not_share_are_refused(name):
    with pytest.raises(UnsuitableEnvironment, match="Normalize.*, whose statistics change.*Transform"):
        make_environments(f"brought/{name}-v0", 1)


@pytest.mark.parametrize("told", ["deterministic algorithms", "anomaly detection", "warnings are errors"])
def test_the_numbers_are_the_same_whatever_pytorch_and_python_are_told(small, told):
    expected = train(small, 2, progress=False)
    with ExitStack() as stack:
        if told == "deterministic algorithms":
            stack.callback(torch.use_deterministic_algorithms, False)
            torch.use_deterministic_algorithms(True)
        elif told == "anomaly detection":
            stack.enter_context(torch.autograd.detect_anomaly(check_nan=True))
        else:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("error")
        run = train(small, 2, progress=False)
    for ours, theirs in zip(run.agent.critic.tensors(), expected.agent.critic.tensors(), strict=True):
        assert torch.equal(ours, theirs)


def test_training_draws_from_nobody_elses_random_numbers():
    numpy_state = lambda: np.random.get_state()[1].tolist()  # noqa: E731, NPY002
    before = torch.get_rng_state().tolist(), numpy_state(), random.getstate()
    train(PLAIN, 2, progress=False)
    assert (torch.get_rng_state().tolist(), numpy_state(), random.getstate()) == before


# Environments


def test_an_environment_that_writes_into_its_own_array_keeps_its_last_observation():
    run = train(PLAIN, 2, progress=False)
    stored = run.buffer.contents()
    assert torch.equal(stored.next_observation, stored.action.clip(-1, 1))
    assert (stored.observation == 99).float().mean() == pytest.approx(1 / 3, abs=0.05)


def test_a_reward_with_an_axis_is_the_number_that_it_holds():
    run = train(PLAIN.replace(env_kwargs={"reward": np.array([2.0])}), 1, progress=False)
    assert run.evaluation_returns.tolist() == [[6.0, 6.0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_observations_of_whole_numbers_are_stored_as_they_are(monkeypatch, dtype):
    class Counter(Plain):
        def __init__(self):
            super().__init__()
            self.observation_space = gym.spaces.Box(0, 255, (1,), dtype)
            self.seen = np.zeros(1, dtype)

        def step(self, action):
            super().step(250)
            return self.seen, 0.0, False, False, {}

    monkeypatch.setitem(
        gym.registry, "brought/Counter-v0", EnvSpec("brought/Counter-v0", Counter, max_episode_steps=3)
    )
    stored = train(PLAIN.replace(env_id="brought/Counter-v0"), 1, progress=False).buffer.contents()
    assert (stored.next_observation == 250).all() and set(stored.observation.unique().tolist()) == {
        99.0,
        250.0,
    }


def test_an_episode_that_is_cut_off_in_the_step_in_which_it_ends_has_ended(monkeypatch):
    class Ending(Plain):
        def step(self, action):
            return *super().step(action)[:2], self.steps % 3 == 0, False, {}

    monkeypatch.setitem(
        gym.registry, "brought/Ending-v0", EnvSpec("brought/Ending-v0", Ending, max_episode_steps=3)
    )
    stored = train(PLAIN.replace(env_id="brought/Ending-v0"), 1, progress=False).buffer.contents()
    assert stored.terminated[0].nonzero().flatten().tolist() == list(range(2, 40, 3))


def test_an_id_is_found_as_gymnasium_finds_it():
    newest = spec_of("Pendulum")
    assert newest.id == gym.make("Pendulum").spec.id
    assert spec_of("tests.training.tiny_environments:tiny/Echo-v0").id == "tiny/Echo-v0"
    for unknown in ("Nothing-v0", "nowhere_at_all:Nothing-v0", "Pendulum-v99"):
        with pytest.raises(UnsuitableEnvironment, match=f"no environment '{unknown}'"):
            spec_of(unknown)


def test_who_asks_to_stop_in_an_episode_without_end_is_heard_and_keeps_the_run(monkeypatch):
    monkeypatch.setattr(environments, "LONG_EPISODE", 5)
    endless = PLAIN.replace(env_id="brought/Endless-v0", env_kwargs={"presses_at": 25})
    run = train(endless, 1, progress=False)  # pressed in the evaluation that follows 20 steps of training
    assert run.interrupted and run.step == 20
    monkeypatch.setattr(environments, "LONGEST_EPISODE", 30)
    without_end = TrainingRun(endless.replace(env_kwargs={}), 1)
    states = without_end.agent.generators.get_state()
    with pytest.raises(UnsuitableEnvironment, match="still going on after 30 steps"):
        without_end.evaluate(1, deterministic=False)
    assert all(map(torch.equal, states, without_end.agent.generators.get_state()))


# Nothing is lost


def test_a_late_error_brings_the_run_along(tmp_path):
    with pytest.raises(ZeroDivisionError, match="cable") as torn:
        train(PLAIN.replace(env_kwargs={"raises_at": 30}), 1, progress=False)
    run = torn.value.run
    assert run.step == 29 and len(run.evaluation_steps) == 1
    assert "run = sys.last_value.run" in torn.value.__notes__[0]
    run.save(tmp_path / "torn.pt")

    def clumsy(run):
        if run.step == 25:
            raise KeyError("best")

    with pytest.raises(KeyError) as wrong:
        train(PLAIN, 1, progress=False, callback=clumsy)
    assert wrong.value.run.step == 25


def test_a_save_that_fails_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "run.pt"
    run = train(PLAIN, 1, progress=False)
    run.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(torch, "save", lambda state, part: (part.write_bytes(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        run.save(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["run.pt"]
    (tmp_path / "link").symlink_to(path)
    with whole_file(tmp_path / "link") as part:
        part.write_text("new")
    assert path.read_text() == "new" and (tmp_path / "link").is_symlink()


class Full(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("output", ["full", "closed", "ascii", "none"])
def test_a_line_that_cannot_be_written_stops_no_training(monkeypatch, output):
    outputs = {"full": Full(), "closed": io.StringIO(), "ascii": io.TextIOWrapper(io.BytesIO(), "ascii")}
    outputs["closed"].close()
    monkeypatch.setattr(sys, "stdout", outputs.get(output))
    if output == "none":  # as under pythonw on Windows
        monkeypatch.setattr(sys, "stderr", None)
    assert train(PLAIN, 1).step == 40


@pytest.mark.parametrize(
    ("said", "means"),
    [(None, None), ("", None), ("0", False), ("No", False), ("off", False), ("1", True), ("a/b", "a/b")],
)
def test_a_switch_means_what_it_says(monkeypatch, said, means):
    monkeypatch.setenv("SACNOTES_QUICK", said) if said is not None else monkeypatch.delenv(
        "SACNOTES_QUICK", False
    )
    assert switch("SACNOTES_QUICK") is means or switch("SACNOTES_QUICK") == means
    assert steps_to_take(SACConfig()) == (700 if means else 2500)
