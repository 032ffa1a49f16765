"""Training: that it learns, that it repeats itself, that nothing is lost when it stops, and what it refuses."""

import signal
import subprocess
import sys
import threading
from types import SimpleNamespace

import gymnasium as gym
import numpy as np
import pytest
import torch
from jupyter_client.manager import start_new_kernel

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.training import run as training
from sacnotes_lib.training.run import TrainingDiverged, TrainingRun, evaluate, train
from tests.training.test_guards import send_interrupt


def flat(state) -> dict[str, object]:
    """Nested dictionaries and lists as one dictionary of arrays and numbers."""
    if isinstance(state, torch.Tensor):
        return {"": state.detach().clone().numpy()}
    if isinstance(state, dict | list | tuple):
        items = state.items() if isinstance(state, dict) else enumerate(state)
        return {f"{key}/{name}": leaf for key, value in items for name, leaf in flat(value).items()}
    return {"": state}


def everything(run: TrainingRun) -> dict[str, object]:
    """All that training has made: weights, moments, streams, memory, records, and where the environments stand."""
    return flat(
        {
            "agent": run.agent.state_dict(),
            "memory": list(run.buffer.contents()),
            "evaluations": [run.evaluation_steps, run.evaluation_returns],
            "metrics": [run.metric_steps, run.metrics],
            "step": run.step,
            "interrupted": run.interrupted,
        }
    )


def assert_same(run, other):
    ours, theirs = everything(run), everything(other)
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)


def quiet(config, seeds=2, **kwargs) -> TrainingRun:
    return train(config, seeds, progress=False, **kwargs)


# It learns


@pytest.mark.slow
def test_three_seeds_learn_to_swing_the_pendulum_up_and_all_of_it_is_recorded(learned):
    rng, envs = np.random.default_rng(0), gym.make_vec("Pendulum-v1", num_envs=20)
    envs.reset(seed=0)
    random = sum(envs.step(rng.uniform(-2, 2, (20, 1)).astype(np.float32))[1] for _ in range(200)).mean()
    assert random < -900
    assert learned.evaluation_steps.tolist() == list(range(250, 2001, 250))
    assert learned.evaluation_returns.shape == (3, 8)
    assert np.all(learned.evaluation_returns[:, 0] < -700)  # at the first look they could not yet
    assert np.all(evaluate(learned, episodes=20).mean(axis=1) > -400)
    assert learned.metric_steps.tolist() == list(range(200, 2000, 25))
    assert set(learned.metrics) == {"critic_loss", "q", "entropy", "temperature"}
    for values in learned.metrics.values():
        assert values.shape == (3, len(learned.metric_steps)) and np.isfinite(values).all()
    # The temperature falls while the policy is more random than its target, minus the action dimension, asks.
    temperature, entropy = learned.metrics["temperature"], learned.metrics["entropy"]
    assert temperature[:, 0] == pytest.approx([1, 1, 1])
    assert entropy[:, :40].min() > -1 and np.all(np.diff(temperature[:, :40]) < 0)
    assert np.all(temperature[:, -1] < 0.3)


@pytest.mark.slow
def test_evaluating_again_gives_the_same_and_sampled_actions_do_not(learned):
    for player in (learned, learned.agent):  # an agent can be evaluated without its run
        first = evaluate(player, episodes=4)
        assert first.shape == (3, 4) and len(np.unique(first)) == 12
        assert np.all(first.mean(axis=1) > -400)
        np.testing.assert_array_equal(first, evaluate(player, episodes=4))
        assert not np.isclose(first, evaluate(player, episodes=4, deterministic=False)).any()
        np.testing.assert_allclose(first[:, :2], evaluate(player, episodes=2), rtol=1e-3)


# What is in the memory


