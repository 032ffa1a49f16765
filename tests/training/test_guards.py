"""One thread while training, memory that stays, and a Ctrl-C that waits for the end of a step."""

import os
import platform
import signal
import subprocess
import sys
import threading

import pytest
import torch

from sacnotes_lib.plots.q_check import check_q
from sacnotes_lib.sac.networks import Actor
from sacnotes_lib.training import guards
from sacnotes_lib.training.guards import interrupt_flag, single_thread
from sacnotes_lib.training.run import TrainingRun, evaluate


@pytest.fixture
def two_threads():
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


def test_training_takes_one_thread_and_gives_the_others_back(two_threads):
    with single_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with pytest.raises(ZeroDivisionError), single_thread():
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2


LOOKS = {
    "training": lambda run: run.resume(12, progress=False), "a run's evaluation": lambda run: run.evaluate(1),
    "an agent's": lambda run: evaluate(run.agent, 1), "Q": check_q,
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_training_and_looking_at_a_run_take_one_thread(small, monkeypatch, two_threads, look):
    """With two, on cores that are shared, looking took longer than the training between two looks."""
    run, threads = TrainingRun(small, 2), []
    forward = Actor.forward
    monkeypatch.setattr(
        Actor, "forward", lambda *args: threads.append(torch.get_num_threads()) or forward(*args)
    )
    look(run)
    assert set(threads) == {1} and torch.get_num_threads() == 2


def send_interrupt() -> None:
    """SIGINT from another thread, as from a terminal; Python hands it to the main thread at the next instruction."""
    sender = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
    sender.start()
    sender.join()


def test_the_first_interrupt_raises_a_flag_and_the_second_interrupts():
    with interrupt_flag() as asked_to_stop:
        assert not asked_to_stop()
        send_interrupt()
        assert asked_to_stop()
        with pytest.raises(KeyboardInterrupt):
            send_interrupt()
            threading.Event().wait(10)  # delivered by now at the latest


@pytest.mark.parametrize("interrupts", [0, 1])
def test_the_handler_that_was_there_comes_back(interrupts):
    def handler(signum, frame):
        pass

    original = signal.signal(signal.SIGINT, handler)
    try:
        with interrupt_flag():
            assert signal.getsignal(signal.SIGINT) is not handler
            for _ in range(interrupts):
                send_interrupt()
        assert signal.getsignal(signal.SIGINT) is handler
        with pytest.raises(ZeroDivisionError), interrupt_flag():
            raise ZeroDivisionError
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, original)


def test_outside_the_main_thread_there_is_a_flag_that_stays_down():
    seen = []

    def work():
        with interrupt_flag() as asked_to_stop:
            seen.append(asked_to_stop())

    before = signal.getsignal(signal.SIGINT)
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert seen == [False]
    assert signal.getsignal(signal.SIGINT) is before


# How many pages the system has to find anew while 20 blocks of 4 MB, an update's worth, are taken and freed ten times.
COUNT_PAGES = """
import resource, runpy, sys, torch
keep_freed_memory = runpy.run_path(sys.argv[2])["keep_freed_memory"]  # without the rest of the package
assert keep_freed_memory() is (sys.argv[1] == "keep")
def use():
    blocks = [torch.ones(2**20) for _ in range(20)]
for _ in range(3):
    use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(choice: str, **environment) -> int:
    environment = {name: value for name, value in os.environ.items() if "MALLOC" not in name} | environment
    command = [sys.executable, "-c", COUNT_PAGES, choice, guards.__file__]
    return int(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told anything")
@pytest.mark.slow  # it starts processes
def test_freed_memory_stays_and_whoever_chose_otherwise_is_left_alone():
    kept, given_back = pages("keep"), pages("leave", MALLOC_TRIM_THRESHOLD_="131072")
    assert given_back > 10_000
    assert kept < given_back / 20
