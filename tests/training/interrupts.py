"""Ctrl-C, pressed by a test."""

import os
import signal
import threading


def send_interrupt() -> None:
    """SIGINT from another thread, as from a terminal; Python hands it to the main thread at the next instruction."""
    sender = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
    sender.start()
    sender.join()
