"""A busy, silent or shared database: answers come in time, no other client waits, and afterwards all works again."""

import collections
import concurrent.futures
import contextlib
import sqlite3
import time

import psycopg
from harness.service import good

PATIENCE = 30


def assert_unavailable(answer):
    assert answer.status == 503, answer
    assert int(answer["Retry-After"]) >= 1
    assert answer.json.keys() == {"detail"}


@contextlib.contextmanager
def locked(url):
    """Locks the table against all others."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
    else:
        connection = psycopg.connect(url)
        connection.execute("LOCK TABLE browser_sessions IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


def test_a_locked_table_is_503(own_service, database):
    """A write does not wait without end, and one that got 503 is not made later."""
    service = own_service(database)
    alice = service.user("alice")
    alice.create(name="before")
    with locked(database):
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(alice.post, good(name=f"n{number}")) for number in range(4)]
            assert service.request("GET", "/health", timeout=5).status == 200
            for one in waiting:
                assert_unavailable(one.result())
        assert time.monotonic() - started < PATIENCE
    alice.create(name="after")
    assert alice.names() == ["after", "before"]


def test_a_short_lock_is_waited_for(own_service, database):
    service = own_service(database)
    alice = service.user("alice")
    alice.create(name="before")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with locked(database):
            waiting = pool.submit(alice.post, good(name="waited"))
            service.request("GET", "/health")
            assert not waiting.done()
        assert waiting.result().status == 201


def assert_silence_is_503(service):
    """Of a service whose PostgreSQL says nothing any more."""
    alice = service.user("alice")
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(alice.get, "/sessions") for _ in range(20)]
        ready = pool.submit(service.admin, "/ready")
        assert service.request("GET", "/health", timeout=5).status == 200
        assert service.request("GET", "/sessions", timeout=5).status == 401
        for one in waiting:
            assert_unavailable(one.result())
        assert ready.result().status == 503
    assert time.monotonic() - started < 2 * PATIENCE


def test_a_silent_postgres_is_503(own_postgres, own_service):
    """To a service that has connections to it, and to one that has none yet."""
    postgres = own_postgres()
    url = postgres.url(postgres.new_database())
    own_service(url).user("alice").create(name="before")
    services = [own_service(url, SESSION_INIT_DB="false") for _ in range(2)]
    assert services[0].user("alice").names() == ["before"]
    postgres.freeze()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(assert_silence_is_503, services)) == [None, None]
    postgres.thaw()
    deadline = time.monotonic() + PATIENCE
    for alice in [service.user("alice") for service in services]:
        while alice.get("/sessions").status != 200:
            assert time.monotonic() < deadline
        assert alice.names() == ["before"]


def test_two_services_may_share_a_database(own_service, database):
    """As when one service takes over from another: each name is given once, and each sees the other's changes."""
    first, second = own_service(database).user("alice"), own_service(database).user("alice")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = pool.map(lambda number: (first, second)[number % 2].post(good(name=f"n{number // 8}")), range(80))
        assert collections.Counter(answer.status for answer in answers) == {201: 10, 409: 70}
    assert first.names() == second.names()
    path = f"/sessions/{first.get('/sessions/by-name/n0').json['id']}"
    assert second.put(path, {"description": "by the second"}).status == 200
    assert first.get(path).json["description"] == "by the second"
    assert second.delete(path).status == 200
    assert first.get(path).status == 404


def test_connections_to_postgres_are_few(own_service, postgres):
    """Even with many requests at once."""
    name = postgres.new_database()
    alice = own_service(postgres.url(name)).user("alice")
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda number: alice.post(good(name=f"n{number}")), range(200)))
    assert {answer.status for answer in answers} == {201}
    with psycopg.connect(postgres.url()) as connection:
        counted = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    assert 1 <= counted[0] <= 16
