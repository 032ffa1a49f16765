"""What the benchmark of speed counts, who takes part in it, and that nobody does less work than the others."""

import dataclasses
from pkgutil import resolve_name

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import contestants, floor, rounds, speed, undone, worker
from benchmarks.contestants import CHANGES, CONTESTANTS, FLOORS, PARTS as OUTSIDE, REFERENCE, UNDO, Contestant
from benchmarks.floor import operations, products_of_an_update
from benchmarks.growth import exponent
from benchmarks.parts import PARTS, Stopwatch, seconds_by_part
from benchmarks.problems import PROBLEMS, Problem
from benchmarks.single_file import SingleFileSAC
from sacnotes_lib.sac import agent, networks, replay
from sacnotes_lib.training import run as training
from sacnotes_lib.training.run import TrainingRun

TINY = Problem("Pendulum-v1", 8, 16, learning_starts=20)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_the_floor_holds_the_products_of_an_update_and_no_others(problem, put_back):
    """Against PyTorch's own counter, while an update of ours runs. It knows products by their name only."""
    undone.one_output_as_a_product()
    small = dataclasses.replace(problem, batch_size=16, width=24, learning_starts=20)
    run = TrainingRun(small.config(), seeds=1)
    for _ in run.iterate(20):
        pass
    batch = run.buffer.sample(16, run._sampling)
    with FlopCounterMode(display=False) as counted:
        run.agent.update(batch)
    assert operations(small) == counted.get_total_flops()


def test_the_floor_multiplies_what_it_counts(monkeypatch):
    monkeypatch.setattr(floor, "multiply", lambda a, b, out: torch.bmm(a, b, out=out))
    with FlopCounterMode(display=False) as counted:
        products_of_an_update(TINY, runs=3)(2)
    assert counted.get_total_flops() == 2 * 3 * operations(TINY)


def test_the_floors_products_are_products():
    for inner, columns in ((4, 3), (4, 1), (1, 3), (1, 1)):
        a, b, out = torch.randn(2, 5, inner), torch.randn(2, inner, columns), torch.empty(2, 5, columns)
        floor.multiply(a, b, out)
        torch.testing.assert_close(out, a @ b)


def test_the_single_file_updates_everything_once_a_step():
    contestant = SingleFileSAC(TINY)
    networks_of_it = [contestant.actor, *contestant.critics, *contestant.targets]
    contestant.advance(20)
    before = [p.detach().clone() for net in networks_of_it for p in net.parameters()]
    contestant.advance(7)
    after = [p.detach() for net in networks_of_it for p in net.parameters()]
    assert all(not torch.equal(a, b) for a, b in zip(after, before))
    for optimizer in (contestant.critic_optimizer, contestant.actor_optimizer, contestant.alpha_optimizer):
        assert {int(state["step"]) for state in optimizer.state.values()} == {7}
    observation, action, reward, led_to, _ = (column[:27] for column in contestant.memory)
    np.testing.assert_array_equal(observation[1:], led_to[:-1])  # no episode ended so far
    assert np.abs(action).max() > 1  # in the environment's own units, up to 2
    assert (reward < 0).all()
    # Its slow critics follow at the rate that was asked.
    slow = contestant.targets[0][0].weight.detach().clone()
    contestant.advance(1)
    fast = contestant.critics[0][0].weight.detach()
    expected = slow + TINY.polyak_rate * (fast - slow)
    torch.testing.assert_close(contestant.targets[0][0].weight.detach(), expected)


