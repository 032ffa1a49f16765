"""The words of every demo, against what its picture computes."""

import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.axis import Tick
from matplotlib.text import Text

import sacnotes_lib
from classroom.__main__ import FOLDER
from classroom.demos import DEMOS, find
from classroom.stage import header, words

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def as_in_the_classroom(monkeypatch):
    """A training console waits for Start."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila")


@pytest.fixture
def panel(request):
    """The panel of the demo that the test is named after."""
    return find(request.node.name.removeprefix("test_").replace("_", "-")).panel(sacnotes_lib)


@pytest.fixture
def move(panel):
    """Moves the picture, and returns the numbers behind it."""

    def moved(**parameters):
        panel.set(**parameters)
        assert panel.error is None
        return panel.scene.compute(**panel.parameters)

    return moved


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)
def test_every_demo_has_all_that_a_teacher_needs(demo):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", demo.name)
    assert 3 <= demo.minutes <= 10
    assert demo.ask.endswith("?") and len(demo.ask) < 240
    assert len(set(demo.options)) == len(demo.options) >= 2
    assert max(map(len, demo.options)) < 40
    panel = demo.panel(sacnotes_lib)
    assert set(demo.settings) <= (panel.steering["A"].views.keys() if demo.settings else set())


def first_picture(panel) -> str:
    """All that can be read off a picture: its description, and what is written in it, but for the axes' numbers."""
    figure = panel._painter.figure
    ticks = {text for tick in figure.findobj(Tick) for text in tick.findobj(Text)}
    written = [text.get_text() for text in figure.findobj(Text) if text not in ticks and text.get_visible()]
    return "\n".join([panel.description, *written])


def numbers(words: str) -> set[str]:
    """The numbers in a text, without their signs; single digits, which count things, are left out."""
    return set(re.findall(r"\d[\d,.]*\d", words))


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.name)
def test_the_first_picture_does_not_hold_the_answer(demo):
    """No number that is to be seen after a move, and that was not given away by the question or the move itself."""
    answer = numbers(" ".join(demo.moves.values())) - numbers(" ".join((demo.ask, *demo.moves)))
    assert answer & numbers(first_picture(demo.panel(sacnotes_lib))) == set()


def test_names_are_unique_and_an_unknown_one_lists_them():
    assert len({demo.name for demo in DEMOS}) == len(DEMOS)
    with pytest.raises(LookupError, match="temperature, broadcast"):
        find("tempreture")


@pytest.mark.slow
def test_the_list_of_demos_is_read_without_pytorch():
    code = "import sys, classroom.demos; assert not {'torch', 'matplotlib'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parent)


def test_words_are_escaped_and_demos_lead_to_one_another():
    demo = DEMOS[1]
    assert f"?demo={DEMOS[0].name}" in header(demo) and f"?demo={DEMOS[2].name}" in header(demo)
    assert header(DEMOS[0]).count("<a ") == header(DEMOS[-1]).count("<a ") == 2
    loud = type(demo)(**(vars(demo) | {"ask": "<b>?", "options": ('"', "&"), "moves": {"<u>": "<i>"}}))
    assert "<b>?" not in words(loud) and "<i>" not in words(loud) and "<u>" not in words(loud)
    assert 'aria-label="hands for &quot;"' in words(loud)


def test_temperature(move):
    start = move()
    assert start.on_tall_peak > 0.99
    assert move(temperature=0.2).on_tall_peak == pytest.approx(0.7, abs=0.02)
    flat = move(temperature=3.0)
    assert flat.on_tall_peak == pytest.approx(0.5, abs=0.02)
    assert flat.entropy == pytest.approx(0.69, abs=0.01) and flat.entropy < 0.6932
    assert flat.mean_q == pytest.approx(start.mean_q / 2, rel=0.05)


def test_broadcast(move):
    assert move().labels.shape == (6,)
    square = move(distribution="Normal")
    assert square.labels.shape == (6, 6) and not square.refusal
    column = move(distribution="Independent(Normal, 1)", critic_shape="[B, 1]")
    assert column.labels.shape == (6, 6) and "reward" in column.mixed
    assert (column.pulled - column.own).abs().max() > 3 * (square.pulled - square.own).abs().max()
    assert move(distribution="Normal", critic_shape="[B]", action_dim=2).refusal


