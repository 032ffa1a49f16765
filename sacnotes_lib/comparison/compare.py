"""Train several variants over the same seeds, side by side in processes, and keep what is done."""

import contextvars
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import torch
from joblib.parallel import BACKENDS, get_active_backend

from sacnotes_lib.comparison.jobs import End, Job, run_job, write_down
from sacnotes_lib.comparison.results import Comparison, Failure, Result
from sacnotes_lib.comparison.store import FOLDER, file_of, keep, kept, results_folder
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.sac.config import SACConfig, is_whole
from sacnotes_lib.training.device import known_device
from sacnotes_lib.training.progress import Progress
from sacnotes_lib.training.run import listed_seeds

HOW = 'compare needs a dictionary such as {"a": SACConfig(), "b": (SACConfig(), Mine)}, Mine being a subclass of SAC'


def compare(
    variants: Mapping[str, SACConfig | tuple[SACConfig, type[SAC]]],
    seeds: int | Sequence[int] = 8,
    *,
    seeds_per_job: int | None = None,
    jobs: int | None = None,
    device: str | torch.device = "cpu",
    compile: bool = False,
    progress: bool = True,
    folder: str | Path | None = FOLDER,
    buffers: bool = False,
) -> Comparison:
    """Train every variant on the same seeds, each variant as a job in a process of its own.

    The jobs run under joblib, on all cores of this computer, or wherever `joblib.parallel_config` says. A job that
    fails costs no other: it is reported by name, with a warning. Interrupting returns what is done. Results are kept
    on disk, so that the same call, tomorrow or after an interruption, computes only what is missing. They do not
    notice when a global variable or function changes that a class of yours uses: then call `drop_results()`.

    Args:
        variants: name to SACConfig, or to a pair of a SACConfig and a subclass of SAC, as a notebook may define one.
        seeds: how many (counted from 0), or which.
        seeds_per_job: cut a variant into jobs of so many seeds, for more processes than variants. A seed's numbers
            do not depend on its company beyond rounding.
        jobs: processes at a time; all cores when left out, or what `joblib.parallel_config` says. 1 runs the jobs
            one by one in this process.
        device: where networks live, such as "cpu" or "cuda"; tried in the process that trains.
        compile: make one graph of an update, as in `train`; every job pays the start, so for long jobs only.
        progress: show one line for the whole.
        folder: where results are kept between calls; None keeps none. The environment variable SACNOTES_RESULTS
            changes it for all calls that name no folder.
        buffers: keep replay buffers in the results too, which are many times as large.

    Raises: TypeError, ValueError, UnsuitableEnvironment for what cannot work, before anything is trained.
    """
    if not isinstance(variants, Mapping) or not variants:
        raise TypeError(f"{HOW}, and {variants!r:.80} is none")
    listed = listed_seeds(seeds)
    size = len(listed) if seeds_per_job is None else seeds_per_job
    if not is_whole(size) or size < 1:
        raise ValueError(f"seeds_per_job = {size!r}, but it must be a whole number above 0, or None for all")
    planned = []
    for name, variant in variants.items():
        config, agent_class = variant if isinstance(variant, tuple) and len(variant) == 2 else (variant, SAC)
        is_agent = isinstance(agent_class, type) and issubclass(agent_class, SAC)
        if not (isinstance(name, str) and isinstance(config, SACConfig) and is_agent):
            raise TypeError(f"{HOW}, but {name!r} names {variant!r:.120}")
        for start in range(0, len(listed), size):
            where = (listed[start : start + size], str(known_device(device)), compile, buffers)
            planned.append(Job(name, config, agent_class, *where))
    if joblib.effective_n_jobs(jobs) == 1 and jobs is None:
        jobs = -1  # nobody said otherwise: all cores
    files = [file_of(job, results_folder(folder)) for job in planned]
    ended: dict[int, Result | Failure] = {n: result for n, file in enumerate(files) if (result := kept(file))}
    missing = {number: job.to_bytes() for number, job in enumerate(planned) if number not in ended}
    done, total = sum(planned[number].work for number in ended), sum(job.work for job in planned)
    bar = Progress(total, f"{len(variants)} variants, {len(listed)} seeds", start=done) if progress else None
    note = f"{len(ended)} of {len(planned)} jobs" + " kept from before" * bool(ended)
    with _progress_line(bar, done, lambda: note) as notes:
        try:
            for number, end in _run(missing, notes, jobs):
                if end is None:
                    raise KeyboardInterrupt  # leaving the loop ends what still runs
                ended[number] = end
                write_down(notes / str(number), planned[number].work)
                if isinstance(end, Result) and (file := files[number]):
                    keep(end, file)
                lost = {planned[n].name: 0 for n, end in ended.items() if isinstance(end, Failure)}
                note = f"{len(ended)} of {len(planned)} jobs" + " · failed: " * bool(lost) + ", ".join(lost)
        except KeyboardInterrupt:
            note = f"interrupted · {note}"
    return _gathered(planned, ended)


