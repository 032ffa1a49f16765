"""The temperature scene against integrals done by scipy, and against its limits."""

import numpy as np
import pytest
from scipy.integrate import quad

from sacnotes_lib.course.p00_start.scene import ACTIONS, TemperatureScene
from sacnotes_lib.course.stage.painter import Painter
from sacnotes_lib.envs import TwoPeaksEnv

ENV = TwoPeaksEnv()


def q(a):
    return float(ENV.mean_reward(np.array([a])))


@pytest.mark.parametrize("temperature", [0.05, 0.2, 1.0])
def test_numbers_agree_with_adaptive_quadrature(temperature):
    data = TemperatureScene().compute(temperature=temperature)

    def integral(f):
        return quad(f, -1, 1, points=[-0.5, 0.3], epsabs=1e-10, limit=200)[0]

    total = integral(lambda a: np.exp(q(a) / temperature))

    def density(a):
        return np.exp(q(a) / temperature) / total

    assert data.mean_q == pytest.approx(integral(lambda a: density(a) * q(a)), abs=1e-4)
    assert data.entropy == pytest.approx(-integral(lambda a: density(a) * np.log(density(a))), abs=1e-4)
    assert data.on_tall_peak == pytest.approx(quad(density, 0, 1)[0], abs=5e-3)
    assert f"{data.mean_q:.2f}" in TemperatureScene().describe({"temperature": temperature}, data)


def test_limits():
    scene = TemperatureScene()
    hot, cold = scene.compute(temperature=3.0), scene.compute(temperature=0.02)
    assert hot.entropy == pytest.approx(np.log(2), abs=0.02)
    assert ACTIONS[cold.density.argmax()] == pytest.approx(0.29, abs=0.02)
    means = [scene.compute(temperature=t).mean_q for t in np.geomspace(0.02, 3, 12)]
    assert all(np.diff(means) < 0)  # entropy is paid for with reward


def test_the_whole_curve_is_in_the_picture_wherever_the_slider_stands():
    scene, painter = TemperatureScene(), Painter(TemperatureScene())
    slider = scene.controls["temperature"]
    for temperature in (*np.geomspace(slider.low, slider.high, 20), slider.low, slider.low / 5, slider.high):
        data = scene.compute(temperature=temperature)
        painter.paint(data)
        top = painter.figure.axes[1].get_ylim()[1]
        assert data.density.max() < top
    assert top == 4  # and back again