def test_summing(move):
    fixed = move(motors=6)
    assert fixed.chosen("mean", "std") < 0.5 * fixed.chosen("sum", "std")
    tuned = move(motors=6, temperature="tuned")
    assert [tuned.chosen(rule, "logged") for rule in ("sum", "mean")] == pytest.approx([-6, -6])
    assert tuned.chosen("mean", "entropy") == pytest.approx(-36)
    assert tuned.chosen("mean", "std") == pytest.approx(0.0006, abs=5e-5)
    assert tuned.chosen("sum", "std") == pytest.approx(0.09, abs=0.005)


def test_squashing(move):
    assert move().entropy == pytest.approx(-2.35, abs=0.005)
    assert move(score="without it").scored_entropy == pytest.approx(2.8, abs=0.05)
    best = move(score="with the correction", std=0.86)
    assert best.entropy == pytest.approx(0.68, abs=0.005) == pytest.approx(max(best.entropies), abs=0.005)


def test_target(move):
    assert move(ending="time limit").y == pytest.approx(1.22, abs=0.005)
    assert move(multiply_by="1 − (terminated or truncated)").y == pytest.approx(0.5)
    terminated = move(multiply_by="1 − terminated", ending="terminated")
    assert terminated.y == terminated.right == pytest.approx(0.5)
    slip = move(ending="goes on", entropy_term="+ α log π")
    assert slip.y == pytest.approx(0.88, abs=0.005) and slip.y < slip.right
    assert slip.log_prob < 0  # a rare action


def test_backups(move):
    assert move().mean == pytest.approx(0, abs=0.02)
    means = [move(**parameters).mean for parameters in (
        {"actions": 10}, {"backup": "min"}, {"critics": 4}, {"critics": 10},
    )]  # fmt: skip
    assert means == pytest.approx([1.1, 0.7, 0, -0.7], abs=0.04)


def test_noisy_labels(move, panel):
    assert "variance" not in first_picture(panel)
    few = move()
    assert len(few.labels) == 27 and few.floor == pytest.approx(1.12, abs=0.005)
    many = move(count=729)
    assert many.floor == pytest.approx(many.variance, rel=0.1) == pytest.approx(1, abs=0.1)
    assert many.fit == pytest.approx(many.mean, abs=0.05)
    assert move(loss="absolute").fit == pytest.approx(0.7, abs=0.05) == pytest.approx(many.median, abs=0.05)


def test_contraction(move, panel):
    start = move()
    curves = panel._painter.figure.axes[1].lines
    assert {len(curve.get_xdata()) for curve in curves} == {1}, "a curve runs ahead of the backups"
    after, short = move(backups=10), move(discount=0.5)
    assert start.errors[0] == pytest.approx(5)
    assert after.errors[10] == pytest.approx(5 * 0.9**10) == pytest.approx(1.7, abs=0.05)
    assert short.errors[10] == pytest.approx(5 * 0.5**10) == pytest.approx(0.005, abs=2e-4)


def test_denoising(move, panel):
    assert not re.search("mean|average|median", first_picture(panel))
    assert np.isnan([move().means, move().medians]).all(), "what the losses learn is shown before the hands"
    many = move(count=30_000, noise=0.5)
    assert many.mean_miss < 0.2 * many.median_miss
    many, few = move(), move(count=300)
    assert many.mean_miss < few.mean_miss < 0.2


def test_one_update(move):
    movers = [
        {n for n, v in now.now.numbers().items() if v == v and v != now.before.numbers()[n]}
        - {"label y", "(Q − y)²"}
        for now in (move(stage=stage) for stage in range(7))
    ]
    assert movers == [set(), set(), set(), {"Q"}, {"π: tanh μ", "π: σ"}, {"α"}, {"Q̄"}]
    assert move().now.numbers()["π: tanh μ"] < 0
    slip = move(update=60, assembled="× d for × (1 − d)")
    now, rightly = slip.now.numbers(), slip.rightly.numbers()
    assert [now["π: tanh μ"], rightly["π: tanh μ"]] == pytest.approx([0.62, 0.67], abs=0.005)
    assert [now["Q"], rightly["Q"]] == pytest.approx([-0.03, 0.69], abs=0.005)
    hasty = move(assembled="1 − τ for τ").now.numbers()
    assert hasty["Q̄"] == pytest.approx(hasty["Q"], abs=0.002) == pytest.approx(0.77, abs=0.005)


