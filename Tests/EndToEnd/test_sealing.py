"""The proxy and the Python reference open the rows that the other sealed, in one database in SQLAlchemy's form.

`CDP_PROXY_BINARY` names the binary under test.
"""

import base64
import json
import os
import sqlite3
import stat
import subprocess
import uuid

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from harness.program import SANITIZER_OPTIONS

BINARY = os.environ.get("CDP_PROXY_BINARY", ".build/dist/cdp-proxy")
SECRET = bytes(range(32))
STATE = {
    "cookies": [
        {
            "name": "sid",
            "value": "fake-value",
            "domain": ".shop.test",
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": True,
            "sameSite": "Lax",
            "somethingNew": {"kept": [1.0, None]},
        }
    ],
    "origins": [{"origin": "https://shop.test", "localStorage": [{"name": "k", "value": "fake \u00fc \ud800"}]}],
    "credentials": [],
}
# The table as SQLAlchemy creates it for the reference's model.
TABLE = """
CREATE TABLE browser_sessions (
    id VARCHAR(36) NOT NULL, user_id VARCHAR(255) NOT NULL, name VARCHAR(50) NOT NULL, description TEXT,
    domains TEXT NOT NULL, storage_state_encrypted BLOB NOT NULL, iv BLOB NOT NULL, expires_at DATETIME,
    created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, PRIMARY KEY (id),
    CONSTRAINT uq_user_session_name UNIQUE (user_id, name)
)
"""


def user_key(user):
    info = f"browser-session:{user}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(SECRET)


def seal(user, state):
    iv = os.urandom(12)
    return AESGCM(user_key(user)).encrypt(iv, json.dumps(state).encode(), None), iv


def unseal(user, ciphertext, iv):
    return json.loads(AESGCM(user_key(user)).decrypt(iv, ciphertext, None))


@pytest.fixture
def database(tmp_path):
    return tmp_path / "sessions.db"


@pytest.fixture
def session(database):
    """Runs `cdp-proxy session …` with the master secret or the given variables, and returns the finished process."""

    def run(*arguments, stdin="", **variables):
        environment = SANITIZER_OPTIONS | {"DATABASE_URL": f"sqlite:///{database}", "PATH": os.environ["PATH"]}
        environment |= variables or {"SESSION_ENCRYPTION_SECRET": base64.b64encode(SECRET).decode()}
        command = [BINARY, "session", *map(str, arguments)]
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=30)

    return run


@pytest.fixture
def reference(database):
    """A database of the reference, and a function that stores a row in it as the reference does."""
    connection = sqlite3.connect(database)
    connection.execute(TABLE)

    def store(user="user-1", name="Shop", state=STATE, expires=None, updated="2026-01-30 12:34:56.123456"):
        ciphertext, iv = seal(user, state)
        identity = str(uuid.uuid4())
        values = (identity, user, name, None, "shop.test", ciphertext, iv, expires, updated, updated)
        connection.execute("INSERT INTO browser_sessions VALUES (?,?,?,?,?,?,?,?,?,?)", values)
        connection.commit()
        return identity

    yield store
    connection.close()


def imported(session, tmp_path, *options, state=STATE):
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    done = session("import", file, "--user", "user-1", "--name", "Shop", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_proxy_opens_what_python_sealed(session, reference):
    reference("user-1", "Shop")
    reference("user-2", "Shop", {"cookies": [], "origins": []})
    done = session("export", "Shop", "--user", "user-1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == STATE


def test_python_opens_what_the_proxy_sealed(session, database, tmp_path):
    identity = imported(session, tmp_path, "--description", "for tests", "--expires", "2031-05-06T07:08:09+02:00")
    row = sqlite3.connect(database).execute("SELECT * FROM browser_sessions").fetchone()
    assert row[:5] == (identity, "user-1", "Shop", "for tests", "shop.test")
    assert unseal("user-1", row[5], row[6]) == STATE
    # SQLAlchemy's DateTime has this form: UTC, no zone, microseconds.
    assert row[7] == "2031-05-06 05:08:09.000000"
    assert str(uuid.UUID(identity)) == identity
    with pytest.raises(InvalidTag):
        unseal("user-2", row[5], row[6])


def test_a_user_key_replaces_the_master_secret(session, reference):
    identity = reference("user-1", "Shop")
    key = base64.b64encode(user_key("user-1")).decode()
    assert json.loads(session("export", identity, "--user", "user-1", SESSION_USER_KEY=key).stdout) == STATE
    other = base64.b64encode(user_key("user-2")).decode()
    refused = session("export", identity, "--user", "user-1", SESSION_USER_KEY=other)
    assert refused.returncode == 1
    assert "cannot be opened" in refused.stderr
    assert refused.stdout == ""


def test_another_users_row_is_not_found(session, reference):
    identity = reference("user-1", "Shop")
    for command in ("export", "show", "delete"):
        for name in (identity, "Shop"):
            refused = session(command, name, "--user", "user-2")
            assert refused.returncode == 1
            assert "no stored session" in refused.stderr


@pytest.mark.parametrize("column", ["storage_state_encrypted", "iv"])
def test_flipped_bits_are_refused(session, reference, database, column):
    identity = reference()
    connection = sqlite3.connect(database)
    (value,) = connection.execute(f"SELECT {column} FROM browser_sessions").fetchone()
    for changed in (bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 0x80]), value[:-1], b""):
        connection.execute(f"UPDATE browser_sessions SET {column} = ?", (changed,))
        connection.commit()
        refused = session("export", identity, "--user", "user-1")
        assert refused.returncode == 1, column
        assert identity in refused.stderr
        assert refused.stdout == ""


