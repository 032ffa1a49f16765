"""The session behind the console: slices of the one training loop, changes between two steps, A beside B."""

import threading

import numpy as np
import pytest
import torch

from sacnotes_lib.course.console.session import TrainingSession
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun, train

SMALL = SACConfig(
    env_id="sacnotes/TwoPeaks-v0", total_steps=60, learning_starts=10, batch_size=16, hidden_sizes=(8, 8),
    evaluation_interval=20, evaluation_episodes=1,
)  # fmt: skip


def same(run, other):
    pairs = zip(run.agent.actor.tensors(), other.agent.actor.tensors(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_slices_are_the_training_loop(monkeypatch):
    monkeypatch.delenv("SACNOTES_QUICK", raising=False)
    session = TrainingSession({"A": SMALL}, seeds=2)
    while not session.done:
        session.advance(7)
    assert session.step == 60
    assert same(session.runs["A"], train(SMALL, 2, progress=False))


def test_it_stops_between_two_steps_or_at_the_end_and_says_how_far_it_went():
    session = TrainingSession({"A": SMALL}, seeds=1)
    assert session.advance(50, stop=lambda: session.step == 13) == 13
    assert session.advance(40) == 40
    assert session.advance(50) == 7
    assert session.done and session.advance(50) == 0


def test_a_change_counts_from_the_next_step_on_and_is_recorded_there():
    session = TrainingSession({"A": SMALL}, seeds=1)
    session.advance(15)
    session.change("A", temperature=0.5)
    session.change("A", backup="mean")
    run = session.runs["A"]
    assert run.config == SMALL and session.settings("A").temperature == 0.5
    session.advance(1)
    assert run.changes == [(15, {"temperature": 0.5, "backup": "mean"})]
    assert run.config == SMALL.replace(temperature=0.5, backup="mean")


def test_there_and_back_is_no_change_and_a_wrong_one_is_refused_at_once_and_training_goes_on():
    session = TrainingSession({"A": SMALL}, seeds=1)
    session.change("A", backup="mean")
    session.change("A", backup="min")
    with pytest.raises(ValueError, match="discount"):
        session.change("A", discount=7)
    with pytest.raises(ValueError, match="hidden_sizes cannot change"):
        session.change("A", hidden_sizes=(2,))
    session.advance(5)
    assert session.runs["A"].changes == []


def test_a_and_b_share_their_seeds_and_stay_side_by_side():
    session = TrainingSession({"A": SMALL, "B": SMALL.replace(backup="mean")}, seeds=[5, 6])
    session.advance(30)
    a, b = session.runs.values()
    assert a.step == b.step == 30 and a.seeds == b.seeds == [5, 6]
    first = [run.buffer.contents().action[:, :10] for run in (a, b)]
    assert torch.equal(*first)
    session.change("B", backup="min")
    session.advance(1)
    assert a.changes == [] and len(b.changes) == 1


def test_the_recipe_trains_the_same_again():
    session = TrainingSession({"A": SMALL}, seeds=2)
    session.advance(20)
    session.change("A", temperature=0.1, actor_gradient="score_function")
    session.advance(20)
    names = {"TrainingRun": TrainingRun, "SACConfig": SACConfig}
    exec(session.recipe(), names)
    assert names["A"].step == 40 and same(names["A"], session.runs["A"])


def test_what_was_learned_can_be_saved_and_loaded(tmp_path):
    session = TrainingSession({"A": SMALL, "B": SMALL}, seeds=1)
    session.advance(20)
    paths = session.save(tmp_path / "kept.pt")
    assert [path.name for path in paths] == ["kept-A.pt", "kept-B.pt"]
    assert same(TrainingRun.load(paths[0]), session.runs["A"])


def test_looking_at_q_does_not_change_training():
    session = TrainingSession({"A": SMALL}, seeds=2)
    session.advance(60)
    assert [check.step for check in session.q_checks["A"]] == [20, 40, 60]
    assert same(session.runs["A"], TrainingRun(SMALL, 2).replay([], until=60))
    assert np.isfinite([check.monte_carlo for check in session.q_checks["A"]]).all()


@pytest.mark.slow
def test_changes_may_come_from_another_thread_while_it_trains():
    session = TrainingSession({"A": SMALL.replace(total_steps=300)}, seeds=1)
    thread = threading.Thread(target=session.advance, args=(300,))
    thread.start()
    sent = 0
    while thread.is_alive():
        session.change("A", temperature=0.1 + sent % 7 / 10)
        sent += 1
        thread.join(0.001)  # lets go of the interpreter: a loop without a pause would starve the training
    run = session.runs["A"]
    assert run.step == 300 and 1 <= len(run.changes) <= sent
    assert same(run, TrainingRun(run.initial_config, 1).replay(run.changes, until=300))
