"""The summing scene against integrals done by SciPy, and against the library's exact solver."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from sacnotes_lib.course.p02_summing import scene as ours
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.exact import SoftLQR, action_nodes, boltzmann_log_density, density_entropy, density_std

SCENE = ours.SummingScene()
SETTINGS = [
    {"motors": int(a), "temperature": t} for a, t in itertools.product(ours.MOTORS, (*ours.FIXED, ours.TUNED))
]


@pytest.mark.parametrize("temperature", ours.FIXED)
def test_fixed_temperature_against_the_boltzmann_policy_by_quadrature(temperature):
    nodes = action_nodes(1)
    q = -ours.PRICE * nodes.actions[:, 0] ** 2
    for rule, motors in itertools.product(ours.RULES, ours.MOTORS):
        share = 1 if rule == "sum" else motors
        log_density = boltzmann_log_density(q, ours.FIXED[temperature] / share, nodes)
        policies, entropy = (
            ours.best_policies(rule, temperature),
            motors * density_entropy(log_density, nodes),
        )
        assert policies.std[motors - 1] == pytest.approx(density_std(log_density, nodes)[0], rel=1e-5)
        assert policies.entropy[motors - 1] == pytest.approx(entropy, abs=1e-5)
        assert policies.temperature[motors - 1] == pytest.approx(ours.FIXED[temperature])


@pytest.mark.parametrize("motors", ours.MOTORS)
def test_tuned_temperature_against_the_closed_form_of_soft_lqr(motors):
    eye = np.eye(motors)
    problem = SoftLQR(0 * eye, 0 * eye, 0 * eye, ours.PRICE * eye, 0 * eye, discount=0.0, temperature=1.0)
    for rule, share in (("sum", 1), ("mean", motors)):
        policies = ours.best_policies(rule, ours.TUNED)
        # The mean reaches -A when the sum, the true entropy, is -A times `share`.
        alpha = problem.temperature_for_entropy(-float(motors * share))
        assert policies.temperature[motors - 1] == pytest.approx(alpha * share)
        assert policies.entropy[motors - 1] == pytest.approx(-motors * share)
        assert policies.logged[motors - 1] == pytest.approx(-motors)


@pytest.mark.parametrize("settings", SETTINGS[::2], ids=str)
def test_what_exp_adds_up_to(settings):
    data = SCENE.compute(**settings)
    width, motors = data.chosen("mean", "width"), settings["motors"]

    def integral(power):
        # Cut where the normal curve is 0 to sixteen digits, so that a narrow one is not missed.
        edge = min(1.0, 9 * width * np.sqrt(motors))
        return quad(lambda a: np.exp(-power * a**2 / (2 * width**2)), -edge, edge, epsrel=1e-10)[0]

    normalisation = integral(1)
    total = (integral(1 / motors) / normalisation ** (1 / motors)) ** motors
    assert data.chosen("mean", "total") == pytest.approx(total, rel=1e-6)
    assert data.chosen("sum", "total") == 1
    if motors > 1:
        assert abs(total - 1) > 0.1


def test_one_motor_knows_no_difference_and_the_sum_no_other_motors():
    for temperature in (*ours.FIXED, ours.TUNED):
        right, averaged = (ours.best_policies(rule, temperature) for rule in ours.RULES)
        for quantity in ("width", "std", "temperature", "entropy", "logged", "total"):
            assert getattr(right, quantity)[0] == pytest.approx(getattr(averaged, quantity)[0])
        assert np.ptp(right.std) < 1e-12
        assert (np.diff(averaged.std) < 0).all()


def test_every_setting_has_a_picture_of_its_own_and_a_description_that_states_its_numbers():
    painter, told = Painter(SCENE), set()
    for settings in SETTINGS:
        data = SCENE.compute(**settings)
        words = SCENE.describe(settings, data)
        for rule in ours.RULES:
            assert all(number in words for number in ours.numbers(data, rule))
            assert f"{data.chosen(rule, 'std'):.2g}" in words
        assert "-" not in "".join(ours.numbers(data, "mean"))  # a minus sign, not a hyphen
        told |= {words, painter.paint(data).tobytes()}
    assert len(told) == 2 * len(SETTINGS)


def test_all_values_lie_inside_the_axes():
    painter = Painter(SCENE)
    painter.paint(SCENE.compute(**SCENE.defaults()))
    low, high = painter.figure.axes[1].get_ylim()
    for settings in SETTINGS:
        for policies in SCENE.compute(**settings).policies.values():
            assert low < policies.std.min() and policies.std.max() < high
