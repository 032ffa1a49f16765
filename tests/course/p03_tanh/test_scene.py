"""The squashing scene against adaptive quadrature, closed forms, and the exact answers of the library."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, stats

from sacnotes_lib.course.p03_tanh import scene as ours
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.exact import max_entropy_tanh_gaussian, tanh_gaussian_entropy, tanh_gaussian_mean

SCENE = ours.SquashingScene()
POLICIES = [(0.0, 0.874), (1.0, 1.0), (-1.5, 0.3), (0.7, 2.5)]


def log_cosh(u):
    return np.logaddexp(u, -u) - math.log(2)


def score(u, mean, std, form):
    """log_prob at tanh(u), with 1 - tanh(u)^2 written as 1 / cosh(u)^2."""
    correction = {
        ours.RIGHT: 2 * log_cosh(u), ours.WITHOUT: 0 * u, ours.DOUBLED: 4 * log_cosh(u),
        ours.TANH_TWICE: 2 * log_cosh(np.tanh(u)),
    }  # fmt: skip
    return stats.norm(mean, std).logpdf(u) + correction[form]


def expectation(f, mean, std, *form):
    """E[f(u, mean, std, *form)] for u ~ N(mean, std²)."""
    policy, ends = stats.norm(mean, std), (mean - 9 * std, mean + 9 * std)
    return integrate.quad(lambda u: policy.pdf(u) * f(u, mean, std, *form), *ends, points=[mean], limit=200)[
        0
    ]


def test_scored_entropies_meet_adaptive_quadrature():
    for (mean, std), form in itertools.product(POLICIES, ours.CORRECTIONS):
        expected = expectation(lambda u, *of: -score(u, *of), mean, std, form)
        assert ours.scored_entropy(mean, std, form) == pytest.approx(expected, abs=1e-6), (mean, std, form)


def test_what_each_form_integrates_to():
    for mean, std in POLICIES:
        assert ours.scored_total(mean, std, ours.RIGHT) == pytest.approx(1, abs=1e-9)
        without = expectation(lambda u, *_: np.exp(-2 * log_cosh(u)), mean, std)
        assert ours.scored_total(mean, std, ours.WITHOUT) == pytest.approx(without, abs=1e-8)
        # E[cosh(u)^2] = (1 + E[cosh 2u]) / 2, and the Gaussian's moment generating function gives the rest.
        doubled = (1 + math.exp(2 * std**2) * math.cosh(2 * mean)) / 2
        assert ours.scored_total(mean, std, ours.DOUBLED) == pytest.approx(doubled, rel=1e-8)


def test_the_true_numbers_are_the_exact_ones():
    for mean, std in POLICIES:
        data = SCENE.compute(mean, std, ours.WITHOUT)
        exact = np.array([mean]), np.log([std])
        assert data.entropy == pytest.approx(tanh_gaussian_entropy(*exact), abs=1e-9)
        assert data.mean == pytest.approx(tanh_gaussian_mean(*exact)[0], abs=1e-9)
        assert data.median == pytest.approx(math.tanh(mean))
        assert data.scored_entropy == pytest.approx(stats.norm(mean, std).entropy())
        curve = tanh_gaussian_entropy(np.full((len(ours.STDS), 1), mean), np.log(ours.STDS)[:, None])
        np.testing.assert_allclose(data.entropies, curve, atol=1e-9)


def test_the_curve_of_entropy_peaks_where_the_widest_tanh_gaussian_is_and_stays_below_log_2():
    data = SCENE.compute(0.0, 1.0, ours.RIGHT)
    std, entropy = max_entropy_tanh_gaussian()
    assert ours.STDS[data.entropies.argmax()] == pytest.approx(std, rel=0.05)
    assert data.entropies.max() == pytest.approx(entropy, abs=1e-3)
    for mean in (-1.5, 0.0, 0.8):
        assert (SCENE.compute(mean, 1.0, ours.RIGHT).entropies < math.log(2)).all()
    for form in (ours.WITHOUT, ours.TANH_TWICE):
        assert SCENE.compute(0.0, 0.9, form).scored_entropy > math.log(2)


def test_densities_over_actions():
    data = SCENE.compute(0.4, 0.6, ours.DOUBLED)
    inside = np.abs(ours.ACTIONS) < 0.95
    slope = np.gradient(stats.norm(0.4, 0.6).cdf(np.arctanh(ours.ACTIONS)), ours.ACTIONS)
    np.testing.assert_allclose(data.density[inside], slope[inside], atol=5e-3)
    np.testing.assert_allclose(
        data.scored_density[inside], np.exp(score(ours.PRE_TANH, 0.4, 0.6, ours.DOUBLED))[inside]
    )
    assert integrate.trapezoid(data.density, ours.ACTIONS) == pytest.approx(1, abs=1e-3)


def test_slices_hold_a_tenth_each_before_and_after_tanh():
    data = SCENE.compute(0.5, 0.7, ours.RIGHT)
    np.testing.assert_allclose(np.diff(stats.norm(0.5, 0.7).cdf(data.cuts)), 0.1)
    for places, density, cuts in (
        (ours.PRE_TANH, data.pre_tanh_density, data.cuts),
        (ours.ACTIONS, data.density, np.tanh(data.cuts)),
    ):
        for polygon in ours._cut(places, density, cuts):
            x, y = polygon[:-2].T
            assert integrate.trapezoid(y, x) == pytest.approx(0.1, abs=2e-3)
    assert len(ours.CUTS) == 9


def test_the_description_states_the_picture_s_numbers():
    for form in ours.CORRECTIONS:
        data = SCENE.compute(1.0, 1.0, form)
        words = SCENE.describe({"mean": 1.0, "std": 1.0, "score": form}, data)
        for number in (data.median, data.mean, data.entropy):
            assert f"{number:.2f}" in words
        assert form in words
        if form != ours.RIGHT:
            assert f"{data.total:.3g}" in words and f"{data.scored_entropy:.2f} nats" in words
        assert ("above log 2" in words) == (data.scored_entropy > math.log(2))
    assert "-0.00" not in SCENE.describe(
        {"mean": -0.0, "std": 1.0, "score": ours.RIGHT}, SCENE.compute(-0.0, 1.0, ours.RIGHT)
    )


def test_the_curves_and_marks_stand_where_the_numbers_say():
    data = SCENE.compute(0.6, 0.5, ours.DOUBLED)
    painter = Painter(SCENE)
    painter.paint(data)
    artists = painter._artists
    for artist, x, y in (
        (artists.below_curve, ours.PRE_TANH, data.pre_tanh_density),
        (artists.side_curve, data.density, ours.ACTIONS),
        (artists.scored_curve, data.scored_density, ours.ACTIONS),
        (artists.entropy_curve, ours.STDS, data.entropies),
        (artists.scored_entropy_curve, ours.STDS, data.scored_entropies),
        (artists.entropy, [0.5], [data.entropy]),
        (artists.scored_entropy, [0.5], [data.scored_entropy]),
        (artists.mean, [0], [data.mean]),
    ):
        np.testing.assert_allclose(artist.get_xydata(), np.column_stack([x, y]))
    assert artists.true_label.get_text() == f"true: {data.entropy:.2f}"


def test_an_entropy_below_the_picture_is_marked_at_its_edge():
    painter = Painter(SCENE)
    for std, below in ((4.0, True), (0.5, False), (4.0, True)):
        data = SCENE.compute(0.5, std, ours.DOUBLED)
        painter.paint(data)
        artists = painter._artists
        assert (data.scored_entropy < ours.LOWEST) == below
        assert artists.scored_entropy.get_ydata() == [max(data.scored_entropy, ours.LOWEST)]
        assert (artists.scored_entropy.get_marker(), "▼" in artists.scored_label.get_text()) == (
            ("v", True) if below else ("s", False)
        )
        words = SCENE.describe({"mean": 0.5, "std": std, "score": ours.DOUBLED}, data)
        assert ("below the picture" in words) == below


def test_no_entropy_leaves_the_picture_elsewhere():
    for mean, std in itertools.product((-1.5, 0.0, 1.5), (0.1, 1.0, 4.0)):
        for form in ours.CORRECTIONS:
            data = SCENE.compute(mean, std, form)
            assert ours.LOWEST < data.entropy < ours.HIGHEST and data.scored_entropy < ours.HIGHEST
