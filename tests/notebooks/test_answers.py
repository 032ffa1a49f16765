"""Answers that a page computes: whatever its run brings, the option called right must be the one that is true."""

from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch

from sacnotes_lib import SACConfig, exercises, table
from sacnotes_lib.course.kit import predictions
from sacnotes_lib.plots.vital_signs import Chart
from tools.notebooks import find


def answered(page, key, **names):
    """The question of a page's prediction, the option that its reveal calls right, and the reason.

    The cells from the question to its reveal run with these names.
    """
    (path,) = find([page])
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    question, *_, answer = (place for place, source in enumerate(cells) if f'"{key}"' in source)
    found = SimpleNamespace()

    def predict(key, question, options):
        found.asked = predictions.Prediction(key, question, options)

    def reveal(key, answer, why, show=()):
        found.right, found.why = found.asked.right_option(answer), why

    own = {"predict": predict, "reveal": reveal, "table": table, "torch": torch} | names
    for source in cells[question : answer + 1]:
        exec(source, own)
    return found.asked.question, found.right, found.why


@pytest.mark.parametrize(
    ("first", "right"),
    [(-4.0, "No"), (-9.0, "Yes: the first is worse"), (-1.0, "Yes: the second is worse")],
)
def test_page_11_asks_what_the_returns_say_and_answers_that(first, right):
    """The one that is ill is the first. Whoever names it from returns that do not tell has guessed."""

    def chart(last):
        values = last + np.linspace(-1, 1, 6)[:, None]
        return Chart({sign: (np.array([500]), values) for sign in ("return", "entropy")}, [])

    clinic = SimpleNamespace(charts={"A": chart(first), "healthy": chart(-4.0)})
    question, said, _ = answered("11", "11.which", clinic=clinic)
    assert "Do these returns tell" in question and said == right


LOGS = {  # entropy and temperature of D, as they might be
    "Nothing": ([1.3, -1.0, -1.9], [0.1, 0.08, 0.06]),
    "α's loss": ([1.3, 1.3, 1.3], [0.1, 0.5, 2.0]),
    "The policy does not obey": ([1.3, -5.0, -6.0], [0.1, 0.09, 2.0]),
}


@pytest.mark.parametrize("verdict", LOGS)
def test_page_11_judges_d_by_its_log_and_its_reason_fits_every_verdict(verdict):
    entropy, temperature = LOGS[verdict]
    log = {"entropy": np.tile(entropy, (6, 1)), "temperature": np.tile(temperature, (6, 1))}
    begin = lambda *arguments, **options: SimpleNamespace(metrics=log)  # noqa: E731
    patients = dict.fromkeys("ADG", SimpleNamespace(train=begin))
    _, said, why = answered(
        "11", "11.dial", config=SACConfig(), train=begin, PATIENTS=patients, exercises=exercises
    )
    assert said.startswith(verdict)
    assert f"entropy {entropy[0]} to {entropy[-1]}" in why and "wider" not in why
