"""The path of page 13: its values by playing it, its walks by counting, its one policy for all by trying them all."""

import numpy as np
import pytest
from scipy.special import softmax

from sacnotes_lib.course.p13_improvement.measurements import paid, value_of
from sacnotes_lib.course.p13_improvement.path import CLIMB, PAYS, Path, boltzmann_kl, one_for_all_places

PATH, ALPHA, DISCOUNT = Path(0.2), 0.5, 0.9
POLICY = np.array([[0.3, 0.7], [0.6, 0.4], [0.1, 0.9], [0.8, 0.2]])


def test_v_and_q_against_walks_that_are_played():
    pay = PAYS - ALPHA * (POLICY * np.log(POLICY)).sum(1)
    values, q = PATH.evaluate(POLICY, ALPHA)
    np.testing.assert_allclose(PATH.gain_by_walking(POLICY, pay), values, atol=0.08)
    np.testing.assert_allclose((POLICY * (q - ALPHA * np.log(POLICY))).sum(1), values)


def test_climbing_leads_on_or_into_the_ditch_and_waiting_nowhere():
    np.testing.assert_array_equal(PATH.next_probs[:, 0], np.eye(4))
    assert PATH.next_probs[1, CLIMB].tolist() == [0.2, 0, 0.8, 0]
    assert PATH.next_probs[3, CLIMB].tolist() == [0.2, 0, 0, 0.8]
    np.testing.assert_allclose(PATH.next_probs.sum(-1), 1)


def test_every_walk_is_listed_once_with_its_chance():
    places, actions, chance = PATH.walks(3)
    assert (
        len({(*p, *a) for p, a in zip(places.tolist(), actions.tolist(), strict=True)}) == len(places) == 27
    )
    for action in np.unique(actions, axis=0):  # given its actions, some walk or other happens
        assert chance[(actions == action).all(1)].sum() == pytest.approx(1)
    # By the list, reward and entropy of a policy add up to what going backwards says.
    mine = chance * POLICY[places[:, :-1], actions].prod(1)
    earned = paid(places) - ALPHA * np.log(POLICY[places[:, :-1], actions]).sum(1)
    assert (mine * earned).sum() == pytest.approx(value_of(PATH, np.stack([POLICY] * 3), ALPHA))


def test_the_best_policy_is_better_than_any_other_in_every_place():
    best, policy = PATH.optimal(ALPHA)
    rng = np.random.default_rng(0)
    others = np.array([PATH.evaluate(rng.dirichlet([1, 1], size=4), ALPHA)[0] for _ in range(2000)])
    assert (others <= best).all() and (others.max(0) > best - 0.5).all()
    np.testing.assert_allclose(policy, softmax(PATH.evaluate(policy, ALPHA)[1] / ALPHA, axis=1), atol=1e-9)


def test_the_change_of_v_is_the_sum_of_what_the_new_policy_comes_nearer():
    """The page's formula, for a new policy of any kind: some gains are negative here."""
    new = np.array([[0.5, 0.5], [0.2, 0.8], [0.4, 0.6], [0.9, 0.1]])
    values, q = PATH.evaluate(POLICY, ALPHA)
    gains = ALPHA * (boltzmann_kl(POLICY, q, ALPHA) - boltzmann_kl(new, q, ALPHA))
    assert gains.min() < -0.05 and gains.max() > 0.05
    moves = np.einsum("sa,sat->st", new, PATH.next_probs)
    summed = sum(DISCOUNT**t * np.linalg.matrix_power(moves, t) @ gains for t in range(400))
    np.testing.assert_allclose(summed, PATH.evaluate(new, ALPHA)[0] - values, atol=1e-9)


def test_one_policy_for_all_places_is_the_nearest_on_average():
    _, q = PATH.evaluate(POLICY, ALPHA)
    tried = np.linspace(0.001, 0.999, 999)
    average = [boltzmann_kl(np.tile([1 - p, p], (4, 1)), q, ALPHA).mean() for p in tried]
    found = one_for_all_places(q, ALPHA)
    assert np.ptp(found, axis=0).max() == 0
    assert found[0, CLIMB] == pytest.approx(tried[np.argmin(average)], abs=1e-3)
