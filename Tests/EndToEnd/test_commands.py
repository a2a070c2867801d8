"""The commands beside `serve`, for tokens and stored sessions. Secrets come from the environment, never from
arguments."""

import base64
import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import command, environment
from harness.store import cookie, origin
from harness.wire import get

STATE = {
    "cookies": [cookie("sid", "stored", "one.example", priority="High")],
    "origins": [
        origin("http://one.example", token="item") | {"indexedDB": [{"name": "db", "version": 1, "stores": []}]}
    ],
    "opfs": [{"unknown": ["to us", 1.5, None]}],
}


@pytest.fixture
def run(tmp_path):
    """Runs a command, checks that it succeeded, and returns its output."""

    def run_well(*arguments, **how):
        done = command(*arguments, env=environment(tmp_path), **how)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_well


def issue(run, *more):
    return run("token", "issue", "--session-id", "sess_cli", "--project-id", "proj_cli", *more).strip()


def test_an_issued_token_opens_the_gate(run, proxy):
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {issue(run)}").status == 200


def test_an_issued_connect_url_connects(run, proxy):
    url = issue(run, "--url", f"ws://{proxy.address}")
    assert url.startswith(f"ws://{proxy.address}/?signingKey=")
    with CDP(proxy.port, url.removeprefix(f"ws://{proxy.address}")) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"


def test_an_issued_token_has_every_requested_claim(run):
    token = issue(
        run, "--user-id", "u", "--browser-session", "work", "--role", "viewer", "--ip-address", "::1", "--ttl", "5m"
    )
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"] == claims["sessionId"] == "sess_cli"
    assert claims["exp"] - claims["iat"] == 300
    assert (claims["userId"], claims["browserSession"], claims["roles"]) == ("u", "work", ["viewer"])
    assert claims["ipAddress"] == "::1"


def test_verify_prints_the_claims(run):
    claims = json.loads(run("token", "verify", given=issue(run)))
    assert claims["sessionId"] == "sess_cli"


def test_verify_names_the_reason(tmp_path):
    for reason, token in (("expired", tokens.token(exp=1)), ("signature", tokens.sign({}, key="x" * 32))):
        done = command("token", "verify", env=environment(tmp_path), given=token)
        assert done.returncode == 1
        assert reason in done.stdout + done.stderr
        assert token not in done.stdout + done.stderr


def test_an_imported_session_is_exported_unchanged(run):
    run("session", "import", "--user-id", "user_one", "--name", "work", "-", given=json.dumps(STATE))
    out = run("session", "export", "--user-id", "user_one", "work")
    assert json.loads(out) == STATE


def test_sessions_are_listed_and_shown_without_their_state(run):
    run("session", "import", "--user-id", "user_one", "--name", "work", "-", given=json.dumps(STATE))
    for text in (run("session", "list"), run("session", "show", "--user-id", "user_one", "work")):
        assert "work" in text
        assert "one.example" in text
        assert "stored" not in text


def test_a_deleted_session_is_gone(run, tmp_path):
    run("session", "import", "--user-id", "user_one", "--name", "work", "-", given=json.dumps(STATE))
    run("session", "delete", "--user-id", "user_one", "work")
    done = command("session", "export", "--user-id", "user_one", "work", env=environment(tmp_path))
    assert done.returncode != 0


@pytest.mark.parametrize("text", ["", "cookies", "[]", '{"cookies":7}'])
def test_text_that_is_not_a_storage_state_is_not_imported(tmp_path, text):
    done = command("session", "import", "--user-id", "u", "--name", "n", "-", env=environment(tmp_path), given=text)
    assert done.returncode != 0
    assert done.stderr.strip()


def test_help_names_every_command(run):
    text = run("--help")
    for name in ("serve", "token", "session", "health"):
        assert name in text
