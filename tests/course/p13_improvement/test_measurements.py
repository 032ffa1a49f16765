"""What page 13 measures on two routes: projections, the exact Q for all seeds at once, and how falls are counted."""

import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, train
from sacnotes_lib.course.p13_improvement import measurements, variants
from sacnotes_lib.course.p13_improvement.measurements import Form, Progress
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.distributions import SquashedGaussian

ROUTES, PRICES = variants.ROUTES, variants.PRICES
CONFIG = SACConfig(
    env_id="sacnotes/TwoRoutes-v0", discount=0.9, temperature=0.2, reward_scale=1.0, total_steps=300
)


def random_forms(count=2):
    rng = np.random.default_rng(0)
    return [Form(rng.normal(0, 0.5, (11, 1)), rng.normal(-0.5, 0.4, (11, 1))) for _ in range(count)]


def test_the_nearest_form_in_each_state_raises_v_everywhere_and_one_for_all_does_not():
    for project, rises in ((measurements.nearest_in_each, True), (measurements.nearest_shared, False)):
        values = measurements.rounds(project, 2)
        assert bool((values[1] >= values[0]).all()) is rises
    best = measurements.best_of_this_form()
    np.testing.assert_allclose(measurements.rounds(measurements.nearest_in_each, 3)[-1], best, atol=1e-5)


def test_one_for_all_is_nearer_on_average_than_its_neighbours():
    q = measurements.judged(random_forms(1)[0]).q
    found = measurements.nearest_shared(q)
    least = measurements.kl(found, q).mean()
    for shift in np.array([[0.02, 0], [-0.02, 0], [0, 0.02], [0, -0.02]]):
        assert measurements.kl(Form(found.mean + shift[0], found.log_std + shift[1]), q).mean() > least


@pytest.mark.parametrize("seed", range(2))
def test_kl_is_never_negative_and_v_changes_by_its_sum(seed):
    """The formula of the page on the routes: the first state of the sum is the last step, where nothing follows."""
    old, new = random_forms(2) if seed else random_forms(2)[::-1]
    answer, after = measurements.judged(old), measurements.judged(new)
    nearer = measurements.kl(old, answer.q) - measurements.kl(new, answer.q)
    assert measurements.kl(old, answer.q).min() > 0
    change = after.values - answer.values
    for last in (5, 10):
        assert change[last] == pytest.approx(PRICES["temperature"] * nearer[last], abs=1e-5)
        ahead = PRICES["discount"] * change[last]
        assert change[last - 1] == pytest.approx(PRICES["temperature"] * nearer[last - 1] + ahead, abs=1e-5)


def test_the_exact_q_of_all_seeds_is_the_solver_s_and_its_slope_too():
    forms = random_forms()
    mean, log_std = (torch.tensor(np.stack(part), dtype=torch.float32) for part in zip(*forms, strict=True))

    def actor(states):
        return SquashedGaussian(mean, log_std)

    for shift in (0.0, 0.01):
        action = torch.linspace(-0.9, 0.9, 11).expand(2, -1)[..., None] + shift
        action = action.clone().requires_grad_()
        q = variants.exact_q(actor, variants.states_of_each(2), action)
        (slope,) = torch.autograd.grad(q.sum(), action)
        for k, form in enumerate(forms):
            answer, a = measurements.judged(form), action[k].detach().double().numpy()
            np.testing.assert_allclose(q[k].detach(), answer.q_value(ROUTES.states, a), atol=1e-5)
            beside = [answer.q_value(ROUTES.states, a + step) for step in (1e-4, -1e-4)]
            np.testing.assert_allclose(slope[k, :, 0], (beside[0] - beside[1]) / 2e-4, atol=1e-3)


