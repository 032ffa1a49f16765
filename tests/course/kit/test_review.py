"""Which questions are asked again, in which order, and what becomes of the answers."""

import pytest

from sacnotes_lib import review
from sacnotes_lib.course.kit import cards
from sacnotes_lib.course.kit.cards import Card, published_cards
from sacnotes_lib.course.kit.pages import PAGES
from sacnotes_lib.course.kit.progress import PROGRESS, Progress
from sacnotes_lib.course.kit.review import KNEW, MISSED, NONE, ReviewPanel, SelfTest, due
from sacnotes_lib.course.stage import surroundings


def card(key, options=("yes", "no")):
    return Card(key, f"{key[:2]}_page.ipynb", "cell", f"Is it `{key}`?", "yes", options, "So it is.")


A, B, C = card("00.a"), card("00.b"), card("01.c")
TEST, OTHER_TEST = card("00.test.x", ()), card("02.test.y", ())
ALL = [A, B, C, TEST, OTHER_TEST]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(PROGRESS, "predictions", {})
    monkeypatch.setattr(PROGRESS, "file", None)


def test_what_was_missed_comes_first_then_new_self_tests_then_what_is_oldest():
    assert due(ALL, {}) == []
    assert due(ALL, {"01.c": "yes", "00.a": "yes", "00.b": "no"}) == [B, TEST, C, A]
    assert due(ALL, {"00.a": "yes", "00.b": "no", "again.00.b": "yes", "again.00.a": "no"}) == [A, TEST, B]
    assert due(ALL, {"00.a": "yes", "again.00.test.x": MISSED}) == [TEST, A]
    assert due(ALL, {"again.00.test.x": KNEW, "00.a": "yes"}) == [TEST, A]


def test_an_answer_is_kept_beside_the_prediction_and_an_open_question_comes_back():
    PROGRESS.record_prediction("00.a", "no")
    PROGRESS.record_prediction("00.b", "no")
    panel = ReviewPanel([A, B])
    assert "Question 1 of 2, from page 00." in panel.status.value
    asked, revealed = panel.card.children
    assert "So it is" not in revealed.text.value
    asked.buttons["yes"].click()
    assert "✓ Right." in revealed.text.value and "So it is." in revealed.text.value
    panel.button.click()
    assert panel.button.layout.display == "none", "it was the last one"
    assert PROGRESS.predictions == {"00.a": "no", "00.b": "no", "again.00.a": "yes"}
    assert due(ALL[:3], PROGRESS.predictions) == [B, A]
    ReviewPanel([A])
    assert due(ALL[:3], PROGRESS.predictions) == [A, B], "asked and left open, it is missed as it was before"


def test_a_self_test_shows_its_answer_in_a_fold_and_takes_the_learner_s_word():
    (asked,) = ReviewPanel([TEST]).card.children
    assert isinstance(asked, SelfTest)
    assert "<details><summary>Answer</summary>yes</details>" in asked.children[0].value
    asked.known.value = MISSED
    assert PROGRESS.predictions == {"again.00.test.x": MISSED}


def test_running_the_cell_again_takes_all_of_it_away(monkeypatch):
    run = {"metadata": {"cellId": "review"}, "header": {"msg_id": "1"}}
    monkeypatch.setattr(surroundings, "_message", lambda: run)
    first = ReviewPanel([A, TEST])
    shown = first.card.children
    monkeypatch.setattr(surroundings, "_message", lambda: {})
    first.next()
    shown += first.card.children
    run["header"]["msg_id"] = "2"
    monkeypatch.setattr(surroundings, "_message", lambda: run)
    ReviewPanel([A])
    assert all(panel.comm is None for panel in (first, *shown))


def test_without_a_kernel_it_says_how_many_there_are(monkeypatch, tmp_path):
    assert ReviewPanel([A, B]).static[0]["text/plain"] == "2 questions can be asked again."
    assert review().static[0]["text/plain"] == NONE
    monkeypatch.setattr(cards, "PUBLISHED", tmp_path)
    assert "are not in" in review().static[0]["text/plain"]


def test_every_prediction_of_the_pages_is_a_card_with_its_answer_among_its_options():
    found = published_cards()
    asked = [card for card in found if card.options]
    assert [card.key for card in asked] == [key for page in PAGES for key in page.predictions]
    assert all(card.answer in card.options and card.why for card in asked)
    assert len({card.key for card in found}) == len(found)
    for page in PAGES:
        assert sum(card.file == page.file and not card.options for card in found) >= 3 or not page.predictions


def test_the_record_knows_which_answer_is_the_newest_also_when_it_is_read_again(tmp_path):
    here, other = Progress(tmp_path / "done.jsonl"), Progress(tmp_path / "done.jsonl")
    for progress, key, option in ((here, "00.a", "no"), (here, "00.b", "no"), (other, "00.a", "yes")):
        progress.record_prediction(key, option)
    here.load()
    assert list(here.predictions) == ["00.b", "00.a"]
