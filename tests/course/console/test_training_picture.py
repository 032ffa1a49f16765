"""What the console's picture shows: its numbers against an answer computed another way, and its words."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import norm

from sacnotes_lib.course.console.policy_pictures import (
    ACTIONS,
    exact_density,
    is_pendulum,
    pendulum_map,
    policy_density,
    states_to_pick,
)
from sacnotes_lib.course.console.training_curves import TrainingScene
from sacnotes_lib.course.console.training_view import Band, TrainingView, describe, marks_of, view_run
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.envs import SoftLQREnv, TwoPeaksEnv
from sacnotes_lib.plots import style
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.run import TrainingRun

pytestmark = pytest.mark.long

SMALL = {
    "learning_starts": 5, "batch_size": 8, "hidden_sizes": (8, 8), "evaluation_interval": 20, "evaluation_episodes": 1,
}  # fmt: skip


def run_of(env_id, steps=40, seeds=2, **fields):
    run = TrainingRun(SACConfig(env_id=env_id, total_steps=1000, **(SMALL | fields)), seeds)
    return run.replay([], until=steps)


def view_of(runs, state_name, checks=()):
    state = states_to_pick(next(iter(runs.values())))[state_name]
    views = {name: view_run(run, checks, state) for name, run in runs.items()}
    return TrainingView(40, 1000, 2, views, state_name)


def test_the_density_is_one():
    run = run_of("sacnotes/TwoPeaks-v0")
    density = policy_density(run, np.zeros(1))
    mass = np.trapezoid(density.densities, ACTIONS, axis=1)
    assert mass == pytest.approx([1, 1], abs=0.02)
    assert np.trapezoid(density.exact, ACTIONS) == pytest.approx(1, abs=0.02)


def test_the_density_is_that_of_the_actions_taken():
    run = run_of("sacnotes/SoftLQR-v0")
    state = np.array([0.5])
    density = policy_density(run, state).densities[1]
    with torch.no_grad():
        policy = run.agent.actor(torch.full((2, 20_000, 1), 0.5))
        drawn = policy.sample()[0][1, :, 0].numpy()
    share = np.trapezoid(density[ACTIONS < 0], ACTIONS[ACTIONS < 0])
    assert share == pytest.approx((drawn < 0).mean(), abs=0.02)


def test_the_exact_density_is_boltzmann_s_in_the_units_of_the_scaled_reward():
    run = run_of("sacnotes/TwoPeaks-v0", temperature=0.05, reward_scale=0.25)
    exact, temperature = exact_density(run, np.zeros(1))
    q = TwoPeaksEnv().mean_reward(ACTIONS[:, None])
    by_hand = np.exp(0.25 * q / 0.05)
    assert temperature == 0.05
    assert exact / exact.sum() == pytest.approx(by_hand / by_hand.sum(), rel=1e-3)


def test_without_tanh_the_exact_density_is_the_gaussian_of_soft_lqr():
    run = run_of(
        "sacnotes/SoftLQR-v0", temperature=0.02, reward_scale=0.5, squash_actions=False, discount=0.8
    )
    exact, _ = exact_density(run, np.array([0.5]))
    answer = SoftLQREnv().exact(0.8, 0.04)
    by_hand = norm(answer.mean(np.array([0.5]))[0], answer.std(np.array([0.5]))[0]).pdf(ACTIONS)
    assert exact == pytest.approx(by_hand, rel=1e-6)


def test_pendulum_maps_are_what_the_agent_would_do():
    run = run_of("Pendulum-v1")
    shown = pendulum_map(run)
    angle, speed = -np.pi, 8.0  # upper left corner
    observation = np.array([np.cos(angle), np.sin(angle), speed], dtype=np.float32)
    action = run.agent.act(np.tile(observation, (2, 1)), deterministic=True)[0]
    assert shown.torque[-1, 0] == pytest.approx(2 * action[0], abs=1e-5)
    with torch.no_grad():
        q = run.agent.critic(
            torch.as_tensor(observation).expand(2, 1, -1), torch.as_tensor(action).expand(2, 1, 1)
        )
    assert shown.value[-1, 0] == pytest.approx(q[0].mean().item() / 0.1, rel=1e-4)


@pytest.mark.slow
def test_q_is_checked_against_an_exact_answer():
    """In a one-step task the Monte Carlo return of (s, a) is the reward of a, whatever the policy."""
    run = run_of("sacnotes/TwoPeaks-v0", steps=600, reward_scale=1.0, hidden_sizes=(32, 32), batch_size=64)
    check = check_q(run)
    assert check.q == pytest.approx(check.monte_carlo, abs=0.05)
    assert check.monte_carlo.shape == (2,)


def test_each_seed_s_return_is_played_with_its_own_policy_and_temperature():
    """ConstantReward: the soft return is a number by hand, once the policy's entropy is known."""
    run = run_of("sacnotes/ConstantReward-v0", reward_scale=1.0, discount=0.5)
    with torch.no_grad():
        run.agent.log_temperature.copy_(torch.tensor([0.1, 0.7]).log())
        policy = run.agent.actor(torch.zeros(2, 1, 1))
        entropy = policy.entropy_estimate(50_000)[:, 0].numpy()
    alpha, steps = np.array([0.1, 0.7]), 6  # 0.5^6 < 2 %
    weights = 0.5 ** np.arange(steps)
    by_hand = 0.1 * weights.sum() + alpha * entropy * weights[1:].sum()
    assert check_q(run).monte_carlo == pytest.approx(by_hand, abs=0.12)


