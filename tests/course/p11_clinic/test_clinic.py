"""The clinic: a diagnosis is judged part by part, and a line mends where the agent becomes the healthy one."""

import nbformat
import numpy as np
import pytest

from sacnotes_lib import SACConfig
from sacnotes_lib.course.p11_clinic.clinic import Clinic, mark_table, marks
from sacnotes_lib.course.p11_clinic.patients import PATIENTS
from sacnotes_lib.course.p11_clinic.scene import WardScene
from sacnotes_lib.course.p11_clinic.ward_round import plot_ward_round
from sacnotes_lib.plots.vital_signs import SIGNS, Chart
from tests.course.p11_clinic.test_scene import chart
from tools.notebooks import find

pytestmark = pytest.mark.long

CONFIG = SACConfig(
    env_id="sacnotes/PointMass-v0", reward_scale=1.0, hidden_sizes=(8, 8), total_steps=200, learning_starts=50,
    batch_size=8, evaluation_interval=100, evaluation_episodes=1,
)  # fmt: skip
OTHER_MENDS = {
    "A": "return (temperature.unsqueeze(-1) * log_prob - q).mean(-1).sum(), log_prob",
    "D": "action, log_prob = policy.rsample(noise=noise)",
    "H": "self.target_critic = copy.deepcopy(self.critic)",
}


@pytest.fixture(scope="module")
def clinic():
    made = Clinic(CONFIG)
    made.charts = {"healthy": chart(1.0), **{name: chart(2.0) for name in PATIENTS}}
    made.charts["H"] = late_like_the_healthy_one()
    return made


def late_like_the_healthy_one():
    """Apart at the first look alone."""
    healthy, high = chart(1.0), chart(2.0)
    signs = {
        name: (steps, np.where(steps == steps[0], high.signs[name][1], values))
        for name, (steps, values) in healthy.signs.items()
    }
    return Chart(signs, healthy.starts)


def right_line(patient):
    return patient.source.splitlines()[patient.ill_line - 1].strip().replace(patient.ill, patient.well)


@pytest.mark.parametrize("name", PATIENTS)
def test_the_right_line_the_sign_and_the_mend_together_show_the_picture(clinic, name):
    patient = PATIENTS[name]
    sign = patient.sign.replace("−", "-")
    treated = clinic.treat(name, line=patient.ill_line, sign=sign, mend=right_line(patient))
    assert patient.ill in treated.lines[patient.ill_line - 1]
    assert [said[0] for said in treated.said[1:4]] == ["✓"] * 3
    assert patient.diagnosis in treated.said[0] and treated.picture.description in repr(treated)
    assert "img" in treated._repr_mimebundle_()["text/html"]
    assert {patient.sign, *patient.also} <= SIGNS.keys()


@pytest.mark.parametrize("name", OTHER_MENDS)
def test_another_line_that_does_the_same_mends_too(clinic, name):
    patient = PATIENTS[name]
    treated = clinic.treat(name, patient.ill_line, patient.sign, OTHER_MENDS[name])
    assert treated.said[3].startswith("✓ mend")


def test_what_is_wrong_is_said_and_nothing_more_is_told(clinic):
    patient = PATIENTS["B"]
    for given, said in (
        ({}, ["○ line", "○ sign"]),
        ({"line": 2}, ["✗ line", "○ sign"]),
        ({"line": 6, "sign": "colour"}, ["✓ line", "✗ sign: there is no"]),
        ({"line": 6, "sign": "entropy"}, ["✓ line", "✗ sign: entropy shows that something is wrong"]),
        ({"line": 6, "sign": "Q"}, ["✓ line", "✓ sign: Q, it ends above", "○ mend"]),
        (
            {"line": 6, "sign": "Q", "mend": "return ("},
            ["✓ line", "✓ sign", "✗ mend: it does not run. SyntaxError"],
        ),
        ({"line": 6, "sign": "Q", "mend": patient.ill}, ["✓ line", "✓ sign", "✗ mend: it runs, but"]),
    ):
        treated = clinic.treat("B", **given)
        assert len(treated.said) == len(said) + 1 and treated.picture is None
        assert all(one.startswith(start) for one, start in zip(treated.said[1:], said, strict=True))
        assert patient.diagnosis not in repr(treated) and patient.well not in repr(treated)


def test_a_sign_that_parts_only_early_is_said_to(clinic):
    assert "apart from the healthy band at step 100, not at the end" in clinic.treat("H", 6, "Q").said[2]
    assert clinic.moved("H", "Q") == [100] and clinic.moved("A", "Q") == [100, 200, 300]


def test_the_table_marks_what_lies_apart(clinic):
    assert marks(clinic.charts)["Q"] == [1, 1, 1, 1, 1, 1, 1, 0]
    head, *rows = mark_table(clinic.charts)
    assert head[1:] == list(PATIENTS) and [row[0] for row in rows] == list(SIGNS)
    assert all(row[1:] == [*"+++++++."] for row in rows)


def test_what_was_not_played_is_no_sign_anywhere():
    unplayed = {"healthy": chart(1.0), "A": chart(2.0)}
    for one in unplayed.values():
        for sign in ("Q", "earned", "Q − earned"):
            del one.signs[sign]
    assert not {"Q", "earned"} & marks(unplayed).keys() and len(mark_table(unplayed)) == len(SIGNS) - 2
    made = Clinic(CONFIG)
    made.charts = unplayed
    assert 'there is no "Q". Choose from: return, ' in made.treat("A", 6, "Q").said[2]
    for drawn in (lambda: WardScene(unplayed), lambda: plot_ward_round(unplayed, "Q")):
        with pytest.raises(ValueError, match='no sign "Q". Choose from: return'):
            drawn()


@pytest.mark.parametrize(
    "name, said", [("Z", "no patient 'Z'. There are: A, B"), ("healthy", "needs no treatment")]
)
def test_who_is_no_patient_is_told_so(clinic, name, said):
    with pytest.raises(ValueError, match=said):
        clinic.treat(name)


def test_a_patient_is_admitted_once_and_when_it_is_treated():
    made = Clinic(CONFIG, seeds=2)
    made.treat("G")
    first = made.charts["G"]
    made.admit("healthy", "G")
    assert made.charts["G"] is first and set(made.runs) == {"healthy", "G"}


def test_the_page_names_the_line_and_the_public_thread_of_every_patient():
    (path,) = find(["11"])
    page = nbformat.read(path, as_version=4)
    solved = {cell.source for cell in page.cells if cell.source.startswith("<details><summary>Patient ")}
    for name, patient in PATIENTS.items():
        if name == "A":  # the one that the page treats itself
            (cell,) = (
                cell.source for cell in page.cells if f'"{name}",\n    line={patient.ill_line}' in cell.source
            )
            continue
        (cell,) = (text for text in solved if f"Patient {name}, solved" in text)
        assert f"**Line {patient.ill_line}**, `{patient.sign.replace('−', '-')}`" in cell
        assert f"]({patient.seen})" in cell
