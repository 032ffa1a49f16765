"""What keeps a training run whole: one thread where cores are shared, and no step cut in the middle."""

import signal
import threading
from contextlib import contextmanager

import torch


@contextmanager
def single_thread():
    """One PyTorch thread while training.

    At these sizes a second thread buys little (about a sixth with eight runs), and where the cores are shared, with
    a browser for one, waiting threads spin and an update takes several times as long.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


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
    try:
        yield stop.is_set
    finally:
        signal.signal(signal.SIGINT, before)