def test_environments_that_cannot_be_set_to_a_state_have_no_check():
    assert check_q(run_of("MountainCarContinuous-v0", steps=10)) is None
    assert check_q(run_of("sacnotes/TwoPeaks-v0", discount=1)) is None


def test_bands_reach_from_the_lowest_to_the_highest_seed():
    band = Band.over([1, 2], [[0.0, 4.0], [2.0, 8.0], [1.0, 0.0]])
    assert band.middle.tolist() == [1, 4] and band.low.tolist() == [0, 0] and band.high.tolist() == [2, 8]


def test_a_dragged_slider_is_one_mark_from_its_first_value_to_its_last():
    run = run_of("sacnotes/TwoPeaks-v0", steps=10)
    for step, alpha in ((10, 0.5), (20, 0.4), (30, 0.3)):
        run.step = step
        run.change(temperature=alpha)
    run.step = 200
    run.change(backup="mean", discount=0.9)
    first, second = marks_of(run)
    assert (first.step, first.text) == (30, "α tuned → 0.3")
    assert (second.step, second.text) == (200, "backup min → mean, discount 0.98 → 0.9")


@pytest.mark.parametrize("env_id", ["Pendulum-v1", "sacnotes/TwoRoutes-v0", "sacnotes/PointMass-v0"])
@pytest.mark.parametrize("names", ["A", "AB"])
def test_every_kind_of_picture_is_drawn_and_described(env_id, names):
    run = run_of(env_id)
    run.change(temperature=0.2)
    runs = dict.fromkeys(names, run)
    data = view_of(runs, next(iter(states_to_pick(run))), [check_q(run)])
    painter = Painter(TrainingScene(tuple(names), 1000, is_pendulum(run)))
    pixels = painter.paint(data)
    assert pixels.shape == (760, 1300, 4) and pixels.std() > 10
    words = describe(data)
    returned = run.evaluation_returns[:, -1].mean()
    assert f"return {returned:.3g}" in words and "1 at step 40: α tuned → 0.2" in words
    assert words.count("Changes") == len(names)


def test_the_words_hold_the_numbers_that_are_drawn():
    run = run_of("sacnotes/TwoPeaks-v0", seeds=2)
    data = view_of({"A": run}, "(0)", [check_q(run)])
    entropy = run.metrics["entropy"][:, -1]
    said = f"entropy {entropy.mean():.3g} nats ({entropy.min():.3g} to {entropy.max():.3g} over seeds)"
    assert said in describe(data)
    peaks = re.search(r"densest at action (-?[\d.]+)", describe(data))[1]
    densities = policy_density(run, np.zeros(1)).densities
    assert float(peaks) == pytest.approx(ACTIONS[densities.argmax(1)].min(), abs=0.006)


