"""`POST /revoke`: a credential is refused and its connections end, in every process with the same database, and after a
restart."""

import json
import time

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import command
from harness.wire import CLOSE, get


@pytest.fixture(params=["sqlite", "postgres"])
def two(request, chromium, own_proxy):
    """Two proxies with one database that has no table of revocations yet."""
    settings = {"CDP_PROXY_INJECT": "off"}
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = postgres.url(postgres.new_database())
    return own_proxy(chromium.address, **settings), own_proxy(chromium.address, CDP_PROXY_STATE="", **settings)


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


def test_a_user_may_come_again_with_a_token_that_is_issued_afterwards(two):
    here, _ = two
    now = int(time.time())
    assert revoke(here, userId="user_one")[0] == 204
    assert status(here, tokens.token(userId="user_one", iat=now)) == 401
    assert status(here, tokens.token(userId="user_one", iat=None)) == 401
    assert status(here, tokens.token(userId="user_one", iat=now + 20)) == 200


def test_a_keys_connections_end_everywhere(two):
    here, there = two
    key = command("key", "create", "--name", "ci", env=here.env).stdout.strip()
    [listed] = json.loads(command("key", "list", "--json", env=here.env).stdout)
    clients = [CDP(proxy.port, X_API_Key=key) for proxy in two]
    assert revoke(there, key=listed["id"])[0] == 204
    for client in clients:
        assert client.receive_close().code == 4003
    for proxy in two:
        assert get(proxy.port, "/json/version", X_API_Key=key).status == 401
    assert json.loads(command("key", "list", "--json", env=here.env).stdout)[0]["enabled"] is False
    assert revoke(here, key="00000000-0000-0000-0000-000000000000")[0] == 404


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
