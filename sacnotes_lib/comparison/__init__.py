"""Several variants, each over several seeds, as jobs: here, on all cores, or on a cluster.

A room of its own beside `sac`, which knows no files and no other processes. It leans on `sac` alone.
"""
