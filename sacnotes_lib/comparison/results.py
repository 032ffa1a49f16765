"""What a comparison gives back: curves and weights by name, what went wrong, a file, and a table of differences."""

import html
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.replay import ReplayBuffer
from sacnotes_lib.training import statistics
from sacnotes_lib.training.files import NotPlain, plain, read_data, restored, whole_file
from sacnotes_lib.training.run import TrainingRun, networks_of
from sacnotes_lib.training.statistics import Estimate
from sacnotes_lib.training.tables import table

BY_RUN = ("evaluation_returns", "metrics", "weights", "memory")  # arrays whose first axis counts runs
SCORES: dict[Any, tuple[str, Any]] = {  # a single evaluation is a matter of five starting states
    "end": ("return, last 3 evaluations", lambda result: result.evaluation_returns[:, -3:].mean(axis=1)),
    "whole": ("return, all evaluations", lambda result: result.evaluation_returns.mean(axis=1)),
}


@dataclass(frozen=True, repr=False)
class Result:
    """Curves and weights of one variant: read like a TrainingRun, its `agent` too, but it cannot be resumed.

    Attributes as in TrainingRun, and `weights`, of every network and of log_temperature; `sizes`,
    observation_dim and action_dim; `agent_class`, of which a file holds the name alone; `memory`, what is in `buffer`.
    """

    config: SACConfig
    seeds: list[int]
    step: int
    seconds: float
    evaluation_steps: np.ndarray
    evaluation_returns: np.ndarray
    metric_steps: np.ndarray
    metrics: dict[str, np.ndarray]
    weights: dict
    sizes: tuple[int, int]
    agent_class: type[SAC] | str = "SAC"
    memory: dict | None = None

    @classmethod
    def of(cls, run: TrainingRun, *, buffers: bool = False) -> "Result":
        """What is worth keeping of a run; with `buffers`, its memory too. The agent's class goes by its name."""
        weights: dict[str, Any] = {
            name: dict(net.state_dict()) for name, net in networks_of(run.agent).items()
        }
        weights["log_temperature"] = run.agent.log_temperature
        return cls(
            run.config, run.seeds, run.step, run.seconds, run.evaluation_steps, run.evaluation_returns,
            run.metric_steps, run.metrics, _swapped(weights),
            (run.agent.observation_dim, run.agent.action_dim), type(run.agent).__name__,
            _swapped(run.buffer.state_dict()) if buffers else None,
        )  # fmt: skip

    @classmethod
    def joined(cls, parts: Sequence["Result"]) -> "Result":
        """One result from jobs that trained some of the seeds each, in the order given."""
        by_run = _joined(*({name: getattr(part, name) for name in BY_RUN} for part in parts))
        seeds = [seed for part in parts for seed in part.seeds]
        return replace(parts[0], seeds=seeds, seconds=sum(part.seconds for part in parts), **by_run)

    @cached_property
    def agent(self) -> SAC:
        """The agents of all seeds as they ended. Raises ValueError where a file holds only the name of their class."""
        chosen = SAC if self.agent_class == "SAC" else self.agent_class
        if isinstance(chosen, str):
            raise ValueError(
                f"trained by {chosen}, of which a file holds the name: write "
                f"dataclasses.replace(result, agent_class={chosen}).agent"
            )
        agent = chosen(self.config, *self.sizes, runs=len(self.seeds), seed=self.seeds)
        weights = _swapped(self.weights)
        for name, network in networks_of(agent).items():
            network.load_state_dict(weights[name])
        with torch.no_grad():
            agent.log_temperature.copy_(weights["log_temperature"])
        return agent

    @cached_property
    def buffer(self) -> ReplayBuffer:
        """What all seeds remember. Raises ValueError unless `compare(..., buffers=True)` kept it."""
        if self.memory is None:
            raise ValueError("no memory was kept, as it is large: ask for it with compare(..., buffers=True)")
        buffer = ReplayBuffer(self.config.replay_capacity, len(self.seeds), *self.sizes)
        buffer.load_state_dict(_swapped(self.memory))
        return buffer

    def to_bytes(self) -> bytes:
        """All of it, as a file holds it: tensors, numbers and words, no code."""
        name = getattr(self.agent_class, "__name__", self.agent_class)
        state = {field.name: getattr(self, field.name) for field in fields(self)}
        state |= {"config": settings_of(self.config), "agent_class": name}
        torch.save(plain(state), file := io.BytesIO())
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Result":
        """Read what `to_bytes` wrote; no code in it is run. Raises errors of many kinds for anything else."""
        state = restored(torch.load(io.BytesIO(content), weights_only=True, map_location="cpu"))
        return cls(**state | {"config": SACConfig(**state["config"])})

    def __repr__(self) -> str:
        last = self.evaluation_returns[:, -1:]
        said = f", last return {last.mean():.0f}" if last.size else ""
        return f"Result({self.config.env_id}, {len(self.seeds)} seeds, step {self.step:,}{said})"


