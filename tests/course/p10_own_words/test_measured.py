"""The file of measured learning curves, read as runs that can be drawn."""

import json

import numpy as np

from benchmarks import learning
from sacnotes_lib.course.p10_own_words.measurements import RESULTS, measured_learning
from sacnotes_lib.plots.learning_curves import plot_learning_curves


def written(tmp_path, returns):
    file = tmp_path / "learning.json"
    file.write_text(json.dumps({"Task-v0": {"steps": [10, 20], learning.THEIRS: {"returns": returns}}}))
    return file


def test_a_task_of_the_file_can_be_drawn(tmp_path):
    run = measured_learning(file=written(tmp_path, [[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]))["Task-v0"]
    np.testing.assert_array_equal(run.evaluation_steps, [10, 20])
    assert run.evaluation_returns.shape == (3, 2) and len(run.seeds) == 3
    assert "from 3 at step 10 to 5 (band" in plot_learning_curves({"measured": run}).description


def test_a_single_seed_is_no_measurement(tmp_path):
    assert measured_learning(file=written(tmp_path, [[1.0, 2.0]])) == {}


def test_without_the_file_it_says_how_to_make_it(tmp_path, capsys):
    assert measured_learning(file=tmp_path / "none.json") == {}
    assert "python -m benchmarks.learning" in capsys.readouterr().out


def test_it_reads_what_the_benchmark_writes():
    assert RESULTS == learning.RESULTS / "learning.json"
