"""The comparison with Stable-Baselines3: equal settings, equal starting states, and a file that can be gone on with."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from benchmarks import learning
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.environments import make_environments, play_episodes
from sacnotes_lib.training.run import TrainingRun

CONFIG = SACConfig(
    total_steps=20, learning_starts=10, evaluation_interval=10, evaluation_episodes=2, hidden_sizes=(8,),
    batch_size=4, replay_capacity=50, initial_temperature=0.5, discount=0.9, polyak_rate=0.3, learning_rate=0.002,
)  # fmt: skip


def test_the_other_library_gets_the_same_settings():
    model = learning.stable_baselines_model(CONFIG, seed=3)
    assert (model.gamma, model.tau, model.learning_rate) == (0.9, 0.3, 0.002)
    assert (model.batch_size, model.buffer_size, model.learning_starts) == (4, 50, 10)
    assert model.target_entropy == -1.0 and model.log_ent_coef.exp().item() == pytest.approx(0.5)
    sizes = [getattr(layer, "out_features", None) for layer in model.policy.actor.latent_pi]
    assert [size for size in sizes if size] == [8]
    env = model.get_env().envs[0]
    env.reset(seed=0)
    env.unwrapped.state = np.array([np.pi, 0.0])
    _, reward, *_ = env.step(np.zeros(1, dtype=np.float32))
    # A hanging rod costs its angle squared, scaled by 0.1.
    assert reward == pytest.approx(-0.1 * np.pi**2, rel=1e-3)
    with pytest.raises(ValueError, match="backup = 'mean'"):  # a choice that the other library lacks
        learning.stable_baselines_model(CONFIG.replace(backup="mean"), seed=0)


def test_exchanged_each_library_has_the_slope_of_the_other_s_temperature_loss():
    """In log α: α times the surplus of entropy here, the surplus alone there."""
    alpha, surplus = 0.5, 0.8
    ours = torch.tensor(alpha).log().requires_grad_()
    learning.WithoutFactor.temperature_loss(ours, torch.full((4,), 0.2), -1.0).backward()
    assert ours.grad.item() == pytest.approx(surplus)
    model = learning.with_factor(learning.stable_baselines_model(CONFIG, seed=0))
    (model.log_ent_coef * surplus).sum().backward()
    assert model.log_ent_coef.grad.item() == pytest.approx(alpha * surplus)
    plain, exchanged = (learning.compare(CONFIG, 0, exchanged) for exchanged in (False, True))
    assert all(plain[name][0] != exchanged[name][0] for name in (learning.OURS, learning.THEIRS))


def test_both_are_judged_from_the_same_starting_states():
    """A player that always answers 0 earns what this library's evaluation gives to such a policy."""

    starts, seen = [], []

    def rest(observation, deterministic):
        starts.append(observation.copy())
        return np.zeros((*observation.shape[:-1], 1))

    nothing = SimpleNamespace(get_state=lambda: None, set_state=lambda state: None)
    idle = SimpleNamespace(runs=1, seeds=[4], generators=nothing, act=rest)
    play_episodes(idle, make_environments(CONFIG.env_id, 2), 2, deterministic=True, occasion=10)
    run = TrainingRun(CONFIG, [4])
    act = run.agent.act
    run.agent.act = lambda observation, deterministic=False: (seen.append(observation), act(observation))[1]
    run.step = 10
    run.evaluate(2)
    np.testing.assert_array_equal(starts[0], seen[0])