def settings_of(config: SACConfig) -> dict[str, Any]:
    """A configuration as data that a file can hold without code. Raises TypeError where env_kwargs forbid it."""
    settings = asdict(config)
    try:
        plain(settings)
    except NotPlain as refused:
        raise TypeError(
            f"env_kwargs = {dict(config.env_kwargs)!r:.120} cannot be written without code: only numbers, texts, "
            "arrays, and lists and dictionaries of them can"
        ) from refused
    return settings


def _swapped(thing: Any) -> Any:
    """Nested dictionaries with arrays in place of tensors, and tensors in place of arrays."""
    if isinstance(thing, dict):
        return {name: _swapped(value) for name, value in thing.items()}
    if isinstance(thing, torch.Tensor):
        return thing.detach().cpu().numpy().copy()
    return torch.tensor(thing, device="cpu") if isinstance(thing, np.ndarray | np.generic) else thing


def _joined(first: Any, *rest: Any) -> Any:
    """Arrays joined along their first axis, in dictionaries too."""
    if isinstance(first, dict):
        return {name: _joined(first[name], *(other[name] for other in rest)) for name in first}
    return np.concatenate([first, *rest]) if isinstance(first, np.ndarray) else first


class Failure(NamedTuple):
    """Why `seeds` of a variant have no result: the `error`, its traceback as `details`, and curves `until_then`."""

    seeds: list[int]
    error: str
    details: str = ""
    until_then: Result | None = None  # of a run that diverged


class Row(NamedTuple):
    """One variant. `difference` and `improvement` are None for the reference itself; `note` says what to know."""

    seeds: int
    score: Estimate
    difference: Estimate | None
    improvement: Estimate | None
    note: str


class Table(dict[str, Row]):
    """Rows by name that print themselves, in a notebook as HTML, with `notes` below."""

    def __init__(self, rows: Mapping[str, Row], reference: str, label: str, notes: Sequence[str]):
        super().__init__(rows)
        odd = [f"{name}: {row.note}" for name, row in rows.items() if row.note]
        self.notes = ["Middle half of the seeds, 95 % bootstrap interval.", *odd, *notes]
        columns = ("seeds", label, minus := f"minus {reference}", f"P(better than {reference})")
        cells = {name: dict(zip(columns, row, strict=False)) for name, row in rows.items()}
        self._drawn = table(cells, "variant", {minus: "+"})

    def __repr__(self) -> str:
        return "\n".join([repr(self._drawn), *self.notes])

    def _repr_html_(self) -> str:
        return f"{self._drawn._repr_html_()}<p>{'<br>'.join(map(html.escape, self.notes))}</p>"


