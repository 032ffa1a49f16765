"""The curve and its band against answers found another way."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from sacnotes_lib.comparison.results import Comparison, Failure
from sacnotes_lib.plots import learning_curves
from sacnotes_lib.plots.learning_curves import plot_learning_curves
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.training.statistics import bootstrap_band, interquartile_mean


def fake_run(returns):
    returns = np.asarray(returns, dtype=float)
    steps = 250 * np.arange(1, returns.shape[1] + 1)
    return SimpleNamespace(
        config=SACConfig(), step=len(steps), seeds=list(range(len(returns))), evaluation_steps=steps,
        evaluation_returns=returns, metric_steps=steps, metrics={"entropy": returns / 1000},
    )  # fmt: skip


def test_band_has_the_width_of_the_sampling_distribution():
    """For many normal seeds the trimmed mean's standard error is known from its influence function."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(400, 3))
    low, high = bootstrap_band(values)
    # variance of the 25 % trimmed mean, asymptotically: (trimmed second moment + 2 * 0.25 * q^2) / (1 - 0.5)^2 / n
    q = norm.ppf(0.75)
    inner = 0.5 - 2 * q * norm.pdf(q)
    error = np.sqrt((inner + 0.5 * q**2) / 0.25 / len(values))
    assert np.allclose(high - low, 2 * 1.96 * error, rtol=0.2)
    assert (low < interquartile_mean(values)).all() and (interquartile_mean(values) < high).all()


def test_description_states_the_numbers_of_every_variant():
    runs = {"min": fake_run([[-1000, -150], [-900, -170]]), "mean": fake_run([[-1100, -300], [-1000, -320]])}
    text = plot_learning_curves(runs, reference={"solved": -200}).description
    assert "min: from -950 at step 250 to -160" in text
    assert "mean: from -1,050 at" in text and "to -310" in text
    assert "solved, -200" in text


def test_the_reference_line_ends_where_the_curves_end(monkeypatch):
    """Their names stand to the right of that, and a line through a name cannot be read."""
    drawn = []
    monkeypatch.setattr(learning_curves, "figure_picture", lambda figure, text: drawn.append(figure))
    plot_learning_curves(fake_run([[-1000, -500, -150]]), reference={"solved": -200})
    axes = drawn[0].axes[0]
    (line,) = [line for line in axes.lines if list(line.get_ydata()) == [-200, -200]]
    assert line.get_transform().transform((line.get_xdata()[1], -200))[0] == pytest.approx(
        axes.transData.transform((750, 0))[0]
    )


def test_another_quantity_is_drawn_from_the_metrics_and_one_seed_has_no_band():
    description = plot_learning_curves({"a": fake_run([[-1000, -160]])}, "entropy").description
    assert "to -0.16" in description and "band" not in description


def test_an_unknown_quantity_lists_the_right_ones_and_a_run_without_records_says_so():
    with pytest.raises(ValueError, match="return, critic_loss, q, entropy, temperature"):
        plot_learning_curves(fake_run([[-1.0]]), "reward")
    with pytest.raises(ValueError, match="train for longer"):
        plot_learning_curves({"short": fake_run(np.empty((2, 0)))})


def test_what_a_comparison_did_not_finish_is_named_not_left_out():
    done, failure = fake_run([[-1000, -150], [-900, -170]]), Failure([0], "no light")
    said = plot_learning_curves(Comparison({"min": done}, {"mean": failure}, ["swap"])).description
    assert "min: from" in said and said.endswith("Failed or not finished: mean, swap.")
    assert "not finished" not in plot_learning_curves(Comparison({"min": done}, {"min": failure})).description
    with pytest.raises(ValueError, match=r"no run to plot[^?]*swap: not finished, run the cell again"):
        plot_learning_curves(Comparison({}, {}, ["swap"]))
    with pytest.raises(ValueError, match="no run to plot: {}"):
        plot_learning_curves({})


@pytest.mark.parametrize("level", [-160, -100, 400])
def test_a_reference_s_name_stays_below_the_title_where_the_curves_do(level, monkeypatch):
    kept = []
    monkeypatch.setattr(learning_curves, "figure_picture", lambda figure, words: kept.append(figure))
    plot_learning_curves(fake_run([[-1000, -500, -170]]), reference={"solved": level})
    (axes,) = kept[0].axes
    kept[0].canvas.draw()
    (name,) = [text for text in axes.texts if text.get_text() == "solved"]
    assert name.get_window_extent().y1 <= axes.get_window_extent().y1