@pytest.fixture
def put_back(monkeypatch):
    """Whatever `undone` replaces is put back after the test."""
    for owner, name in (
        (training, "keep_freed_memory"), (networks, "affine"), (networks.StackedMLP, "forward"), (agent, "Metrics"),
        (agent, "Adam"), (replay.ReplayBuffer, "sample"), (replay.ReplayBuffer, "add"), (agent, "polyak_update"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, getattr(owner, name))


def trained() -> TrainingRun:
    run = TrainingRun(TINY.config(), seeds=2)
    return run.replay([], until=60)


@pytest.mark.parametrize("name", CHANGES)
def test_what_makes_it_fast_changes_no_number(name, put_back):
    fast = trained()
    getattr(undone, UNDO[name])()
    plain = trained()
    for part in ("actor", "target_critic"):
        tensors = (getattr(run.agent, part).tensors() for run in (fast, plain))
        for tensor, expected in zip(*tensors):
            torch.testing.assert_close(tensor, expected, rtol=1e-4, atol=1e-5)
    for metric, values in fast.metrics.items():
        np.testing.assert_allclose(values, plain.metrics[metric], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_who_is_not_installed_or_fails_is_said_so_and_the_others_go_on():
    products = FLOORS[0]
    entered = [
        Contestant("nobody", lambda problem: None, needs="a_package_that_does_not_exist"),
        Contestant(products.name, products.build),
        Contestant("a name that the other process does not know", products.build),
    ]
    taking_turns = rounds.Rounds(entered, (1,))
    try:
        rates = taking_turns.measure(TINY, rounds=2, seconds=0.01, share={})
    finally:
        taking_turns.close()
    assert set(rates) == {(products.name, 1)}
    assert len(rates[products.name, 1]) == 2 and min(rates[products.name, 1]) > 0
    assert taking_turns.absent == {
        "nobody": "not installed (a_package_that_does_not_exist)",
        "a name that the other process does not know": "its process ended",
    }
    lines = speed.table(TINY, rates, {"TorchRL": "not installed (torchrl)"})
    assert any(line.split() == ["TorchRL", "not", "installed", "(torchrl)"] for line in lines)


@pytest.mark.slow
def test_an_error_in_the_other_process_comes_back_in_one_line():
    other = worker.Worker(FLOORS[0], 1)
    with pytest.raises(worker.ContestantFailed, match="NameNotFound|nothing"):
        other.build(dataclasses.replace(TINY, env_id="NoSuchPlace-v0"))
    other.build(TINY)  # and it is still there
    assert other.advance(3, 1) > 0
    process = other.process
    other.close()
    assert process.poll() is not None


def test_the_table_sets_neighbours_in_a_round_against_each_other():
    ours, eight = "sacnotes, 1 run", "sacnotes, 8 runs"
    rates = {
        (REFERENCE, 1): [200.0, 100.0, 100.0],
        (REFERENCE, 2): [50.0, 50.0, 50.0],
        (ours, 1): [200.0, 600.0, 300.0],
        (eight, 1): [1000.0, 1000.0, 1000.0],
        ("products alone, 1 run", 1): [400.0, 1200.0, 1200.0],
        ("products alone, 8 runs", 1): [2000.0, 4000.0, 1250.0],
    }
    lines = {line[:30].strip(): line[30:].split() for line in speed.table(TINY, rates, {})}
    assert lines[ours] == ["1", "300", "200-600", "3.00", "1.00-6.00", "50", "%"]
    assert lines[eight] == ["1", "1000", "1000-1000", "10.00", "5.00-10.00", "50", "%"]


def test_a_part_inside_another_counts_for_itself_alone(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 7.0])
    monkeypatch.setattr("benchmarks.parts.time.process_time", lambda: next(clock))
    watch = Stopwatch()
    with watch.part("outer"), watch.part("inner"):
        pass
    assert watch.seconds == {"outer": 5.0, "inner": 2.0}


def test_every_part_of_a_step_is_seen_and_all_is_put_back():
    before = torch.autograd.grad, agent.polyak_update
    parts = seconds_by_part(TINY, runs=1, steps=5)
    assert (torch.autograd.grad, agent.polyak_update) == before
    assert set(parts) == set(PARTS)
    assert all(seconds > 0 for seconds in parts.values())


def test_the_exponent_is_that_of_a_power_law():
    sizes = np.array([1, 2, 4, 8])
    assert exponent(sizes, 3 * sizes**1.7) == pytest.approx(1.7)


def test_peers_and_ours_are_all_entered_and_every_change_can_be_taken_back():
    assert all(callable(getattr(undone, name)) for name in UNDO.values())
    assert all(hasattr(resolve_name(owner), method) for owner, method in OUTSIDE.values())
    names = [contestant.name for contestant in CONTESTANTS]
    assert names[:4] == [REFERENCE, "SBX (JAX)", "single file, as CleanRL", "TorchRL"]
    assert [c.runs for c in CONTESTANTS[4:10]] == [1, 8, 32, 1, 8, 32]
    assert all(
        name.startswith("rejax, small memory" if i > 2 else "rejax") for i, name in enumerate(names[4:10])
    )
    assert [c.runs for c in CONTESTANTS[10:16]] == list(contestants.RUNS) == [1, 2, 4, 8, 16, 32]
    assert names[16:] == ["sacnotes, 1 run, compiled", "sacnotes, 8 runs, compiled"]
