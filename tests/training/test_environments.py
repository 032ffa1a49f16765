"""Environments as training sees them: bounds, episode ends, refusals, returns."""

import re
import subprocess
import sys

import gymnasium as gym
import numpy as np
import pytest
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training import environments, environments as ours
from tests.training import tiny_environments


def make_agent(seeds=(0, 1), observation_dim=1, action_dim=1) -> SAC:
    config = SACConfig(hidden_sizes=(4,))
    return SAC(config, observation_dim, action_dim, runs=len(seeds), seed=list(seeds))


def steps(envs, count, action=0.0):
    """What `count` steps return, after a reset."""
    envs.reset(seed=list(range(envs.num_envs)))
    shape = (envs.num_envs, *envs.single_action_space.shape)
    return [envs.step(np.full(shape, action, np.float32)) for _ in range(count)]


@pytest.mark.parametrize("ends", ["terminated", "truncated"])
def test_the_episodes_last_observation_is_kept_and_the_next_episode_begins_in_the_same_step(ends):
    envs = ours.make_environments("tiny/Counting-v0", 2, {"length": 3, "ends": ends})
    seen = []
    for observation, _, terminated, truncated, infos in steps(envs, 5):
        seen.append((observation[0].tolist(), ours.last_observations(observation, infos)[0].tolist()))
        over = seen[-1][0] != seen[-1][1]
        assert terminated.tolist() == [over and ends == "terminated"] * 2
        assert truncated.tolist() == [over and ends == "truncated"] * 2
    assert seen == [
        ([0, 1], [0, 1]),
        ([0, 2], [0, 2]),
        ([1, 0], [0, 3]),  # reset already, and yet the step led to (0, 3)
        ([1, 1], [1, 1]),
        ([1, 2], [1, 2]),
    ]


def test_only_the_episodes_that_ended_get_their_last_observation():
    observations = np.arange(8.0).reshape(4, 2)
    ended = np.array([True, False, True, False])
    final = np.array([np.array([90.0, 91.0]), None, np.array([94.0, 95.0]), None], dtype=object)
    led_to = ours.last_observations(observations, {"final_obs": final, "_final_obs": ended})
    assert led_to.tolist() == [[90, 91], [2, 3], [94, 95], [6, 7]]
    assert observations.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]  # untouched
    assert ours.last_observations(observations, {}) is observations


