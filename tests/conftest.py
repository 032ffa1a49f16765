"""For every test: one thread for each library's arithmetic, set before any of them is imported."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # idle threads that spin make shared cores ten times slower
