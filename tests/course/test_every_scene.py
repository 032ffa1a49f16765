"""Every scene of the course, found by itself: its picture and its words, at the defaults and wherever controls end."""

import itertools
import re
from importlib import import_module
from pkgutil import walk_packages

import numpy as np
import pytest
from matplotlib.text import Text

from sacnotes_lib import course
from sacnotes_lib.course.p04_target.scene import TIME_LIMIT, TIMES_NOT_DONE, TargetScene
from sacnotes_lib.course.p05_two_critics.scene import BackupScene
from sacnotes_lib.course.p06_expectation.contraction import ContractionScene
from sacnotes_lib.course.p06_expectation.denoising import DenoisingScene
from sacnotes_lib.course.p06_expectation.noisy_labels import NoisyLabelsScene
from sacnotes_lib.course.p11_clinic.scene import WardScene
from sacnotes_lib.course.stage.controls import Choice
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.course.stage.scene import Scene
from sacnotes_lib.plots import style
from tests.course.p11_clinic.test_scene import CHARTS

pytestmark = pytest.mark.long

for module in walk_packages(course.__path__, f"{course.__name__}."):
    import_module(module.name)
# The console's picture shows a session and has no `compute`: see console/test_training_picture.py.
SCENES = [
    scene
    for scene in Scene.__subclasses__()
    if scene.__module__.startswith(course.__name__) and scene.compute is not Scene.compute
]
ARGUMENTS = {WardScene: [CHARTS]}
# At the defaults of page 04 nothing ends, and a step at a time limit has the same label.
SAY_NOTHING_NEW = {("ending", TIME_LIMIT), ("multiply_by", TIMES_NOT_DONE)}
# Numbers of the data that the words state, in this form; other scenes' own tests look for theirs.
STATED = {
    TargetScene: ("z.2f", lambda d: [d.next_action, d.log_prob, *d.next_q, d.next_value, d.entropy, d.y]),
    BackupScene: ("+.2f", lambda d: [d.mean, d.expected, d.shown, d.climbed[d.pick]]),
    ContractionScene: (".3g", lambda d: [d.errors[0], d.errors[d.backups], d.bound[d.backups]]),
    DenoisingScene: (".2f", lambda d: [miss for miss in (d.mean_miss, d.median_miss) if miss == miss]),
    NoisyLabelsScene: (".2f", lambda d: [d.mean, d.median, d.fit, d.floor, *d.usual]),
    WardScene: (".3g", lambda d: [curve.middle[-1] for curve in d.curves.values()]),
}
SMALLEST_TYPE = 14  # points: for the back row
NUMBER = re.compile(r"[-−\d.,]+|\$.*10\^.*\$")


def is_refused(scene, settings):
    """Whether a scene says that a setting makes no sense."""
    return isinstance(scene, BackupScene) and settings["backup"] == "swap" and settings["critics"] == 1


def places(control):
    """All options of a choice, both ends of a slider."""
    return control.options if isinstance(control, Choice) else (control.low, control.high)


def faults(figure):
    """What is cut off or too small, and numbers along an axis that neither it names nor one with the same ends."""
    with style.context():
        seen, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    if min(seen.x0, seen.y0, width - seen.x1, height - seen.y1) < 0:
        yield f"{seen} is cut off at {width} by {height}"
    for text in figure.findobj(Text):
        if text.get_fontsize() < SMALLEST_TYPE:
            yield f"{text} is smaller than {SMALLEST_TYPE}"
    axes_of_numbers = [axis for axes in figure.axes if axes.axison for axis in (axes.xaxis, axes.yaxis)]
    named = {(axis.axis_name, *axis.get_view_interval()) for axis in axes_of_numbers if axis.label.get_text()}
    for axis in axes_of_numbers:
        numbers = [label.get_text() for label in axis.get_ticklabels() if NUMBER.fullmatch(label.get_text())]
        if numbers and (axis.axis_name, *axis.get_view_interval()) not in named:
            yield f"nothing names the numbers {numbers}"


def test_none_is_left_out():
    assert len(SCENES) >= 14


@pytest.mark.parametrize("kind", SCENES, ids=lambda kind: kind.__name__)
def test_every_scene(kind):
    """It can be drawn and told wherever its controls end, each of them shows, and the first picture comes back."""
    scene = kind(*ARGUMENTS.get(kind, []))
    painter, controls = Painter(scene), scene.controls

    def shown(**changes):
        settings = scene.defaults() | changes
        data = scene.compute(**settings)
        picture, words = painter.paint(data), scene.describe(settings, data)
        assert words.endswith(".") and not re.search(r"\b(nan|inf)\b", words), settings
        form, stated = STATED.get(kind, ("", lambda data: []))
        assert [number for number in stated(data) if f"{number:{form}}" not in words] == [], settings
        return picture, words

    first, first_words = shown()
    assert first.shape == (*(round(style.DPI * inches) for inches in scene.size[::-1]), 4)
    assert [*faults(painter.figure)] == []
    for name, control in controls.items():
        for place in places(control):
            picture, words = shown(**{name: place})
            assert [*faults(painter.figure)] == [], (name, place)
            if place != control.default and (name, place) not in SAY_NOTHING_NEW:
                assert (picture != first).any() and words != first_words, (name, place)
    ends = [(places(control)[0], places(control)[-1]) for control in controls.values()]
    corners = [dict(zip(controls, corner)) for corner in itertools.product(*ends)]
    # Eight at most; an odd step lets each control meet both ends.
    for corner in corners[:: len(corners) // 8 | 1]:
        if not is_refused(scene, corner):
            shown(**corner)
    again, words = shown()
    np.testing.assert_array_equal(again, first)
    assert words == first_words