@pytest.mark.parametrize(
    "env_id, says",
    [
        ("CartPole-v1", ["CartPole-v1 has a discrete action space (Discrete(2))", "Pendulum-v1"]),
        ("tiny/MissingExtra-v0", ["a package that is not installed", "no module named wheels", "[mujoco]"]),
        ("Pendulum-v7", ["no environment 'Pendulum-v7'", "`v1`", "gymnasium.pprint_registry()"]),
        ("no_such_module:Thing-v0", ["no environment", "no_such_module"]),
        ("HalfCheetah-v3", ["no environment 'HalfCheetah-v3'", "gymnasium-robotics"]),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_environment_that_cannot_be_used_is_refused_with_what_to_do(env_id, says):
    with pytest.raises(ours.UnsuitableEnvironment) as refusal:
        ours.make_environments(env_id, 2)
    for part in says:
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    "name, space",
    [
        ("action", gym.spaces.MultiDiscrete([2, 2])),
        ("action", gym.spaces.Box(-1, 1, (2, 2))),
        ("action", gym.spaces.Box(-1, 1, ())),
        ("observation", gym.spaces.Box(0, 1, (4, 4, 3))),
        ("observation", gym.spaces.Dict({"x": gym.spaces.Box(-1, 1, (1,))})),
    ],
)
def test_only_vectors_of_real_numbers_will_do(name, space, monkeypatch):
    monkeypatch.setattr(tiny_environments.Misfit, f"{name}_space", space)
    told = f"tiny/Misfit-v0 has the {name} space {space}, and this SAC needs a Box with one axis. "
    with pytest.raises(ours.UnsuitableEnvironment, match=re.escape(told)) as refused:
        ours.make_environments("tiny/Misfit-v0", 1)
    assert ("FlattenObservation" in str(refused.value)) == (name == "observation")


@pytest.mark.slow
def test_mujoco_left_out_names_the_extra():
    """In a process of its own, in which mujoco cannot be imported."""
    code = (
        "import sys; sys.modules['mujoco'] = None\n"
        "from sacnotes_lib.training.environments import make_environments\n"
        "make_environments('InvertedPendulum-v5', 1)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "UnsuitableEnvironment: InvertedPendulum-v5 needs a package that is not installed" in result.stderr
    assert "pip install 'sacnotes[mujoco]'" in result.stderr


def test_a_return_adds_up_the_rewards_of_the_first_episode_alone():
    """Rewards 0, 1, ..., length - 1, then none that is a number, while the longer episodes still run."""

    class Uneven(tiny_environments.Counting):
        def reset(self, *, seed=None, options=None):
            if seed is not None:
                self.length, self.episode = 2 + seed % 7, -1
            return super().reset(seed=seed, options=options)

        def step(self, action):
            observation, reward, *rest = super().step(action)
            return observation, reward if self.episode == 0 else np.nan, *rest

    gym.register("tiny/Uneven-v0", entry_point=Uneven)
    episodes = 8
    envs = ours.make_environments("tiny/Uneven-v0", 16)
    returns = ours.play_episodes(make_agent((5, 6), 2), envs, episodes, deterministic=True)
    lengths = np.array([env.unwrapped.length for env in envs.unwrapped.envs]).reshape(2, episodes)
    assert len(np.unique(lengths)) > 3
    assert returns.tolist() == (lengths * (lengths - 1) / 2).tolist()
    del gym.registry["tiny/Uneven-v0"]


def wander(agent, episodes=3, deterministic=True, **kwargs):
    envs = ours.make_environments("tiny/Wanderer-v0", agent.runs * episodes)
    return ours.play_episodes(agent, envs, episodes, deterministic, **kwargs)


def test_an_agent_plays_its_own_runs_starting_states_and_new_ones_on_every_occasion():
    alike = make_agent((3, 5, 8))
    for tensor in alike.actor.tensors():
        tensor.data.zero_()  # where all act alike, only what they start from tells them apart
    assert len(np.unique(wander(alike))) == 9
    together = wander(make_agent((3, 5, 8)))
    assert together.shape == (3, 3)
    for row, seed in enumerate((3, 5, 8)):
        np.testing.assert_allclose(wander(make_agent([seed]))[0], together[row], rtol=1e-5)
    assert wander(make_agent((3, 5, 8)), occasion=0).tolist() == together.tolist()
    assert not np.isin(wander(make_agent((3, 5, 8)), occasion=1), together).any()
    assert len(np.unique(wander(make_agent([3]), episodes=300))) == 300  # they do not run out


def test_an_agent_with_several_actions_plays_with_all_of_them():
    """Echo rewards the first action as it arrives, between -2 and 2."""
    agent = make_agent(observation_dim=2, action_dim=2)
    returns = ours.play_episodes(agent, ours.make_environments("tiny/Echo-v0", 6), 3, deterministic=True)
    assert returns == pytest.approx(2 * agent.act(np.zeros((2, 3, 2)), deterministic=True)[..., 0])


def test_a_policy_is_looked_at_without_moving_its_random_streams():
    agent = make_agent()
    before = agent.generators.get_state()
    first, again = (wander(agent, deterministic=False) for _ in range(2))
    assert first.tolist() == again.tolist() != wander(agent, deterministic=True).tolist()
    assert all(torch.equal(a, b) for a, b in zip(before, agent.generators.get_state(), strict=True))


def test_an_episode_without_an_end_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(environments, "LONGEST_EPISODE", 30)
    in_time, too_long = (
        ours.make_environments("tiny/Counting-v0", 1, {"length": length}) for length in (30, 31)
    )
    agent = make_agent([0], 2)
    assert ours.play_episodes(agent, in_time, 1, True).shape == (1, 1)
    with pytest.raises(
        ours.UnsuitableEnvironment, match=r"Counting-v0 was still going on after 30 steps.*max_episode_steps"
    ):
        ours.play_episodes(agent, too_long, 1, True)