def _gathered(planned: Sequence[Job], ended: Mapping[int, End]) -> Comparison:
    """What jobs gave back, put together by variant."""
    results, failures, unfinished = {}, {}, []
    for name in {job.name: 0 for job in planned}:
        mine = [(job, ended.get(number)) for number, job in enumerate(planned) if job.name == name]
        parts = [replace(end, agent_class=job.agent_class) for job, end in mine if isinstance(end, Result)]
        lost = [(job, end) for job, end in mine if isinstance(end, Failure)]
        if lost:
            job, first = lost[0]
            seeds = [seed for job, _ in lost for seed in job.seeds]
            until_then = first.until_then and replace(first.until_then, agent_class=job.agent_class)
            failures[name] = first._replace(seeds=seeds, until_then=until_then)
            warnings.warn(f'"{name}" failed for seeds {seeds}. {first.error}', stacklevel=3)
        if len(parts) + len(lost) < len(mine):
            unfinished.append(name)
        elif parts:
            results[name] = Result.joined(parts)
    return Comparison(results, failures, unfinished)


@contextmanager
def _progress_line(bar: Progress | None, before: int, note: Callable[[], str]) -> Iterator[Path]:
    """Show all jobs while the block runs: steps done `before` and those in the notes of the folder that it gives."""
    over, context = threading.Event(), contextvars.copy_context()  # it knows where a notebook's output goes
    with tempfile.TemporaryDirectory(prefix="sacnotes-jobs-", ignore_cleanup_errors=True) as folder:

        def look() -> None:
            while bar:
                ended = over.wait(0.25)
                notes = [file.read_text().split() for file in Path(folder).iterdir()]
                done = before + sum(int(steps[-1]) for steps in notes if steps)
                if ended:
                    return bar.close(done, note())
                bar.update(done, note())

        thread = threading.Thread(target=context.run, args=(look,), daemon=True)
        thread.start()
        try:
            yield Path(folder)
        finally:
            over.set()
            thread.join()


def _run(jobs: Mapping[int, bytes], notes: Path, processes: int | None) -> Iterator[tuple[int, End]]:
    """Run jobs under joblib's present backend, so many `processes` at a time; number and end of each, as they end.

    A process that dies takes its pool along, and nobody says which job killed it. So whatever had begun and not ended
    is tried once more, each by itself: whoever kills its process again is reported, and the others go on.
    """
    if processes and processes > 0:
        # More would have nothing to do. Two at least: a single one would be this very process, which must not die.
        processes = min(processes, max(2, len(jobs)))
    backend = get_active_backend()[0]
    settings: dict[str, Any] = {"batch_size": 1, "pre_dispatch": "all"}
    if backend.supports_return_generator:  # else, as with Ray, all come when the last has ended
        settings["return_as"] = "generator_unordered"
    parent = os.getpid() if isinstance(backend, BACKENDS["loky"]) else None
    if parent:
        # Ctrl-C goes to every process of a terminal or kernel. It is for this one; idle ones would print an error.
        settings |= {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    groups, suspects = [list(jobs)], set[int]()
    while groups := [group for group in groups if group]:
        group = groups.pop()
        alone = suspects.issuperset(group)
        # One process would be this very one, which must not die.
        settings["n_jobs"] = processes and max(2, processes) if alone else processes
        tasks = [
            joblib.delayed(_numbered)(number, jobs[number], notes / str(number), parent) for number in group
        ]
        try:
            for number, end in joblib.Parallel(**settings)(tasks):
                group.remove(number)
                yield number, end
        except Exception as died:  # each backend has an error of its own for a process that is gone
            if alone:
                yield group[0], Failure([], f"the process that ran it died, twice ({died})")
                continue
            begun = [number for number in group if (notes / str(number)).exists()] or group
            suspects.update(begun)
            groups += [[number for number in group if number not in begun], *([number] for number in begun)]


def _numbered(number: int, content: bytes, note: Path, parent: int | None) -> tuple[int, End]:
    return number, run_job(content, note, parent)
