"""The scene of page 05 against scipy, other draws, and loops over single numbers."""

import itertools

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from sacnotes_lib.course.p05_two_critics import scene as ours
from sacnotes_lib.sac.targets import BACKUPS

SCENE = ours.BackupScene()
FEW = (1, 2, 5)


def settings(backup="mean", critics=2, actions=10, sigma=1.0, shared=0.0):
    return {"backup": backup, "critics": critics, "actions": actions, "sigma": sigma, "shared": shared}


def test_known_values():
    assert ours.expected_best_of_smallest(1, 2) == pytest.approx(-1 / np.sqrt(np.pi), abs=1e-6)
    # By symmetry, the largest of K and the smallest of K lie equally far from 0.
    for count in (1, 2, 7):
        assert ours.expected_best_of_smallest(1, count) == pytest.approx(
            -ours.expected_best_of_smallest(count), abs=1e-6
        )
    # The rough rule is an upper bound, and comes close.
    for actions in (10, 50):
        rough = np.sqrt(2 * np.log(actions))
        assert 0.7 * rough < ours.expected_best_of_smallest(actions) < rough


@pytest.mark.parametrize(("actions", "critics"), [(10, 1), (1, 5), (10, 2), (50, 10)])
def test_independent_errors_against_adaptive_quadrature(actions, critics):
    def density(z):
        below, each = norm.cdf(z), norm.sf(z) ** (critics - 1)
        return z * actions * (1 - (1 - below) ** critics) ** (actions - 1) * critics * each * norm.pdf(z)

    assert ours.expected_best_of_smallest(actions, critics) == pytest.approx(
        quad(density, -9, 9)[0], abs=1e-5
    )


@pytest.mark.parametrize("shared", [0.1, 0.5, 0.9])
def test_a_minimum_over_critics_sees_only_what_they_do_not_share(shared):
    # One action: the common part has mean 0, the minimum is that of the rest.
    expected = np.sqrt(1 - shared) * ours.expected_best_of_smallest(1, 3)
    assert ours.expected_best_of_smallest(1, 3, shared) == pytest.approx(expected, abs=1e-5)
    assert ours.expected_best_of_smallest(10, 3, 1.0) == ours.expected_best_of_smallest(10)


def one_label(table, backup, rng):
    """Critic 0's label for one table [N, K]."""
    seen = table.min(0) if backup == "min" else table.mean(0)
    values = table[:, seen.argmax()]
    asked = {"single": [0], "swap": [-1], "redq": rng.permutation(len(values))[:2]}.get(backup)
    if backup in ("mean", "min"):
        return values.mean() if backup == "mean" else values.min()
    return values[asked].min()


@pytest.mark.parametrize("backup", BACKUPS)
def test_the_closed_form_lies_within_the_error_of_other_draws(backup):
    """Numbers of NumPy's, and each backup written out for one draw at a time."""
    for (critics, actions), shared in itertools.product([(2, 1), (2, 10), (5, 10), (10, 50)], (0.0, 0.7)):
        rng = np.random.default_rng(critics * actions)
        own = rng.standard_normal((4000, critics, actions))
        q = np.sqrt(1 - shared) * own + np.sqrt(shared) * rng.standard_normal((4000, 1, actions))
        found = [one_label(table, backup, rng) for table in q]
        closed = ours.expected_label_error(backup, critics, actions, 1.0, shared)
        assert closed == pytest.approx(np.mean(found), abs=4 * np.std(found) / np.sqrt(len(found)))


@pytest.mark.parametrize("backup", BACKUPS)
def test_the_scene_s_draws_agree_with_the_closed_form(backup):
    for critics, actions, shared in itertools.product(FEW, (1, 10), (0.0, 0.6, 1.0)):
        if backup == "swap" and critics == 1:
            with pytest.raises(ValueError, match="at least 2"):
                SCENE.compute(**settings(backup, critics))
            continue
        data = SCENE.compute(**settings(backup, critics, actions, 0.8, shared))
        assert data.mean == pytest.approx(data.expected, abs=4 * data.std / np.sqrt(ours.DRAWS))


def test_errors_have_the_spread_and_the_common_part_that_was_asked_for():
    for shared in (0.0, 0.3, 1.0):
        errors = ours.critic_errors(ours.MOST_CRITICS, ours.MOST_ACTIONS, 0.5, shared)
        assert errors.std().item() == pytest.approx(0.5, abs=0.01)
        pairs = np.corrcoef(errors[:, 0].flatten(), errors[:, 1].flatten())
        assert pairs[0, 1] == pytest.approx(shared, abs=0.02)
        actions = np.corrcoef(errors[:, 0, 0], errors[:, 0, 1])
        assert actions[0, 1] == pytest.approx(0, abs=0.1)
    small, large = ours.critic_errors(2, 3, 1.0, 0.3), ours.critic_errors(4, 9, 1.0, 0.3)
    torch.testing.assert_close(small, large[:, :2, :3])


def test_the_spread_is_that_of_one_critic_s_label():
    for backup, critics, expected in (("single", 4, 1.0), ("swap", 4, 1.0), ("mean", 4, 0.5)):
        data = SCENE.compute(**settings(backup, critics, actions=1))
        assert data.std == pytest.approx(np.std(data.errors, ddof=1), rel=1e-5)
        assert data.std == pytest.approx(expected, rel=4 / np.sqrt(2 * ours.DRAWS))


def test_the_draw_shown_is_one_of_the_draws():
    for backup in ("mean", "min", "swap"):
        data = SCENE.compute(**settings(backup, 3, 10))
        assert data.critics.shape == (3, 10)
        seen = data.critics.min(0) if backup == "min" else data.critics.mean(0)
        np.testing.assert_allclose(data.climbed, seen, rtol=1e-5)
        assert data.pick == seen.argmax()
        label = data.critics[-1, data.pick] if backup == "swap" else seen.max()
        assert data.shown == pytest.approx(label, rel=1e-5) == data.errors[ours.SHOWN]


def test_the_words_state_spread_choice_and_counts():
    for values in (settings(), settings("min", 10, 50, 1.2, 0.5), settings("single", 1, 1, 0.1, 1.0)):
        data = SCENE.compute(**values)
        words = SCENE.describe(values, data)
        assert f"{data.std:.2f}" in words and f"action {data.pick + 1}," in words
        assert f"{values['critics']} critic" in words and f"{values['actions']} action" in words


def test_the_draw_shown_keeps_clear_of_the_words():
    assert ours.FLOOR < -ours.LIMIT
    for backup, shared in itertools.product(("single", "min"), (0.0, 0.5, 1.0)):
        data = SCENE.compute(**settings(backup, ours.MOST_CRITICS, ours.MOST_ACTIONS, 1.2, shared))
        assert np.abs(data.critics).max() < ours.LIMIT
