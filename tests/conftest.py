"""For every test, set before any library is imported: one thread for arithmetic, no learner's record touched."""

import os
import signal

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin make shared cores ten times slower
os.environ["SACNOTES_PROGRESS"] = os.environ["SACNOTES_RESULTS"] = "off"

# A shell starts what it runs in the background with Ctrl-C ignored, and tests that press it would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
