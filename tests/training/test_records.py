"""The table of a run's records against plain lists of the same rows."""

import numpy as np
import pytest

from sacnotes_lib.training.records import Records


def rows(count: int, runs: int = 3):
    rng = np.random.default_rng(0)
    return [
        (25 * k, {name: rng.normal(size=runs).astype(np.float32) for name in ("q", "entropy")})
        for k in range(count)
    ]


def filled(written) -> Records:
    records = Records(3)
    for step, numbers in written:
        records.add(step, numbers)
    return records


@pytest.mark.parametrize("count", [0, 1, 16, 17, 100])
def test_every_row_is_found_again(count):
    written = rows(count)
    records = filled(written)
    assert len(records) == count and records.steps.tolist() == [step for step, _ in written]
    columns = records.columns()
    assert set(columns) == ({"q", "entropy"} if count else set())
    for name, values in columns.items():
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, np.stack([numbers[name] for _, numbers in written], axis=1))
        np.testing.assert_array_equal(records.last(name), written[-1][1][name])


def test_what_was_handed_out_is_a_copy():
    records = filled(rows(5))
    records.columns()["q"][:] = 7
    records.steps[:] = 7
    records.last("q")[:] = 7
    assert not (records.columns()["q"] == 7).any() and records.steps[1] == 25


def test_it_goes_on_from_a_saved_state():
    written = rows(40)
    half = filled(written[:20])
    other = Records(3)
    other.load_state_dict(half.state_dict())
    half.add(9999, written[0][1])  # must not reach what was saved
    for step, numbers in written[20:]:
        other.add(step, numbers)
    whole = filled(written)
    assert other.columns().keys() == whole.columns().keys() and other.steps.tolist() == whole.steps.tolist()
    np.testing.assert_array_equal(other.columns()["entropy"], whole.columns()["entropy"])
    empty = Records(3)
    with pytest.raises(IndexError, match="nothing is recorded yet"):
        empty.last("q")
    empty.load_state_dict(Records(3).state_dict())
    empty.add(1, written[0][1])
    assert empty.columns()["q"].shape == (3, 1)
