"""Changing a configuration while it trains: from the next update on, remembered, and replayable bit for bit."""

import numpy as np
import pytest
import torch

from sacnotes_lib.training.run import TrainingRun
from tests.training.test_run import assert_same, flat

CHANGES = [
    (15, {"temperature": 0.3}),
    (20, {"backup": "mean", "learning_rate": 1e-3}),
    (25, {"temperature": "auto", "discount": 0.5}),
    (25, {"actor_gradient": "score_function", "num_actor_samples": 2}),
    (30, {"target_update": "hard", "hard_update_period": 3}),
]


def steered(config, seeds=2, until=40):
    """A run whose configuration is changed between two slices of the loop, as the console does it."""
    run = TrainingRun(config, seeds)
    for step, fields in CHANGES:
        for _ in run.iterate(step):
            pass
        run.change(**fields)
    for _ in run.iterate(until):
        pass
    return run


def test_configuration_and_changes_give_the_same_run_bit_for_bit(small):
    run = steered(small)
    again = TrainingRun(run.initial_config, run.seeds).replay(run.changes, until=run.step)
    assert_same(run, again)
    assert again.changes == run.changes == CHANGES and again.config == run.config


def end(run) -> list[float]:
    """Where the first weights of the target critics have come, which follow all that was learned."""
    return run.agent.target_critic.tensors()[0].flatten().tolist()


def test_the_replay_depends_on_every_change_and_on_its_step(small):
    run = steered(small)
    for left_out in range(len(CHANGES)):
        others = CHANGES[:left_out] + CHANGES[left_out + 1 :]
        assert end(run) != end(TrainingRun(small, 2).replay(others, until=40)), CHANGES[left_out]
    later = [(16, CHANGES[0][1]), *CHANGES[1:]]
    assert end(run) != end(TrainingRun(small, 2).replay(later, until=40))


def test_the_next_update_uses_what_was_changed(small):
    """Against an agent of the new configuration with the old one's networks: one update, the same numbers."""
    run = TrainingRun(small, 2).replay([], until=20)
    other = TrainingRun(small.replace(discount=0.3, learning_rate=0.02, backup="mean"), 2)
    other.agent.load_state_dict(run.agent.state_dict())
    batch = run.buffer.contents()
    run.change(discount=0.3, learning_rate=0.02, backup="mean")
    run.agent.update(batch)
    other.agent.update(batch)
    expected = flat(other.agent.state_dict())
    for name, leaf in flat(run.agent.state_dict()).items():
        np.testing.assert_array_equal(leaf, expected[name], err_msg=name)


def test_tuning_starts_from_the_present_temperature(small):
    run = TrainingRun(small.replace(temperature=0.25), 2).replay([], until=20)
    run.change(temperature="auto")
    assert run.agent.temperature.tolist() == pytest.approx([0.25, 0.25])
    assert run.agent.temperature_optimizer.state_dict()["steps"] == 0
    run.replay([], until=25)
    assert (run.agent.temperature != 0.25).all()
    nothing = TrainingRun(small.replace(temperature=0.0, initial_temperature=0.5), 1)
    nothing.change(temperature="auto")  # no factor lifts a temperature of zero
    assert nothing.agent.temperature.item() == pytest.approx(0.5)


def test_a_tuned_temperature_is_fixed_at_the_given_number(small):
    run = TrainingRun(small, 2).replay([], until=20)
    run.change(temperature=0.125)
    before = run.agent.log_temperature.clone()
    run.replay([], until=30)
    assert run.agent.temperature.tolist() == [0.125, 0.125]
    assert torch.equal(run.agent.log_temperature, before)
    assert run.metrics["temperature"][:, -1].tolist() == [0.125, 0.125]


def test_the_target_entropy_may_change(small):
    run = TrainingRun(small, 1)
    run.change(target_entropy=-3.0)
    assert run.agent.target_entropy == -3.0
    run.change(target_entropy="auto")
    assert run.agent.target_entropy == -1.0


@pytest.mark.parametrize(
    "changes, told",
    [
        ({"hidden_sizes": (4,)}, "hidden_sizes cannot change while training"),
        ({"env_id": "sacnotes/TwoPeaks-v0"}, "env_id cannot change while training"),
        ({"num_critics": 3, "discount": 0.5}, "num_critics cannot change while training"),
        ({"discount": 2}, "discount = 2"),
        ({"backup": "median"}, "backup"),
        ({"tau": 0.1}, "no field tau"),
    ],
)
def test_what_is_built_in_or_wrong_is_refused_by_name_and_nothing_changes(small, changes, told):
    run = TrainingRun(small, 1)
    with pytest.raises((ValueError, TypeError), match=told):
        run.change(**changes)
    assert run.config == run.agent.config == small and run.changes == []


def test_a_saved_run_keeps_its_beginning_and_its_changes(small, tmp_path):
    run = steered(small, until=34)
    run.save(tmp_path / "run.pt")
    loaded = TrainingRun.load(tmp_path / "run.pt")
    assert loaded.initial_config == small and loaded.changes == CHANGES and loaded.config == run.config
    for each in (run, loaded):
        each.replay([], until=40)
    assert_same(run, loaded)
    assert_same(run, TrainingRun(loaded.initial_config, loaded.seeds).replay(loaded.changes, until=40))
