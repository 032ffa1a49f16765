"""The live panel without a browser: what its widgets hold after each change."""

import html
import itertools
import re

import pytest
from ipywidgets.widgets.widget import _instances as all_widgets

from sacnotes_lib.course.kit.panels import predict, reveal
from sacnotes_lib.course.kit.predictions import ASKED
from sacnotes_lib.course.kit.progress import PROGRESS
from sacnotes_lib.course.p01_independent.scene import BroadcastScene
from sacnotes_lib.course.stage import live as live_module, surroundings
from sacnotes_lib.course.stage.live import live
from tests.course.stage.toy_scenes import CurveScene


def recorded(panel):
    """Every picture that is sent to the front end from now on."""
    sent = []
    panel.picture.observe(lambda change: sent.append(change["new"]), names="value")
    return sent


def alt(markup):
    return html.unescape(re.search(r'alt="([^"]*)"', markup)[1])


def source(markup):
    return re.search(r'src="data:image/png;base64,([^"]*)"', markup)[1]


def test_a_move_sends_one_picture_with_its_own_words():
    panel = live(CurveScene())
    sent, before = recorded(panel), panel.picture.value
    panel.views["shift"].box.children[1].value = 0.5
    assert len(sent) == 1
    assert source(sent[0]) != source(before)
    assert "shift 0.5" in alt(sent[0]) and alt(sent[0]) == panel.description
    assert 'role="status"' in sent[0] and sent[0].count(html.escape(panel.description)) == 2


def test_the_fold_that_holds_the_setting_is_not_made_anew_by_a_move():
    panel = live(CurveScene())
    fold, setting = panel.children[2].children
    before = fold.value
    panel.set(shift=0.5)
    assert fold.value == before and html.escape(panel.address()) in setting.value
    assert "#panel=curve&" in panel.address() and "shift=0.5" in panel.address()


def test_several_controls_moved_at_once_send_one_picture_and_reset_the_first_one():
    panel = live(CurveScene())
    first, sent = panel.picture.value, recorded(panel)
    panel.views["title"].box.children[2].click()
    panel.set(amplitude=3.0, shift=1.0)
    there = {"amplitude": 1.0, "shift": 0.0, "limit": 12, "title": "two", "broken": False}
    assert panel.parameters == there | {"amplitude": 3.0, "shift": 1.0}
    assert len(sent) == 2 and first not in sent
    sent = recorded(panel)
    panel.reset_button.click()
    assert sent == [first]
    assert panel.parameters == panel.defaults


def test_the_same_settings_always_give_the_same_picture():
    first, second = live(BroadcastScene()), live(BroadcastScene())
    second.set(batch_size=9)
    second.set(batch_size=6)
    assert second.picture.value == first.picture.value


def test_a_page_may_change_defaults():
    panel = live(BroadcastScene(), batch_size=8, distribution="Independent(Normal, 1)")
    assert panel.parameters["batch_size"] == 8 and panel.views["batch_size"].box.children[1].value == 8
    assert panel.parameters["distribution"] == "Independent(Normal, 1)"
    assert panel.description.startswith("Independent")
    panel.set(batch_size=3)
    panel.reset()
    assert panel.parameters["batch_size"] == 8


def test_an_unknown_control_names_the_scene_s_own():
    with pytest.raises(ValueError, match="amplitude, shift, limit, title, broken"):
        live(CurveScene(), temperature=1)


def test_an_error_of_the_scene_or_its_words_is_shown_and_goes_away(monkeypatch):
    panel = live(CurveScene())
    first = panel.picture.value
    panel.set(broken=True)
    assert isinstance(panel.error, ArithmeticError)
    assert 'role="alert"' in panel.picture.value and "<img" not in panel.picture.value
    assert "ArithmeticError: this setting &lt;cannot&gt; be drawn" in panel.picture.value
    assert "Broken True" in panel.picture.value
    panel.set(broken=False)
    assert panel.picture.value == first and panel.error is None
    monkeypatch.setattr(CurveScene, "describe", lambda *_: 1 / 0)
    panel.set(shift=0.5)
    assert "ZeroDivisionError" in panel.picture.value
    with pytest.raises(ArithmeticError):
        live(CurveScene(), broken=True)  # at once: in the cell


