"""The table of a comparison: each variant's score, its distance to a reference, and how often it beats it."""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sacnotes_lib.comparison.result import Result
from sacnotes_lib.training.statistics import (
    Estimate,
    bootstrap_band,
    difference,
    interquartile_mean,
    probability_of_improvement,
)

LAST = 3  # evaluations: a single one is a matter of five starting states
SCORES: dict[str, tuple[str, Callable[[Result], np.ndarray]]] = {
    "end": (f"return, last {LAST} evaluations", lambda result: result.evaluation_returns[:, -LAST:].mean(1)),
    "whole": ("return, all evaluations", lambda result: result.evaluation_returns.mean(1)),
}


@dataclass(frozen=True)
class Row:
    """One variant. `difference` and `improvement` are None for the reference itself; `note` says what to know."""

    name: str
    seeds: int
    score: Estimate
    difference: Estimate | None
    improvement: Estimate | None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows that print themselves, in a notebook as HTML. `notes` are sentences below."""

    rows: list[Row]
    reference: str
    label: str
    notes: list[str]

    def __getitem__(self, name: str) -> Row:
        """The row of a variant."""
        return {row.name: row for row in self.rows}[name]

    def _cells(self) -> list[list[str]]:
        head = ["variant", "seeds", self.label, f"minus {self.reference}", f"P(better than {self.reference})"]
        body = [
            [
                row.name,
                str(row.seeds),
                _said(row.score),
                _said(row.difference, "+"),
                _said(row.improvement, digits=2),
            ]
            for row in self.rows
        ]
        return [head, *body]

    def _below(self) -> list[str]:
        odd = [f"{row.name}: {row.note}" for row in self.rows if row.note]
        return ["Middle half of the seeds, 95 % bootstrap interval.", *odd, *self.notes]

    def __repr__(self) -> str:
        cells = self._cells()
        widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
        return "\n".join([*lines, *self._below()])

    def _repr_html_(self) -> str:
        head, *body = ([html.escape(cell) for cell in line] for line in self._cells())
        rows = "".join(
            f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
            for name, *cells in body
        )
        below = "<br>".join(html.escape(sentence) for sentence in self._below())
        return (
            f'<table><thead><tr>{"".join(f"""<th scope="col">{cell}</th>""" for cell in head)}</tr></thead>'
            f"<tbody>{rows}</tbody></table><p>{below}</p>"
        )


def make_table(
    results: Mapping[str, Result],
    reference: str,
    score: str | Callable[[Result], np.ndarray],
    lost: Mapping[str, str],
    notes: list[str],
) -> Table:
    """The table; `lost` says of a variant which of its seeds are missing, and why."""
    for name, result in results.items():
        if isinstance(score, str) and len(result.evaluation_steps) == 0:
            raise ValueError(f'"{name}" has no record of a return yet: train for longer, or evaluate sooner')
    label, measure = SCORES[score] if isinstance(score, str) else ("score", score)
    numbers = {name: np.asarray(measure(result), float) for name, result in results.items()}
    for name, values in numbers.items():
        if values.shape != (len(results[name].seeds),) or not np.isfinite(values).all():
            raise ValueError(
                f'the score of "{name}" is {values}; it must be one finite number for each of its '
                f"{len(results[name].seeds)} seeds"
            )
    base, base_seeds = numbers[reference], results[reference].seeds
    rows = []
    for name, values in numbers.items():
        low, high = bootstrap_band(values[:, None]) if len(values) > 1 else ([np.nan], [np.nan])
        own = Estimate(float(interquartile_mean(values)), float(low[0]), float(high[0]))
        paired = results[name].seeds == base_seeds
        against = [f(values, base, paired) for f in (difference, probability_of_improvement)]
        note = lost.get(name, "")
        if not paired:
            note = " ".join([note, f"other seeds than {reference}, so not paired with it."]).strip()
        rows.append(Row(name, len(values), own, *([None, None] if name == reference else against), note))
    return Table(rows, reference, label, notes)


def _said(estimate: Estimate | None, sign: str = "", digits: int | None = None) -> str:
    if estimate is None:
        return "-"
    form = (
        f"{sign}.{digits}f"
        if digits is not None
        else f"{sign}.3g"
        if abs(estimate.value) < 100
        else f"{sign}.0f"
    )
    value, low, high = (f"{number:{form}}" for number in estimate)
    return value if np.isnan(estimate.low) else f"{value} ({low} to {high})"
