"""PostgreSQL that cannot be had is one sentence of a command, and no end of the proxy."""

from harness.proxy import Proxy, command, environment

DOWN = "postgresql+asyncpg://user:very-secret@127.0.0.1:1/sessions"


def listing(tmp_path, **changes):
    return command("session", "list", env=environment(tmp_path, DATABASE_URL=DOWN, **changes))


def test_a_command_says_that_the_server_is_down(tmp_path):
    done = listing(tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: the session database is not available: the server cannot be reached\n"


def test_a_command_says_that_the_library_is_missing(tmp_path):
    # What the loader finds first and cannot load.
    (tmp_path / "libpq.so.5").write_bytes(b"")
    done = listing(tmp_path, LD_LIBRARY_PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "Error: libpq is not installed, which PostgreSQL needs (Debian package libpq5)\n"


def test_the_proxy_starts_and_says_so(tmp_path):
    proxy = Proxy(tmp_path, "127.0.0.1:9", DATABASE_URL=DOWN)
    line = proxy.wait_for_event("session_store_unavailable")
    everything = proxy.stop()
    assert line["level"] == "warning"
    assert line["detail"] == "the server cannot be reached"
    assert "very-secret" not in str(everything)
