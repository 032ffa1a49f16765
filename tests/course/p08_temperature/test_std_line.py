"""The picture of learned widths: its line against another solution, its words against the numbers given to it."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from scipy.optimize import minimize_scalar

from sacnotes_lib.course.p08_temperature.measurements import TEMPERATURES, best_std, plot_std_line
from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.training.statistics import interquartile_mean

ENV = SoftLQREnv(B=1.0, R=0.4)
PROBLEM = ENV.problem(0.8, 0.3)
SEEDS = np.random.default_rng(0)
LEARNED = {
    "α = 0.1": (np.full(8, 0.1), best_std(PROBLEM, 0.1) * SEEDS.uniform(0.9, 1.1, 8)),
    "tuned": (SEEDS.uniform(0.02, 0.03, 8), best_std(PROBLEM, 0.025) * SEEDS.uniform(0.9, 1.1, 8)),
}


@pytest.mark.parametrize("temperature", [0.01, 0.3, 3.0])
def test_the_line_is_where_the_soft_value_of_a_gaussian_policy_is_largest(temperature):
    problem = ENV.problem(0.8, temperature)
    mean_action = problem.solve().K
    best = minimize_scalar(
        lambda log_std: -problem.evaluate(mean_action, np.exp(2 * log_std)).c,
        bounds=(-5, 2),
        method="bounded",
    )
    assert best_std(PROBLEM, temperature) == pytest.approx(np.exp(best.x), rel=1e-4)


def test_the_picture_holds_the_line_and_a_mark_for_each_variant(monkeypatch):
    lines, marks = [], []
    plot, errorbar = Axes.plot, Axes.errorbar
    monkeypatch.setattr(Axes, "plot", lambda self, *a, **k: lines.append(a) or plot(self, *a, **k))
    monkeypatch.setattr(Axes, "errorbar", lambda self, *a, **k: marks.append(a) or errorbar(self, *a, **k))
    plot_std_line(LEARNED, PROBLEM)
    np.testing.assert_allclose(lines[0][1], [best_std(PROBLEM, t) for t in TEMPERATURES])
    for (temperature, middle, _), (temperatures, stds) in zip(marks, LEARNED.values(), strict=True):
        assert temperature == np.median(temperatures)
        assert middle == pytest.approx(interquartile_mean(stds))


def test_the_words_state_learned_and_exact_numbers():
    words = plot_std_line(LEARNED, PROBLEM).description
    for name, (temperatures, stds) in LEARNED.items():
        exact = best_std(PROBLEM, float(np.median(temperatures)))
        assert f"α = {np.median(temperatures):.3g}" in words and f"exact {exact:.3g}." in words
        assert f"{name}: learned {interquartile_mean(stds):.3g} " in words
