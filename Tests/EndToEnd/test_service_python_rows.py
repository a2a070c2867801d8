"""The service reads, changes and extends a table that a Python program filled, and the program reads its rows."""

import datetime

import pytest
import sqlalchemy
from harness.python_rows import Rows, in_utc, now, open_row
from harness.service import STATE

UTC = datetime.UTC
MADE = datetime.datetime(2026, 1, 30, 12, 34, 56, 123456, UTC)
ENDS = datetime.datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture(params=[True, False], ids=["table by Python", "table by the service"])
def rows(request, database, own_service):
    """The table, made by Python or by the service."""
    table = Rows(database)
    if request.param:
        table.create_table()
    else:
        service = own_service(database)
        service.user("nobody").names()
        service.terminate()
        service.wait()
    return table


@pytest.fixture
def service(rows, own_service, database):  # noqa: ARG001 (the table is there before the service is)
    return own_service(database, SESSION_INIT_DB="false")


def text(moment):
    return in_utc(moment).isoformat().replace("+00:00", "Z")


def test_rows_from_python_are_read(rows, service):
    alice = service.user("alice")
    identity = rows.add(
        STATE,
        "alice",
        "shop",
        description="d",
        domains="a.example,b.example",
        expires_at=ENDS,
        created_at=MADE,
        updated_at=MADE,
    )
    expected = {
        "id": identity,
        "name": "shop",
        "description": "d",
        "domains": ["a.example", "b.example"],
        "expires_at": "2031-05-06T07:08:09Z",
        "created_at": "2026-01-30T12:34:56.123456Z",
        "updated_at": "2026-01-30T12:34:56.123456Z",
    }
    assert alice.get(f"/sessions/{identity}").json == expected
    assert alice.get("/sessions/by-name/shop").json == expected
    assert alice.get("/sessions").json == {"sessions": [expected]}
    assert alice.state(identity) == STATE
    assert service.user("bob").get(f"/sessions/{identity}").status == 404


def test_python_reads_the_services_rows(rows, service):
    created = service.user("alice").create(
        name="ours", description="ü", domains=["a.example", "b.example"], expires_at="2031-05-06T09:08:09+02:00"
    )
    row = rows.row(created["id"])
    assert (row.user_id, row.name, row.description, row.domains) == ("alice", "ours", "ü", "a.example,b.example")
    assert in_utc(row.expires_at) == ENDS
    assert text(row.created_at) == created["created_at"]
    assert row.updated_at == row.created_at
    assert abs((in_utc(row.created_at) - now()).total_seconds()) < 60
    assert open_row(row) == STATE


def test_each_program_changes_the_others_rows(rows, service):
    alice = service.user("alice")
    identity = rows.add(STATE, "alice", "shop", created_at=MADE, updated_at=MADE)
    path = f"/sessions/{identity}"
    other = {"cookies": [], "origins": [], "by": "us"}
    change = {"name": "renamed", "storage_state": other, "expires_at": "2031-05-06T07:08:09Z"}
    changed = alice.put(path, change)
    assert changed.status == 200
    row = rows.row(identity)
    assert (row.name, in_utc(row.expires_at), open_row(row)) == ("renamed", ENDS, other)
    assert in_utc(row.created_at) == MADE
    assert text(row.updated_at) == changed.json["updated_at"]
    again = rows.add({"cookies": [], "origins": [], "by": "python"}, "alice", "again")
    sealed = rows.row(again)
    rows.change(identity, storage_state_encrypted=sealed.storage_state_encrypted, iv=sealed.iv, description="python")
    assert alice.state(identity)["by"] == "python"
    assert alice.get(path).json["description"] == "python"
    assert alice.delete(path).status == 200
    assert [row.id for row in rows.all()] == [again]


def test_names_are_unique_across_both_programs(rows, service):
    alice = service.user("alice")
    rows.add(STATE, "alice", "shop")
    assert alice.post({"name": "shop", "domains": ["a"], "storage_state": {}}).status == 409
    alice.create(name="ours")
    with pytest.raises(sqlalchemy.exc.IntegrityError):
        rows.add(STATE, "alice", "ours")
    rows.add(STATE, "bob", "ours")


def test_the_list_is_newest_first_across_both_programs(rows, service):
    alice = service.user("alice")
    rows.add(STATE, "alice", "old", created_at=MADE)
    alice.create(name="ours")
    rows.add(STATE, "alice", "new", created_at=now() + datetime.timedelta(seconds=5))
    rows.add(STATE, "alice", "older", created_at=MADE - datetime.timedelta(microseconds=1))
    rows.add(STATE, "alice", "whole", created_at=MADE.replace(microsecond=0))
    assert alice.names() == ["new", "ours", "old", "older", "whole"]


def test_both_programs_agree_on_expiry(rows, service):
    """Neither the server's time zone nor the service's shifts it."""
    alice = service.user("alice")
    gone = rows.add(STATE, "alice", "gone", expires_at=now() - datetime.timedelta(seconds=5))
    left = rows.add(STATE, "alice", "left", expires_at=now() + datetime.timedelta(minutes=5))
    assert alice.get(f"/sessions/{gone}/state").status == 410
    assert alice.get(f"/sessions/{left}/state").status == 200


def test_unusual_lists_of_domains_are_read(rows, service):
    alice = service.user("alice")
    for number, (stored, listed) in enumerate([("", []), ("a.example", ["a.example"]), (" a , b,,", ["a", "b"])]):
        identity = rows.add(STATE, "alice", f"n{number}", domains=stored)
        assert alice.get(f"/sessions/{identity}").json["domains"] == listed


def test_names_that_the_service_refuses_are_still_returned(rows, service):
    alice = service.user("alice")
    identity = rows.add(STATE, "alice", "with a space, ü", description="x" * 500)
    assert alice.get(f"/sessions/{identity}").json["name"] == "with a space, ü"
    assert alice.get("/sessions/by-name/with%20a%20space%2C%20%C3%BC").json["id"] == identity


def test_the_service_creates_no_table_unasked(own_service, database):
    service = own_service(database, SESSION_INIT_DB=None, wait=False)
    engine = Rows(database).engine
    try:
        service.wait_for_event("listening")
        assert service.user("alice").get("/sessions").status in (500, 503)
        assert service.admin("/ready").status == 503
    except AssertionError:
        assert service.wait() != 0, "the service ends"
    service.stop()
    assert not sqlalchemy.inspect(engine).has_table("browser_sessions")


def test_creating_the_table_twice_does_no_harm(own_service, database):
    first, second = own_service(database), own_service(database)
    identity = first.user("alice").create()["id"]
    assert second.user("alice").state(identity) == STATE
    third = own_service(database)
    assert third.user("alice").names() == ["work"]


URLS = [
    "postgres://",
    "postgresql://",
    "postgresql+asyncpg://",
    "postgresql+psycopg://",
]


@pytest.mark.parametrize("scheme", URLS)
def test_common_postgres_urls_are_accepted(own_service, postgres, scheme):
    name = postgres.new_database()
    own_service(postgres.url(name, scheme=scheme.removesuffix("://"))).user("alice").create()
    assert len(Rows(postgres.url(name)).all()) == 1


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"])
def test_common_sqlite_urls_are_accepted(own_service, tmp_path, scheme):
    own_service(f"{scheme}:///{tmp_path}/here.db").user("alice").create()
    assert len(Rows(f"sqlite:///{tmp_path}/here.db").all()) == 1