class Comparison(dict[str, Result]):
    """Results of several variants by name: `plot_learning_curves(comparison)` draws it, `table()` says what differs.

    `failures`: name to Failure, where some or all seeds failed; `unfinished`: names of variants that were interrupted,
    which `compare` with the same arguments finishes; `notes`: what to know before numbers are set side by side.
    """

    def __init__(self, results: Mapping, failures: Mapping | None = None, unfinished: Sequence[str] = ()):
        super().__init__(results)
        self.failures, self.unfinished, self.notes = dict(failures or {}), list(unfinished), []
        if len({(r.config.env_id, repr(sorted(r.config.env_kwargs.items()))) for r in self.values()}) > 1:
            self.notes += ["The variants do not share one environment: their returns are not on one scale."]
        if len({result.step for result in self.values()}) > 1:
            self.notes += ["The variants trained for different numbers of steps."]

    def __missing__(self, name: str) -> Result:
        if name in self.failures:
            raise KeyError(f'"{name}" failed: {self.failures[name].error}')
        if name in self.unfinished:
            raise KeyError(f'"{name}" was not finished: call compare again with the same arguments')
        raise KeyError(f'there is no variant "{name}". There are: {", ".join(self) or "none"}')

    def table(self, reference: str | None = None, score: str | Callable[[Result], Any] = "end") -> Table:
        """Each variant's score, its difference to a reference, and how often it beats it, with intervals.

        The interval of a difference resamples seeds, and where both variants have the same seeds it takes them in
        pairs: what a seed brings to both cancels.

        Args:
            reference: a variant's name; the first when left out.
            score: "end", the mean return of the last three evaluations; "whole", of all, which rewards learning
                soon; or a function from a Result to one number for each seed, `[R]`, higher is better.

        Raises: ValueError for a reference or score that does not exist, or where nothing was recorded.
        """
        reference = next(iter(self), "") if reference is None else reference
        if reference not in self:
            raise ValueError(f"reference = {reference!r} has no result to compare with. {self!r}")
        if not callable(score) and score not in SCORES:
            raise ValueError(f'score = {score!r}, but it must be "end", "whole", or a function of a Result')
        label, measure = SCORES.get(score, ("score", score))
        scores, rows = dict[str, Any](), dict[str, Row]()
        for name, result in self.items():
            scores[name] = own = np.asarray(measure(result), float)
            if own.shape != (len(result.seeds),) or not np.isfinite(own).all():
                wanted = f"one finite number for each of {len(result.seeds)} seeds: train longer, or evaluate sooner"
                raise ValueError(f'the score of "{name}" is {own}; it must be {wanted}')
        for name, own in scores.items():
            paired = self[name].seeds == self[reference].seeds
            measures = (statistics.difference, statistics.probability_of_improvement)
            against = [None if name == reference else f(own, scores[reference], paired) for f in measures]
            lost = ", ".join(map(str, self.failures[name].seeds)) if name in self.failures else ""
            note = f"without seed {lost}, which failed, so the rest may look too good. " * bool(lost)
            note += f"other seeds than {reference}, so not paired with it." * (not paired)
            rows[name] = Row(len(own), statistics.middle(own), against[0], against[1], note.strip())
        return Table(rows, reference, label, self.notes)

    def save(self, path: str | Path) -> None:
        """Write results and failures to one file, curves and weights included."""
        results = {name: result.to_bytes() for name, result in self.items()}
        lost = {name: [*f[:3], f.until_then and f.until_then.to_bytes()] for name, f in self.failures.items()}
        with whole_file(path) as part:
            torch.save({"results": results, "failures": lost, "unfinished": self.unfinished}, part)

    @classmethod
    def load(cls, path: str | Path) -> "Comparison":
        """Read what `save` wrote. No code in the file is run, so that a stranger's file may be opened.

        Nor is a module imported that an id names, "module:Id-v0": to play on, import it first. Raises ValueError for
        a damaged file, or another.
        """
        state = read_data(path)
        if not isinstance(state, dict) or state.keys() != {"results", "failures", "unfinished"}:
            raise ValueError(f"{Path(path).name} is not a file that Comparison.save wrote")

        def opened(content: bytes) -> Result:
            result = Result.from_bytes(content)
            env_id = result.config.env_id.rpartition(":")[2]
            return replace(result, config=result.config.replace(env_id=env_id))

        results = {name: opened(content) for name, content in state["results"].items()}
        lost = state["failures"].items()
        failures = {name: Failure._make([*f[:3], f[3] and opened(f[3])]) for name, f in lost}
        return cls(results, failures, state["unfinished"])

    def __repr__(self) -> str:
        lines = [f"{name}: {result!r}" for name, result in self.items()]
        lines += [f"{name}: failed. {failure.error}" for name, failure in self.failures.items()]
        lines += [f"{name}: not finished, run the cell again" for name in self.unfinished]
        return "\n  ".join([f"Comparison of {len(lines)} variants", *lines, *self.notes])
