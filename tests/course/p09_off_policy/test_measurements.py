"""Page 09's measurements: the fit against a Q that is known, what an actor step uses, and how old a buffer is."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib import SquashedGaussian
from sacnotes_lib.course.p09_off_policy import measurements as ours
from sacnotes_lib.course.p09_off_policy.exercises import n_step_weight
from sacnotes_lib.envs import SoftLQREnv
from sacnotes_lib.exact import tanh_gaussian_entropy


@pytest.fixture(scope="module")
def env():
    return SoftLQREnv(bounded=True)


@pytest.fixture
def rows(env):
    rng = np.random.default_rng(3)
    return ours.collect(env, lambda s: rng.uniform(-1, 1, s.shape), rng)


def test_the_uniform_policy_s_rows_and_its_own_next_actions_give_its_q(env, rows):
    asked, ahead = (rows.s[:-1], rows.a[:-1]), (rows.s_next[:-1], rows.a[1:])
    fitted = ours.fit_q(asked, rows.r[:-1] + ours.GAMMA * ours.ALPHA * np.log(2), ahead, ours.GAMMA)
    exact = ours.exact_qs(env, 0.6, 1.5, 0.4)
    assert ours.distance(fitted, exact["β"]) < 0.25 < 1 < ours.distance(fitted, exact["π"])
    _, row = ours.distances({"stored": [fitted]}, exact)
    assert row[-1] == f"{ours.distance(fitted, exact['β']):.2f}"


def test_a_fit_agrees_with_its_own_labels_and_a_weight_chooses_rows():
    rng = np.random.default_rng(0)
    s, a, s_next, a_next = rng.uniform(-1, 1, (4, 50, 20, 1))
    coefficients = rng.normal(size=15)
    truth = lambda s, a: ours.powers(s, a) @ coefficients  # noqa: E731
    known = (truth(s, a) - 0.9 * truth(s_next, a_next)).reshape(50, 20)
    np.testing.assert_allclose(ours.fit_q((s, a), known, (s_next, a_next), 0.9)(s, a), truth(s, a))
    broken, weight = known.copy(), np.ones_like(known)
    broken[:10], weight[:10] = 100, 0
    np.testing.assert_allclose(ours.fit_q((s, a), broken, (s_next, a_next), 0.9, weight)(s, a), truth(s, a))


def test_rows_are_what_the_environment_says(env, rows):
    assert rows.s.shape == rows.a.shape == rows.s_next.shape == (50, 400, 1) and rows.r.shape == (50, 400)
    np.testing.assert_array_equal(rows.s[1:], rows.s_next[:-1])
    np.testing.assert_allclose(rows.r, (-(rows.s**2) - 0.1 * rows.a**2)[..., 0])
    assert ours.seen_near(rows)["mean s′"] == pytest.approx(0.55, abs=0.05)


def test_the_picture_states_what_the_fits_say(env):
    exact = ours.exact_qs(env, 0.6, 1.5, 0.4)
    picture = ours.plot_fits({"first": [exact["π"]], "second": [exact["β"], exact["π"]]}, exact, 0.5)
    at_zero = {of: f"{q(np.array([[0.5]]), np.zeros((1, 1))).item():.2f}" for of, q in exact.items()}
    assert f"second {at_zero['β']} to {at_zero['π']}" in picture.description


def test_the_actor_step_of_sac_uses_old_states_and_fresh_actions():
    seen = ours.watch_an_actor_step(ours.LQR.replace(total_steps=120, learning_starts=80))
    assert list(seen.values()) == [True, True, False]


def test_a_policy_at_the_end():
    mean, log_std = torch.zeros(2, 300, 1), torch.full((2, 300, 1), -1.0)
    run = SimpleNamespace(
        buffer=SimpleNamespace(contents=lambda: SimpleNamespace(observation=torch.zeros(2, 400, 1))),
        agent=SimpleNamespace(actor=lambda seen: SquashedGaussian(mean, log_std)),
    )
    entropies, said = ours.policy_at_the_end(run, lambda seen: np.full(seen.shape[:2], 0.25))
    np.testing.assert_allclose(entropies, tanh_gaussian_entropy(np.zeros(1), np.array([-1.0])), atol=1e-5)
    assert said["best, exactly"] == 0.25 and said["entropies (nats)"] == (entropies.min(), entropies.max())


def test_what_two_lots_of_angles_share():
    rng = np.random.default_rng(0)
    left, right = -rng.random(1000), rng.random(1000)
    assert ours.shared(left, left) == 1 and ours.shared(left, right) < 0.15


def test_a_buffer_is_foreign_where_the_past_was_elsewhere():
    angle = torch.cat([torch.full((2, 600), 3.0), torch.full((2, 400), 0.1)], 1)
    observation = torch.stack([angle.cos(), angle.sin(), torch.zeros_like(angle)], -1)
    run = SimpleNamespace(buffer=SimpleNamespace(contents=lambda: SimpleNamespace(observation=observation)))
    _, first, _, amid, _, last = ours.how_foreign(run)
    assert amid == ["step 700", "64%", "50%"]
    assert first == ["step 400", "100%", "100%"] and last == ["step 1,000", "40%", "100%"]


def test_weights_turn_the_old_policy_s_average_into_the_present_one_s():
    """Three actions out of {0, 1, 2}, the first given: every sequence added up under both policies."""
    now, then = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.2, 0.3, 0.5])
    for first in range(3):
        present = old = 0.0
        for rest in itertools.product(range(3), repeat=2):
            actions = torch.tensor([first, *rest])
            worth = 1 + rest[0] + 3 * rest[0] * rest[1] + first
            weight = n_step_weight(now[actions, None].log(), then[actions, None].log()).item()
            present += now[list(rest)].prod().item() * worth
            old += then[list(rest)].prod().item() * weight * worth
        assert old == pytest.approx(present, rel=1e-5)
