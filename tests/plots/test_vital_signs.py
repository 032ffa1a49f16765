"""The vital signs against answers found in another way, and a training that goes on undisturbed."""

import math

import gymnasium as gym
import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, SquashedGaussian, TrainingRun, train
from sacnotes_lib.course.p11_clinic.patients import PATIENTS
from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.plots.vital_signs import SIGNS, Chart, Examination, both_entropies, first_observations

POINT_MASS = SACConfig(
    env_id="sacnotes/PointMass-v0", discount=0.9, reward_scale=1.0, total_steps=60, learning_starts=20,
    batch_size=16, hidden_sizes=(8, 8), evaluation_interval=30, evaluation_episodes=1,
)  # fmt: skip


def run_with_policy(log_std, distribution=SquashedGaussian, env_id="sacnotes/PointMass-v0"):
    """A run whose policy is tanh of N(0, exp(log_std)²) in every state, with a few steps in its buffer."""
    config = POINT_MASS.replace(env_id=env_id, temperature=0.2, learning_starts=400, evaluation_interval=1000)
    run = TrainingRun(config, seeds=2)
    run.replay([], until=400)
    actions = run.agent.action_dim

    def policy(observation):
        mean = torch.zeros(*observation.shape[:-1], actions)
        return distribution(mean, torch.full_like(mean, log_std))

    run.agent.actor = policy
    return run


def test_both_entropies_of_a_healthy_policy_are_that_of_a_histogram():
    noise = np.random.default_rng(0).standard_normal(1_000_000)
    for log_std in (-1.0, 0.0, 0.3):
        reported, true = both_entropies(run_with_policy(log_std))
        share, edges = np.histogram(np.tanh(math.exp(log_std) * noise), 400, (-1, 1), density=True)
        filled = share > 0
        of_one = -(share[filled] * np.log(share[filled])).sum() * (edges[1] - edges[0])
        np.testing.assert_allclose(true, 2 * of_one, atol=0.02)
        np.testing.assert_allclose(reported, true, atol=0.3)  # four hundred draws


def test_the_true_entropy_does_not_listen_to_a_wrong_log_prob():
    healthy, ill = run_with_policy(1.5), run_with_policy(1.5, PATIENTS["C"].code)
    (_, true), (reported, ill_true) = both_entropies(healthy), both_entropies(ill)
    np.testing.assert_array_equal(true, ill_true)
    assert (reported - ill_true > 1).all()


def test_what_a_constant_world_pays_is_known_by_hand():
    """Q = (r + γ α H) / (1 - γ) for any policy; the play stops at 2 % of it."""
    run = run_with_policy(-0.3, env_id="sacnotes/ConstantReward-v0")
    _, true = both_entropies(run)
    by_hand = (0.1 + 0.9 * 0.2 * true) / 0.1
    np.testing.assert_allclose(check_q(run).monte_carlo, by_hand, rtol=0.06)


def test_a_wrapped_world_is_played_as_it_is():
    class Stern(PATIENTS["E"].code):
        """Any wrapper."""

    plain = train(POINT_MASS, seeds=1, progress=False)
    wrapped = train(POINT_MASS, seeds=1, progress=False)
    wrapped.config = POINT_MASS.replace(env_kwargs={"wrappers": (Stern,)})
    assert check_q(plain).monte_carlo == check_q(wrapped).monte_carlo


