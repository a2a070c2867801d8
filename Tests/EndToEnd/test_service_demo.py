"""`make run-service` shows the service at work, keeps its secrets to its owner, and leaves nothing behind."""

import contextlib
import pathlib
import re
import signal
import socket
import subprocess

import pytest
from harness.lines import Lines
from harness.ports import free_port
from harness.service import BINARY

ROOT = pathlib.Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def running(folder, *flags, port=None):
    """The demo, started; its ports, and the lines it prints."""
    ports = [port or free_port(), free_port(), free_port()]
    script = str(ROOT / "deploy/demo/run_service.py")
    where = ["--folder", str(folder), f"--port={ports[0]}", f"--admin-port={ports[1]}", f"--site-port={ports[2]}"]
    process = subprocess.Popen(
        ["/usr/bin/python3", script, "--binary", BINARY, *where, *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, Lines(process.stdout), ports
    finally:
        process.kill()
        process.wait()


def assert_ports_are_closed(ports):
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


def test_it_shows_create_list_and_fetch(tmp_path):
    folder = tmp_path / "run" / "service"
    with running(folder, "--once") as (process, lines, ports):
        assert process.wait(60) == 0, lines.finish()
        text = "\n".join(lines.finish())
    commands = re.findall(r"^    (curl .*)$", text, re.MULTILINE)
    assert [re.search(r"/sessions(\S*)", command)[1] for command in commands[:3]] == ["", "", "/by-name/shop"]
    assert commands[3].endswith("/state")
    assert "what came back is what was stored" in text
    assert len(re.findall(r"^[\w-]+\.[\w-]+\.[\w-]+$", text, re.MULTILINE)) == 1, "one token is printed"
    assert {"env", "authorization", "state.json"} <= {file.name for file in folder.iterdir()}
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert b"PRIV" + b"ATE KEY" not in b"".join(file.read_bytes() for file in folder.iterdir())
    assert "a-secret-of-shop" not in (folder / "service.log").read_text()
    assert_ports_are_closed(ports)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(tmp_path, number):
    with running(tmp_path) as (process, lines, ports):
        lines.wait_for(lambda line: line.startswith("Serving."), "end of the proof", timeout=60)
        header = (tmp_path / "authorization").read_text().strip()
        shown = subprocess.run(
            ["curl", "-sS", "-H", header, f"http://127.0.0.1:{ports[0]}/sessions"], capture_output=True, text=True
        )
        assert '"shop"' in shown.stdout
        process.send_signal(number)
        assert process.wait(30) == 0
        assert lines.finish()[-1] == "Stopped."
    assert_ports_are_closed(ports)


def test_a_second_run_starts_afresh(tmp_path):
    for _ in range(2):
        with running(tmp_path, "--once") as (process, lines, _):
            assert process.wait(60) == 0, lines.finish()


def test_it_names_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, "--once", port=port) as (process, lines, _):
            assert process.wait(30) == 1
            text = "\n".join(lines.finish())
    assert f"Port {port} (for the session service) is in use" in text


def test_the_identity_provider_alone():
    script = str(ROOT / "deploy/demo/identity_provider.py")
    process = subprocess.Popen(["/usr/bin/python3", script], stdout=subprocess.PIPE, text=True)
    lines = Lines(process.stdout)
    assert lines.wait_for(lambda line: line.startswith("TOKEN="), "token").count(".") == 2
    assert [line.partition("=")[0] for line in lines.all()[:3]] == [
        "export CHUTES_IDP_JWKS_URL",
        "export CHUTES_IDP_ISSUER",
        "export CHUTES_IDP_AUDIENCE",
    ]
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
