"""Predictions and reveals as widgets, without a browser."""

import numpy as np
import pytest

from sacnotes_lib.course.kit.panels import predict, reveal
from sacnotes_lib.course.kit.predictions import ASKED
from sacnotes_lib.course.kit.progress import PROGRESS
from sacnotes_lib.plots.picture import Picture
from sacnotes_lib.training.tables import table

QUESTION = "Which <shape> has `log_prob`?"
OPTIONS = ["[B]", "[B, B]"]
WHY = "because `[B, 1]` < `[B]`"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(PROGRESS, "predictions", {})
    ASKED.clear()


def page():
    return predict("shape", QUESTION, OPTIONS), reveal("shape", OPTIONS[1], WHY)


def test_buttons_carry_the_options_and_mark_the_choice():
    asked = predict("shape", QUESTION, OPTIONS)
    assert [button.description for button in asked.buttons.values()] == OPTIONS
    asked.buttons["[B, B]"].click()
    assert asked.choice == "[B, B]"
    assert [button.description for button in asked.buttons.values()] == ["[B]", "✓ [B, B]"]
    assert 'role="status"' in asked.status.value and "Your prediction: [B, B]." in asked.status.value


def test_code_in_an_option_is_code_where_it_can_be_and_carries_no_backticks_on_its_button():
    asked = predict("shape", QUESTION, ["as with `rsample`", "none"])
    asked.buttons["as with `rsample`"].click()
    assert [button.description for button in asked.buttons.values()] == ["✓ as with rsample", "none"]
    assert "Your prediction: as with <code>rsample</code>." in asked.status.value


def test_a_reveal_waits_for_a_prediction():
    asked, revealed = page()
    assert "because" not in revealed.text.value
    assert revealed.button.description == "Show me anyway"
    asked.buttons["[B]"].click()
    assert "Not quite" in revealed.text.value and "because <code>[B, 1]</code> &lt;" in revealed.text.value
    assert revealed.button.layout.display == "none"
    assert all(button.layout.display is None for button in asked.buttons.values())


def test_the_answer_without_a_prediction_is_closed_by_one():
    asked, revealed = page()
    revealed.button.click()
    assert "The answer: <b>[B, B]</b>" in revealed.text.value and "because" in revealed.text.value
    asked.buttons["[B]"].click()
    assert "because" not in revealed.text.value


def test_a_right_prediction_is_called_right_before_and_after_the_reveal_is_run():
    asked, revealed = page()
    asked.buttons["[B, B]"].click()
    assert "✓ Right." in revealed.text.value
    assert "✓ Right." in reveal("shape", "[B, B]", WHY).text.value


def test_changing_one_s_mind_closes_the_reveal_until_asked():
    asked, revealed = page()
    asked.buttons["[B]"].click()
    asked.buttons["[B, B]"].click()
    assert "because" not in revealed.text.value
    assert revealed.button.layout.display != "none"
    revealed.button.click()
    assert "✓ Right." in revealed.text.value
    asked.prediction.choose(None)
    assert "because" not in revealed.text.value
    asked.buttons["[B]"].click()
    assert "because" not in revealed.text.value


def test_what_decides_is_shown_with_the_answer_and_not_before():
    asked = predict("shape", QUESTION, OPTIONS)
    square = Picture(np.zeros((2, 2, 4), np.uint8), "A <black> square")
    numbers = table({"row": {"column": 7}})
    revealed = reveal(
        "shape", OPTIONS[1], WHY, show=["two  lines", "of <text>", square, numbers, "and one more"]
    )
    assert "lines" not in revealed.text.value and "square" not in revealed.text.value
    asked.buttons["[B]"].click()
    opened = revealed.text.value
    for part in ("two  lines\nof &lt;text&gt;</pre>", 'alt="A &lt;black&gt; square"', "and one more</pre>"):
        assert part in opened
    assert opened.index("Not quite") < opened.index("lines") < opened.index("<img")
    assert opened.index("<img") < opened.index(numbers._repr_html_()) < opened.index("because")
    data, _ = revealed._repr_mimebundle_()
    assert data["text/html"].index("<img") < data["text/html"].index("<details>")
    assert data["text/plain"].startswith(
        f"two  lines\nof <text>\nA <black> square\n{numbers}\nand one more\nAnswer: Which"
    )
    assert "a single line</pre>" in reveal("shape", OPTIONS[1], WHY, show="a single line").text.value
    assert "7</td>" in reveal("shape", OPTIONS[1], WHY, show=numbers).text.value


def test_shown_anyway_it_stays_open_when_its_cell_runs_again():
    _, revealed = page()
    revealed.button.click()
    assert revealed.button.layout.display == "none"
    assert "The answer: <b>[B, B]</b>" in reveal("shape", OPTIONS[1], WHY).text.value


def test_forms_for_readers_without_a_kernel():
    asked, revealed = page()
    question, _ = asked._repr_mimebundle_()
    assert "Which &lt;shape&gt; has <code>log_prob</code>?" in question["text/html"]
    assert "<li>[B, B]</li>" in question["text/html"] and question["text/plain"].endswith("[B]\n[B, B]")
    answer, _ = revealed._repr_mimebundle_()
    assert answer["text/html"].startswith("<details><summary>")
    assert "<b>[B, B]</b>" in answer["text/html"] and WHY in answer["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in answer


def test_wrong_key_and_wrong_answer_are_errors():
    predict("shape", QUESTION, OPTIONS)
    with pytest.raises(LookupError, match="'form'.*Asked so far: 'shape'"):
        reveal("form", 0, WHY)
    with pytest.raises(ValueError, match="none of the options"):
        reveal("shape", "[A]", WHY)
