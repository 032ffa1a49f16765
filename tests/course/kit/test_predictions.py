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


def test_a_choice_outlives_a_second_run_of_the_cell():
    Prediction("shape", "Which?", OPTIONS).choose("[B]")
    assert Prediction("shape", "Which?", OPTIONS).choice == "[B]"


def test_a_choice_that_is_no_longer_offered_is_forgotten():
    Prediction("shape", "Which?", OPTIONS).choose("[B]")
    assert Prediction("shape", "Which?", ["x", "y"]).choice is None


def test_an_option_that_is_not_offered_is_refused():
    with pytest.raises(ValueError, match=r"none of the options of 'shape'"):
        Prediction("shape", "Which?", OPTIONS).choose("[A]")


@pytest.mark.parametrize(
    "answer", ["[B, 1]", 1, np.int64(1), torch.tensor(1), str([*"B", 1]).replace("'", "")]
)
def test_answers_by_text_or_place(answer):
    assert Prediction("shape", "Which?", OPTIONS).right_option(answer) == "[B, 1]"


@pytest.mark.parametrize("answer", ["[A]", 3, -1, 1.0, True, None, torch.tensor([1, 2])])
def test_an_answer_that_is_no_option_lists_them(answer):
    with pytest.raises(ValueError, match=r"'\[B, B\]'\], or its place from 0 to 2"):
        Prediction("shape", "Which?", OPTIONS).right_option(answer)


@pytest.mark.parametrize("options", [["one"], ["same", "same"], [1, 2], []])
def test_options_that_leave_no_choice_are_refused(options):
    with pytest.raises(ValueError, match="at least two different options"):
        Prediction("shape", "Which?", options)
