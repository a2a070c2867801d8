"""Every stored value can be read back, and an unreadable row affects no other row."""

import datetime
import json
import os
import subprocess

import psycopg
import pytest
import sqlalchemy
from harness.proxy import BINARY
from harness.python_rows import Rows
from harness.service import good

STATE = {"cookies": [], "origins": []}
LATEST, EARLIEST = "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z"


def listed(database, *arguments):
    """The output of `session list`: the sessions, and the lines on standard error."""
    env = {"DATABASE_URL": database, "PATH": os.environ["PATH"]}
    command = [BINARY, "session", "list", "--json", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize(
    "moment",
    [
        "9999-12-31T23:59:59-23:59",
        "9999-12-31T23:59:59.999999-00:01",
        "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00+00:01",
        "10000-01-01T00:00:00Z",
        "0000-12-31T00:00:00Z",
        253402300800000,
        -62135596801000,
        1e300,
    ],
)
def test_a_moment_outside_the_calendar_is_refused(alice, moment):
    assert alice.post(good(name="made", expires_at=moment)).status == 422
    path = f"/sessions/{alice.create()['id']}"
    assert alice.put(path, {"expires_at": moment}).status == 422
    assert alice.get("/sessions").status == 200


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        ("9999-12-31T23:59:59.999999Z", LATEST),
        ("9999-12-31T00:00:59.999999-23:59", LATEST),
        ("0001-01-01T00:00:00Z", EARLIEST),
        ("0001-01-01T23:59:00+23:59", EARLIEST),
        (253402300799000, "9999-12-31T23:59:59Z"),
    ],
)
def test_the_first_and_the_last_moment_are_kept(alice, moment, read):
    made = alice.create(expires_at=moment)
    assert made["expires_at"] == read
    path = f"/sessions/{made['id']}"
    assert alice.get(path).json["expires_at"] == read
    assert alice.get("/sessions").json["sessions"][0]["expires_at"] == read
    assert alice.get(f"{path}/state").status == (200 if read > "2026" else 410)
    assert alice.put(path, {"expires_at": moment}).json["expires_at"] == read


def test_what_python_writes_at_the_edges_is_read(own_service, database):
    rows = Rows(database)
    rows.create_table()
    utc = datetime.UTC
    last, first = datetime.datetime.max.replace(tzinfo=utc), datetime.datetime.min.replace(tzinfo=utc)
    with rows.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text("SET timezone = 'UTC'"))
    rows.add(STATE, "alice", "last", expires_at=last, created_at=last)
    rows.add(STATE, "alice", "first", expires_at=first, created_at=first)
    sessions = own_service(database).user("alice").get("/sessions").json["sessions"]
    assert [(one["name"], one["expires_at"]) for one in sessions] == [("last", LATEST), ("first", EARLIEST)]
    assert [one["name"] for one in listed(database)[0]] == ["last", "first"]


@pytest.mark.parametrize(
    ("stored", "read", "status"),
    [
        ("infinity", LATEST, 200),
        ("12000-01-01", LATEST, 200),
        ("-infinity", EARLIEST, 410),
        ("0044-03-15 BC", EARLIEST, 410),
    ],
)
def test_moments_that_only_postgres_has_are_clamped(own_service, postgres, stored, read, status):
    database = postgres.url(postgres.new_database())
    service = own_service(database)
    alice = service.user("alice")
    identity = alice.create()["id"]
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE browser_sessions SET expires_at = %s::timestamptz", [stored])
    assert [one["expires_at"] for one in alice.get("/sessions").json["sessions"]] == [read]
    assert alice.get(f"/sessions/{identity}/state").status == status
    assert [one["expires_at"] for one in listed(database)[0]] == [read]


ODD = {
    "no moment": {"expires_at": "SECRET soon"},
    "a number": {"expires_at": 1_700_000_000},
    "bytes": {"expires_at": b"\xff\x00"},
    "no time of creation": {"created_at": "SECRET"},
    "none of all": {"created_at": "", "updated_at": "", "expires_at": ""},
}


