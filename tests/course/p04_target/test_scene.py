"""The label's scene against labels computed by SciPy, by the library, and by hand where a slip is on."""

import itertools
import math

import numpy as np
import pytest
import torch
from scipy import stats

from sacnotes_lib.course.p04_target import scene as ours
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.sac.targets import apply_backup, soft_bellman_target

SCENE = ours.TargetScene()
DEFAULTS = SCENE.defaults()
CHOICES = {name: control.options for name, control in SCENE.controls.items() if hasattr(control, "options")}
ENDS = {"noise": (-2.5, 0.0, 2.5), "temperature": (0.0, 0.2, 0.5), "discount": (0.0, 0.9, 1.0)}
ALL_SETTINGS = [
    dict(zip((*ENDS, *CHOICES), values, strict=True))
    for values in itertools.product(*ENDS.values(), *CHOICES.values())
]


def test_the_right_label_is_the_library_s():
    for settings in ALL_SETTINGS[::41]:
        data = SCENE.compute(**settings)
        library = soft_bellman_target(
            torch.tensor([ours.REWARD]), torch.tensor([float(settings["ending"] == ours.TERMINATED)]),
            apply_backup(torch.tensor(data.next_q).reshape(2, 1), "min"), torch.tensor([data.log_prob]),
            discount=settings["discount"], temperature=settings["temperature"],
        )  # fmt: skip
        assert data.right == pytest.approx(library[0, 0].item(), abs=1e-6), settings
        assert data.y == pytest.approx(ours.REWARD + data.next_value + data.entropy, abs=1e-6), settings
        if (settings["multiply_by"], settings["entropy_term"]) == (ours.RIGHT_FACTOR, ours.MINUS_LOG_PROB):
            assert data.y == pytest.approx(data.right, abs=1e-6), settings


@pytest.mark.parametrize("noise", [-2.5, -1.0, 0.0, 1.7])
def test_the_draw_and_its_log_prob_against_scipy(noise):
    data = SCENE.compute(**DEFAULTS | {"noise": noise})
    pre_tanh = ours.MEAN + ours.STD * noise
    assert data.next_action == pytest.approx(math.tanh(pre_tanh), abs=1e-6)
    # The density of a transformed variable, by the difference quotient of its distribution function.
    h = 1e-4
    above, below = (math.atanh(data.next_action + step) for step in (h, -h))
    policy = stats.norm(ours.MEAN, ours.STD)
    density = (policy.cdf(above) - policy.cdf(below)) / (2 * h)
    assert data.log_prob == pytest.approx(math.log(density), abs=1e-4)
    assert data.next_q == pytest.approx(
        [q.item() for q in ours.target_critics(torch.tensor(data.next_action))]
    )


def test_a_rare_action_earns_a_bonus_and_a_common_one_costs():
    rare, common = (SCENE.compute(**DEFAULTS | {"noise": noise}) for noise in (2.5, 0.0))
    assert rare.log_prob < 0 < rare.entropy
    assert common.entropy < 0 < common.log_prob


ENDINGS = (ours.GOES_ON, ours.TIME_LIMIT, ours.TERMINATED)
READINGS = (ours.RIGHT_FACTOR, ours.TIMES_TERMINATED, ours.TIMES_NOT_DONE)


def test_each_reading_of_done():
    factors = [[ours.label_factor(ending, reading) for reading in READINGS] for ending in ENDINGS]
    assert factors == [[1, 0, 1], [1, 0, 0], [0, 1, 0]]


def test_the_wrong_sign_is_off_by_twice_the_entropy_term_and_leaving_it_out_by_once():
    right, without, wrong = (
        SCENE.compute(**DEFAULTS | {"entropy_term": term})
        for term in (ours.MINUS_LOG_PROB, ours.LEFT_OUT, ours.PLUS_LOG_PROB)
    )
    bonus = -0.9 * 0.2 * right.log_prob
    assert abs(bonus) > 0.01
    assert right.y - without.y == pytest.approx(bonus)
    assert right.y - wrong.y == pytest.approx(2 * bonus)
    assert without.right == wrong.right == right.y


def test_the_description_states_the_verdict():
    data = SCENE.compute(**DEFAULTS)
    assert SCENE.describe(DEFAULTS, data).endswith("the right label.")
    slip = DEFAULTS | {"entropy_term": ours.PLUS_LOG_PROB}
    assert f"where {data.y:.2f} is right" in SCENE.describe(slip, SCENE.compute(**slip))


def test_a_right_number_from_a_wrong_formula_is_not_called_the_right_label():
    """The end of an episode, or a time limit, hides slips: nothing is left of what they get wrong."""
    hidden = DEFAULTS | {
        "ending": ours.TERMINATED,
        "multiply_by": ours.TIMES_NOT_DONE,
        "entropy_term": ours.PLUS_LOG_PROB,
    }
    painter, data = Painter(SCENE), SCENE.compute(**hidden)
    painter.paint(data)
    assert data.slips and data.y == data.right == ours.REWARD
    assert painter._artists.verdict.get_text() == "right here, by a wrong formula"
    assert SCENE.describe(hidden, data).endswith("right here, by a wrong formula.")
    assert not SCENE.compute(**DEFAULTS).slips


def test_everything_lies_inside_the_panels():
    axes = Painter(SCENE).figure.axes
    (q_low, q_high), (_, density_high), (low, high) = (panel.get_ylim() for panel in axes)
    for settings in ALL_SETTINGS:
        data = SCENE.compute(**settings)
        levels = np.cumsum([ours.REWARD, data.next_value, data.entropy])
        assert low < min(levels.min(), data.right, 0) and max(levels.max(), data.right) < high - 0.3
        assert q_low < min(data.next_q) and max(data.next_q) < q_high
        assert math.exp(data.log_prob) < density_high


@pytest.mark.parametrize("term", [ours.MINUS_LOG_PROB, ours.PLUS_LOG_PROB])
def test_bars_stand_upon_each_other_and_a_wrong_label_is_hatched(term):
    painter = Painter(SCENE)
    data = SCENE.compute(**DEFAULTS | {"entropy_term": term})
    painter.paint(data)
    bars, wrong = painter._artists.bars, term == ours.PLUS_LOG_PROB
    spans = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in bars]
    assert [bar.get_height() for bar in bars] == pytest.approx(
        [ours.REWARD, data.next_value, data.entropy, data.y]
    )
    assert [low for low, _ in spans] == pytest.approx([0, spans[0][1], spans[1][1], 0])
    assert spans[2][1] == pytest.approx(data.y)
    assert bool(bars[3].get_hatch()) == wrong
    assert ("wrong" in painter._artists.verdict.get_text()) == wrong
    assert [line[0][1] for line in painter._artists.right.get_segments()] == (
        [pytest.approx(data.right)] if wrong else []
    )