@pytest.mark.parametrize("ends", ["terminated", "truncated"])
@pytest.mark.parametrize("length", [1, 3, 5])
def test_every_transition_is_one_that_happened(ends, length):
    """None leads from an episode's end to the start of the next, none is missing, and truncation is no termination."""
    config = SACConfig(
        env_id="tiny/Counting-v0", env_kwargs={"length": length, "ends": ends}, total_steps=40,
        learning_starts=20, batch_size=4, hidden_sizes=(4,), evaluation_interval=1000,
    )  # fmt: skip
    memory = quiet(config).buffer.contents()
    expected = [divmod(step, length) for step in range(40)]
    for run in range(2):
        np.testing.assert_array_equal(memory.observation[run].numpy(), expected)
        np.testing.assert_array_equal(memory.next_observation[run].numpy(), [(e, t + 1) for e, t in expected])
        np.testing.assert_array_equal(memory.reward[run].numpy(), [t for _, t in expected])
        over = [ends == "terminated" and t + 1 == length for _, t in expected]
        np.testing.assert_array_equal(memory.terminated[run].numpy(), over)


@pytest.mark.parametrize("squash", [True, False])
def test_the_first_actions_are_uniform_or_without_tanh_normal_by_each_runs_second_stream(small, squash):
    run = quiet(small.replace(learning_starts=40, squash_actions=squash), seeds=[3, 5])
    for actions, seed in zip(run.buffer.contents().action[..., 0], (3, 5), strict=True):
        stream = RunGenerators([seed], stream=1)
        expected = [2 * stream.uniform(1) - 1 if squash else stream.normal(1) for _ in range(40)]
        torch.testing.assert_close(actions, torch.cat(expected).flatten())


def test_after_them_every_action_is_the_policys(small):
    asked = []

    class Asked(SAC):
        def act(self, observation, deterministic=False):
            asked.append(deterministic)
            return super().act(observation, deterministic)

    run = quiet(small.replace(evaluation_interval=1000), seeds=[3, 5], agent_class=Asked)
    assert asked == [False] * (small.total_steps - small.learning_starts)
    memory, step = run.buffer.contents(), small.learning_starts
    fresh = SAC(small, observation_dim=3, action_dim=1, runs=2, seed=[3, 5])
    np.testing.assert_array_equal(memory.action[:, step].numpy(), fresh.act(memory.observation[:, step]))


def test_actions_reach_the_environment_rescaled(small):
    """A one-step environment that rewards the action it receives, with bounds -2 and 2."""
    run = quiet(small.replace(env_id="tiny/Echo-v0", evaluation_interval=1000))
    memory = run.buffer.contents()
    torch.testing.assert_close(memory.reward, 2 * memory.action[..., 0])
    assert memory.reward.abs().max() > 1


# How much is done, and when


@pytest.mark.parametrize(
    "starts, per_step, expected", [(10, 1, 30), (0, 1, 40), (39, 1, 1), (40, 1, 0), (10, 3, 90)]
)
def test_updates_begin_when_the_first_actions_are_done(small, starts, per_step, expected):
    run = quiet(small.replace(learning_starts=starts, updates_per_step=per_step))
    assert run.agent.updates_done == expected
    assert run.step == len(run.buffer) == 40


def test_every_run_samples_its_own_memory_by_its_own_stream(small, monkeypatch):
    """The batches that reach the agent are those that the third stream of each seed draws."""
    batches = []

    class Listening(SAC):
        def update(self, batch):
            batches.append(batch)
            return super().update(batch)

    run = quiet(small, seeds=[3, 5], agent_class=Listening)
    assert type(run.agent) is Listening
    stream, memory = RunGenerators([3, 5], stream=2), run.buffer.contents()
    for number, batch in enumerate(batches):
        index = stream.integers(small.learning_starts + 1 + number, small.batch_size)
        for r in range(2):
            torch.testing.assert_close(batch.reward[r], memory.reward[r, index[r]], rtol=0, atol=0)


