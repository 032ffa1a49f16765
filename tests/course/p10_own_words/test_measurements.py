"""Page 10's measurements: against `SAC.update` itself, and on runs whose ends are known."""

from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from sacnotes_lib.course.p10_own_words import exercises as recall, measurements as ours
from sacnotes_lib.course.p10_own_words.bench import WEIGHTS
from tools.notebooks import find


def run(*ends):
    """Seeds whose last two evaluations average these."""
    returns = np.array([[-1000.0, end - 1, end + 1] for end in ends])
    return SimpleNamespace(evaluation_returns=returns, seeds=range(len(ends)))


def test_one_update_draws_two_actions_for_each_row():
    assert ours.draws_of_one_update() == (6, 2)


def test_the_right_cards_change_nothing_however_often_they_are_played():
    assert max(apart.max() for apart in ours.differences(recall.one_update(), 3)) == 0


def test_only_actor_and_target_critics_may_change_places():
    harmless = [name for name, apart in ours.exchanged().items() if max(apart) <= 1e-6]
    assert harmless == ["actor and target critics"]


def test_each_wrong_card_is_betrayed_by_some_weights_and_no_wrong_card_by_none():
    shares = ours.one_card_wrong()
    assert max(shares.pop("none")) == 0
    assert all(0 < max(share) < 100 for share in shares.values())
    actor = WEIGHTS.index("actor")
    assert [name for name, share in shares.items() if share[actor] > 0] == [
        "the buffer's action for the actor"
    ]


def test_no_cell_that_is_open_to_the_eye_holds_an_answer_to_exercise_a():
    """Nor do the words of a refusal: in the page's code a right sequence would stand there to be copied."""
    (page,) = find(["10"])
    cells = nbformat.read(page, as_version=4).cells
    code = "\n".join(
        [
            cell.source + "".join(output.get("text", "") for output in cell.outputs)
            for cell in cells
            if cell.cell_type == "code"
        ]
    )
    assert not any(f'"{letters}' in code for letters in ("HFE", "HFC", "AHF", "HCF"))
    refused = recall.ONE_UPDATE.adapt(lambda: None)(*recall.CASES[0].values())
    assert "HF" not in str(refused)


def test_the_table_of_weights_has_a_column_for_each_kind():
    shown = ours.weights_table("shares", {"mine": [0, 12.4, 100, 3]}, ".0f")
    assert shown == [["shares", *WEIGHTS], ["mine", "0", "12", "100", "3"]]


def test_the_last_two_evaluations_of_the_middle_half():
    middle, low, high = ours.last_two(run(*[-150.0] * 6))
    assert middle == low == high == -150
    assert ours.table_of_last_two({"mine": run(*[-150.0] * 6)})[1] == ["mine", "6", "-150 (-150 to -150)"]


@pytest.mark.parametrize(
    ("theirs", "apart"),
    [(run(*range(-160, -154)), (False, False)), (run(*range(-400, -394)), (True, False)),
     (run(*range(-60, -54)), (False, True)), (None, (False, False))],
)  # fmt: skip
def test_bands_that_overlap_say_nothing(theirs, apart):
    assert ours.bands_apart(run(*range(-160, -154)), theirs) == apart


def test_how_many_seeds_end_with_the_most_there_is():
    last = SimpleNamespace(evaluation_returns=np.array([[5.0, 1000], [1000, 999]]), seeds=range(2))
    measured = {"library": {"Cart-v0, mine": last, "Other": last}, "not measured here": {}}
    assert ours.at_the_most(measured, "Cart-v0", 1000)[1:] == [["library: Cart-v0, mine", "2", "1"]]
    assert ours.at_the_most({"not measured here": {}}, "Cart-v0", 1000) is None