def test_without_a_kernel_there_is_the_picture_at_the_defaults():
    panel = live(BroadcastScene())
    words = panel.description
    panel.set(batch_size=11)
    data, metadata = panel._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == panel.model_id
    assert data["text/plain"] == metadata["image/png"]["alt"] == words != panel.description
    assert data["image/png"].startswith("iVBOR") and len(data["image/png"]) < 50_000


def test_set_is_all_or_nothing():
    panel = live(CurveScene())
    before = panel.parameters
    with pytest.raises(ValueError, match="from -1.0 to 1.0"):
        panel.set(amplitude=2.0, shift=5.0)
    with pytest.raises(ValueError, match="'tilt'; there are: amplitude"):
        panel.set(tilt=1)
    assert panel.parameters == before


@pytest.mark.parametrize(("ticks", "slow"), [((0, 1, 2, 3), True), ((0, 5, 6, 6.01), False)])
def test_slowness_is_noticed_by_the_clock_once_the_first_picture_has_warmed_up(monkeypatch, ticks, slow):
    ticks = itertools.chain(ticks, itertools.count(10))
    monkeypatch.setattr(live_module, "perf_counter", lambda: next(ticks))
    panel = live(CurveScene())
    assert panel.slow == slow
    if slow:
        busy = []
        panel.busy.observe(lambda change: busy.append(change["new"]), names="value")
        panel.set(shift=0.5)
        assert "computing" in busy[0] and busy[1:] == ["A picture takes about 1.0 s."]
    else:
        assert panel.busy.value == ""


def test_a_cell_that_runs_again_leaves_no_widget_of_its_last_run_and_no_listener(monkeypatch):
    running = {"header": {"msg_id": "1"}, "metadata": {"cellId": "scene"}}
    monkeypatch.setattr(surroundings, "_message", lambda: running)
    monkeypatch.setattr(surroundings, "_by_cell", {})

    def run(cell, make, *arguments):
        running.update(header={"msg_id": str(next(number))}, metadata={"cellId": cell})
        return make(*arguments)

    number, widgets_now = itertools.count(2), []
    for _ in range(3):
        run("ask", predict, "kept.once", "Which?", ["one", "other"])
        run("scene", lambda: live(CurveScene(), hidden_until="kept.once"))
        revealed = run("answer", reveal, "kept.once", "one", "why")
        widgets_now.append(len(all_widgets))
        run("answer", reveal, "kept.once", "one", "why")
        assert revealed.comm is None
    assert widgets_now[0] == widgets_now[1] == widgets_now[2]
    listeners = len(ASKED["kept.once"]._callbacks)
    assert listeners == 3  # the question's own buttons, the newest picture, the newest answer


def seen(panel):
    """Which parts are on screen: controls, picture and the setting to send, or the words and the button instead."""
    return [part.layout.display != "none" for part in panel.children]


@pytest.mark.parametrize("way", ["a choice", "anyway"])
def test_a_picture_that_would_answer_a_prediction_waits_for_it(monkeypatch, way):
    monkeypatch.setattr(PROGRESS, "predictions", {})
    asked = predict("toy.curve", "Which?", ["one", "other"])
    panel = live(CurveScene(), hidden_until="toy.curve")
    assert seen(panel) == [False, False, False, True, True]
    assert panel.static[0]["text/plain"] == panel.description  # a reader without a kernel sees it all
    if way == "a choice":
        asked.buttons["one"].click()
        asked.buttons["other"].click()
    else:
        panel.children[-1].click()
    assert seen(panel) == [True, True, True, False, False]
    assert seen(live(CurveScene(), hidden_until="toy.curve")) == [True, True, True, False, False]
    with pytest.raises(LookupError, match="'toy.line'"):
        live(CurveScene(), hidden_until="toy.line")
