"""Page 03's measurements, and the page's own lines about units, against soft policy iteration in one range."""

import math
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch
from torch.distributions import Normal, TanhTransform, TransformedDistribution

from sacnotes_lib import SquashedGaussian, log_tanh_slope
from sacnotes_lib.course.p03_tanh import measurements as ours
from sacnotes_lib.exact import SoftSolver, finite_model, tanh_gaussian_entropy
from tools.notebooks import find

TEMPERATURE, DISCOUNT = 0.2, 0.98


def chance_to_end():
    """The function that the page defines."""
    (path,) = find(["03"])
    cells = nbformat.read(path, as_version=4).cells
    (source,) = (cell.source for cell in cells if cell.source.startswith("def chance_to_end("))
    own = {"math": math}
    exec(source, own)
    return own["chance_to_end"]


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("scale", [0.4, 1.0, 2.0])
def test_units_are_a_wage_for_each_step_lived(scale, ends):
    """All is scored in [-1, 1] here, and log(scale) paid at every step: the same policy, another way."""

    def backup(state, action):
        shape = np.broadcast_shapes(state.shape, action.shape)[:-1]
        pays = np.broadcast_to(action[..., 0] > 0, shape)
        goes_on = 1.0 - pays * float(ends)
        return pays + TEMPERATURE * math.log(scale), goes_on[..., None]

    solver = SoftSolver(finite_model([[0.0]], backup))
    answer = solver.optimal(DISCOUNT, TEMPERATURE)
    mass = np.exp(answer.log_policy[0]) * solver.nodes.weights
    chance = mass[solver.nodes.actions[:, 0] > 0].sum()
    # the node at 0 belongs to one half: that is the solver's error here
    assert chance_to_end()(scale, ends) == pytest.approx(chance, rel=0.1, abs=1e-11)


def test_what_the_page_says_of_them():
    chance = chance_to_end()
    at = {scale: chance(scale, True) for scale in (0.4, 1, 2)}
    assert at[0.4] == pytest.approx(0.635, abs=1e-3) and at[1] == pytest.approx(0.131, abs=1e-3)
    assert at[2] == pytest.approx(2.6e-13, rel=0.02)
    assert chance(0.4, False) == pytest.approx(chance(2, False))
    _, narrow, _, wide = ours.chances_to_end(chance, (0.4, 1, 2))
    assert narrow[:2] == ["-0.4 to 0.4", "0.63"] and wide[:2] == ["-2 to 2", "2.6e-13"]


def test_forms_are_set_below_the_exact_ones():
    u = torch.tensor([1.0, 20.0], requires_grad=True)
    lines = ours.against_exact({"stable": log_tanh_slope(u.unsqueeze(-1))}, u)
    assert lines[1].split("exact")[1].strip() == lines[2].split("stable")[1].split("gradient")[0].strip()
    assert "-1.52" in lines[2] and "-2." in lines[2]  # the gradient is -2 tanh(u)


def test_what_torch_does_not_know():
    squashed = TransformedDistribution(Normal(0.0, 1.0), [TanhTransform()])
    assert ours.not_implemented(squashed, ("entropy", "mean", "mode", "variance")) == [
        "entropy", "mean", "mode", "variance",
    ]  # fmt: skip
    assert ours.not_implemented(Normal(0.0, 1.0), ("entropy", "mean")) == []


def test_the_true_entropy_beside_the_reported_one():
    mean, log_std = torch.zeros(2, 5, 1), torch.full((2, 5, 1), -0.5)
    run = SimpleNamespace(
        agent=SimpleNamespace(
            actor=lambda observation: SquashedGaussian(mean, log_std), temperature=torch.tensor([0.3, 0.1])
        ),
        buffer=SimpleNamespace(contents=lambda: SimpleNamespace(observation=torch.zeros(2, 50, 3))),
        metrics={"entropy": np.full((2, 6), 1.25)},
    )
    reported, (_, row) = ours.reported_and_true({"doubled": run})
    true = tanh_gaussian_entropy(np.zeros(1), np.array([-0.5]))
    assert reported == {"doubled": 1.25}
    assert row == ["doubled", "1.25", f"{true:.2f}", "0.100 to 0.300", "0%"]