def test_evaluations_and_metrics_come_at_their_intervals(small):
    run = quiet(small.replace(total_steps=110, evaluation_interval=30, evaluation_episodes=2))
    assert run.evaluation_steps.tolist() == [30, 60, 90]
    assert run.metric_steps.tolist() == [25, 50, 75, 100]
    at_end = evaluate(run.resume(10, progress=False), episodes=2)
    assert run.evaluation_steps.tolist() == [30, 60, 90, 120]
    np.testing.assert_allclose(run.evaluation_returns[:, -1], at_end.mean(axis=1))


def test_a_run_without_records_has_empty_ones(small):
    run = quiet(small.replace(total_steps=5), seeds=3)
    assert run.evaluation_returns.shape == (3, 0) and run.metrics == {}
    assert run.evaluation_steps.shape == run.metric_steps.shape == (0,)


def test_the_callback_sees_every_step(small):
    steps = []
    run = quiet(small, callback=lambda run: steps.append((run.step, len(run.buffer), run.agent.updates_done)))
    np.testing.assert_array_equal(run.observation, run.buffer.contents().next_observation[:, -1])
    assert steps == [(step, step, max(0, step - 10)) for step in range(1, 41)]
    assert run.interrupted is False


def test_the_loop_can_be_walked_through_by_hand(small):
    run = TrainingRun(small, seeds=2)
    assert [one.step for one in run.iterate(7)] == list(range(1, 8))
    assert [one.step for one in run.iterate(9)] == [8, 9]
    assert list(run.iterate(9)) == []


def test_a_name_in_place_of_a_configuration_is_told_how_to_become_one():
    for instead in ("Pendulum-v1", {"env_id": "Pendulum-v1"}):
        with pytest.raises(TypeError, match=r'a SACConfig, such as SACConfig\(env_id="Pendulum-v1"\)'):
            train(instead, progress=False)


def test_the_configuration_may_be_left_out(monkeypatch):
    monkeypatch.setattr(training, "_drive", lambda run, until, *_: (run, until))
    run, until = train()
    assert (run.config, until, len(run.seeds)) == (SACConfig(), 2500, 8)


def test_arguments_reach_the_environments_of_training_and_of_evaluation(small):
    run = quiet(small.replace(env_id="tiny/Counting-v0", env_kwargs={"length": 6}))
    assert run.buffer.contents().next_observation[0, :, 1].max() == 6
    for returns in (run.evaluate(), evaluate(run), evaluate(run.agent)):
        assert returns.tolist() == [[0 + 1 + 2 + 3 + 4 + 5] * 10] * 2  # ten episodes unless told otherwise


def test_the_seconds_of_every_stretch_are_added(small, monkeypatch):
    clock = iter([100.0, 103.0, 200.0, 204.5])
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    run = quiet(small)
    assert run.seconds == 3
    assert run.resume(1, progress=False).seconds == 7.5


def test_the_runs_word_for_itself(small):
    run = quiet(small.replace(total_steps=1500, learning_starts=1500, evaluation_interval=1500))
    last = f"{run.evaluation_returns.mean():.0f}"
    assert TrainingRun(small).seconds == 0 and not TrainingRun(small).interrupted
    assert repr(run) == f"TrainingRun(Pendulum-v1, 2 seeds, step 1,500 done, last return {last})"
    run.interrupted = True
    assert "step 1,500 interrupted" in repr(run)
    assert repr(quiet(small.replace(total_steps=3))) == "TrainingRun(Pendulum-v1, 2 seeds, step 3 done)"
    twice = quiet(small)
    first, last = twice.evaluation_returns.mean(axis=0)
    assert f"{first:.0f}" != f"{last:.0f}" and repr(twice).endswith(f"last return {last:.0f})")


def test_pages_can_be_tried_with_shortened_runs(small, monkeypatch):
    monkeypatch.setenv("SACNOTES_QUICK", "1")
    assert quiet(small.replace(total_steps=1000)).step == 10 + 2 * 20
    assert quiet(small.replace(total_steps=30)).step == 30


