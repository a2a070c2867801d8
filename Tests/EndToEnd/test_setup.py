"""`cdp-proxy setup`: fresh secrets in a file of the owner's alone, with which the proxy starts."""

import os
import re
import stat

import pytest
from harness.ports import free_port
from harness.proxy import command
from harness.wire import get

NAMES = ["WALLCRAWLER_JWT_SIGNING_KEY", "SESSION_ENCRYPTION_SECRET", "FLYBROWSER_JWT_SECRET", "FLYBROWSER_ADMIN_TOKEN"]


@pytest.fixture
def env(tmp_path):
    return {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(tmp_path)}


def read(path):
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if not line.startswith("#"))


def test_the_file_is_the_owners_alone_and_no_secret_is_printed(tmp_path, env):
    path = tmp_path / "proxy.env"
    done = command("setup", "--non-interactive", "--env-file", str(path), env=env)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets = read(path)
    assert list(secrets) == NAMES
    assert len(set(secrets.values())) == len(NAMES)
    for value in secrets.values():
        assert re.fullmatch(r"[A-Za-z0-9+/=_-]{43,44}", value)
        assert value not in done.stdout + done.stderr
    assert f"serve --env-file {path}" in done.stdout


def test_a_file_that_is_there_is_not_written_over(tmp_path, env):
    path = tmp_path / "proxy.env"
    path.write_text("A=1\n")
    (tmp_path / "link.env").symlink_to(tmp_path / "elsewhere.env")
    for name in ["proxy.env", "link.env", "missing/proxy.env"]:
        done = command("setup", "security", "--non-interactive", "--env-file", str(tmp_path / name), env=env)
        assert done.returncode != 0
        assert name in done.stderr
    assert path.read_text() == "A=1\n"
    assert not (tmp_path / "elsewhere.env").exists()


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("\n", 0), ("n\n", 1), ("", 1), ("what\n", 1)])
def test_it_asks_first(tmp_path, env, answer, status):
    path = tmp_path / "proxy.env"
    done = command("setup", "--env-file", str(path), env=env, given=answer)
    assert done.returncode == status
    assert path.exists() == (status == 0)


def test_the_proxy_starts_with_the_file(tmp_path, env, chromium, own_proxy):
    path = tmp_path / "proxy.env"
    assert command("setup", "--non-interactive", "--env-file", str(path), env=env).returncode == 0
    server = own_proxy(
        chromium.address,
        arguments=["--env-file", str(path)],
        **dict.fromkeys(NAMES),
        DATABASE_URL=None,
        XDG_DATA_HOME=str(tmp_path),
    )
    secrets = read(path)
    token = command(
        *["token", "issue", "--session-id", "s", "--project-id", "p"],
        env=env | {"WALLCRAWLER_JWT_SIGNING_KEY": secrets["WALLCRAWLER_JWT_SIGNING_KEY"]},
    ).stdout.strip()
    assert get(server.port, "/json/version", Authorization=f"Bearer {token}").status == 200
    admin = {"Authorization": f"Bearer {secrets['FLYBROWSER_ADMIN_TOKEN']}"}
    assert server.admin("/connections", headers=admin)[0] == 200


@pytest.mark.parametrize(
    ("contents", "mode", "said"),
    [("A=1\n", 0o644, "chmod 600"), ("secret\n", 0o600, "line 1"), (None, 0o600, "cannot be read")],
)
def test_a_file_that_is_not_private_or_not_of_its_form_stops_the_start(tmp_path, env, contents, mode, said):
    path = tmp_path / "proxy.env"
    if contents is not None:
        path.write_text(contents)
        path.chmod(mode)
    listen = {"CDP_PROXY_LISTEN": f"127.0.0.1:{free_port()}"}
    done = command("serve", "--env-file", str(path), env=env | listen)
    assert done.returncode != 0
    assert said in done.stderr
    assert "secret" not in done.stderr
