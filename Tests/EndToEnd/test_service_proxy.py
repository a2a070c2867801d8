"""From `POST /sessions` to a signed-in Chromium: the proxy injects what the service stored, from either database."""

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import Proxy
from harness.store import cookie, origin
from harness.wire import exchange, upgrade

STATE = {
    "cookies": [cookie("sid", "from the service", "shop.example", httpOnly=True)],
    "origins": [origin("http://shop.example", token="item of the service")],
}


@pytest.fixture
def proxy_on(tmp_path):
    """Starts a proxy on the same database as a service."""
    started = []

    def start(chrome, service):
        proxy = Proxy(tmp_path, chrome, DATABASE_URL=service.env["DATABASE_URL"])
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.stop()


def query(session, user="alice"):
    return f"/?signingKey={tokens.token(userId=user, browserSession=session)}"


def values(proxy, session):
    with CDP(proxy.port, query(session)) as client:
        return [one["value"] for one in client.call("Storage.getCookies")["cookies"]]


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_posted_session_is_injected(own_chromium, own_service, database, proxy_on, by):
    service = own_service(database)
    created = service.user("alice").create(name="shop", storage_state=STATE)
    proxy = proxy_on(own_chromium().address, service)
    assert values(proxy, created[by]) == ["from the service"]
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_the_latest_state_is_injected(own_chromium, own_service, database, proxy_on):
    service = own_service(database)
    alice = service.user("alice")
    path = f"/sessions/{alice.create(name='shop', storage_state=STATE)['id']}"
    proxy = proxy_on(own_chromium().address, service)
    changed = STATE | {"cookies": [cookie("sid", "changed", "shop.example")]}
    assert alice.put(path, {"storage_state": changed, "name": "renamed"}).status == 200
    assert values(proxy, "renamed") == ["changed"]


def test_missing_and_expired_sessions_are_refused(chromium, own_service, database, proxy_on):
    service = own_service(database)
    alice = service.user("alice")
    expired = alice.create(name="expired", storage_state=STATE, expires_at="2020-01-01T00:00:00Z")
    deleted = alice.create(name="deleted", storage_state=STATE)
    assert alice.delete(f"/sessions/{deleted['id']}").status == 200
    proxy = proxy_on(chromium.address, service)
    cases = {("expired", "alice"): 410, ("deleted", "alice"): 404, (expired["id"], "bob"): 404, ("nothing", "bob"): 404}
    for (session, user), status in cases.items():
        assert exchange(proxy.port, upgrade(query(session, user)))[0].status == status
