"""Environments that come back exactly as they stood."""

import pickle

import numpy as np
import pytest

from sacnotes_lib.training.environments import UnsuitableEnvironment, make_environments
from sacnotes_lib.training.snapshot import pickle_environments


def play(envs, count, seed):
    rng, action_shape = np.random.default_rng(seed), (envs.num_envs, *envs.single_action_space.shape)
    steps = [envs.step(rng.uniform(-1, 1, action_shape).astype(np.float32))[:4] for _ in range(count)]
    return [np.array(column).tolist() for column in zip(*steps)]


@pytest.mark.parametrize("env_id", ["Pendulum-v1", "tiny/Wanderer-v0", "InvertedPendulum-v5"])
def test_an_environment_goes_on_in_the_middle_of_an_episode(env_id, tmp_path, monkeypatch):
    """State, step count and random stream; also where `EzPickle` would build it anew from its arguments."""
    if env_id.startswith("Inverted"):
        pytest.importorskip("mujoco")
        monkeypatch.chdir(tmp_path)  # MuJoCo may write its log beside us
    envs = make_environments(env_id, 2)
    envs.reset(seed=[1, 2])
    play(envs, 5, seed=0)
    copy, beside = pickle.loads(pickle_environments((envs, "something beside")))
    after = play(envs, 205, seed=1)  # far enough to see how and when it starts again
    assert play(copy, 205, seed=1) == after
    assert beside == "something beside"


def test_what_cannot_be_pickled_is_named_and_the_way_out_told():
    envs = make_environments("tiny/Wanderer-v0", 1)
    envs.unwrapped.envs[0].unwrapped.log = (line for line in ())
    with pytest.raises(UnsuitableEnvironment) as refusal:
        pickle_environments(envs)
    assert "generator" in str(refusal.value)
    assert "torch.save(run.agent.state_dict(), path)" in str(refusal.value)