def test_a_player_s_actions_are_the_model_s_in_units_of_one():
    model = learning.stable_baselines_model(CONFIG, seed=0)
    observation = np.array([[[1.0, 0.0, 0.5], [0.0, 1.0, -2.0]]], dtype=np.float32)
    action = learning.Player(model, 0).act(observation, deterministic=True)
    torques, _ = model.predict(observation[0], deterministic=True)
    assert action.shape == (1, 2, 1)
    np.testing.assert_allclose(2 * action[0], torques, rtol=1e-5)  # Pendulum's torque goes from -2 to 2


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """Runs the benchmark on tasks with some options, and returns its file and the reports that it saved."""
    for name in ("RESULTS", "PICTURES"):
        monkeypatch.setattr(learning, name, tmp_path)
    saved = []
    monkeypatch.setattr(learning, "save_result", lambda name, lines: saved.append(name))

    def run(tasks, *options, of="TASKS", file="learning.json"):
        monkeypatch.setattr(learning, of, tasks)
        monkeypatch.setattr("sys.argv", ["learning", *options])
        learning.main()
        return json.loads((tmp_path / file).read_text("utf-8")), saved

    return run


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on_and_other_settings_begin_anew(measured):
    first, second = (measured({"small": CONFIG}, "--seeds", seeds)[0]["small"] for seeds in "12")
    assert first["steps"] == [10, 20]
    for name in (learning.OURS, learning.THEIRS):
        assert np.shape(second[name]["returns"]) == (2, 2)
        assert second[name]["returns"][0] == first[name]["returns"][0]
        assert second[name]["seconds"][0] == first[name]["seconds"][0]
    run = TrainingRun(CONFIG, [1])
    for _ in run.iterate(20):
        pass
    np.testing.assert_allclose(second[learning.OURS]["returns"][1], run.evaluation_returns[0], atol=0.006)
    other, _ = measured({"small": CONFIG.replace(discount=0.8)}, "--seeds", "1")
    assert len(other["small"][learning.OURS]["returns"]) == 1


def test_without_a_number_every_task_gets_the_seeds_that_it_needs(monkeypatch, measured):
    def compare(config, seed, exchanged):
        return dict.fromkeys((learning.THEIRS, learning.OURS), ([seed], 1))

    monkeypatch.setattr(learning, "compare", compare)
    monkeypatch.setattr(learning, "table", lambda task, result: [])
    results, _ = measured({"plain": CONFIG, "InvertedPendulum-v5": CONFIG})
    for library in (learning.OURS, learning.THEIRS):
        seeds = {task: [seed for (seed,) in result[library]["returns"]] for task, result in results.items()}
        assert seeds == {"plain": [*range(6)], "InvertedPendulum-v5": [*range(18)]}


def test_the_table_holds_lowest_median_and_highest():
    result = {"steps": [10], "machine": "a machine"} | {
        name: {"returns": [[shift - 3.0], [shift + 5.0], [shift - 1.0]], "seconds": [4.0, 6.0, 5.0]}
        for name, shift in ((learning.OURS, 0), (learning.THEIRS, 100))
    }
    lines = learning.table("small", result)
    assert lines[2].split() == ["10", "97", "99", "105", "-3", "-1", "5"]
    assert "Stable-Baselines3 5, sacnotes 5" in lines[-2]


def test_differences_are_ours_minus_theirs_at_the_end_and_over_all_evaluations():
    result = {
        learning.OURS: {"returns": [[0.0, 10.0], [0.0, 10.0]]},
        learning.THEIRS: {"returns": [[4.0, 7.0], [4.0, 7.0]]},
    }
    (line,) = learning.differences(result)
    assert "at the end +3 (+3 to +3)" in line and "all evaluations -0 (-0 to -0)" in line  # 5 against 5.5
    one = {name: {"returns": [[1.0]]} for name in (learning.OURS, learning.THEIRS)}
    assert learning.differences(one) == []


@pytest.mark.slow
def test_long_runs_have_a_file_and_pictures_of_their_own(measured, tmp_path):
    options = ("--long", "--seeds", "2", "--jobs", "2")
    results, saved = measured({"Pendulum-v1": CONFIG}, *options, of="LONG_TASKS", file="long_run.json")
    assert saved == ["long_run"]
    assert {file.name for file in tmp_path.iterdir()} == {"long_run.json", "long_Pendulum-v1.png"}
    for seed in (0, 1):  # whoever came first, each seed lies in its own place
        both = learning.compare(CONFIG, seed)
        for name in (learning.OURS, learning.THEIRS):
            found = results["Pendulum-v1"][name]["returns"][seed]
            np.testing.assert_allclose(found, both[name][0], atol=0.006)
