"""A wrong setting stops the start with one sentence that names the variable and never shows its value."""

import socket

import pytest
from harness.certificates import Authority
from harness.ports import free_port
from harness.proxy import command, environment
from harness.store import Store

SETTINGS = {
    "short key": ("WALLCRAWLER_JWT_SIGNING_KEY", "short-but-very-secret"),
    "address without a port": ("CDP_PROXY_LISTEN", "127.0.0.1"),
    "port out of range": ("CDP_PROXY_LISTEN", "127.0.0.1:70000"),
    "admin address": ("CDP_PROXY_ADMIN_LISTEN", "nowhere"),
    "Chrome's address": ("CDP_PROXY_CHROME", "http://127.0.0.1:9222/"),
    "duration": ("CDP_PROXY_PING", "30 parsecs"),
    "hand-over": ("CDP_PROXY_HANDOVER_DEADLINE", "0s"),
    "switch": ("CDP_PROXY_CHECK_IP", "perhaps"),
    "token use": ("CDP_PROXY_TOKEN_USE", "twice"),
    "injection": ("CDP_PROXY_INJECT", "sometimes"),
    "injection failure": ("CDP_PROXY_INJECT_FAILURE", "ajar"),
    "root": ("CDP_PROXY_ROOT", "window"),
    "log format": ("CDP_PROXY_LOG", "xml"),
    "trusted hops": ("CDP_PROXY_TRUSTED_PROXIES", "10.0.0.0/33"),
    "public address": ("CDP_PROXY_PUBLIC_URL", "ftp://cdp.example"),
    "encryption secret": ("SESSION_ENCRYPTION_SECRET", "bm90IDMyIGJ5dGVz"),
    "user key": ("SESSION_USER_KEY", "!"),
    "downloads": ("CDP_PROXY_DOWNLOADS", "downloads"),
    "downloads by another way": ("CDP_PROXY_DOWNLOADS", "/tmp/../etc"),
    "quota": ("CDP_PROXY_DOWNLOADS_MIB", "0"),
    "age": ("CDP_PROXY_DOWNLOADS_AGE", "0s"),
    "uploads": ("CDP_PROXY_UPLOADS", "/"),
    "compression": ("CDP_PROXY_COMPRESSION", "maybe"),
    "deadline of the head": ("CDP_PROXY_HEAD_DEADLINE", "10"),
    "deadline of TLS": ("CDP_PROXY_TLS_DEADLINE", "0s"),
    "deadline of Chrome": ("CDP_PROXY_CHROME_DEADLINE", "1h"),
    "idleness": ("CDP_PROXY_MAX_IDLE", "500ms"),
    "age of a connection": ("CDP_PROXY_MAX_AGE", "-1s"),
    "relay buffer": ("CDP_PROXY_RELAY_BUFFER_KIB", "63"),
    "database": ("DATABASE_URL", "mysql://password@db.example/sessions"),
}


def serve(tmp_path, **changes):
    addresses = {
        "CDP_PROXY_LISTEN": f"127.0.0.1:{free_port()}",
        "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
        "CDP_PROXY_CHROME": f"127.0.0.1:{free_port()}",
    }
    return command("serve", env=environment(tmp_path, **(addresses | changes)))


@pytest.mark.parametrize("case", SETTINGS)
def test_a_wrong_setting_is_named(tmp_path, case):
    name, value = SETTINGS[case]
    done = serve(tmp_path, **{name: value})
    assert done.returncode not in (0, None)
    assert name in done.stderr
    if "secret" in value or "password" in value:
        assert value not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_signing_key_is_named(tmp_path):
    done = serve(tmp_path, WALLCRAWLER_JWT_SIGNING_KEY=None)
    assert done.returncode != 0
    assert "WALLCRAWLER_JWT_SIGNING_KEY" in done.stderr
    assert "WALLCRAWLER_JWT_SIGNING_SECRET_ARN" in done.stderr


@pytest.mark.parametrize("name", ["CDP_PROXY_DOWNLOADS", "CDP_PROXY_UPLOADS"])
def test_a_folder_shared_with_chrome_holds_nothing_of_the_proxys(tmp_path, name):
    Store(tmp_path)
    done = serve(tmp_path, **{name: str(tmp_path)})
    assert done.returncode != 0
    assert name in done.stderr
    assert "of the proxy's own" in done.stderr


def test_a_missing_folder_of_downloads_is_named(tmp_path):
    Store(tmp_path)
    done = serve(tmp_path, CDP_PROXY_DOWNLOADS=str(tmp_path / "nowhere"))
    assert done.returncode != 0
    assert "CDP_PROXY_DOWNLOADS" in done.stderr


