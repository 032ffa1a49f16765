"""Prices of entropy, against direct solutions and against what more entropy costs."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.special import entr, softmax

from sacnotes_lib import exact
from sacnotes_lib.course.p14_price import measurements
from sacnotes_lib.course.p14_price.measurements import (
    ALPHAS,
    button_prices,
    density_prices,
    ends,
    lived,
    pay,
    plot_dual,
    still_grows,
    tanh_gaussian_fits,
    tanh_gaussian_prices,
)

PAYS = pay(np.linspace(-1, 1, 4))
KINDS = {"buttons": button_prices(PAYS), "density": density_prices(), "tanh": tanh_gaussian_prices()}


@pytest.mark.parametrize("target", [0.3, 0.8, 1.3])
def test_buttons_settle_where_a_softmax_has_the_entropy(target):
    alpha = brentq(lambda a: entr(softmax(PAYS / a)).sum() - target, 0.01, 100)
    assert KINDS["buttons"].settles(target) == pytest.approx(alpha, rel=2e-3)
    assert KINDS["buttons"].at(alpha)[1] == pytest.approx(softmax(PAYS / alpha) @ PAYS, abs=1e-3)


def test_the_best_tanh_gaussian_has_the_entropy_and_earns_what_is_said():
    mean, log_std = tanh_gaussian_fits()
    np.testing.assert_allclose(exact.tanh_gaussian_entropy(mean, log_std), KINDS["tanh"].entropies, atol=1e-6)
    drawn = np.tanh(mean[30] + np.exp(log_std[30]) * np.random.default_rng(0).standard_normal(400_000))
    assert pay(drawn).mean() == pytest.approx(KINDS["tanh"].rewards[30], abs=0.01)


@pytest.mark.parametrize(
    ("kind", "target"), [("buttons", 0.9), ("density", -1.0), ("density", 0.4), ("tanh", 0.4)]
)
def test_the_lowest_point_is_the_reward_and_its_place_the_price(kind, target):
    prices = KINDS[kind]
    alpha = prices.settles(target)
    around = prices.dual(target, alpha * np.array([0.5, 0.9, 1.0, 1.1, 2.0]))
    assert around.argmin() == 2
    assert around[2] == pytest.approx(prices.at(alpha)[1], abs=1e-6)
    reward = lambda nats: float(prices.at(prices.settles(nats))[1])  # noqa: E731
    assert (reward(target - 0.02) - reward(target + 0.02)) / 0.04 == pytest.approx(alpha, rel=0.02)


def test_above_reach_there_is_no_lowest_point():
    for kind, most in (("buttons", np.log(4)), ("density", np.log(2)), ("tanh", 0.683636)):
        prices = KINDS[kind]
        assert np.isfinite(prices.settles(most - 1e-3)) and np.isinf(prices.settles(most + 1e-5))
    with pytest.raises(ValueError, match="would settle below 0.01"):
        prices.settles(-30)
        assert (np.diff(prices.dual(most + 0.01, ALPHAS)) < 0).all()


def made_up_run(alphas, mean=0.3, std=0.2, target=-1.0, steps=100, q=1.0):
    temperature = np.asarray(alphas, dtype=float)
    parts = [torch.full((len(temperature), 1, 1), value) for value in (mean, np.log(std))]
    return SimpleNamespace(
        seeds=range(len(temperature)), step=steps, metrics={"temperature": temperature, "q": 0 * temperature + q},
        config=SimpleNamespace(target_entropy=target, total_steps=100, initial_temperature=0.2),
        agent=SimpleNamespace(actor=lambda state: SimpleNamespace(mean=parts[0], log_std=parts[1])),
    )  # fmt: skip


def test_what_a_run_lived_is_its_policy_s_entropy_and_pay():
    alphas, entropies, rewards = lived(made_up_run(np.full((3, 20), 0.07)))
    drawn = np.tanh(0.3 + 0.2 * np.random.default_rng(0).standard_normal(400_000))
    np.testing.assert_allclose(alphas, 0.07)
    np.testing.assert_allclose(entropies, exact.tanh_gaussian_entropy([0.3], [np.log(0.2)]), atol=1e-6)
    np.testing.assert_allclose(rewards, pay(drawn).mean(), atol=2e-3)


def test_an_alpha_that_grows_in_every_seed_is_told_from_one_that_settles():
    growing, settling = np.geomspace(0.1, 100, 40), np.concatenate([np.geomspace(0.1, 4, 20), np.full(20, 4)])
    assert still_grows(made_up_run([growing, growing])) is True
    assert still_grows(made_up_run([growing, settling])) is False
    assert still_grows(made_up_run([growing, growing], steps=60)) is None
    runs = {"far": made_up_run([growing], target=0.69), "near": made_up_run([settling], target=0.6)}
    far, near = (line[1:3] for line in ends(runs, KINDS["tanh"])[1:])
    assert far == ["100.00", "none"] and near == ["4.00", "4.26"]


def test_words_beside_the_exact_answer_and_below_the_picture():
    agents = {"ours": (made_up_run(np.full((4, 20), 0.09)), KINDS["tanh"], -1.0)}
    head, ours, density = measurements.beside_exact(agents)
    assert head[1:] == ["α", "exact α", "entropy", "exact entropy", "pay", "exact pay"]
    assert ours[1:3] == ["0.0900 (0.0900 to 0.0900)", "0.0798"] and ours[4] == "-1.000"
    assert density[2] == f"{KINDS['density'].settles(-1.0):.4f}"
    assert (
        "ours: α 0.09 (band 0.09 to 0.09), lowest point of the dual function 0.0798"
        in plot_dual(agents).description
    )


def test_an_agent_of_two_buttons_at_the_exact_answer_is_told_so():
    chance = 0.95
    run = made_up_run(np.full((2, 20), 1 / np.log(19)))
    logits = torch.tensor([1 - chance, chance]).log().expand(2, 1, 2)
    run.agent = SimpleNamespace(log_prob=lambda state: logits, target_entropy=float(entr(0.95) + entr(0.05)))
    _, line = measurements.pressing({"ours": run})
    pressed, alpha = "95.0% (95.0% to 95.0%)", "0.340 (0.340 to 0.340)"
    assert line == ["ours", pressed, "95.0%", alpha, "0.340", "in 2 of 2 seeds"]


def test_the_problem_pays_what_the_page_says():
    actions = np.array([-1.0, 0.25, 0.5])
    np.testing.assert_allclose(pay(actions), 2 - 5 * (actions - 0.25) ** 2)
