"""Opens the learner's copies of the pages in JupyterLab, on every system alike:  python -m tools.lab [its options]"""

import os
import sys

import zmq
from jupyterlab.labapp import LabApp

from tools.copies import MINE, ROOT, renew

FIRST_PAGE = f"{MINE}/00_start_here.ipynb"
# No question about news, and whole pages: a link to a section loses its place where cells far away are only estimated.
DEFAULTS = ROOT / "tools" / "jupyterlab"


def options(arguments: list[str]) -> list[str]:
    """`arguments`, and before them what they leave open. The root is the repository: there is more to read in it."""
    chosen = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}"]
    if zmq.has("curve"):  # without it each kernel warns that it talks unencrypted
        chosen.append("--MappingKernelManager.transport_encryption=auto")
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # in a container there is often nobody but root
        chosen.append("--allow-root")
    given = {argument.partition("=")[0] for argument in arguments}
    return [option for option in chosen if option.partition("=")[0] not in given] + arguments


def main(arguments: list[str]) -> None:
    """Start it and stay until it ends. What a user has set up comes before the course's defaults.

    First the copies are made or renewed, unless another root was asked for: then it is not about them.
    """
    if f"--ServerApp.root_dir={ROOT}" in options(arguments):
        renew()
    folders = [os.environ.get("JUPYTER_CONFIG_PATH"), str(DEFAULTS)]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))
    LabApp.launch_instance(options(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