def test_numbers_of_each_state_begin_as_the_network_and_move_alone():
    ours, network = (kind(CONFIG, 2, 1, runs=2) for kind in (variants.OneForEach, SAC))
    states = variants.states_of_each(2)
    torch.testing.assert_close(ours.actor(states).mean, network.actor(states).mean)
    torch.testing.assert_close(ours.actor(states[:, [7, 3]]).log_std, ours.actor(states).log_std[:, [7, 3]])
    ours.actor(states[:, 4:5]).mean.sum().backward()
    moved = ours.actor.net.numbers.grad.abs().sum(-1)
    assert (moved[:, 4] > 0).all() and moved.sum() == moved[:, 4].sum()


def test_looks_keep_the_policy_of_every_seed_as_it_was():
    looks = measurements.Looks()
    run = train(CONFIG, seeds=2, callback=looks, progress=False)
    assert looks.steps == [200, 225, 250, 275, 300]
    policy = run.agent.actor(variants.states_of_each(2))
    np.testing.assert_allclose(looks.forms[-1][1].mean, policy.mean[1].detach(), rtol=1e-6)
    assert np.abs(looks.forms[0][0].mean - looks.forms[-1][0].mean).max() > 0.01
    progress = measurements.judged_looks(looks)
    assert progress.values.shape == (5, 2, 11) and progress.nearer.shape == (4, 2, 11)
    np.testing.assert_allclose(progress.values[2, 1], measurements.judged(looks.forms[2][1]).values)
    last = [5, 10]  # nothing follows these states: V changes by what the policy came nearer, and by no more
    gained = PRICES["temperature"] * progress.nearer[..., last]
    np.testing.assert_allclose(np.diff(progress.values, axis=0)[..., last], gained, atol=1e-5)
    assert measurements.taken_away(dict.fromkeys("abc", progress)) == ()


def made_up(*falls):
    """25 looks of one seed: V rises by 1 from look to look in every state, and falls by these in the first one."""
    changes = np.ones((24, 1, 11))
    changes[: len(falls), 0, 0] = [-fall for fall in falls]
    values = np.concatenate([np.zeros((1, 1, 11)), changes.cumsum(0)])
    return Progress(200 + 25 * np.arange(25), values, np.where(changes < 0, -1.0, 1.0))


def test_falls_are_counted_and_added_up():
    progress = made_up(0.5, 0.25, 0.0005)
    assert measurements.falling_share(progress) == pytest.approx(2 / 24)
    assert measurements.falls(progress) == pytest.approx(0.7505 / 11)
    nearer, farther = (line[1:] for line in measurements.falling_table(progress)[1:])
    assert (nearer, farther) == (["0", "21"], ["2", "1"])
    found = {"SAC": progress, "one": made_up(0.4), "two": made_up(0.3), "three": made_up()}
    assert measurements.taken_away(found) == (False, True)
    head, first, *_ = measurements.variants_table(found)
    assert head[1:] == ["V fell somewhere", "falls added up (reward)", "below the best (reward)"]
    assert first[:3] == ["SAC", "8%", f"{0.7505 / 11:.4f}"]


def test_the_partition_s_table_names_state_and_loss():
    losses = {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([3.0, 4.0])}
    slopes = {name: np.array([[0.1, 0.2], [0.3, 0.4]]) for name in losses}
    lines = measurements.partition_table(losses, slopes, torch.tensor([5.0, 6.0]))
    assert lines[0][1:] == ["slope by mean", "slope by log std", "value"]
    assert lines[2] == ["state 1: b", "0.1000", "0.2000", "3.0000"]
    assert lines[6] == ["state 2: α log Z", "–", "–", "6.0000"]


def test_gradients_are_compared_state_by_state():
    first = np.array([[1.0, 2.0], [3.0, -4.0]])
    others = {"nothing": first + 1e-12, "scaled": first * [[2], [5]], "turned": first * [[2, 3], [1, 1]]}
    assert {name: measurements.compared({"a": first, "b": b}) for name, b in others.items()} == {
        name: name for name in others
    }