def test_the_reference_reads_and_writes_the_proxys_database(session, database, tmp_path):
    imported(session, tmp_path)
    connection = sqlite3.connect(database)
    ciphertext, iv = seal("user-1", {"cookies": [], "origins": [], "by": "python"})
    connection.execute("UPDATE browser_sessions SET storage_state_encrypted = ?, iv = ?", (ciphertext, iv))
    connection.commit()
    assert json.loads(session("export", "Shop", "--user", "user-1").stdout)["by"] == "python"


def test_list_and_show_print_no_values(session, reference):
    identity = reference(expires="2020-01-01 00:00:00.000000")
    listed = session("list")
    assert identity in listed.stdout
    assert "expired" in listed.stdout
    (entry,) = json.loads(session("list", "--json", "--user", "user-1").stdout)
    assert entry["updated_at"] == "2026-01-30T12:34:56.123456Z"
    assert json.loads(session("list", "--json", "--user", "user-2").stdout) == []
    shown = json.loads(session("show", "Shop", "--user", "user-1").stdout)
    assert shown["contents"]["cookies"] == 1
    assert shown["contents"]["items"] == 1
    for output in (listed.stdout, json.dumps(entry), json.dumps(shown)):
        assert "fake" not in output


def test_list_needs_no_secret(session, reference):
    reference()
    assert session("list", "--json", HOME="/").returncode == 0


def test_import_replaces_only_when_told(session, tmp_path):
    identity = imported(session, tmp_path)
    file = tmp_path / "state.json"
    refused = session("import", file, "--user", "user-1", "--name", "Shop")
    assert refused.returncode == 1
    assert "already" in refused.stderr
    assert imported(session, tmp_path, "--replace", state={"cookies": [], "origins": [], "new": True}) == identity
    assert json.loads(session("export", "Shop", "--user", "user-1").stdout)["new"] is True


def test_import_reads_standard_input_and_export_writes_a_private_file(session, database, tmp_path):
    done = session("import", "-", "--user", "u", "--name", "n", "--ttl", "12h", stdin=json.dumps(STATE))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    target = tmp_path / "out.json"
    target.write_text("was readable by all")
    target.chmod(0o644)
    assert session("export", "n", target, "--user", "u").returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert json.loads(target.read_text()) == STATE


def test_delete_removes_a_session(session, reference):
    reference()
    assert session("delete", "Shop", "--user", "user-1").returncode == 0
    assert json.loads(session("list", "--json").stdout) == []
    assert session("delete", "Shop", "--user", "user-1").returncode == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("not json", "not JSON"), ('{"cookies": 1}', "cookies must be an array"), ("[]", "not a storage state")],
)
def test_text_that_is_not_a_storage_state_is_not_stored(session, database, text, sentence):
    refused = session("import", "-", "--user", "u", "--name", "n", stdin=text)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert not database.exists()


def test_import_names_what_will_not_reach_a_browser(session, tmp_path):
    crowd = [{"name": f"c{n}", "value": "v", "domain": f"s{n % 3}.crowd.test"} for n in range(181)]
    bad = {"name": "__Host-x", "value": "v", "domain": ".crowd.test"}
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"cookies": [*crowd, bad]}))
    done = session("import", file, "--user", "u", "--name", "n")
    assert done.returncode == 0
    assert "crowd.test has 181 cookies" in done.stderr
    assert "1 of the cookies cannot be injected: prefix" in done.stderr


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"HOME": "/"}, "SESSION_ENCRYPTION_SECRET"),
        ({"SESSION_ENCRYPTION_SECRET": "c2hvcnQ="}, "SESSION_ENCRYPTION_SECRET must be 32 bytes in base64"),
        ({"SESSION_USER_KEY": "no base64!"}, "SESSION_USER_KEY must be 32 bytes in base64"),
        ({"DATABASE_URL": "mysql://u:hunter2@h/d"}, "DATABASE_URL must be"),
    ],
)
def test_wrong_settings_are_one_sentence(session, reference, variables, sentence):
    reference()
    refused = session("export", "Shop", "--user", "user-1", **variables)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "hunter2" not in refused.stderr
    assert "no base64!" not in refused.stderr


def test_a_missing_or_damaged_database_is_named(session, database):
    refused = session("list")
    assert refused.returncode == 1
    assert f"no session database at {database}" in refused.stderr
    assert not database.exists()
    database.write_bytes(b"this is no database" * 100)
    refused = session("list")
    assert refused.returncode == 1
    assert f"{database} is damaged" in refused.stderr