def test_the_vertical_axis_grows_and_never_shrinks():
    run = run_of("sacnotes/TwoPeaks-v0")
    scene = TrainingScene(("A",), 1000, False)
    painter = Painter(scene)
    limits = []
    for top in (1.0, 50.0, 2.0):
        data = view_of({"A": run}, "(0)")
        data.runs["A"].curves["return"] = Band.over([10, 20], [[0.0, top]])
        painter.paint(data)
        limits.append(painter._artists.panels["return"].axes.get_ylim())
    assert limits[0][1] >= 1 and limits[1][1] >= 50 and limits[2] == limits[1]
    assert limits[1][0] <= limits[0][0]


def test_marks_hang_clear_of_every_curve_and_no_number_stands_beyond_what_is_drawn():
    run = run_of("Pendulum-v1")
    run.change(temperature=0.2)
    data = view_of(dict.fromkeys("AB", run), next(iter(states_to_pick(run))), [check_q(run)])
    data.runs["A"].curves["return"] = data.runs["B"].curves["return"] = Band.over([10, 20], [[-1700.0, -3.0]])
    painter = Painter(TrainingScene(("A", "B"), 1000, True))
    painter.paint(data)
    panels = painter._artists.panels
    axes = panels["return"].axes
    assert max(axes.get_yticks()) == 0 and axes.get_ylim()[1] > 0
    for panel in panels.values():
        bands = [data.runs[run].curves[curve] for run, curve in panel.lines]
        highest = max(band.high.max() for band in bands if len(band.steps))
        circle, _ = panel.numbers["A"].get_paths()
        lowest = panel.axes.bbox.y1 + circle.get_extents().y0 * style.DPI / 72
        assert lowest > panel.axes.transData.transform((0, highest))[1]
        other, _ = panel.numbers["B"].get_paths()  # of a change at the same step
        assert circle.get_extents().x1 <= other.get_extents().x0


def test_words_above_the_panels_do_not_meet():
    run = run_of("Pendulum-v1")
    painter = Painter(TrainingScene(("A",), 1000, True))
    painter.paint(view_of({"A": run}, next(iter(states_to_pick(run))), [check_q(run)]))
    renderer, q = painter.figure.canvas.get_renderer(), painter._artists.panels["q"].axes
    (words,) = [text for text in q.texts if text.get_text() == "Monte Carlo"]
    box = words.get_window_extent(renderer)
    titles = [axes.title for axes in painter.figure.axes] + [axes._left_title for axes in painter.figure.axes]
    assert not any(box.overlaps(title.get_window_extent(renderer)) for title in titles if title.get_text())
    assert box.x1 < q.bbox.x1


def test_a_power_of_ten_stands_clear_of_title_and_key():
    view = view_of({"A": run_of("sacnotes/TwoPeaks-v0")}, "(0)")
    steps = np.array([20.0, 40.0])
    huge = Band(steps, *(-factor * 1e6 * steps for factor in (1, 1.1, 0.9)))
    run = replace(view.runs["A"], curves=dict.fromkeys(view.runs["A"].curves, huge))
    painter = Painter(TrainingScene(("A",), 1000, False))
    painter.paint(replace(view, runs={"A": run}))
    renderer = painter.figure.canvas.get_renderer()
    for panel in painter._artists.panels.values():
        box = panel.axes.yaxis.get_offset_text().get_window_extent(renderer)
        others = [t for t in (panel.axes._left_title, *panel.axes.texts) if t.get_text()]
        assert box.width > 0 and not [t for t in others if t.get_window_extent(renderer).overlaps(box)]


