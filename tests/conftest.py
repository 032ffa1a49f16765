"""For every test, set before any library is imported: one thread for arithmetic, no learner's record touched."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin make shared cores ten times slower
os.environ["SACNOTES_PROGRESS"] = os.environ["SACNOTES_RESULTS"] = "off"
