"""`POST /revoke`: a credential is refused and its connections end, in every process with the same database, and after a
restart."""

import contextlib
import json
import sqlite3
import subprocess
import threading
import time

import psycopg
import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import BINARY, command
from harness.relay import HoldingRelay, MuteRelay
from harness.wire import CLOSE, get


@pytest.fixture(params=["sqlite", "postgres"])
def two(request, chromium, own_proxy):
    """Two proxies with one database that has no table of revocations yet."""
    settings = {"CDP_PROXY_INJECT": "off"}
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = postgres.url(postgres.new_database())
    return own_proxy(chromium.address, **settings), own_proxy(chromium.address, CDP_PROXY_STATE="", **settings)


@pytest.fixture
def new_postgres(postgres):
    """The URL of an empty database, and a connection to it that hears what the proxies say to each other."""
    url = postgres.url(postgres.new_database())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("LISTEN cdp_proxy_revocations")
        yield url, connection


def wait_for_listeners(connection, count):
    """Waits until so many proxies have said the word by which they find out whether they hear."""
    words = (heard.payload for heard in connection.notifies(timeout=60) if heard.payload)
    for _ in range(count):
        assert next(words, None), "too few listen"
    # It goes on with the statements of the test.
    words.close()


def wait_until(is_so):
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline


def make_key(proxy):
    """A new API key and its id."""
    key = command("key", "create", "--name", "ci", env=proxy.env).stdout.strip()
    return key, keys(proxy)[0]["id"]


def keys(proxy):
    return json.loads(command("key", "list", "--json", env=proxy.env).stdout)


def key_status(proxy, key):
    return get(proxy.port, "/json/version", X_API_Key=key).status


def revoke(proxy, **what):
    return proxy.admin("/revoke", method="POST", body=json.dumps(what).encode())


def status(proxy, token):
    return get(proxy.port, "/json/version", Authorization=f"Bearer {token}").status


@pytest.mark.parametrize("what", [{"jti": "a token"}, {"sessionId": "sess_one"}, {"userId": "user_one"}])
def test_a_token_is_refused_and_its_connections_end_everywhere(two, what):
    here, there = two
    token = tokens.token(jti="a token", userId="user_one")
    other = tokens.token(jti="another", sub="sess_two", sessionId="sess_two", userId="user_two")
    clients = [CDP(proxy.port, f"/?signingKey={token}") for proxy in two]
    assert status(there, other) == 200
    assert revoke(here, **what)[0] == 204
    for client in clients:
        close = client.receive_close()
        assert (close.code, close.payload[2:]) == (4003, b"revoked")
        client.send_frame(CLOSE, close.payload)
    for proxy in two:
        proxy.wait_for_event("closed")
        assert status(proxy, token) == 401
        assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="revoked") == 1
        assert proxy.metric("cdp_proxy_closes_total", code="4003", side="proxy") == 1
        assert status(proxy, other) == 200


def test_it_is_remembered_beyond_a_restart(two):
    here, there = two
    token = tokens.token(jti="a token")
    assert revoke(here, jti="a token")[0] == 204
    for proxy in two:
        proxy.terminate()
        proxy.again()
        assert status(proxy, token) == 401


def test_what_was_answered_survives_a_kill(two):
    here, there = two
    token = tokens.token(jti="a token")
    assert revoke(here, jti="a token")[0] == 204
    here.process.kill()
    here.again()
    assert status(here, token) == 401


def test_what_is_revoked_while_a_proxy_is_away_is_known_when_it_is_back(two):
    here, there = two
    key, _ = make_key(here)
    token = tokens.token(jti="a token")
    there.terminate()
    there.wait()
    assert revoke(here, jti="a token")[0] == 204
    assert command("key", "revoke", "ci", env=here.env).returncode == 0
    there.again()
    assert status(there, token) == 401
    assert {line["kind"] for line in there.events("revoked")} == {"token", "key"}


def test_a_handshake_that_was_under_way_is_closed_too(chromium, own_proxy):
    with HoldingRelay(chromium.port) as relay:
        proxy = own_proxy(f"127.0.0.1:{relay.port}", CDP_PROXY_INJECT="off", CDP_PROXY_USED_BROWSER="adopt")
        relay.hold_upgrade(1)
        found = []
        query = f"/?signingKey={tokens.token(jti='a token')}"
        client = threading.Thread(target=lambda: found.append(CDP(proxy.port, query).receive_close()))
        client.start()
        relay.wait_until_held()
        assert revoke(proxy, jti="a token")[0] == 204
        relay.release()
        client.join(60)
        assert [close.code for close in found] == [4003]


