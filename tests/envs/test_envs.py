"""Every environment: Gymnasium's checker, seeds, and the exact answer against playing it."""

import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from scipy.integrate import quad

import sacnotes_lib.envs as envs
from sacnotes_lib import exact as ours

VARIANTS = [(env_id, {}) for env_id in envs.ENV_IDS] + [
    ("sacnotes/SoftLQR-v0", {"bounded": True}),
    (
        "sacnotes/SoftLQR-v0",
        {"A": 0.9 * np.eye(3), "B": np.ones((3, 2)), "Q": np.eye(3), "R": np.eye(2), "W": 0.1 * np.eye(3)},
    ),
    ("sacnotes/TimeLimit-v0", {"end": "terminated"}),
]
DISCOUNT, TEMPERATURE = 0.9, 0.2


def make(env_id, **settings):
    return gym.make(env_id, **settings).unwrapped


@pytest.mark.parametrize(("env_id", "settings"), VARIANTS)
def test_gymnasium_finds_nothing_to_complain_about(env_id, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Actions of the closed form's problem have no bounds, and the space says so.
        warnings.filterwarnings("ignore", ".*action space .* value is -?infinity|.*range=.-1, 1. or .0, 1.")
        check_env(make(env_id, **settings))


def test_registering_again_changes_nothing():
    before = {env_id: gym.spec(env_id) for env_id in envs.ENV_IDS}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        envs.register_environments()
    assert all(gym.spec(env_id) is spec for env_id, spec in before.items())


@pytest.mark.parametrize(("env_id", "settings"), VARIANTS)
def test_transition_takes_any_leading_axes(env_id, settings):
    env, rng = make(env_id, **settings), np.random.default_rng(0)
    start, actions = env.initial_state(rng), rng.uniform(-1, 1, (4, 5, *env.action_space.shape))
    together = env.transition(
        np.broadcast_to(start, (4, 5, *start.shape)).copy(), actions, np.random.default_rng(1)
    )
    assert [part.shape for part in together] == [(4, 5, *start.shape), (4, 5), (4, 5)]
    env.reset(seed=1)
    env.state, env.np_random = start, np.random.default_rng(1)
    observation, reward, terminated, _, _ = env.step(actions[0, 0])
    # The first row of a batch does not draw the same noise in every environment; what has no noise must
    # agree.
    if env_id.split("/")[1] in ("ConstantReward-v0", "TwoPeaks-v0", "TimeLimit-v0", "TwoRoutes-v0"):
        assert reward == pytest.approx(together[1][0, 0])
        assert observation == pytest.approx(together[0][0, 0])
    else:  # the noise is drawn from the environment's own generator, which the checker knows to be seeded
        assert env.np_random.bit_generator.state != np.random.default_rng(1).bit_generator.state
    assert terminated == together[2][0, 0]


def policy_of(state):
    """A tanh-Gaussian that is not optimal and depends on the state: (mean, log_std), [..., 1]."""
    total = state.sum(-1, keepdims=True)
    return 0.2 - 0.3 * total, -0.4 + 0.2 * total


def sample_policy(state, rng):
    mean, log_std = policy_of(state)
    action = np.tanh(mean + np.exp(log_std) * rng.standard_normal(mean.shape))
    return action, ours.tanh_gaussian_log_density(action, mean, log_std)


@pytest.mark.parametrize("entropy_weight", [1.0, 0.0])
@pytest.mark.parametrize(
    ("env_id", "settings"), [v for v in VARIANTS if "Mass" not in v[0] and "A" not in v[1]]
)
def test_exact_q_of_a_policy_agrees_with_playing_it(env_id, settings, entropy_weight):
    env, rng = make(env_id, **settings), np.random.default_rng(5)
    solver = env.solver
    answer = solver.evaluate_tanh_gaussian(*policy_of(solver.states), DISCOUNT, TEMPERATURE, entropy_weight)
    state = (
        np.array([[-0.8], [0.5]]) if "LQR" in env_id else solver.states[:: max(1, len(solver.states) // 5)]
    )
    action = rng.uniform(-0.9, 0.9, (len(state), 1))
    played = ours.soft_return(
        sample_policy, env.transition, state, action, discount=DISCOUNT,
        temperature=entropy_weight * TEMPERATURE, rng=rng, rollouts=1500,
    )  # fmt: skip
    gap = np.abs(played.mean - answer.q_value(state, action))
    assert np.all(gap < 4 * played.standard_error + 4 * played.cut_weight + 1e-6)
    assert np.all(played.standard_error < 0.1)
    assert answer.error < 1e-3


@pytest.mark.parametrize("policy", ["boltzmann", "tanh_gaussian"])
@pytest.mark.parametrize("env_id", envs.ENV_IDS)
def test_exact_is_one_call_and_has_one_shape(env_id, policy):
    env = make(env_id)
    answer = env.exact(DISCOUNT, TEMPERATURE, policy)
    state = env.initial_state(np.random.default_rng(0))
    states, actions = np.stack([state] * 3), np.zeros((3, *env.action_space.shape))
    for numbers in (answer.value(states), answer.q_value(states, actions), answer.entropy(states)):
        assert numbers.shape == (3,)
    assert answer.mean(states).shape == answer.std(states).shape == actions.shape
    assert answer.error < 1e-2


def test_constant_reward_by_hand():
    env = envs.ConstantRewardEnv(reward=0.3)
    state, action = np.zeros((1, 1)), np.full((1, 1), 0.4)
    for policy, entropy in (("boltzmann", np.log(2)), ("tanh_gaussian", 0.683636)):
        by_hand = 0.3 / 0.1 + 0.9 * 0.2 * entropy / 0.1
        assert env.exact(0.9, 0.2, policy).q_value(state, action)[0] == pytest.approx(by_hand, abs=1e-5)
    assert env.exact(0.9, 0.2, entropy_weight=0.0).q_value(state, action)[0] == pytest.approx(3.0, abs=1e-5)


def test_two_meanings_of_one_trajectory():
    rows = {}
    for end in ("truncated", "terminated"):
        env = envs.TimeLimitEnv(end=end)
        rows[end] = [env.reset(seed=0)[0]] + [env.step(np.zeros(1, np.float32)) for _ in range(10)]
    for left, right in zip(rows["truncated"][1:-1], rows["terminated"][1:-1], strict=True):
        assert left == right
    last = rows["truncated"][-1], rows["terminated"][-1]
    assert last[0][:2] == last[1][:2]
    assert (last[0][2:4], last[1][2:4]) == ((False, True), (True, False))

    states, actions = np.arange(10)[:, None] / 10, np.zeros((10, 1))
    bonus, ahead = 0.1 + 0.2 * np.log(2), np.arange(9, -1, -1)
    truncated = envs.TimeLimitEnv(end="truncated").exact(0.9, 0.2).q_value(states, actions)
    terminated = envs.TimeLimitEnv(end="terminated").exact(0.9, 0.2).q_value(states, actions)
    assert truncated == pytest.approx(np.full(10, 0.1 + 0.9 * bonus / 0.1), abs=1e-6)
    assert terminated == pytest.approx(0.1 + bonus * 0.9 * (1 - 0.9**ahead) / 0.1, abs=1e-6)
    with pytest.raises(ValueError, match="terminated"):
        envs.TimeLimitEnv(end="done")


@pytest.mark.parametrize("discount", [0.9, 0.99])
@pytest.mark.parametrize("temperature", [0.15, 0.2, 0.3])
def test_the_two_targets_prefer_different_routes(discount, temperature):
    env, fork = envs.TwoRoutesEnv(), np.zeros((1, 2))
    narrow, wide = env.states[[1]], env.states[[1 + env.length]]
    for policy in ("boltzmann", "tanh_gaussian") if temperature == 0.2 else ("boltzmann",):
        soft, without = (env.exact(discount, temperature, policy, weight) for weight in (1.0, 0.0))
        assert soft.value(narrow) < soft.value(wide)
        assert without.value(narrow) > without.value(wide)
        assert soft.mean(fork)[0, 0] < -0.2
        assert without.mean(fork)[0, 0] > 0.1
        # On the routes themselves the two policies are the same.
        assert soft.std(narrow) == pytest.approx(without.std(narrow), abs=1e-6)


def test_two_routes_by_backward_induction_with_adaptive_quadrature():
    env, alpha, discount = envs.TwoRoutesEnv(), 0.2, 0.95
    for weight in (1.0, 0.0, -1.0):
        values = {"narrow": 0.0, "wide": 0.0}
        for _ in range(env.length):
            for route, reward in (("narrow", lambda a: 0.22 - 5 * a * a), ("wide", lambda a: 0.0)):
                z = quad(lambda a, r=reward: np.exp(r(a) / alpha), -1, 1, points=[0])[0]
                mean = quad(lambda a, r=reward, z=z: r(a) * np.exp(r(a) / alpha) / z, -1, 1, points=[0])[0]
                entropy = np.log(z) - mean / alpha
                values[route] = mean + weight * alpha * entropy + discount * values[route]
        answer = env.exact(discount, alpha, entropy_weight=weight)
        assert answer.values[[1, 1 + env.length]] == pytest.approx(
            [values["narrow"], values["wide"]], abs=1e-6
        )
        p = 1 / (1 + np.exp(-4 * 0.3))
        q = discount * (p * values["narrow"] + (1 - p) * values["wide"])
        assert answer.q_value(np.zeros(2), np.array([0.3])) == pytest.approx(q, abs=1e-6)


def test_temperature_decides_which_peak_counts():
    env = envs.TwoPeaksEnv()
    nodes, q = env.solver.nodes, env.mean_reward(env.solver.nodes.actions)
    on_tall = [
        (np.exp(ours.boltzmann_log_density(q, t, nodes)) * nodes.weights)[nodes.actions[:, 0] > 0].sum()
        for t in (0.05, 1.0)
    ]
    assert on_tall[0] > 0.95
    assert on_tall[1] < 0.6
    assert ours.nearest_tanh_gaussian(q, 0.05, nodes).mean[0] == pytest.approx(np.arctanh(0.287), abs=0.01)
    assert ours.nearest_tanh_gaussian(q, 0.5, nodes).mean[0] < 0
    # Q of a one-step problem is its reward, whatever the discount.
    answer = env.exact(0.99, 0.3)
    assert answer.q_value(np.zeros(1), np.array([0.3])) == pytest.approx(1 + 0.7 * np.exp(-2), abs=1e-12)


def test_skewed_noise_has_the_stated_mean_and_median():
    env, rng = envs.SkewedRewardEnv(), np.random.default_rng(0)
    action = np.full((200_000, 1), -0.6)
    _, reward, _ = env.transition(np.zeros((200_000, 1)), action, rng)
    noise = reward - env.mean_reward(action)
    assert noise.mean() == pytest.approx(0, abs=4 * 0.5 / np.sqrt(200_000))
    assert np.median(noise) == pytest.approx(env.noise_median, abs=0.01)
    assert noise.std() == pytest.approx(env.noise_scale, rel=0.02)


def test_absolute_error_ends_where_it_is_said_to():
    """Iterate Q(a) <- median of the target at nine actions, by sampling, with the exact soft policy."""
    env, rng = envs.SkewedRewardEnv(), np.random.default_rng(0)
    answer = env.exact(0.8, 0.2)
    mass = np.exp(answer.log_policy[0]) * answer.nodes.weights
    shift = 0.0
    for _ in range(40):
        picked = rng.choice(len(mass), size=4000, p=mass / mass.sum())
        # Every action's Q is off by the same shift, so the target of one action tells it.
        next_term = answer.q[0, picked] + shift - 0.2 * answer.log_policy[0, picked]
        action = np.full((4000, 1), 0.1)
        _, reward, _ = env.transition(np.zeros((4000, 1)), action, rng)
        shift = np.median(reward + 0.8 * next_term) - answer.q_value(np.zeros(1), action[0])
    assert shift == pytest.approx(env.noise_median / (1 - 0.8), abs=0.06)


def test_lqr_without_bounds_is_the_closed_form_and_with_bounds_the_grid():
    state = np.array([[0.8]])
    free, bounded = envs.SoftLQREnv(), envs.SoftLQREnv(bounded=True)
    assert np.sqrt(free.exact(0.95, 0.3).Sigma[0, 0]) == pytest.approx(0.6163, abs=5e-5)
    assert bounded.exact(0.95, 0.3).std(state) < free.exact(0.95, 0.3).std(state)
    for env, cost in ((bounded, 0.1), (free, 0.9)):
        _, reward, _ = env.transition(state, np.array([[3.0]]), np.random.default_rng(0))
        assert reward == pytest.approx([-0.64 - cost])
    with pytest.raises(ValueError, match="closed form"):
        envs.SoftLQREnv(np.eye(2), np.eye(2), np.eye(2), np.eye(2), np.eye(2), bounded=True).exact(0.9, 0.1)


def test_lqr_truncates_far_out_and_only_there():
    env = gym.make("sacnotes/SoftLQR-v0").unwrapped
    env.reset(seed=0)
    for state, truncated in ((3.0, False), (5.0, True), (-5.0, True)):
        env.state = np.array([state])
        assert env.step(np.zeros(1, np.float32))[2:4] == (False, truncated)
    env = envs.SoftLQREnv(limit=float("inf"))
    env.reset(seed=0)
    env.state = np.array([500.0])
    assert env.step(np.zeros(1, np.float32))[3] is False


def test_lqr_steps_follow_the_matrices():
    rng = np.random.default_rng(0)
    A, B = np.array([[0.9, 0.3], [-0.2, 0.7]]), np.array([[0.5], [1.0]])
    Q, W = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[0.05, 0.02], [0.02, 0.03]])
    env = envs.SoftLQREnv(A, B, Q, 0.4, W)
    state, action = np.broadcast_to([0.4, -0.7], (50_000, 2)), np.full((50_000, 1), 1.5)
    next_state, reward, _ = env.transition(state, action, rng)
    assert reward == pytest.approx(np.full(50_000, -(state[0] @ Q @ state[0]) - 0.4 * 1.5**2))
    assert next_state.mean(0) == pytest.approx(A @ state[0] + B @ action[0], abs=0.005)
    assert np.cov(next_state.T) == pytest.approx(W, abs=0.002)


@pytest.mark.slow
def test_point_mass_agrees_with_lqr_where_bounds_do_not_matter():
    env = envs.PointMassEnv()
    temperature = env.tuned_temperature(0.9)
    closed, states = env.problem(0.9, temperature).solve(), np.random.default_rng(0).uniform(-1, 1, (20, 2))
    actions = np.random.default_rng(1).uniform(-1, 1, (20, 2))
    grid = env.exact(0.9, temperature)
    assert grid.entropy(states) == pytest.approx(np.full(20, -2.0), abs=1e-5)
    assert grid.value(states) == pytest.approx(closed.value(states), abs=1e-6)
    assert grid.q_value(states, actions) == pytest.approx(closed.q_value(states, actions), abs=1e-3)
    assert grid.mean(states) == pytest.approx(closed.mean(states), abs=1e-6)
    assert grid.std(states) == pytest.approx(closed.std(states), abs=1e-6)
    squashed = env.exact(0.9, temperature, "tanh_gaussian")
    assert squashed.entropy(states) == pytest.approx(np.full(20, -2.0), abs=0.05)
