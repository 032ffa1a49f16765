"""A page that reconnects gets new models of what may wait for a lost answer; here everything stays as it was."""

import ipywidgets as widgets
import pytest

from sacnotes_lib.course.console.console import TrainingConsole
from sacnotes_lib.course.stage import page_panel
from sacnotes_lib.course.stage.live import live
from tests.course.stage.toy_scenes import CurveScene

WAITS_FOR_NOTHING = (widgets.Button, widgets.HTML, widgets.Label, widgets.Box)


def below(box):
    for child in box.children:
        yield child
        if isinstance(child, widgets.Box):
            yield from below(child)


def connect(page: str) -> None:
    message = {"header": {"session": page}, "metadata": {"version": "1.0.0"}}
    page_panel.page_connected(widgets.Widget().comm, message)


@pytest.mark.parametrize("make", [lambda: live(CurveScene()), lambda: TrainingConsole(interactive=True)])
def test_a_page_that_is_back_gets_every_control_anew(make, monkeypatch):
    monkeypatch.setattr(page_panel, "_pages", set())
    panel = make()
    parts = list(below(panel))
    assert {"HBox", "BoundedFloatText", "Button"} <= {type(part).__name__ for part in parts}
    comms = [part.comm for part in parts]
    connect("one")
    connect("two")
    assert [part.comm for part in parts] == comms, "a page that is opened shows what is there"
    connect("one")
    renewed = {part for part, comm in zip(parts, comms, strict=True) if part.comm is not comm}
    assert renewed == {part for part in parts if not isinstance(part, WAITS_FOR_NOTHING)}
    assert all(part.comm is not None for part in parts) and list(below(panel)) == parts


def test_a_renewed_control_has_its_value_and_still_moves_the_picture():
    panel = live(CurveScene())
    number, slider = panel.views["amplitude"].box.children
    slider.value = 0.5
    before = panel.description
    page_panel.renew(panel)
    assert number.value == 0.5
    slider.value = 0.8
    assert panel.parameters["amplitude"] == 0.8 and panel.description != before


def test_a_renewed_pulse_does_not_count_on_in_its_old_model():
    console = TrainingConsole(interactive=True)
    console.pulse.playing = True
    sent = []
    console.pulse.comm.send = lambda data, buffers=None: sent.append(data)
    page_panel.renew(console)
    assert [message["state"] for message in sent] == [{"playing": False}]