# It repeats itself


def test_the_same_seeds_give_the_same_run_bit_for_bit(small):
    run = quiet(small)
    assert_same(run, quiet(small))
    memory, other = (one.buffer.contents().observation for one in (run, quiet(small, seeds=[0, 7])))
    assert torch.equal(memory[0], other[0]) and not torch.equal(memory[1], other[1])


@pytest.mark.parametrize(
    "choices",
    [{}, {"backup": "redq", "num_critics": 3}, {"actor_gradient": "score_function", "num_actor_samples": 2}],
)
def test_a_run_is_the_same_alone_and_beside_others(small, choices):
    config = small.replace(**choices)
    together = quiet(config, seeds=[3, 5, 8])
    for row, seed in enumerate((3, 5, 8)):
        alone = quiet(config, seeds=[seed])
        for name, column in zip(alone.buffer.contents()._fields, alone.buffer.contents()):
            beside = getattr(together.buffer.contents(), name)[row]
            torch.testing.assert_close(column[0], beside, rtol=1e-3, atol=1e-3, msg=name)
        np.testing.assert_allclose(alone.evaluation_returns[0], together.evaluation_returns[row], rtol=1e-3)
        for name, values in alone.metrics.items():
            np.testing.assert_allclose(values[0], together.metrics[name][row], rtol=1e-3, atol=1e-3)


def test_looking_at_a_policy_does_not_change_how_it_learns(small):
    def look(run):
        run.evaluate(episodes=2)
        evaluate(run.agent, episodes=1, deterministic=False)
        evaluate(run, episodes=1, deterministic=False)

    config = small.replace(env_id="tiny/Wanderer-v0")
    assert_same(quiet(config), quiet(config, callback=look))
    often, never = (quiet(config.replace(evaluation_interval=interval)) for interval in (3, 1000))
    for name, leaf in flat(often.agent.state_dict()).items():
        np.testing.assert_array_equal(leaf, flat(never.agent.state_dict())[name], err_msg=name)


# It stops and goes on


@pytest.mark.parametrize("env_id", ["Pendulum-v1", "tiny/Wanderer-v0"])
@pytest.mark.parametrize("stop", [5, 33])
def test_resumed_training_goes_on_exactly_where_it_stopped_also_from_a_file(small, tmp_path, env_id, stop):
    """In the middle of an episode, before and after learning has begun."""
    config = small.replace(env_id=env_id, target_update="hard", hard_update_period=4)
    uninterrupted = quiet(config.replace(total_steps=80))
    run = quiet(config.replace(total_steps=stop))
    run.agent.config = run.config = config.replace(total_steps=80)
    run.save(tmp_path / "run.pt")
    loaded = TrainingRun.load(tmp_path / "run.pt")
    assert loaded.config == run.config
    assert loaded.seconds == run.seconds > 0
    assert_same(run, loaded)
    for each in (run, loaded):
        assert each.resume(80 - stop, progress=False) is each
        assert_same(each, uninterrupted)


@pytest.mark.slow
def test_a_fresh_process_goes_on_from_the_file(small, tmp_path):
    """Pendulum's episodes have 200 steps: 150 is in the middle of one."""
    quiet(small.replace(total_steps=150)).save(tmp_path / "before.pt")
    code = (
        "import sys\n"
        "from sacnotes_lib.training.run import TrainingRun\n"
        "TrainingRun.load(sys.argv[1]).resume(70, progress=False).save(sys.argv[2])"
    )
    paths = [str(tmp_path / name) for name in ("before.pt", "after.pt")]
    subprocess.run([sys.executable, "-c", code, *paths], check=True)
    assert_same(TrainingRun.load(paths[1]), quiet(small.replace(total_steps=220)))


