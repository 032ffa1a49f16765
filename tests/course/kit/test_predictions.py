"""Questions, choices, answers."""

import numpy as np
import pytest
import torch

from sacnotes_lib.course.kit.predictions import Prediction
from sacnotes_lib.course.kit.progress import PROGRESS

OPTIONS = ["[B]", "[B, 1]", "[B, B]"]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(PROGRESS, "predictions", {})


def test_a_choice_is_recorded_and_told():
    prediction = Prediction("shape", "Which?", OPTIONS)
    told = []
    prediction.on_change(lambda: told.append(prediction.choice))
    assert prediction.choice is None
    prediction.choose("[B]")
    prediction.choose("[B]")
    prediction.choose("[B, B]")
    prediction.choose(None)
    assert told == ["[B]", "[B, B]", None]
    assert PROGRESS.predictions == {}


def test_a_choice_outlives_a_second_run_of_the_cell_where_it_is_offered():
    Prediction("shape", "Which?", OPTIONS).choose("[B]")
    assert Prediction("shape", "Which?", OPTIONS).choice == "[B]"
    assert Prediction("shape", "Which?", ["x", "y"]).choice is None  # it is no longer offered
    with pytest.raises(ValueError, match=r"none of the options of 'shape'"):
        Prediction("shape", "Which?", OPTIONS).choose("[A]")


def test_without_values_the_answer_is_an_option_and_others_list_them():
    prediction = Prediction("shape", "Which?", OPTIONS)
    assert prediction.right_option("[B, 1]") == "[B, 1]"
    for answer in ("[A]", 1, np.int64(1), 1.0, True, None, torch.tensor([1, 2])):
        with pytest.raises(ValueError, match=r"Give one of \['\[B\]', '\[B, 1\]', '\[B, B\]'\]"):
            prediction.right_option(answer)


def test_numbers_choose_the_nearest_value_and_anything_else_an_equal_one():
    gain = Prediction("gain", "How much?", {"nothing": 0, "half": 0.5, "all": 1})
    for found, right in (
        (0.3, "half"),
        (np.float32(0.1), "nothing"),
        (torch.tensor(7.0), "all"),
        (-np.inf, "nothing"),
    ):
        assert gain.right_option(found) == right
    both = Prediction(
        "both", "Which?", {"both": (True, True), "first": (True, False), "same as first": (0, 0)}
    )
    assert both.right_option((np.bool_(True), np.bool_(False))) == "first"
    for prediction, found in (
        (gain, np.nan),
        (gain, "half"),
        (gain, True),
        (both, (False, True)),
        (both, "both"),
    ):
        with pytest.raises(ValueError, match="which stand for"):
            prediction.right_option(found)


def test_options_that_leave_no_choice_are_refused():
    for options in (["one"], ["same", "same"], [1, 2], []):
        with pytest.raises(ValueError, match="at least two different options"):
            Prediction("shape", "Which?", options)
