"""What keeps a run whole and quick: one thread, memory that stays, no step cut in the middle, early warnings."""

import ctypes
import functools
import math
import os
import platform
import signal
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import psutil
import torch
from gymnasium.spaces import Box
from torch import Tensor

from sacnotes_lib.sac.config import SACConfig
from sacnotes_lib.sac.metrics import Metrics


@contextmanager
def single_thread():
    """One PyTorch thread while training; also as a decorator, `@single_thread()`.

    At these sizes a second thread buys little (about a sixth with eight runs), and where the cores are shared, with
    a browser for one, waiting threads spin and an update takes several times as long.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


# Of glibc's mallopt (malloc.h), and what it is told: keep up to 256 MB, and ask anew only for blocks above 32 MB.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES, LARGE_BLOCK_BYTES = 256 * 2**20, 32 * 2**20


@functools.cache
def keep_freed_memory() -> bool:
    """Let this process keep the memory that an update frees, for the next update.

    Left to itself, glibc gives it back to the system after each update and asks for it again in the next, page by
    page: a quarter of the time of eight runs with 256 units. No number changes. Whoever set MALLOC_TRIM_THRESHOLD_ or
    MALLOC_MMAP_THRESHOLD_ in the environment is left alone.

    Returns: False where there is nothing to be told: another C library, or somebody else's choice.
    """
    chosen = {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"} & os.environ.keys()
    if chosen or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES) and mallopt(M_TRIM_THRESHOLD, KEPT_BYTES))


_STOPS: list[threading.Event] = []  # of the `interrupt_flag`s around this moment


def asked_to_stop() -> bool:
    """Whether somebody pressed Ctrl-C inside an `interrupt_flag`: for what takes long inside one step."""
    return any(stop.is_set() for stop in _STOPS)


@contextmanager
def interrupt_flag():
    """Turns the first Ctrl-C into a question, `asked_to_stop()`, so that a step is never cut in the middle.

    The second one interrupts at once, in case a step hangs. Outside the main thread Python delivers no signal, and
    the flag stays down.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop.is_set
        return

    def first_time(signum, frame):
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, first_time)
    _STOPS.append(stop)
    try:
        yield stop.is_set
    finally:
        _STOPS.remove(stop)
        signal.signal(signal.SIGINT, before)


def warn_of_what_cannot_come(config: SACConfig, runs: int, observation_dim: int, actions: Box) -> None:
    """Warn before a training of so many runs whose temperature, actions or memory cannot be what was asked for."""
    (action_dim,) = actions.shape
    reachable = action_dim * math.log(2)
    asked = config.target_entropy if config.temperature == "auto" else "auto"
    if config.squash_actions and asked != "auto" and asked >= reachable:
        warnings.warn(
            f"target_entropy = {asked:g} nats cannot be reached: a policy of {action_dim} action(s) in [-1, 1] has at "
            f"most {reachable:.3g}. The temperature will rise without end",
            stacklevel=4,
        )
    if not config.squash_actions and np.isfinite([actions.low, actions.high]).any():
        warnings.warn(
            f"squash_actions = False, and {config.env_id} has bounds for actions: what lies beyond is clipped",
            stacklevel=4,
        )
    rows = runs * min(config.replay_capacity, config.total_steps)
    needed, free = 4 * rows * (2 * observation_dim + action_dim + 2), psutil.virtual_memory().available
    if needed > free:
        warnings.warn(
            f"the replay buffers of {runs} seeds will take {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free: "
            "choose a smaller replay_capacity, or fewer seeds",
            stacklevel=4,
        )


class NonFiniteLoss(FloatingPointError):
    """A loss became NaN or infinite. `.seeds` says in which runs."""

    def __init__(self, name: str, value: float | str, seeds: Sequence[int], update: int):
        super().__init__(f"the {name} of seed {', '.join(map(str, seeds))} is {value} at update {update}")
        self.seeds = list(seeds)


def check_finite(metrics: Mapping[str, Tensor], seeds: Sequence[int], update: int) -> None:
    """Raise NonFiniteLoss where a loss is NaN or infinite, naming the seeds and the number of the update.

    The networks have by then taken the step that spoilt them; what was recorded before stays. Of an update of
    somebody's own, which returns plain numbers `[R]` by name, the numbers themselves are looked at.
    """
    if not isinstance(metrics, Metrics):
        for name, numbers in metrics.items():
            if lost := [seed for seed, number in zip(seeds, numbers.tolist()) if not math.isfinite(number)]:
                raise NonFiniteLoss(name, "not finite", lost, update)
        return
    made_of = {"critic": (metrics.q, metrics.target), "actor": (metrics.log_prob, metrics.temperature)}
    for name, loss in metrics.losses.items():
        if math.isfinite(loss.item()):
            continue
        # squared, since a loss also overflows where the numbers themselves do not yet
        sizes = torch.stack([x.square().reshape(len(seeds), -1).sum(1) for x in made_of[name]]).sum(0)
        lost = [seed for seed, size in zip(seeds, sizes) if not math.isfinite(size)] or list(seeds)
        raise NonFiniteLoss(f"{name} loss", loss.item(), lost, update)
