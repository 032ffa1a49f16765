"""Train several variants over the same seeds, side by side in processes, and keep what is done."""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import joblib
import torch

from sacnotes_lib.comparison.arguments import Variant, checked_variants, in_words, seeds_by_job, spec_of
from sacnotes_lib.comparison.dispatch import run_jobs
from sacnotes_lib.comparison.job import Job, Outcome
from sacnotes_lib.comparison.result import Result
from sacnotes_lib.comparison.results import Comparison, Failure
from sacnotes_lib.comparison.store import FOLDER, Store, key_of, results_folder
from sacnotes_lib.comparison.watch import Watch
from sacnotes_lib.sac.agent import SAC
from sacnotes_lib.training.device import known_device
from sacnotes_lib.training.run import steps_to_take


def compare(
    variants: Mapping[str, Variant],
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
    on disk, so that the same call, tomorrow or after an interruption, computes only what is missing; `drop_results`
    forgets them.

    Args:
        variants: name to SACConfig, or to a pair of a SACConfig and a subclass of SAC, which may be defined in a
            notebook.
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

    Raises:
        TypeError, ValueError, UnsuitableEnvironment: for arguments that cannot work, before anything is trained.
    """
    pairs, chunks = checked_variants(variants), seeds_by_job(seeds, seeds_per_job)
    device = str(known_device(device))
    if jobs == 0:
        raise ValueError(
            "jobs = 0, but it must be a number of processes, 1 for none beside this, or None for all cores"
        )
    planned = [
        Job(
            name, config, chunk, steps_to_take(config), agent_class, spec_of(name, config),
            device, compile, buffers,
        )
        for name, (config, agent_class) in pairs.items()
        for chunk in chunks
    ]  # fmt: skip
    store = Store(results_folder(folder))
    keys = [store.folder and key_of(job) for job in planned]
    kept = {index: result for index, key in enumerate(keys) if (result := store.get(key))}
    missing = {str(index): job for index, job in enumerate(planned) if index not in kept}
    watch = Watch(
        {number: job.steps * len(job.seeds) for number, job in missing.items()},
        {number: len(job.seeds) for number, job in missing.items()},
        f"{len(pairs)} variants, {sum(map(len, chunks))} seeds",
        ended=sum(planned[index].steps * len(planned[index].seeds) for index in kept),
        shown=progress,
    )
    outcomes = {}
    for index, outcome in _trained(missing, watch, jobs, len(planned)):
        outcomes[index] = outcome
        if outcome.is_whole:
            store.put(keys[index], outcome.result)
    ended = [kept.get(index) or outcomes.get(index) for index in range(len(planned))]
    return _gathered(planned, ended)


def _trained(missing: Mapping[str, Job], watch: Watch, processes: int | None, total: int):
    """Pairs of a job's place and its Outcome, as jobs end, until all have or somebody interrupts."""
    if processes is None and joblib.effective_n_jobs(None) == 1:
        processes = -1  # nobody said otherwise: all cores
    contents = {number: job.to_bytes() for number, job in missing.items()}
    failed, done = [], total - len(missing)
    with watch:
        watch.note = f"{done} of {total} jobs kept from before" if done else ""
        try:
            with closing(run_jobs(contents, watch, processes)) as ending:
                for number, outcome in ending:
                    yield int(number), outcome
                    if outcome.interrupted:
                        raise KeyboardInterrupt
                    watch.has_ended(number)
                    done += 1
                    if outcome.error:
                        failed.append(missing[number].name)
                    watch.note = f"{done} of {total} jobs" + _listed(" · failed: ", failed)
        except KeyboardInterrupt:
            watch.note = f"interrupted, {done} of {total} jobs kept" + _listed(" · failed: ", failed)


def _gathered(planned: Sequence[Job], ended: Sequence[Result | Outcome | None]) -> Comparison:
    """Jobs' ends put together by variant."""
    results, failures, unfinished = {}, {}, []
    by_name = {}
    for job, end in zip(planned, ended):
        by_name.setdefault(job.name, []).append((job, end))
    for name, pairs in by_name.items():
        agent_class = pairs[0][0].agent_class
        whole, failed = [], []
        for job, end in pairs:
            if isinstance(end, Outcome) and end.is_whole:
                end = Result.from_bytes(end.result)
            if isinstance(end, Result):
                whole.append(replace(end, agent_class=agent_class))
            elif end is not None and end.error:
                failed.append((job, end))
        if failed:
            failures[name] = _failure(failed, agent_class)
            warnings.warn(
                f'"{name}" failed for {in_words(failures[name].seeds)}. {failures[name].error}', stacklevel=3
            )
        if len(whole) + len(failed) < len(pairs):
            unfinished.append(name)
        elif whole:
            results[name] = Result.joined(whole)
    return Comparison(results, failures, unfinished)


def _failure(failed: Sequence[tuple[Job, Outcome]], agent_class: type[SAC]) -> Failure:
    outcome = failed[0][1]
    until_then = outcome.result and replace(Result.from_bytes(outcome.result), agent_class=agent_class)
    seeds = [seed for job, _ in failed for seed in job.seeds]
    return Failure(seeds, outcome.error, outcome.details, until_then)


def _listed(before: str, names: Sequence[str]) -> str:
    return before + ", ".join(dict.fromkeys(names)) if names else ""