def raise_interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("how", [raise_interrupt, send_interrupt])
def test_an_interrupted_run_keeps_what_it_learned_and_can_go_on(small, how, tmp_path):
    ended = []

    def callback(run):
        if run.step == 23:
            how()
        ended.append(run.step)

    handler = signal.getsignal(signal.SIGINT)
    run = quiet(small, callback=callback)
    assert (23 in ended) == (how is send_interrupt)  # a signal cuts nothing in the middle
    assert signal.getsignal(signal.SIGINT) is handler
    assert run.interrupted
    assert "interrupted" in repr(run)
    assert run.step == run.agent.updates_done + small.learning_starts
    assert 23 <= run.step < 40
    assert run.evaluation_steps.tolist() == [20]
    assert run.seconds > 0
    run.save(tmp_path / "run.pt")
    run.resume(40 - run.step, progress=False)
    assert not run.interrupted and TrainingRun.load(tmp_path / "run.pt").interrupted
    assert_same(run, quiet(small))


IN_A_CELL = """
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import train
run = train(SACConfig(total_steps=10**9, learning_starts=10, hidden_sizes=(4,)), seeds=2)
"""


@pytest.mark.slow
def test_the_notebooks_stop_button_keeps_what_was_learned_and_progress_is_one_output_updated_in_place():
    manager, client = start_new_kernel()
    outputs, idle = [], False
    try:
        request = client.execute(IN_A_CELL)
        while not idle:
            message = client.get_iopub_msg(timeout=120)
            kind, content = message["msg_type"], message["content"]
            if "data" in content or kind == "stream":
                outputs.append((kind, content))
                if len(outputs) == 2:  # the progress line moves
                    manager.interrupt_kernel()
            ours = message["parent_header"].get("msg_id") == request
            idle = ours and kind == "status" and content["execution_state"] == "idle"
        assert client.get_shell_msg(timeout=120)["content"]["status"] == "ok"
        kinds = [kind for kind, _ in outputs]
        assert kinds == ["display_data"] + ["update_display_data"] * (len(kinds) - 1)
        assert len({content["transient"]["display_id"] for _, content in outputs}) == 1
        assert "interrupted, kept" in outputs[-1][1]["data"]["text/html"]
        asked = {"kept": "run.interrupted, run.step == len(run.buffer) > 0"}
        reply = client.execute_interactive("", user_expressions=asked, timeout=120)
        assert reply["content"]["user_expressions"]["kept"]["data"]["text/plain"] == "(True, True)"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_training_runs_in_a_thread_of_its_own(small):
    runs = []
    worker = threading.Thread(target=lambda: runs.append(quiet(small)))
    worker.start()
    worker.join()
    assert_same(runs[0], quiet(small))


# What goes wrong


@pytest.mark.parametrize("becomes", [float("nan"), float("inf")])
def test_a_loss_that_is_not_a_number_names_run_and_step_and_keeps_what_there_is(small, becomes):
    """Seed 5 of three receives a reward that is not finite from step 30 on."""
    config = small.replace(
        env_id="tiny/Breaking-v0",
        env_kwargs={"bad_seed": 5, "after": 30, "becomes": becomes},
        total_steps=100,
    )
    with pytest.raises(TrainingDiverged) as lost:
        quiet(config, seeds=[3, 5, 8])
    message, run = str(lost.value), lost.value.run
    assert f"At environment step {run.step} of tiny/Breaking-v0, the critic loss of seed 5 is" in message
    assert f"at update {run.agent.updates_done}." in message
    for hint in ("learning_rate (now 0.003)", "reward_scale (now 0.1)", "NaN in the environment's", ".run"):
        assert hint in message
    assert lost.value.__cause__.seeds == [5]
    assert 29 <= run.step < 100
    assert run.seconds > 0
    assert run.evaluation_returns.shape == (3, run.step // 20)
    assert np.isfinite(run.metrics["q"]).all()  # what was recorded until then
    # The seed that is named has taken the step that spoilt it; the others go on as if alone.
    assert np.isfinite(run.agent.act(np.zeros((3, 1)))).all(-1).tolist() == [True, False, True]
