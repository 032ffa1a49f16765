"""Tables as Jupyter draws them and as a terminal prints them."""

import math

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from sacnotes_lib.training.statistics import Estimate
from sacnotes_lib.training.tables import table

ROWS = {
    "<b>": {"return": -1234.5, "seeds": 8, "std": torch.tensor(0.25), "arrived": np.True_},
    "a longer name": {"return": 7, "seeds": np.int64(12), "verdict": "R & D"},
}


def test_text_stands_in_columns_and_numbers_end_below_each_other():
    assert repr(table(ROWS, "agent")).splitlines() == [
        "agent          return  seeds    std  arrived  verdict",
        "<b>            -1,234      8  0.250      yes        –",
        "a longer name       7     12      –        –    R & D",
    ]


def test_a_page_gets_real_headers_and_the_same_texts():
    shown = table(ROWS, "agent")
    assert "&lt;b&gt;" in shown._repr_html_() and "<b>" not in shown._repr_html_()
    head, *body = BeautifulSoup(shown._repr_html_(), "html.parser").find_all("tr")
    assert head.parent.name == "thead" and {cell.get("scope") for cell in head} == {"col"}
    assert [[cell.get("scope") for cell in row] for row in body] == [
        ["row", None, None, None, None, None]
    ] * 2
    assert [[cell.text for cell in row] for row in (head, *body)] == shown
    for first, *cells in (head, *body):
        assert "text-align:left" in first["style"] and all("text-align:right" in c["style"] for c in cells)


def test_no_minus_stands_in_front_of_a_zero():
    rounded = table({"a": {"x": -0.0004, "y": -0.004}}, form={"x": "+.3f", "y": ",.2f"})
    assert rounded[1] == ["a", "+0.000", "0.00"]


def test_an_empty_corner_is_no_header():
    corner = BeautifulSoup(table(ROWS)._repr_html_(), "html.parser").find("tr").contents[0]
    assert corner.name == "td" and corner.get("scope") is None


@pytest.mark.parametrize(
    ("values", "form", "said"),
    [
        ([0.01234, 0.5], "", ["0.012", "0.500"]),
        ([-0.001, 12.34], "", ["0.0", "12.3"]),
        ([1234567.0, 1], "", ["1.23e+06", "1"]),
        ([1e-5, 0.0], "", ["1e-05", "0"]),
        ([3, 12000], "", ["3", "12,000"]),
        ([3, math.inf], "", ["3.00", "inf"]),
        ([3, -4], "+", ["+3", "-4"]),
        ([0.5, 0.251], ".0%", ["50%", "25%"]),
        ([None, math.nan, np.float32("nan")], "", ["–", "–", "–"]),
        ([(1.0, 2), (math.nan, math.nan)], "", ["1.00 to 2.00", "–"]),
        ([Estimate(30, -40, 50.0), Estimate(1, math.nan, math.nan)], "+", ["+30.0 (-40.0 to +50.0)", "+1.0"]),
    ],
)
def test_a_column_has_one_way_of_writing_numbers(values, form, said):
    rows = {place: {"x": value} for place, value in enumerate(values)}
    assert [cell for _, cell in table(rows, form=form)[1:]] == said
    assert [cell for _, cell in table(rows, form={"x": form, "another": ".9f"})[1:]] == said


@pytest.mark.parametrize("nothing", [{}, {"a": {}}])
def test_nothing_is_refused(nothing):
    with pytest.raises(ValueError, match="nothing to tabulate in {.*at least one row with one column"):
        table(nothing)