@pytest.mark.parametrize("case", ODD)
def test_an_unreadable_row_affects_no_other(own_service, tmp_path, case):
    database = f"sqlite:///{tmp_path}/service.sqlite"
    service = own_service(database)
    alice, bob = service.user("alice"), service.user("bob")
    identity = alice.create(name="odd")["id"]
    alice.create(name="good")
    bob.create(name="bobs")
    with Rows(database).engine.begin() as connection:
        for column, value in ODD[case].items():
            change = f"UPDATE browser_sessions SET {column} = :value WHERE id = :identity"
            connection.execute(sqlalchemy.text(change), {"value": value, "identity": identity})
    path = f"/sessions/{identity}"
    for _ in range(3):
        assert set(alice.names()) == {"odd", "good"}
        assert alice.get(path).status == 200
        assert alice.get("/sessions/by-name/odd").json["id"] == identity
    assert bob.names() == ["bobs"]
    assert bob.get(path).status == 404
    sessions, warning = listed(database)
    assert {one["name"] for one in sessions} == {"odd", "good", "bobs"}
    assert set(ODD[case]) == {name for one in sessions for name in one.get("unusable", [])}
    assert warning.count(identity) == 1
    assert alice.get(f"{path}/state").status == (410 if "expires_at" in ODD[case] else 200), (
        "an unreadable expiry has passed"
    )
    assert alice.put(path, {"expires_at": "2031-05-06T07:08:09Z"}).json["expires_at"] == "2031-05-06T07:08:09Z"
    assert alice.get(f"{path}/state").status == 200
    assert alice.delete(path).status == 200
    assert alice.names() == ["good"]
    lines = service.stop()
    logged = [line for line in lines if line.get("event") == "session_unusable"]
    assert [(line["sessionId"], set(line["columns"].split(","))) for line in logged] == [(identity, set(ODD[case]))]
    assert "SECRET" not in json.dumps(lines) + warning


def test_an_unreadable_expiry_of_an_older_version_is_clamped(own_service, tmp_path):
    """Its texts have years of five digits, or the year 0."""
    database = f"sqlite:///{tmp_path}/service.sqlite"
    alice = own_service(database).user("alice")
    rows = Rows(database)
    for number, stored in enumerate(["10000-01-01 23:58:59.000000", "0000-12-31 00:01:00.000000"]):
        identity = alice.create(name=f"n{number}")["id"]
        with rows.engine.begin() as connection:
            change = sqlalchemy.text("UPDATE browser_sessions SET expires_at = :value WHERE id = :identity")
            connection.execute(change, {"value": stored, "identity": identity})
    assert [one["expires_at"] for one in alice.get("/sessions").json["sessions"]] == [EARLIEST, LATEST]


@pytest.mark.parametrize("iv", [b"", bytes(11), bytes(13), bytes(1000)])
def test_an_iv_of_another_length_does_not_open(own_service, database, iv):
    service = own_service(database)
    alice = service.user("alice")
    identity = alice.create(name="odd")["id"]
    good_one = alice.create(name="good")["id"]
    Rows(database).change(identity, iv=iv)
    assert alice.get(f"/sessions/{identity}/state").status == 500
    assert alice.get(f"/sessions/{good_one}/state").status == 200
    assert alice.names() == ["good", "odd"]
    assert alice.put(f"/sessions/{identity}", {"storage_state": STATE}).status == 200
    assert alice.state(identity) == STATE


def test_foreign_ids_are_usable(own_service, database):
    rows = Rows(database)
    rows.create_table()
    for number, identity in enumerate(["", "no uuid", "a/b", "by-name", "ü", "x" * 36]):
        rows.add(STATE, "alice", f"n{number}", id=identity)
    alice = own_service(database).user("alice")
    assert len(alice.names()) == 6
    for path in ("no%20uuid", "a%2Fb", "%C3%BC", "x" * 36):
        assert alice.state(path) == STATE
        assert alice.delete(f"/sessions/{path}").status == 200
    assert len(listed(database)[0]) == 2
