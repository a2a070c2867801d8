"""`make demo` ends with the signed-in page on the screen, and leaves nothing behind."""

import pathlib
import re
import socket
import subprocess
import sys

from harness import documents, walk
from harness.ports import free_port
from harness.proxy import BINARY
from harness.service import BINARY as SERVICE

ROOT = pathlib.Path(__file__).resolve().parents[2]
POLICY = pathlib.Path("/etc/chromium/policies/managed/cdp-proxy.json")


def demo(folder, **ports):
    names = ["--chrome-port", "--proxy-port", "--admin-port", "--site-port", "--service-port", "--service-admin-port"]
    chosen = [f"{name}={ports.get(name, free_port())}" for name in names]
    command = [
        "/usr/bin/python3",
        str(ROOT / "deploy/demo/run.py"),
        "--binary",
        BINARY,
        "--service-binary",
        SERVICE,
        "--once",
        "--folder",
        str(folder),
        *chosen,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


def processes_naming(text):
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if text in arguments:
            found.append(arguments.replace("\0", " "))
    return found


def test_demo_shows_the_signed_in_page_and_cleans_up(tmp_path):
    had_policy = POLICY.exists()
    done = demo(tmp_path / "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Signed in as demo" in done.stdout
    assert "cookie: accepted" in done.stdout
    assert "local storage: accepted" in done.stdout
    assert re.search(
        r"^Stored: +POST http://127\.0\.0\.1:\d+/sessions made session [0-9a-f-]{36}", done.stdout, re.MULTILINE
    )
    for client in ("connect_over_cdp", "connectOverCDP", "puppeteer.connect", "websockets.connect"):
        assert client in done.stdout
    assert len(re.findall(r"signingKey=", done.stdout)) == 1, "the connectUrl is printed once"
    assert (tmp_path / "run" / "env").stat().st_mode & 0o077 == 0
    port = re.search(r"^Chromium: +127\.0\.0\.1:(\d+)", done.stdout, re.MULTILINE)[1]
    assert processes_naming(f"--remote-debugging-port={port}") == []
    assert POLICY.exists() == had_policy


def test_demo_names_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = demo(tmp_path / "run", **{"--proxy-port": port})
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "in use" in done.stderr


def test_the_lines_it_prints_connect(tmp_path):
    """But for Puppeteer's, which is no part of the set-up."""
    with walk.Walk(tmp_path, "README.md") as reader:
        printed = reader.run(documents.Block("demo", 0, "bash", "demo", "make run\n"))
        reader.run(documents.Block("demo", 0, "bash", "demo", ". .run/env\n"))
        for client, language, python, said in [
            ("Playwright, Python", "python", sys.executable, "Signed in as demo"),
            ("Playwright, Node", "js", None, "Signed in as demo"),
            ("Plain CDP (Python, websockets)", "python", "/usr/bin/python3", "1 cookie of the stored session"),
        ]:
            lines = re.search(rf"^{re.escape(client)}:\n\n(.*?)\n(?:\n|\Z)", printed, re.MULTILINE | re.DOTALL)[1]
            assert said in reader.run(documents.Block("demo", 0, language, "demo", lines + "\n"), python=python)
