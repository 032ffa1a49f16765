"""A comparison as one object: results by name, what went wrong, a table, and a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from sacnotes_lib.comparison.result import Result
from sacnotes_lib.comparison.table import SCORES, Table, make_table


@dataclass(frozen=True)
class Failure:
    """Why seeds of a variant have no result.

    Attributes:
        seeds: which.
        error: kind and message.
        details: the traceback, as text.
        until_then: curves and weights of a run that diverged, as a Result; else None.
    """

    seeds: list[int]
    error: str
    details: str = ""
    until_then: Result | None = None


class Comparison(Mapping[str, Result]):
    """Results of several variants by name: `plot_learning_curves(comparison)` draws it, `table()` says what differs.

    Attributes:
        failures: name to Failure, for variants some or all of whose seeds failed.
        unfinished: names of variants that were interrupted; `compare` with the same arguments does the rest.
        notes: what to know before its numbers are set side by side.
    """

    def __init__(
        self,
        results: Mapping[str, Result],
        failures: Mapping[str, Failure] | None = None,
        unfinished: Sequence[str] = (),
    ):
        self._results, self.failures, self.unfinished = dict(results), dict(failures or {}), list(unfinished)
        self.notes = _notes(self._results)

    def __getitem__(self, name: str) -> Result:
        if name in self._results:
            return self._results[name]
        if name in self.failures:
            raise _Missing(f'"{name}" failed: {self.failures[name].error}')
        if name in self.unfinished:
            raise _Missing(f'"{name}" was not finished: call compare again with the same arguments')
        raise _Missing(f'there is no variant "{name}". There are: {", ".join(self._results) or "none"}')

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def table(
        self, reference: str | None = None, score: str | Callable[[Result], np.ndarray] = "end"
    ) -> Table:
        """Each variant's score, its difference to a reference, and how often it beats it, with intervals.

        The interval of a difference resamples seeds, and where both variants have the same seeds it takes them in
        pairs: what a seed brings to both cancels.

        Args:
            reference: a variant's name; the first when left out.
            score: "end", the mean return of the last three evaluations; "whole", of all, which rewards learning
                soon; or a function from a Result to one number for each seed, `[R]`, higher is better.

        Raises:
            ValueError: for a reference or score that does not exist, or where nothing was recorded.
        """
        if not self._results:
            raise ValueError(f"no variant has a result to tabulate. {self!r}")
        reference = next(iter(self._results)) if reference is None else reference
        if reference not in self._results:
            raise ValueError(
                f'reference = "{reference}" has no result. Choose one of: {", ".join(self._results)}'
            )
        if not callable(score) and score not in SCORES:
            allowed = ", ".join(f'"{name}"' for name in SCORES)
            raise ValueError(f"score = {score!r}, but it must be {allowed}, or a function of a Result")
        lost = {
            name: f"without seed {', '.join(map(str, failure.seeds))}, which failed, so the rest may look too good."
            for name, failure in self.failures.items()
        }
        return make_table(self._results, reference, score, lost, self.notes)

    def save(self, path: str | Path) -> None:
        """Write results and failures to one file, curves and weights included."""
        state = {
            "results": {name: result.to_bytes() for name, result in self._results.items()},
            "failures": {
                name: [f.seeds, f.error, f.details, f.until_then and f.until_then.to_bytes()]
                for name, f in self.failures.items()
            },
            "unfinished": self.unfinished,
        }
        torch.save(state, path)

    @classmethod
    def load(cls, path: str | Path) -> "Comparison":
        """Read what `save` wrote. No code in the file is run, so that a stranger's file may be opened."""
        state = torch.load(path, weights_only=True)
        failures = {
            name: Failure(seeds, error, details, kept and Result.from_bytes(kept))
            for name, (seeds, error, details, kept) in state["failures"].items()
        }
        results = {name: Result.from_bytes(content) for name, content in state["results"].items()}
        return cls(results, failures, state["unfinished"])

    def __repr__(self) -> str:
        lines = [f"{name}: {result!r}" for name, result in self._results.items()]
        lines += [f"{name}: failed. {failure.error}" for name, failure in self.failures.items()]
        lines += [f"{name}: not finished, run the cell again" for name in self.unfinished]
        return "\n  ".join([f"Comparison of {len(lines)} variants", *lines, *self.notes])


class _Missing(KeyError):
    """A KeyError that prints its sentence as it is."""

    def __str__(self) -> str:
        return self.args[0]


def _notes(results: Mapping[str, Result]) -> list[str]:
    """What makes returns hard to compare."""
    notes = []
    worlds = {(r.config.env_id, repr(sorted(r.config.env_kwargs.items()))) for r in results.values()}
    if len(worlds) > 1:
        notes.append("The variants do not share one environment: their returns are not on one scale.")
    if len({result.step for result in results.values()}) > 1:
        notes.append("The variants trained for different numbers of steps.")
    return notes
