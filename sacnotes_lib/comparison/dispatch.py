"""Jobs handed to joblib, and what becomes of them where a process dies under one."""

import signal
import warnings
from collections.abc import Generator, Iterator, Mapping

import joblib
from joblib.parallel import BACKENDS, get_active_backend

from sacnotes_lib.comparison.job import Outcome, run_job
from sacnotes_lib.comparison.watch import Watch


def run_jobs(jobs: Mapping[str, bytes], watch: Watch, processes: int | None) -> Iterator[tuple[str, Outcome]]:
    """Run every job under joblib's present backend; key and outcome of each, as they end.

    An error inside a job is its outcome. A process that dies takes its pool along, and nobody says which job killed
    it. So whatever had begun and not ended is tried once more, each by itself: whoever kills its process again is
    reported, the others are done, and the jobs that had not begun go on as before.

    Args:
        jobs: key to `Job.to_bytes()`.
        watch: knows which jobs have begun.
        processes: how many at a time; None leaves it to `joblib.parallel_config`, 1 runs them in this process.
    """
    waiting = dict(jobs)
    while waiting:
        died = None
        for key, outcome in _one_round(waiting, watch, processes):
            if isinstance(outcome, Outcome):
                del waiting[key]
                yield key, outcome
            else:
                died = outcome
        if died is None:
            return
        for key in [key for key in waiting if watch.has_begun(key)] or list(waiting):
            alone = {key: waiting.pop(key)}
            # Two processes at least: with one, joblib would run the job in this very process.
            *_, (_, outcome) = _one_round(alone, watch, processes and max(2, processes))
            if not isinstance(outcome, Outcome):
                outcome = Outcome(
                    None, f"the process that ran it died, twice ({_in_short(outcome)})", str(outcome)
                )
            yield key, outcome


def _one_round(
    jobs: Mapping[str, bytes], watch: Watch, processes: int | None
) -> Iterator[tuple[str, Outcome | Exception]]:
    """Outcomes as they come; and last, where joblib gave up, its error under the key ""."""
    tasks = (joblib.delayed(_keyed)(key, content, watch.file(key)) for key, content in jobs.items())
    outcomes = ()
    try:
        outcomes = _parallel(processes)(tasks)
        for outcome in outcomes:  # noqa: UP028  (`yield from` would close it with joblib's warning)
            yield outcome
    except Exception as died:  # each backend has an error of its own for a process that is gone
        yield "", died
    finally:
        if isinstance(outcomes, Generator):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that jobs are cancelled is what was asked for
                outcomes.close()


def _parallel(processes: int | None) -> joblib.Parallel:
    """Gives results as they end, or, where the backend cannot (Ray's), all when the last has ended."""
    settings = {"n_jobs": processes, "batch_size": 1, "pre_dispatch": "all", "max_nbytes": None}
    if isinstance(get_active_backend()[0], BACKENDS["loky"]):
        # Ctrl-C goes to every process of a terminal or kernel. It is for this one; idle ones would print an error.
        settings |= {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    try:
        return joblib.Parallel(return_as="generator_unordered", **settings)
    except ValueError:
        return joblib.Parallel(**settings)


def _keyed(key: str, content: bytes, note: str) -> tuple[str, Outcome]:
    return key, run_job(content, note)


def _in_short(error: Exception) -> str:
    text = (str(error).strip() or "no reason given").splitlines()[0]
    return f"{type(error).__name__}: {text:.120}"