def test_a_lost_listener_is_no_lost_revocation(chromium, own_proxy, new_postgres):
    url, connection = new_postgres
    settings = {"CDP_PROXY_INJECT": "off", "DATABASE_URL": url}
    here, there = own_proxy(chromium.address, **settings), own_proxy(chromium.address, CDP_PROXY_STATE="", **settings)
    wait_for_listeners(connection, 2)
    clients = {jti: CDP(there.port, f"/?signingKey={tokens.token(jti=jti)}") for jti in ("at once", "afterwards")}
    ended = connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
    )
    assert ended.fetchall() == [(True,), (True,)]
    assert revoke(here, jti="at once")[0] == 204
    assert clients["at once"].receive_close().code == 4003
    wait_for_listeners(connection, 2)
    assert revoke(here, jti="afterwards")[0] == 204
    assert clients["afterwards"].receive_close().code == 4003
    assert not there.events("revocations_unavailable")


def test_a_server_that_is_restarted_is_asked_again(chromium, own_proxy, own_postgres):
    postgres = own_postgres()
    settings = {"CDP_PROXY_INJECT": "off", "DATABASE_URL": postgres.url(postgres.new_database())}
    two = [own_proxy(chromium.address, CDP_PROXY_STATE="", **settings) for _ in range(2)]
    assert revoke(two[0], jti="before")[0] == 204
    client = CDP(two[1].port, f"/?signingKey={tokens.token(jti='after')}")
    postgres.halt()
    for proxy in two:
        proxy.wait_for_event("revocations_unavailable")
    postgres.start()
    assert revoke(two[0], jti="after")[0] == 204
    assert client.receive_close().code == 4003
    assert [len(proxy.events("revocations_unavailable")) for proxy in two] == [1, 1]


def test_behind_a_pooler_through_which_nothing_is_heard(chromium, own_proxy, postgres):
    database = postgres.new_database()
    with MuteRelay(postgres.port) as relay:
        url = postgres.url(database, sslmode="disable")
        here = own_proxy(chromium.address, CDP_PROXY_INJECT="off", DATABASE_URL=url)
        muted = url.replace(f":{postgres.port}/", f":{relay.port}/")
        there = own_proxy(chromium.address, CDP_PROXY_INJECT="off", CDP_PROXY_STATE="", DATABASE_URL=muted)
        relay.wait_until_dropped()
        for jti in ("one", "two"):
            client = CDP(there.port, f"/?signingKey={tokens.token(jti=jti)}")
            assert revoke(here, jti=jti)[0] == 204
            assert client.receive_close().code == 4003


def test_a_file_that_another_process_makes_later(chromium, own_proxy, store):
    store.path.unlink()
    two = [own_proxy(chromium.address, CDP_PROXY_INJECT="off", CDP_PROXY_STATE="") for _ in range(2)]
    key, identifier = make_key(two[0])
    clients = [CDP(proxy.port, X_API_Key=key) for proxy in two]
    assert command("key", "revoke", identifier, env=two[0].env).returncode == 0
    for client in clients:
        assert client.receive_close().code == 4003


def test_a_file_that_is_replaced(chromium, own_proxy, store):
    two = [own_proxy(chromium.address, CDP_PROXY_INJECT="off", CDP_PROXY_STATE="") for _ in range(2)]
    token = tokens.token(jti="after")
    assert revoke(two[0], jti="before")[0] == 204
    for proxy in two:
        proxy.wait_for_event("revoked")
    store.path.rename(store.path.with_name("former"))
    client = CDP(two[1].port, f"/?signingKey={token}")
    assert revoke(two[0], jti="after")[0] == 204
    assert client.receive_close().code == 4003
    # What was known is not forgotten, and the new file has what is new.
    assert status(two[1], tokens.token(jti="before")) == 401
    two[0].terminate()
    assert status(two[0].again(), token) == 401


def test_a_user_may_come_again_with_a_token_that_is_issued_afterwards(two):
    here, _ = two
    now = int(time.time())
    assert revoke(here, userId="user_one")[0] == 204
    assert status(here, tokens.token(userId="user_one", iat=now)) == 401
    assert status(here, tokens.token(userId="user_one", iat=None)) == 401
    assert status(here, tokens.token(userId="user_one", iat=now + 20)) == 200