class OneHalfSeen(gym.Env):
    """One step long; it pays the action in its own units. Of two numbers that are its state the first is shown."""

    def __init__(self, low=2.0, high=10.0):
        self.observation_space = gym.spaces.Box(-1, 1, (1,))
        self.action_space = gym.spaces.Box(low, high, (1,))

    def initial_state(self, rng):
        return rng.uniform(-1, 1, 2)

    def transition(self, state, action, rng):
        assert state.shape[-1] == 2
        return state, action[..., 0], np.ones(action.shape[:-1], bool)

    def observe(self, state):
        return state[..., :1].astype(np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observe(self.initial_state(self.np_random)), {}

    def step(self, action):
        return np.zeros(1, np.float32), float(action[0]), True, False, {}


class CannotBePlayed(OneHalfSeen):
    transition = property()


gym.register("vital-signs/OneHalfSeen-v0", OneHalfSeen)
gym.register("vital-signs/CannotBePlayed-v0", CannotBePlayed)


@pytest.mark.parametrize(
    ("low", "high", "middle"), [(2.0, 10.0, 6.0), (-1.0, 1.0, 0.0), (-np.inf, np.inf, 0.0)]
)
def test_an_environment_of_your_own_is_played_by_its_two_methods_in_its_own_units(low, high, middle):
    bounds = {"low": low, "high": high}
    run = TrainingRun(POINT_MASS.replace(env_id="vital-signs/OneHalfSeen-v0", env_kwargs=bounds), seeds=3)
    run.agent.actor = lambda observation: SquashedGaussian(0 * observation, 0 * observation - 12)
    np.testing.assert_allclose(check_q(run).monte_carlo, middle, atol=1e-3)


def test_one_that_cannot_be_played_from_any_state_has_the_other_signs():
    look = Examination(every=30)
    config = POINT_MASS.replace(env_id="vital-signs/CannotBePlayed-v0")
    run = train(config, seeds=2, progress=False, callback=look)
    assert check_q(run) is None
    assert set(look.chart(run).signs) == set(SIGNS) - {"Q", "earned", "Q − earned"}


def test_episodes_begin_where_they_begin():
    """45 steps of episodes of 20: three beginnings, at steps 0, 20 and 40."""
    run = train(POINT_MASS.replace(total_steps=45), seeds=2, progress=False)
    kept = run.buffer.contents().observation
    for seed, found in enumerate(first_observations(run)):
        np.testing.assert_array_equal(found, kept[seed, [0, 20, 40]].numpy())


def test_to_be_examined_changes_nothing():
    look = Examination(every=10)
    seen = train(POINT_MASS, seeds=2, progress=False, callback=look)
    unseen = train(POINT_MASS, seeds=2, progress=False)
    for ours, theirs in zip(seen.agent.actor.parameters(), unseen.agent.actor.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    chart = look.chart(seen)
    assert set(chart.signs) == set(SIGNS)
    for steps, values in chart.signs.values():
        assert values.shape == (2, len(steps))
    assert list(chart.signs["Q"][0]) == [30, 40, 50, 60]
    np.testing.assert_allclose(
        chart.last("Q − earned"), check_q(seen).q - check_q(seen).monte_carlo, rtol=1e-6
    )
    assert (chart.last("range of starts") > 0).all()
    with pytest.raises(ValueError, match="give this to `train` as its callback, for at least 100 steps"):
        Examination().chart(seen)  # nobody looked


@pytest.mark.parametrize(("target", "stays_below"), [(2.0, True), (-6.0, False)])
def test_a_target_that_no_policy_reaches_shows_in_its_sign(target, stays_below):
    """Two actions in [-1, 1] have at most 2 log 2 = 1.39 nats."""
    look, config = Examination(every=60), POINT_MASS.replace(temperature="auto", target_entropy=target)
    chart = look.chart(train(config, seeds=2, progress=False, callback=look))
    values = chart.signs["entropy − target"][1]
    assert (values < 0).all() == (values < 0).any() == stays_below
    assert ((chart.last("temperature") > 1) == stays_below).all()


def test_a_patient_that_begins_alike_has_no_range_of_starts():
    look = Examination(every=30)
    run = PATIENTS["E"].train(POINT_MASS, seeds=2, progress=False, callback=look)
    assert (look.chart(run).last("range of starts") == 0).all()


@pytest.mark.parametrize(("shift", "side"), [(-5.0, -1), (-0.2, 0), (0.0, 0), (0.2, 0), (5.0, 1)])
def test_a_band_lies_beside_another_or_overlaps(shift, side):
    values = np.random.default_rng(0).standard_normal((6, 3))
    steps = np.arange(3)
    here, there = (Chart({"Q": (steps, values + s)}, []) for s in (shift, 0.0))
    assert here.beside(there, "Q") == side and there.beside(here, "Q") == -side
    low, high = here.band("Q")
    assert values[:, -1].min() + shift <= low < high <= values[:, -1].max() + shift
