"""Runs a notebook from top to bottom, away from the person's own settings and files."""

import os
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

# What a shell may carry and a page must not depend on: shorter training, hidden figures, a learner's progress.
LEFT_OUT = ("SACNOTES_QUICK", "MPLBACKEND", "SACNOTES_PROGRESS", "SACNOTES_RESULTS")


def execute(notebook: nbformat.NotebookNode, *, quick: bool = False, cell_timeout: int = 600) -> float:
    """Run every code cell of `notebook` in order, put the outputs into it, and return the seconds it took.

    The kernel is this interpreter's own, and works in an empty folder that is removed afterwards. `quick`
    shortens training runs. Raises nbclient's CellExecutionError at the first cell that fails, CellTimeoutError
    at one that takes more than `cell_timeout` seconds, DeadKernelError when the kernel dies.
    """
    # A name may go meanwhile: other threads, pytest's among them, set and unset theirs.
    environment = {name: os.environ.get(name, "") for name in list(os.environ) if name not in LEFT_OUT}
    if quick:
        environment["SACNOTES_QUICK"] = "1"
    # No folders to look in: a kernel called python3 that a person registered elsewhere is not the one meant.
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sacnotes-", ignore_cleanup_errors=True) as folder:
        environment["IPYTHONDIR"] = os.path.join(folder, ".ipython")
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=cell_timeout,
            # Without the warning that the kernel, which only this machine reaches, speaks unencrypted.
            extra_arguments=["--log-level=ERROR"],
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=environment, cleanup_kc=True)
    return time.perf_counter() - started


def execute_and_tell(path: Path, notebook: nbformat.NotebookNode) -> tuple[bool, str]:
    """Execute `notebook`, read from `path`; whether it ran, and a line with its name and time, or what failed."""
    started = time.perf_counter()
    try:
        return True, f"{path.name:<44} {execute(notebook):6.1f} s"
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return False, f"{path.name:<44} failed after {time.perf_counter() - started:.1f} s\n{error}"
