"""Page 04's measurements, against answers known without them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sacnotes_lib.course.p04_target import measurements as ours
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.distributions import SquashedGaussian
from sacnotes_lib.sac.targets import soft_bellman_target

CONFIG = SACConfig(
    env_id="sacnotes/TwoRoutes-v0", discount=0.9, temperature=0.2, reward_scale=1.0,
    total_steps=90, learning_starts=80, evaluation_interval=90,
)  # fmt: skip


def test_every_fact_about_an_update_holds_and_a_wrong_update_is_noticed(monkeypatch):
    facts = ours.facts_about_one_update(CONFIG)
    assert len(facts) == 8 and all(facts.values())

    class Wrong(ours.Witness):
        def soft_bellman_target(self, reward, terminated, next_q, next_log_prob, **settings):
            return super().soft_bellman_target(reward, 1 - terminated, next_q, -next_log_prob, **settings)

    monkeypatch.setattr(ours, "Witness", Wrong)
    wrong = [name[:4].strip() for name, holds in ours.facts_about_one_update(CONFIG).items() if not holds]
    assert wrong == ["d", "logπ"]


def test_two_clocks_differ_in_their_last_flags_alone():
    watched, broken = map(ours.play_clock, ours.ENDS)
    assert watched[:3].equal(broken[:3])
    assert watched[3:, -1].tolist() == [0, 1] and broken[3:, -1].tolist() == [1, 0]
    assert watched[3:, :-1].sum() == broken[3:, :-1].sum() == 0


def test_the_right_label_settles_at_the_exact_values_by_hand_too():
    bonus = 0.1 + 0.9 * 0.2 * np.log(2)  # each tick's reward, and the entropy of the next one
    settled, exact = ours.settled_clock(), ours.exact_clock()
    np.testing.assert_allclose(settled, exact, atol=1e-5)
    np.testing.assert_allclose(settled[0], bonus / (1 - 0.9), atol=1e-5)
    assert settled[1, -1] == pytest.approx(0.1) and settled[1, -2] == pytest.approx(bonus + 0.9 * 0.1)


def test_a_limit_taken_for_an_end_gives_both_worlds_the_values_of_the_one_that_ends():
    cut, ended = ours.settled_clock(limit_is_end=True)
    np.testing.assert_allclose(cut, ended)
    np.testing.assert_allclose(ended, ours.exact_clock()[1], atol=1e-5)


def test_the_clock_s_table_holds_first_and_last_tick_of_both_worlds():
    head, row = ours.clock_table({"mine": np.array([np.arange(10.0), np.arange(10.0) + 20])})
    assert head[1:3] == ["truncated, first tick", "truncated, last tick"]
    assert row == ["mine", "0.00", "9.00", "20.00", "29.00"]


def test_only_the_added_entropy_makes_the_wide_route_worth_more():
    exact = ours.exact_routes()
    assert [name for name, (narrow, wide, _) in exact.items() if wide > narrow] == ["added"]
    assert [name for name, (*_, share) in exact.items() if share < 0.5] == ["added"]


class Fixed:
    """An actor that is equally wide everywhere, and goes where `mean` says."""

    def __init__(self, means):
        self.means = torch.tensor(means)

    def __call__(self, states):
        mean = self.means[:, None, None].expand(*states.shape[:2], 1)
        return SquashedGaussian(mean, torch.full_like(mean, -1.0))


def fixed_run(*means):
    return SimpleNamespace(
        seeds=range(len(means)), agent=SimpleNamespace(actor=Fixed(means)), metrics={"q": np.ones((2, 3))}
    )


def test_a_policy_is_judged_by_where_it_goes_and_by_its_exact_objective():
    share, objective = ours.judged(fixed_run(-1.0, 0.0, 1.0))
    assert share[0] < 0.1 and share[1] == pytest.approx(0.5, abs=0.03) and share[2] > 0.9
    mean, log_std = np.zeros(11), -np.ones(11)
    exact = ours.ROUTES.solver.evaluate_tanh_gaussian(mean, log_std, 0.9, 0.2).value(ours.FORK)
    assert objective[1] == pytest.approx(exact, abs=1e-5) and max(objective) < ours.best_objective()


@pytest.mark.parametrize(
    ("means", "found"),
    [((-1.0, 1.0, 1.0), "added"), ((1.0, 1.0, 1.0), None), ((-1.0, 1.0, -1.0), None)],
)
def test_which_label_prefers_the_wide_route(means, found):
    runs = {name: fixed_run(mean, mean) for name, mean in zip(ours.WEIGHTS, means, strict=True)}
    assert ours.preferring_wide(runs) == found
    exact, learned = ours.routes_tables(runs)
    assert [row[0] for row in exact[1:]] == list(ours.WEIGHTS)
    assert [row[2] for row in learned[1:-1]] == [row[3] for row in exact[1:]]
    assert learned[-1] == ["the best there is", "–", "–", f"{ours.best_objective():.2f}", "–"]


def test_a_witness_is_a_plain_agent_otherwise():
    assert issubclass(ours.Witness, SAC)
    parts = (torch.ones(1), torch.zeros(1), torch.ones(2, 1), torch.zeros(1))
    witness = ours.Witness.__new__(ours.Witness)
    label = witness.soft_bellman_target(*parts, discount=0.9, temperature=0.2)
    assert label is witness.label and label.equal(soft_bellman_target(*parts, **ours.PRICES))