def test_a_picture_that_begins_again_names_no_curve_that_is_gone():
    run = run_of("sacnotes/TwoPeaks-v0")
    painter = Painter(TrainingScene(("A",), 1000, False))
    names = painter._artists.panels["q"].ends.values()
    painter.paint(view_of({"A": run}, "(0)", [check_q(run)]))
    assert {name.get_text() for name in names} == {"Q", ""}
    painter.paint(view_of({"A": run_of("sacnotes/TwoPeaks-v0", steps=0)}, "(0)"))
    assert {name.get_text() for name in names} == {""}


def test_the_axis_of_steps_widens_with_the_run():
    scene = TrainingScene(("A",), 100_000, False)
    assert scene._width(0) == 1562.5 and scene._width(2000) == 3125 and scene._width(99_000) == 100_000


@pytest.mark.parametrize("names", ["A", "AB"])
def test_names_stand_behind_their_curves_to_the_last_step_and_go_with_them(names):
    painter = Painter(TrainingScene(tuple(names), 40, False))
    panels = painter._artists.panels.values()
    run = run_of("sacnotes/TwoPeaks-v0", steps=40)
    painter.paint(view_of(dict.fromkeys(names, run), "(0)", [check_q(run)]))
    named = [(panel, key, label) for panel in panels for key, label in panel.ends.items() if label.get_text()]
    assert sorted({label.get_text() for *_, label in named}) == (["Q"] if names == "A" else ["A", "B"])
    boxes = [label.get_window_extent() for *_, label in named]
    for (panel, key, _), box in zip(named, boxes):
        end = panel.axes.transData.transform(panel.lines[key].get_xydata()[-1])
        assert end[0] + 5 < box.x0 and box.x1 < panel.axes.bbox.x1  # clear of its last mark, and inside
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    painter.paint(view_of(dict.fromkeys(names, run_of("sacnotes/TwoPeaks-v0", steps=0)), "(0)"))
    assert {label.get_text() for *_, label in named} == {""}


def test_before_there_is_something_to_read_axes_have_no_numbers_and_the_words_say_so():
    run = run_of("Pendulum-v1", steps=0)
    painter, state = Painter(TrainingScene(("A",), 1000, True)), next(iter(states_to_pick(run)))
    axes = painter._artists.panels["entropy"].axes
    painter.paint(view_of({"A": run}, state))
    assert {label.get_color() for label in axes.get_yticklabels()} == {"none"}
    assert "nothing learned yet" in describe(view_of({"A": run}, state))
    run.replay([], until=40)
    painter.paint(view_of({"A": run}, state))
    assert "none" not in {label.get_color() for label in axes.get_yticklabels()}


def test_the_numbers_of_the_value_s_scale_have_room_when_they_grow():
    run = run_of("Pendulum-v1")
    painter = Painter(TrainingScene(("A",), 1000, True))
    data = view_of({"A": run}, next(iter(states_to_pick(run))))
    value = data.runs["A"].policy.value
    for low, high in ((0, 4), (-170, 20)):
        value[:] = np.linspace(low, high, value.size).reshape(value.shape)
        painter.paint(data)
    bar = painter._artists.policies.maps["A", "value"].colorbar.ax
    renderer = painter.figure.canvas.get_renderer()
    assert bar.get_tightbbox(renderer).x1 <= painter.figure.bbox.x1
    numbers = [label.get_window_extent(renderer) for label in bar.get_yticklabels()]
    assert max(box.x1 for box in numbers) < bar.yaxis.label.get_window_extent(renderer).x0


def test_a_picture_does_not_depend_on_what_was_drawn_before():
    run = run_of("sacnotes/TwoPeaks-v0")
    data = view_of({"A": run}, next(iter(states_to_pick(run))), [check_q(run)])
    large = replace(data.runs["A"], curves=data.runs["A"].curves | {"return": Band.over([10], [[-1234.5]])})
    scene = TrainingScene(("A",), 1000, False)
    fresh, used = Painter(scene), Painter(scene)
    used.paint(replace(data, runs={"A": large}))
    for panel in used._artists.panels.values():
        panel.limits = None  # its scales begin again
    np.testing.assert_array_equal(used.paint(data), fresh.paint(data))
