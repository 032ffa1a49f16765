"""Starts the demos: python -m classroom [--Voila.ip=ADDRESS] [--port=NUMBER] [other options of Voilà]."""

import os
import re
import socket
import sys
from pathlib import Path

from tornado.routing import HostMatches, Rule
from tornado.web import RequestHandler
from traitlets.config import Config
from voila.app import Voila

from classroom.demos import DEMOS
from classroom.lessons import LESSONS

FOLDER = Path(__file__).resolve().parent
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8"]
ANY_ADDRESS = ("", "0.0.0.0")
IDLE = 600  # seconds after which a kernel is ended whose page went away without saying so


def page_config(config: dict, **_) -> dict:
    """What the templates are told: the list of demos, and what the steps of each lesson are called."""
    shown = ("name", "title", "minutes", "ask")
    config["demos"] = [{field: getattr(demo, field) for field in shown} for demo in DEMOS]
    config["lessons"] = {
        str(lesson.minutes): {"about": lesson.about, "steps": [step.heading for step in lesson.steps]}
        for lesson in LESSONS
    }
    return config


def settings() -> Config:
    """How Voilà is set up here."""
    config = Config()
    config.Voila.ip = "127.0.0.1"
    config.Voila.log_level = "ERROR"
    config.Voila.root_dir = str(FOLDER)
    config.VoilaConfiguration.template = "classroom"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.classic_tree = True  # the list of demos needs no kernel and no JupyterLab
    config.VoilaConfiguration.page_config_hook = page_config
    config.VoilaConfiguration.extension_allowlist = EXTENSIONS
    config.VoilaConfiguration.show_tracebacks = True  # the teacher is to read what went wrong
    config.VoilaConfiguration.preheat_kernel = True  # PyTorch is imported before a page asks for it
    # A page that closes says so without the cookie that this check wants, and its kernel would live on. Nothing else
    # is posted here, and the kernel's random name is in the address.
    # ws_ping_timeout stays the server's own, three pings: a single one would cut every connection, since the server
    # looks for the first answer before it has asked.
    config.Voila.tornado_settings = {"disable_check_xsrf": True}
    config.KernelManager.transport_encryption = "auto"
    config.MappingKernelManager.cull_idle_timeout = IDLE
    config.MappingKernelManager.cull_interval = 60
    return config


def environment(address: str) -> dict[str, str]:
    """What server and kernels need to know; they inherit it. Settings that a person made stay."""
    mine = os.environ.get
    return {
        "JUPYTER_PATH": _joined(os.pathsep, FOLDER / "share", mine("JUPYTER_PATH")),
        "PYTHONPATH": _joined(os.pathsep, FOLDER.parent, mine("PYTHONPATH")),
        "no_proxy": _joined(",", "127.0.0.1,localhost", mine("no_proxy", mine("NO_PROXY"))),
        "SACNOTES_DPI": mine("SACNOTES_DPI", "130"),  # sharp on a screen of 1920 pixels
        "OMP_NUM_THREADS": mine("OMP_NUM_THREADS", "1"),  # training takes one thread; idle ones would spin
        "VOILA_APP_IP": "127.0.0.1" if address in ANY_ADDRESS else address,
        "SERVER_SOFTWARE": "voila",
    }


def _joined(separator: str, *parts) -> str:
    return separator.join(str(part) for part in parts if part)


def free_port(address: str, wanted: int) -> int:
    """`wanted`, or the next one that nobody listens on. Kernels that wait need the number before Voilà looks."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1" if address in ANY_ADDRESS else address, port)):
                return port
    raise OSError(f"ports {wanted} to {wanted + 49} are all taken; choose another one with --port")


class Refused(RequestHandler):
    """What is asked for under a name that is not ours."""

    def prepare(self) -> None:
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(
            f"No demos under the name {self.request.host_name}: use this computer's own name, or its number."
        )


def foreign(address: str) -> HostMatches:
    """Names in a request that are neither this computer's nor a number.

    A page from elsewhere that has its own name lead here (DNS rebinding) would otherwise count as ours.
    """
    own = {address, "localhost", socket.gethostname(), f"{socket.gethostname()}.local", socket.getfqdn()}
    names = "|".join(re.escape(name.lower()) for name in own)
    return HostMatches(rf"(?!(?:{names}|[\d.]+|\[[\da-f:.]+\])$).*")


class Classroom(Voila):
    """Voilà that says in one line where the demos are, and serves them under this computer's names alone."""

    def listen(self) -> None:
        self.app.default_router.rules.insert(0, Rule(foreign(self.ip), Refused))
        print(f"Demos at {self.display_url} (Ctrl+C ends them)", flush=True)
        super().listen()


def main(arguments: list[str]) -> None:
    app = Classroom(config=settings())
    os.environ.update(environment(""))  # the templates are looked for here
    app.initialize(arguments)
    os.environ["VOILA_APP_IP"] = environment(app.ip)["VOILA_APP_IP"]
    app.port = free_port(app.ip, app.port)
    app.start()


if __name__ == "__main__":
    main(sys.argv[1:])
