"""The replay buffer against a list."""

import collections

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from scipy import stats

from sacnotes_lib.sac.randomness import RunGenerators
from sacnotes_lib.sac.replay import Batch, ReplayBuffer


def transition(number: int, runs: int = 2, observation_dim: int = 3, action_dim: int = 2) -> Batch:
    """A transition of every run in which each field of each run can be told from every other."""
    base = 1000.0 * torch.arange(runs, dtype=torch.float32) + number
    return Batch(
        observation=base.unsqueeze(-1) + torch.arange(observation_dim) / 10,
        action=base.unsqueeze(-1) + 0.01 + torch.arange(action_dim) / 10,
        reward=base + 0.5,
        next_observation=base.unsqueeze(-1) + 0.02 + torch.arange(observation_dim) / 10,
        terminated=torch.full((runs,), float(number % 3 == 0)),
    )


def filled(count: int, capacity: int = 5, **sizes) -> ReplayBuffer:
    buffer = ReplayBuffer(
        capacity, sizes.get("runs", 2), sizes.get("observation_dim", 3), sizes.get("action_dim", 2)
    )
    for number in range(count):
        buffer.add(*transition(number, **sizes))
    return buffer


def stacked(transitions) -> Batch:
    """Transitions one after the other, as a batch `[R, count, ...]`."""
    return Batch(*(torch.stack(columns, dim=1) for columns in zip(*transitions)))


def assert_equal(batch: Batch, expected: Batch):
    for name in Batch._fields:
        assert torch.equal(getattr(batch, name), getattr(expected, name)), name


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    capacity=st.integers(1, 6), count=st.integers(1, 20), runs=st.integers(1, 3),
    observation_dim=st.integers(1, 3), action_dim=st.integers(1, 3),
)  # fmt: skip
def test_it_remembers_the_last_transitions_as_a_deque_does(capacity, count, **sizes):
    buffer = ReplayBuffer(capacity, *sizes.values())
    deque = collections.deque(maxlen=capacity)
    for number in range(count):
        buffer.add(*transition(number, **sizes))
        deque.append(transition(number, **sizes))
        assert len(buffer) == len(deque)
    assert_equal(buffer.contents(), stacked(deque))


def test_arrays_of_any_number_type_are_taken():
    buffer = ReplayBuffer(4, 2, 3, 1)
    observation = np.arange(6, dtype=np.float64).reshape(2, 3)
    buffer.add(
        observation, np.float32([[0.5], [0.25]]), np.array([1, 2]), observation + 1, np.array([True, False])
    )
    observation[:] = -1  # the buffer holds a copy
    batch = buffer.contents()
    assert batch.observation[:, 0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert batch.action[:, 0].tolist() == [[0.5], [0.25]]
    assert batch.reward[:, 0].tolist() == [1, 2]
    assert batch.next_observation[:, 0].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert batch.terminated[:, 0].tolist() == [1, 0]
    assert all(column.dtype == torch.float32 for column in batch)


def test_a_batch_has_the_runs_in_front_and_each_field_whole():
    batch = filled(5).sample(7, RunGenerators([0, 1]))
    assert [tuple(column.shape) for column in batch] == [(2, 7, 3), (2, 7, 2), (2, 7), (2, 7, 3), (2, 7)]
    numbers = (batch.reward[..., :] - 0.5) % 1000  # which transition each row is, in each run
    for run in range(2):
        expected = stacked([transition(int(n)) for n in numbers[run]])
        assert_equal(Batch(*(c[run] for c in batch)), Batch(*(c[run] for c in expected)))
    assert (batch.reward[0] < 1000).all()  # each run remembers its own life
    assert (batch.reward[1] >= 1000).all()


@pytest.mark.parametrize("count", [4, 10])
def test_every_transition_that_is_kept_is_drawn_equally_often_and_no_other(count):
    batch = filled(count, capacity=6).sample(6000, RunGenerators([0, 1]))
    kept = range(max(0, count - 6), count)
    for run in range(2):
        counts = collections.Counter((batch.reward[run] - 0.5 - 1000 * run).int().tolist())
        assert sorted(counts) == list(kept)
        assert stats.chisquare(list(counts.values())).pvalue > 1e-4


def test_an_empty_buffer_says_so():
    with pytest.raises(ValueError, match="empty: add a transition"):
        ReplayBuffer(5, 2, 3, 2).sample(1, RunGenerators([0, 1]))


@pytest.mark.parametrize("count", [0, 3, 5, 8])
def test_a_saved_buffer_goes_on_where_it_stood(count):
    original, other = filled(count), filled(2)
    state = original.state_dict()
    original.add(*transition(99))  # what was saved is a copy
    other.load_state_dict(state)
    assert len(other) == min(count, 5)
    for number in (50, 51):
        other.add(*transition(number))
    expected = [transition(n) for n in [*range(count), 50, 51]][-5:]
    assert_equal(other.contents(), stacked(expected))
