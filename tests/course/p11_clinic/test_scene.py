"""The ward and the round through it, on charts made up so that every number is known."""

import numpy as np
import pytest

from sacnotes_lib.course.p11_clinic.scene import WardScene
from sacnotes_lib.course.p11_clinic.ward_round import plot_ward_round
from sacnotes_lib.plots import style
from sacnotes_lib.plots.vital_signs import SIGNS, Chart
from sacnotes_lib.training.statistics import interquartile_mean

STEPS = np.array([100, 200, 300])


def chart(height, same_start=False):
    rng = np.random.default_rng(0)
    signs = {
        name: (STEPS, height + 0.1 * k + 0.01 * rng.standard_normal((4, 3))) for k, name in enumerate(SIGNS)
    }
    starts = [np.zeros((5, 2)) if same_start else rng.uniform(-1, 1, (5, 2)) for _ in range(4)]
    return Chart(signs, starts)


CHARTS = {"healthy": chart(1.0), "A": chart(2.0), "B": chart(3.0, same_start=True)}
SCENE = WardScene(CHARTS)


def test_everybody_on_this_ward_can_be_chosen_and_nobody_else():
    control = SCENE.controls["patient"]
    assert control.options == tuple(CHARTS) and control.default == "A"
    with pytest.raises(ValueError, match="one of"):
        control.check("Z")
    other = WardScene({"healthy": CHARTS["healthy"], "X": CHARTS["A"]})
    assert other.controls["patient"].options == ("healthy", "X")


def test_the_picture_shows_the_chart_of_the_patient_that_was_chosen():
    artists = SCENE.setup(style.new_figure(*SCENE.size))
    for patient, chart_ in CHARTS.items():
        data = SCENE.compute(patient=patient)
        SCENE.draw(artists, data)
        for sign, curve in data.curves.items():
            steps, values = chart_.signs[sign]
            np.testing.assert_array_equal(artists.lines[sign].get_xdata(), steps)
            np.testing.assert_allclose(artists.lines[sign].get_ydata(), interquartile_mean(values))
            assert (curve.low <= curve.middle).all() and (curve.middle <= curve.high).all()
        np.testing.assert_array_equal(artists.starts.get_xydata(), chart_.starts[0])
        assert artists.name.get_text() == patient
        outline = artists.bands["Q"].get_paths()[0].vertices
        assert outline[:, 1].min() == data.curves["Q"].low.min()
        assert outline[:, 1].max() == data.curves["Q"].high.max()


def test_the_description_states_the_numbers():
    texts = {}
    for patient in CHARTS:
        data = SCENE.compute(patient=patient)
        texts[patient] = SCENE.describe({"patient": patient}, data)
        for sign, curve in data.curves.items():
            assert f"{sign} {curve.middle[-1]:.3g}" in texts[patient]
    assert texts["healthy"].startswith("The healthy agent") and texts["A"].startswith("Patient A")
    assert "5 episodes began in 1 different place." in texts["B"]
    assert "5 episodes began in 5 different places." in texts["A"]


def test_somebody_must_be_healthy():
    for make in (WardScene, lambda charts: plot_ward_round(charts, "Q")):
        with pytest.raises(ValueError, match='called "healthy"; there are: A'):
            make({"A": CHARTS["A"]})


def test_the_round_states_each_patient_s_sign_and_the_healthy_one():
    signs = {"A": "entropy", "B": "temperature"}
    words = plot_ward_round(CHARTS, signs).description
    for name, sign in signs.items():
        ill, well = (interquartile_mean(c.last(sign)) for c in (CHARTS[name], CHARTS["healthy"]))
        assert f"{name}, {SIGNS[sign]}: ends at {ill:.3g} (band" in words
        assert f"healthy {well:.3g} (band" in words
    assert words.startswith("4 seeds each")


def test_one_sign_for_all_patients():
    words = plot_ward_round(CHARTS, "return").description
    for name, before in (("healthy", "the healthy agent ends at"), ("A", "A"), ("B", "B")):
        assert f"{before} {interquartile_mean(CHARTS[name].last('return')):.3g} (band" in words
    assert words.count(SIGNS["return"][1:]) == 1


def test_a_sign_that_does_not_exist_lists_those_that_do():
    for sign in ("pulse", {"A": "entropy", "B": "pulse"}):
        with pytest.raises(ValueError, match='no sign "pulse". Choose from: return, entropy'):
            plot_ward_round(CHARTS, sign)
