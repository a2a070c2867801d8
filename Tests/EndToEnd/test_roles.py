"""Roles: who is joined to Chrome, which routes a role opens, and what becomes of a credential without the right one."""

import json
import time

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.wire import Wire, exchange, get, head, upgrade

ROLE_KEY = "end-to-end-role-key-of-44-characters-in-all"


@pytest.fixture(scope="module")
def chromium():
    """A Chromium for this file alone: its tests leave tabs open."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def fleet(chromium, own_proxy):
    return own_proxy(chromium.address, FLYBROWSER_JWT_SECRET=ROLE_KEY)


def role_token(*roles, user="user_one", key=ROLE_KEY, **changes):
    now = int(time.time())
    return tokens.sign({"sub": user, "roles": list(roles), "iat": now, "exp": now + 600} | changes, key=key)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def status_of(proxy, target, token, **fields):
    return get(proxy.port, target, **bearer(token), **fields).status


def answer_to_upgrade(proxy, token):
    """The answer to a handshake; the connection ends with the call."""
    with Wire(proxy.port) as wire:
        wire.send(upgrade("/", **bearer(token)))
        return wire.response()


@pytest.mark.parametrize("shape", ["signingKey", "role token"])
@pytest.mark.parametrize(
    ("roles", "permissions", "status"),
    [
        (["operator"], None, 101),
        (["admin"], None, 101),
        (["viewer", "operator"], None, 101),
        (["viewer"], None, 403),
        ([], None, 403),
        (["nobody"], None, 403),
        (["operator"], ["sessions.list"], 403),
        (["operator"], ["sessions.screenshot"], 101),
        (["viewer"], ["*"], 403),
    ],
)
def test_a_websocket_needs_a_permission_that_drives(fleet, shape, roles, permissions, status):
    narrowed = {} if permissions is None else {"permissions": permissions}
    token = (
        tokens.token(roles=roles, userId="user_one", **narrowed)
        if shape == "signingKey"
        else role_token(*roles, **narrowed)
    )
    answer = answer_to_upgrade(fleet, token)
    assert answer.status == status
    if status == 403:
        body = json.loads(answer.body)
        assert body["error"] == "forbidden"
        assert "sessions.navigate" in body["error_description"]
        refused = fleet.wait_for_event("connection_refused")
        assert refused["reason"] == "role"
        assert fleet.metric("cdp_proxy_connections_refused_total", reason="role") == 1


def test_each_json_route_needs_its_permission(fleet):
    for target, permission in [
        ("/json/version", "sessions.get"),
        ("/json/list", "sessions.list"),
        ("/json/protocol", "sessions.get"),
    ]:
        assert status_of(fleet, target, role_token("viewer")) == 200
        assert status_of(fleet, target, role_token("operator", permissions=[permission])) == 200
        assert status_of(fleet, target, role_token("operator", permissions=["sessions.act"])) == 403
    new = exchange(
        fleet.port, head("/json/new?about:blank", method="PUT", Connection="close", **bearer(role_token("viewer")))
    )[0]
    assert new.status == 403
    assert "sessions.create" in json.loads(new.body)["error_description"]
    new = exchange(
        fleet.port, head("/json/new?about:blank", method="PUT", Connection="close", **bearer(role_token("operator")))
    )[0]
    tab = json.loads(new.body)["id"]
    assert status_of(fleet, f"/json/activate/{tab}", role_token("viewer")) == 403
    assert status_of(fleet, f"/json/close/{tab}", role_token("operator", permissions=["sessions.create"])) == 403
    assert status_of(fleet, f"/json/close/{tab}", role_token("operator")) == 200


@pytest.mark.parametrize("url", ["file:///etc/passwd", "view-source:file:///etc/passwd", "chrome://version", "CHROME"])
def test_json_new_opens_no_page_beyond_the_web(fleet, chromium, url):
    url = f"http://127.1:{chromium.port}/json/version" if url == "CHROME" else url
    request = head(f"/json/new?{url}", method="PUT", Connection="close", **bearer(role_token("operator")))
    answer, _ = exchange(fleet.port, request)
    assert answer.status == 403
    assert url not in answer.body.decode()
    pages = json.loads(get(fleet.port, "/json/list", **bearer(role_token("operator"))).body)
    assert not [page for page in pages if page["url"].startswith(("file:", "view-source:", "chrome://version"))]


def test_another_users_role_token_does_not_join_a_browser(fleet):
    with CDP(fleet.port, Authorization=f"Bearer {role_token('operator')}"):
        other = role_token("operator", user="user_two")
        assert answer_to_upgrade(fleet, other).status == 409
        assert status_of(fleet, "/json/list", other) == 409
        assert answer_to_upgrade(fleet, role_token("admin", user="user_two")).status == 101


def test_the_admins_token_is_an_admin_on_both_listeners(fleet):
    with CDP(fleet.port, Authorization="Bearer end-to-end-admin-token") as client:
        assert client.call("Browser.getVersion")["product"].startswith("Chrome")
        [connection] = json.loads(fleet.admin("/connections")[1])
        assert connection["roles"] == ["admin"]
        assert connection["sessionId"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"exp": None},
        {"roles": "admin"},
        {"roles": [1]},
        {"roles": None},
        {"sub": ""},
        {"user_id": "somebody else"},
        {"permissions": "*"},
    ],
)
def test_a_role_token_that_is_not_of_its_form_is_refused(fleet, changes):
    now = int(time.time())
    claims = {"sub": "user_one", "roles": ["admin"], "iat": now, "exp": now + 600} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    assert status_of(fleet, "/json/version", tokens.sign(claims, key=ROLE_KEY)) == 401


def test_without_its_key_no_role_token_is_admitted(chromium, own_proxy):
    assert status_of(own_proxy(chromium.address), "/json/version", role_token("admin")) == 401


def test_roles_that_are_off_are_refused_and_the_rest_goes_on(chromium, own_proxy):
    off = own_proxy(chromium.address, FLYBROWSER_JWT_SECRET=ROLE_KEY, FLYBROWSER_RBAC_ENABLED="off")
    assert status_of(off, "/json/version", tokens.token(roles=["admin"])) == 403
    assert status_of(off, "/json/version", role_token("admin")) == 401
    assert status_of(off, "/json/version", "end-to-end-admin-token") == 401
    assert status_of(off, "/json/version", tokens.token()) == 200
    assert off.admin("/connections")[0] == 200


def test_a_token_of_two_thousand_roles_is_read(fleet):
    assert status_of(fleet, "/json/version", role_token(*["r"] * 1_500, "viewer")) == 200


def test_an_admin_who_looks_in_takes_the_browser_from_nobody(own_chromium, own_proxy):
    fleet = own_proxy(own_chromium().address, FLYBROWSER_JWT_SECRET=ROLE_KEY)
    with CDP(fleet.port, Authorization=f"Bearer {role_token('operator')}") as client:
        with CDP(fleet.port, Authorization="Bearer end-to-end-admin-token") as operator:
            assert operator.call("Target.getTargets")
        assert client.call("Browser.getVersion")
    with CDP(fleet.port, Authorization=f"Bearer {role_token('operator')}") as again:
        assert again.call("Browser.getVersion")