def tls(tmp_path, case):
    """The settings of a certificate that will not do, and the variable at fault."""
    authority = Authority(tmp_path)
    good, other = authority.issue("good"), authority.issue("other")
    old = authority.issue("old", days=(-3, -1))
    sealed = authority.issue("sealed", passphrase=b"a passphrase")
    text = tmp_path / "text.pem"
    text.write_text("no PEM")
    return {
        "no key": ("CDP_PROXY_TLS_KEY", {"CERT": good[0]}),
        "no certificate": ("CDP_PROXY_TLS_CERT", {"KEY": good[1]}),
        "missing": ("CDP_PROXY_TLS_CERT", {"CERT": tmp_path / "nowhere", "KEY": good[1]}),
        "no PEM": ("CDP_PROXY_TLS_CERT", {"CERT": text, "KEY": good[1]}),
        "no key in PEM": ("CDP_PROXY_TLS_KEY", {"CERT": good[0], "KEY": text}),
        "another's key": ("CDP_PROXY_TLS_KEY", {"CERT": good[0], "KEY": other[1]}),
        "a passphrase": ("CDP_PROXY_TLS_KEY", {"CERT": sealed[0], "KEY": sealed[1]}),
        "expired": ("CDP_PROXY_TLS_CERT", {"CERT": old[0], "KEY": old[1]}),
        "authorities": ("CDP_PROXY_TLS_CLIENT_CA", {"CERT": good[0], "KEY": good[1], "CLIENT_CA": text}),
        "authentication alone": (
            "CDP_PROXY_TLS_CLIENT_CA",
            {"CERT": good[0], "KEY": good[1], "CLIENT_AUTH": "require"},
        ),
    }[case]


@pytest.mark.parametrize(
    "case",
    [
        *("no key", "no certificate", "missing", "no PEM", "no key in PEM", "another's key", "a passphrase"),
        *("expired", "authorities", "authentication alone"),
    ],
)
def test_a_certificate_that_will_not_do_is_named(tmp_path, case):
    Store(tmp_path)
    name, files = tls(tmp_path, case)
    done = serve(tmp_path, **{f"CDP_PROXY_TLS_{what}": str(path) for what, path in files.items()})
    assert done.returncode != 0
    assert name in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_uploads_hold_no_downloads(tmp_path):
    Store(tmp_path)
    (tmp_path / "shared" / "downloads").mkdir(parents=True)
    folders = {"CDP_PROXY_UPLOADS": str(tmp_path / "shared"), "CDP_PROXY_DOWNLOADS": str(tmp_path / "shared/downloads")}
    done = serve(tmp_path, **folders)
    assert done.returncode != 0
    assert "CDP_PROXY_UPLOADS" in done.stderr


@pytest.mark.parametrize("name", ["CDP_PROXY_LISTEN", "CDP_PROXY_ADMIN_LISTEN"])
def test_a_port_in_use_is_named(tmp_path, name):
    Store(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = serve(tmp_path, **{name: address})
    assert done.returncode != 0
    assert address in done.stderr
    assert "in use" in done.stderr


def test_a_corrupt_database_is_named(tmp_path):
    (tmp_path / "sessions.sqlite").write_bytes(b"this is no database at all, " * 100)
    done = serve(tmp_path, CDP_PROXY_BROWSER_SESSION="work")
    assert done.returncode != 0
    assert "sessions.sqlite" in done.stderr


def test_a_missing_database_is_named(tmp_path):
    done = serve(tmp_path)
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr
    assert "sessions.sqlite" in done.stderr
    assert not (tmp_path / "sessions.sqlite").exists()


def test_a_missing_database_folder_is_named(tmp_path):
    done = command("session", "list", env=environment(tmp_path / "nowhere"))
    assert done.returncode != 0
    assert "sessions.sqlite" in done.stderr


def test_an_unknown_subcommand_is_refused(tmp_path):
    done = command("server", env=environment(tmp_path))
    assert done.returncode != 0


def test_health_fails_without_a_proxy(tmp_path):
    address = f"127.0.0.1:{free_port()}"
    done = command("health", env=environment(tmp_path, CDP_PROXY_ADMIN_LISTEN=address, CDP_PROXY_LISTEN=address))
    assert done.returncode != 0


def test_health_succeeds_with_a_running_proxy(proxy):
    assert command("health", env=proxy.env).returncode == 0