def test_off_policy(move):
    shared = [data.states_shared for data in (move(), move(steps=2500), move(capacity=100))]
    assert shared == pytest.approx([0.96, 0.57, 0.98], abs=0.005)


def test_gradients(move):
    def uphill(data):
        estimates = (data.reparameterized, data.score_function)
        return [float((estimate > 0).float().mean()) for estimate in estimates]

    def times_as_wide(data):
        return data.closed_forms["score_function"] / data.closed_forms["reparameterized"]

    assert min(uphill(move())) > 0.9
    assert uphill(move(num_samples=1)) == pytest.approx([0.8, 0.5], abs=0.05)
    six, one = times_as_wide(move()), times_as_wide(move(action_dim=1))
    assert six == pytest.approx(7.7, abs=0.05) and one == pytest.approx(six / 3, rel=0.1)
    best = move(action_dim=6, baseline=-1.75)
    assert best.best_baseline == pytest.approx(-1.75, abs=0.13)
    assert times_as_wide(best) == pytest.approx(3.3, abs=0.05)


def test_shared_action(move):
    assert min(move().spreads) > 0.5
    assert move(width=1.0).spreads == pytest.approx([0, 1], abs=1e-3)
    shared, two = move(offset=0.2).spreads
    assert 0.1 < shared < two


def test_value_network(move):
    start, wide = move(), move(temperature=1.0)
    assert start.error == 0.05 and round(start.equal) == 9
    assert wide.equal == pytest.approx(start.equal / 0.3**2) == pytest.approx(95, abs=0.5)
    averages = move(visits=100).averages
    assert averages.std() == pytest.approx(wide.error, rel=0.2)
    assert move(width=1.0).scatter == 0


def test_improvement(move):
    def changes(**parameters):
        values = move(**parameters).values.round(2)
        return (values[1] - values[0]).tolist()

    assert min(changes()) > 1
    assert [change < 0 for change in changes(form="one for all places")] == [False, True, True, True]
    assert min(changes(step=2)) > 0
    assert [change < 0 for change in changes(step=3)] == [False, True, True, True]
    assert min(changes(form="one for each place", step=2)) > 0 == max(changes(step=3))
    there = move(step=2)
    assert there.values[1] == pytest.approx(there.best, abs=0.005)


def test_price(move):
    assert move().alpha == pytest.approx(25, abs=0.5)
    squashed = move(kind="tanh-Gaussian")
    assert not squashed.settles and squashed.most == pytest.approx(0.684, abs=5e-4)
    near = move(target=0.68)
    assert near.alpha == pytest.approx(23.5, abs=0.5) and near.reward < 0.1 * 2
    usual = move(target=-1.0)
    assert [usual.alpha, usual.reward] == pytest.approx([0.08, 1.96], abs=0.005)


def test_door(move, panel):
    assert "62" not in first_picture(panel)
    coin = move()
    assert coin.mean["new"] == pytest.approx(400) == pytest.approx(coin.mean["kept"])
    assert move(keep=0.9).mean["kept"] == pytest.approx(62, abs=0.5)
    far = move(length=40).mean
    assert [far["new"], far["kept"]] == pytest.approx([1600, 213], abs=0.5)


@pytest.mark.slow
def test_two_answers():
    """The way up and the way back, trained: the same temperature ends on another peak."""
    session = find("two-answers").panel(sacnotes_lib).session
    returns = []
    for temperature, steps in ((0.05, 800), (0.2, 400), (0.5, 400), (0.2, 400), (0.05, 400)):
        session.change("A", temperature=temperature)
        session.advance(steps)
        returns.append(session.runs["A"].evaluation_returns[:, -1])
    tall, up, broad, back, again = returns
    assert min(tall.min(), up.min(), again.min()) > 1.0
    assert max(broad.max(), back.max()) < 0.6