@pytest.mark.parametrize("way", ["route", "command"])
def test_a_keys_connections_end_everywhere(two, way):
    here, there = two
    key, identifier = make_key(here)
    clients = [CDP(proxy.port, X_API_Key=key) for proxy in two]
    if way == "route":
        assert revoke(there, key=identifier)[0] == 204
        assert revoke(here, key="00000000-0000-0000-0000-000000000000")[0] == 404
    else:
        done = command("key", "revoke", "ci", env=here.env)
        assert done.returncode == 0, done.stderr
    for client in clients:
        close = client.receive_close()
        assert (close.code, close.payload[2:]) == (4003, b"revoked")
    for proxy in two:
        assert key_status(proxy, key) == 401
        proxy.wait_for_event("revoked", kind="key")
    assert [key["enabled"] for key in keys(here)] == [False]
    # Again, and in the other way: nothing is new.
    assert command("key", "revoke", identifier, env=here.env).returncode == 0
    assert revoke(here, key=identifier)[0] == 204


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("way", ["route", "command"])
def test_a_key_is_not_revoked_by_half(chromium, own_proxy, tmp_path, new_postgres, kind, way):
    url, connection = new_postgres
    settings = {"CDP_PROXY_INJECT": "off"} | ({"DATABASE_URL": url} if kind == "postgres" else {})
    here, there = own_proxy(chromium.address, **settings), own_proxy(chromium.address, CDP_PROXY_STATE="", **settings)
    key, identifier = make_key(here)
    client = CDP(there.port, X_API_Key=key)
    held = held_on_postgres(url, connection) if kind == "postgres" else held_on_sqlite(tmp_path / "sessions.sqlite")
    with held as wait_until_stuck:
        if way == "route":
            asked = threading.Thread(target=lost, args=(here, identifier))
            asked.start()
            process = here.process
        else:
            process = subprocess.Popen([BINARY, "key", "revoke", identifier], env=here.env, stderr=subprocess.DEVNULL)
        wait_until_stuck()
        process.kill()
        process.wait(60)
    if way == "route":
        asked.join(60)
        here.again()
    assert [key["enabled"] for key in keys(here)] == [True]
    assert key_status(here, key) == key_status(there, key) == 200
    assert client.call("Browser.getVersion")
    assert command("key", "revoke", identifier, env=here.env).returncode == 0
    assert client.receive_close().code == 4003
    there.wait_for_event("closed")
    assert len(there.events("revoked")) == 1


def lost(proxy, identifier):
    """Revokes a key, by a proxy that is killed before it can answer."""
    with contextlib.suppress(OSError):
        revoke(proxy, key=identifier)


@contextlib.contextmanager
def held_on_postgres(url, observer):
    """Keeps a revocation from being written, so that the key's own row is changed before it and not yet for good."""
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'revocations'::regclass"
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE revocations IN EXCLUSIVE MODE")
        yield lambda: wait_until(lambda: observer.execute(waiting).fetchall())
        stuck = [pid for (pid,) in observer.execute(waiting)]
    wait_until(lambda: not observer.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s)", [stuck]).fetchall())


@contextlib.contextmanager
def held_on_sqlite(path):
    """Keeps a change from being completed. The journal shows that it has begun."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM revocations").fetchall()
        yield lambda: wait_until(path.with_name(f"{path.name}-journal").exists)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"jti":1}', b'{"jti":"a","userId":"b"}', b'{"other":"a"}', b"\xff"]
)
def test_a_body_that_names_nothing_is_refused(proxy, body):
    answered, text = proxy.admin("/revoke", method="POST", body=body)
    assert answered == 400
    assert "jti" in json.loads(text)["error_description"]


def test_nobody_else_revokes(proxy):
    body = json.dumps({"jti": "of nobody"}).encode()
    assert proxy.admin("/revoke", method="POST", body=body, headers={})[0] == 401
    signing = {"Authorization": f"Bearer {tokens.token()}"}
    assert proxy.admin("/revoke", method="POST", body=body, headers=signing)[0] == 401
    page = {"Authorization": "Bearer end-to-end-admin-token", "Origin": "null", "Sec-Fetch-Site": "cross-site"}
    assert proxy.admin("/revoke", method="POST", body=body, headers=page)[0] == 403
    assert proxy.admin("/revoke")[0] == 405
    assert proxy.admin("/drain", method="POST", body=b"{}")[0] == 413
    assert revoke(proxy, jti="of nobody")[0] == 204


def test_without_its_database_it_holds_here_and_says_so(chromium, own_proxy, own_postgres):
    postgres = own_postgres()
    url = postgres.url(postgres.new_database())
    server = own_proxy(chromium.address, CDP_PROXY_INJECT="off", DATABASE_URL=url)
    token = tokens.token(jti="a token")
    assert status(server, token) == 200
    postgres.halt()
    answered, text = revoke(server, jti="a token")
    assert answered == 503
    assert "this process" in json.loads(text)["error_description"]
    assert status(server, token) == 401
