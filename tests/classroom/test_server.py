"""What the server of the classroom is told, and what it tells its kernels."""

import socket

from jupyter_server.base.websocket import WebSocketMixin

from classroom.__main__ import FOLDER, environment, free_port, page_config, settings
from classroom.demos import DEMOS


def test_it_listens_on_this_computer_alone_and_serves_one_notebook():
    config = settings()
    assert config.Voila.ip == "127.0.0.1"
    assert config.VoilaConfiguration.allow_template_override == "NO"
    assert [path.name for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts] == [
        "demo.ipynb"
    ]


def test_a_page_is_given_time_to_answer_the_first_ping():
    """The server looks for an answer before it sends a ping, so the first look must not count."""
    connection = WebSocketMixin()
    connection.settings = settings().Voila.tornado_settings
    assert connection.ping_timeout >= 2 * connection.ping_interval


def test_no_template_names_another_host():
    files = [path for path in (FOLDER / "share").rglob("*") if path.is_file()]
    assert len(files) >= 5
    for file in files:
        assert "//" not in file.read_text("utf-8").replace("    // ", ""), file.name


def test_the_list_of_demos_holds_no_answer():
    (first, *_) = page_config({})["demos"]
    assert first == {
        "name": DEMOS[0].name, "title": DEMOS[0].title, "minutes": DEMOS[0].minutes, "ask": DEMOS[0].ask,
    }  # fmt: skip


def test_kernels_are_told_where_the_server_is(monkeypatch):
    monkeypatch.setenv("no_proxy", "example.org")
    monkeypatch.setenv("SACNOTES_DPI", "200")
    for anywhere in ("", "0.0.0.0"):
        assert environment(anywhere)["VOILA_APP_IP"] == "127.0.0.1"
    told = environment("192.0.2.7")
    assert told["VOILA_APP_IP"] == "192.0.2.7"
    assert told["no_proxy"] == "127.0.0.1,localhost,example.org"
    assert told["SACNOTES_DPI"] == "200"


def test_a_taken_port_gives_way_to_the_next():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert taken < free_port("127.0.0.1", taken) <= taken + 49
