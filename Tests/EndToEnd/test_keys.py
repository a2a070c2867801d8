"""API keys from the command line: shown once, stored as a hash, listed, revoked."""

import contextlib
import hashlib
import json
import os
import re
import sqlite3
import stat

import pytest
from harness.proxy import command, environment

KEY = re.compile(r"flybrowser_[A-Za-z0-9_-]{43}\n")


@pytest.fixture
def run(tmp_path, database):
    """Runs `cdp-proxy key` without any secret, checks that it succeeded, and returns what it said."""
    env = environment(tmp_path, DATABASE_URL=database, SESSION_ENCRYPTION_SECRET=None, WALLCRAWLER_JWT_SIGNING_KEY=None)

    def run_key(*arguments, status=0):
        done = command("key", *arguments, env=env)
        assert done.returncode == status, done
        return done

    return run_key


def listed(run):
    return json.loads(run("list", "--json").stdout)


def test_a_key_is_printed_alone_and_once(run):
    done = run("create", "--name", "ci")
    assert KEY.fullmatch(done.stdout)
    key = done.stdout.strip()
    assert "X-API-Key" in done.stderr
    for said in (done.stderr, run("list").stdout, run("list", "--json").stdout):
        assert key not in said
        assert hashlib.sha256(key.encode()).hexdigest() not in said
    assert run("create", "--name", "ci").stdout.strip() != key


def test_what_is_known_of_a_key_is_listed_newest_first(run):
    run("create", "--name", "plain")
    options = ["--user-id", "u", "--expires-in-days", "2", "--rate-limit", "10", "--role", "viewer", "--role", "admin"]
    run("create", "--name", "full", *options)
    full, plain = listed(run)
    assert (full["name"], full["user_id"], full["rate_limit"]) == ("full", "u", 10)
    assert full["roles"] == ["viewer", "admin"]
    assert full["expires_at"] > full["created_at"]
    assert (plain["name"], plain["user_id"], plain["rate_limit"], plain["roles"]) == ("plain", None, None, None)
    assert (plain["expires_at"], plain["enabled"], plain["last_used_at"]) == (None, True, None)
    lines = run("list").stdout.splitlines()
    assert lines[0].split() == ["ID", "NAME", "USER", "ROLES", "STATE", "EXPIRES", "RATE", "USED"]
    assert [line.split()[:2] for line in lines[1:]] == [[full["id"], "full"], [plain["id"], "plain"]]


def test_a_key_is_revoked_by_id_or_by_a_name_that_is_its_own(run):
    for name in ("one", "two", "twice", "twice"):
        run("create", "--name", name)
    keys = {key["id"]: key["name"] for key in listed(run)}
    one = next(id for id, name in keys.items() if name == "one")
    for way in (one, "two"):
        done = run("revoke", way)
        assert done.stdout == ""
    assert {key["name"]: key["enabled"] for key in listed(run)} == {"one": False, "two": False, "twice": True}
    refused = run("revoke", "twice", status=1)
    assert all(id in refused.stderr for id, name in keys.items() if name == "twice")
    assert "no key" in run("revoke", "two", status=1).stderr
    assert "no key" in run("revoke", "nothing", status=1).stderr
    # Whoever revokes a key twice is told that it is revoked.
    run("revoke", one)


def test_an_unknown_role_is_refused_with_those_there_are(run):
    done = run("create", "--name", "n", "--role", "root", status=64)
    assert "--role must be one of: admin, operator, viewer." in done.stderr
    assert done.stdout == ""


def test_the_database_of_the_first_key_is_whole_and_its_owners(tmp_path):
    env = environment(tmp_path, SESSION_ENCRYPTION_SECRET=None)
    path = tmp_path / "sessions.sqlite"
    for name in ("list", "revoke"):
        done = command("key", name, *["x"][: name == "revoke"], env=env)
        assert done.returncode == 1
        assert done.stderr.strip() == f"Error: There is no database at {path}; `cdp-proxy key create` creates it."
    key = command("key", "create", "--name", "n", env=env).stdout.strip()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT key_hash FROM api_keys").fetchone()
        assert row == (hashlib.sha256(key.encode()).hexdigest(),)
        assert database.execute("SELECT count(*) FROM browser_sessions").fetchone() == (0,)
    assert key.encode() not in path.read_bytes()
    assert command("session", "list", env=env).returncode == 0


def test_a_database_of_sessions_gets_the_table_with_its_first_key(tmp_path):
    env = environment(tmp_path)
    state = json.dumps({"cookies": [], "origins": []})
    done = command("session", "import", "-", "--user-id", "u", "--name", "n", env=env, given=state)
    assert done.returncode == 0, done
    assert command("key", "list", "--json", env=env).stdout == "[]\n"
    assert command("key", "create", "--name", "n", env=env).returncode == 0
    assert len(json.loads(command("key", "list", "--json", env=env).stdout)) == 1
    assert "n" in command("session", "list", env=env).stdout


def test_a_database_that_cannot_be_opened_is_told(tmp_path):
    (tmp_path / "sessions.sqlite").write_text("no database" * 100)
    done = command("key", "create", "--name", "n", env=environment(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is damaged or not a SQLite file" in done.stderr
