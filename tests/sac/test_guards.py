"""One thread while training, and a Ctrl-C that waits for the end of a step."""

import os
import signal
import threading

import pytest
import torch

from sacnotes_lib.sac.guards import interrupt_flag, single_thread


def test_training_takes_one_thread_and_gives_the_others_back():
    torch.set_num_threads(2)
    try:
        with single_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        with pytest.raises(ZeroDivisionError), single_thread():
            raise ZeroDivisionError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def interrupt():
    """SIGINT from another thread, as from a terminal; Python hands it to the main thread at the next instruction."""
    sender = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
    sender.start()
    sender.join()


def test_the_first_interrupt_raises_a_flag_and_the_second_interrupts():
    with interrupt_flag() as asked_to_stop:
        assert not asked_to_stop()
        interrupt()
        assert asked_to_stop()
        with pytest.raises(KeyboardInterrupt):
            interrupt()
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
                interrupt()
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
