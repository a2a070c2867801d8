"""An unavailable PostgreSQL is one sentence from a command, and does not end the proxy."""

import pathlib
import subprocess

import pytest
from harness import tokens
from harness.proxy import Proxy, command, environment
from harness.wire import exchange, upgrade

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts" / "postgres-for-tests"
DOWN = "postgresql+asyncpg://user:very-secret@127.0.0.1:1/sessions"


def listing(tmp_path, **changes):
    return command("session", "list", env=environment(tmp_path, DATABASE_URL=DOWN, **changes))


def test_a_command_reports_a_server_that_is_down(tmp_path):
    done = listing(tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: the session database is not available: the server cannot be reached\n"


def test_a_command_reports_a_missing_library(tmp_path):
    # The loader finds this file first and cannot load it.
    (tmp_path / "libpq.so.5").write_bytes(b"")
    done = listing(tmp_path, LD_LIBRARY_PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "Error: libpq is not installed, and PostgreSQL needs it (Debian package libpq5)\n"


def test_the_proxy_starts_without_the_server_and_logs_it(tmp_path):
    proxy = Proxy(tmp_path, "127.0.0.1:9", DATABASE_URL=DOWN)
    line = proxy.wait_for_event("session_store_unavailable")
    everything = proxy.stop()
    assert line["level"] == "warning"
    assert line["detail"] == "the server cannot be reached"
    assert "very-secret" not in str(everything)


@pytest.fixture
def server():
    """A PostgreSQL server, and a function that sends it a command."""
    with subprocess.Popen([SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        ready, port, _ = process.stdout.readline().split()
        assert ready == "ready"

        def ask(line):
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"

        yield int(port), ask
        process.stdin.close()


def refusal(proxy, name):
    signed = tokens.token(userId="user_one", browserSession=name)
    response, _ = exchange(proxy.port, upgrade(f"/?signingKey={signed}"))
    return response.status


def test_the_proxy_survives_a_restart_of_the_server(server, tmp_path, chromium):
    port, ask = server
    ask("sql postgres CREATE DATABASE sessions OWNER owner")
    changes = {"DATABASE_URL": f"postgresql://owner:owner@127.0.0.1:{port}/sessions?sslmode=require"}
    made = command(
        *("session", "import", "-", "--user-id", "user_one", "--name", "old", "--expires", "2020-01-01T00:00:00Z"),
        env=environment(tmp_path, **changes),
        given='{"cookies":[],"origins":[]}',
    )
    assert made.returncode == 0
    proxy = Proxy(tmp_path, chromium.address, **changes)
    try:
        assert refusal(proxy, "old") == 410
        assert refusal(proxy, "none") == 404
        ask("stop")
        assert refusal(proxy, "old") == 502
        ask("start")
        assert refusal(proxy, "old") == 410
    finally:
        proxy.stop()
