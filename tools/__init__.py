"""Tools for those who write the course: how its notebooks are executed, kept and tested."""
