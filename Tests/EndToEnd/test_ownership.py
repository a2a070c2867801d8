"""The ownership of a browser: no user sees or moves another user's state, tabs or ids."""

import contextlib
import json
import pathlib
import signal
import sqlite3

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.relay import HoldingRelay
from harness.site import Site
from harness.store import cookie
from harness.wire import Wire, exchange, get, head, upgrade

POLICY = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "chromium" / "cdp-proxy-policy.json"

pytestmark = pytest.mark.usefixtures("rows")

A = {"userId": "user_a", "sessionId": "sess_a", "sub": "sess_a", "browserSession": "work"}
B = {"userId": "user_b", "sessionId": "sess_b", "sub": "sess_b"}
B_OWN = B | {"browserSession": "home"}
NOBODY = {"sessionId": "sess_x", "sub": "sess_x"}


def query(claims):
    return f"?signingKey={tokens.token(**claims)}"


def handshake(proxy, claims, path="/"):
    """The status of a handshake's answer, and the reason in its body."""
    response, _ = exchange(proxy.port, upgrade(path + query(claims)))
    return response.status, json.loads(response.body or b"{}").get("error")


def connect(proxy, claims, path="/"):
    return CDP(proxy.port, path + query(claims))


def cookies(client):
    return {one["name"]: one["value"] for one in client.call("Storage.getCookies")["cookies"]}


@pytest.fixture
def rows(store):
    store.add({"cookies": [cookie("sid", "of a", "one.example")]}, user="user_a", name="work")
    store.add({"cookies": [cookie("sid", "of b", "two.example")]}, user="user_b", name="home")
    return store


@pytest.fixture
def site():
    server = Site({"/": ("text/html", b"<title>There</title>", {}), "/favicon.ico": ("image/png", b"", {})})
    yield server
    server.stop()


def restart(proxy, how=signal.SIGKILL):
    """Kills the proxy and starts it again with the same files."""
    proxy.process.send_signal(how)
    proxy.process.wait(60)
    return proxy.again()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_record_of_a_browser_survives_the_proxy(own_chromium, own_proxy, how):
    proxy = own_proxy(own_chromium().address)
    with connect(proxy, A) as client:
        assert cookies(client) == {"sid": "of a"}
        rotated = cookie("sid", "rotated by the site", "one.example")
        client.call("Storage.setCookies", cookies=[{"name": "sid", "value": rotated["value"], "domain": "one.example"}])
    proxy = restart(proxy, how)
    assert handshake(proxy, B_OWN) == (409, "conflict")
    assert handshake(proxy, B) == (409, "conflict")
    assert handshake(proxy, NOBODY) == (409, "conflict")
    with connect(proxy, A) as client:
        assert cookies(client) == {"sid": "rotated by the site"}
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 0


def test_the_drivers_of_a_bare_browser_survive_the_proxy(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    connect(proxy, A | {"browserSession": None}).close()
    proxy = restart(proxy)
    assert handshake(proxy, B) == (409, "conflict")
    assert handshake(proxy, B_OWN) == (409, "conflict")
    with connect(proxy, A) as client:
        assert cookies(client) == {"sid": "of a"}


def test_the_record_is_private_and_has_no_secret(own_chromium, own_proxy, rows):
    proxy = own_proxy(own_chromium().address)
    connect(proxy, A).close()
    path = rows.path.with_name(rows.path.name + ".state")
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"of a" not in path.read_bytes()


def test_the_record_is_written_before_the_101(own_chromium, own_proxy, tmp_path):
    """The proxy is killed when its client has the 101. Whatever the client could do from then on is on record."""
    browser = own_chromium()
    proxy = own_proxy(browser.address, CDP_PROXY_STATE=str(tmp_path / "state"))
    with Wire(proxy.port) as wire:
        wire.send(upgrade("/" + query(A)))
        assert wire.response().status == 101
        proxy.process.kill()
    with sqlite3.connect(tmp_path / "state") as state:
        records = dict(state.execute("SELECT id, record FROM browsers"))
    assert json.loads(records[browser.browser_id()])["state"] == "holding"


def test_a_browser_belongs_to_the_session_of_an_interrupted_injection(own_chromium, own_proxy):
    browser = own_chromium()
    with HoldingRelay(browser.port) as relay:
        proxy = own_proxy(f"127.0.0.1:{relay.port}")
        relay.hold_upgrade(2)  # The first handshake surveys the browser, the second injects.
        with Wire(proxy.port) as wire:
            wire.send(upgrade("/" + query(A)))
            relay.wait_until_held()
            proxy.process.kill()
        proxy.process.wait(60)
        relay.release()
        proxy = proxy.again()
        assert handshake(proxy, B_OWN) == (409, "conflict")
        with connect(proxy, A) as client:
            assert cookies(client) == {"sid": "of a"}


# A browser without a record


@pytest.fixture
def used(own_chromium, site):
    """A browser that an unknown client has used, with a profile that outlives it."""
    browser = own_chromium(f"--host-resolver-rules=MAP *.example 127.0.0.1:{site.port}, MAP * ~NOTFOUND")
    with CDP(browser.port, f"/devtools/browser/{browser.browser_id()}") as direct:
        session = direct.new_page("http://a.example/")
        direct.wait_until("document.title == 'There'", session)
        direct.evaluate("localStorage.secret = 'of a'; document.cookie = 'sid=of a; max-age=10000'", session)
        made = direct.call("Target.createBrowserContext")["browserContextId"]
        jar = [{"name": "hidden", "value": "of a", "domain": "a.example"}]
        direct.call("Storage.setCookies", browserContextId=made, cookies=jar)
    return browser


def test_a_used_browser_without_a_record_is_refused(used, own_proxy):
    proxy = own_proxy(used.address)
    for claims in [A, B, B_OWN, NOBODY]:
        assert handshake(proxy, claims) == (409, "browser_used")
        assert get(proxy.port, "/json/list" + query(claims)).status == 409
    line = proxy.wait_for_event("browser_used")
    assert (line["cookies"], line["pages"], line["contexts"]) == (1, 1, 1)
    assert "CDP_PROXY_USED_BROWSER" in line["advice"]
    assert get(proxy.port, "/json/version" + query(A)).status == 200
    assert proxy.metric("cdp_proxy_connections_refused_total", reason="browser_used") == 8


@pytest.mark.parametrize("what", ["a cookie", "a page", "a context"])
def test_each_of_these_makes_a_browser_used(own_chromium, own_proxy, what):
    browser = own_chromium()
    with CDP(browser.port, f"/devtools/browser/{browser.browser_id()}") as direct:
        if what == "a cookie":
            direct.call("Storage.setCookies", cookies=[{"name": "n", "value": "v", "domain": "a.example"}])
        elif what == "a page":
            direct.call("Target.createTarget", url="data:text/html,page")
        else:
            direct.call("Target.createBrowserContext")
    assert handshake(own_proxy(browser.address), A) == (409, "browser_used")


@pytest.mark.parametrize("start", [["about:blank"], []], ids=["a blank page", "a page for new tabs"])
@pytest.mark.parametrize("policy", [None, POLICY.read_text()], ids=["no policy", "the policy of deploy/"])
def test_chromiums_own_pages_do_not_make_a_browser_used(own_chromium, own_proxy, start, policy):
    """Where a policy blocks `chrome://*`, Chromium lists parts of its own interface as pages."""
    browser = own_chromium(policy=policy, pages=start)
    if policy:
        wait_for_interface(browser)
    with connect(own_proxy(browser.address), A) as client:
        assert cookies(client) == {"sid": "of a"}


def wait_for_interface(browser):
    """Waits until Chromium lists its interface as a page. For a moment the target has another type."""
    with CDP(browser.port, f"/devtools/browser/{browser.browser_id()}") as direct:
        while True:
            targets = direct.call("Target.getTargets")["targetInfos"]
            if any(one["type"] == "page" and ".top-chrome/" in one["url"] for one in targets):
                return


def test_a_used_browser_may_be_cleared(used, own_proxy):
    proxy = own_proxy(used.address, CDP_PROXY_USED_BROWSER="clear")
    with connect(proxy, B_OWN) as client:
        assert cookies(client) == {"sid": "of b"}
        assert client.call("Target.getBrowserContexts")["browserContextIds"] == []
        pages = [one for one in client.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        assert [page["url"] for page in pages] == ["about:blank"]
        session = client.new_page("http://a.example/")
        client.wait_until("document.title == 'There'", session)
        assert client.evaluate("[localStorage.length, document.cookie]", session) == [0, ""]
    assert proxy.wait_for_event("browser_cleared")["cookies"] == 1


def test_a_used_browser_may_be_adopted(used, own_proxy):
    proxy = own_proxy(used.address, CDP_PROXY_USED_BROWSER="adopt")
    with connect(proxy, B_OWN) as client:
        values = {one["value"] for one in client.call("Storage.getCookies")["cookies"]}
        assert values == {"of a", "of b"}
    assert handshake(proxy, A) == (409, "conflict")


def test_without_stored_sessions_no_browser_is_surveyed(used, own_proxy):
    proxy = own_proxy(used.address, CDP_PROXY_INJECT="off")
    connect(proxy, NOBODY).close()


def test_a_client_that_closes_the_browser_leaves_the_next_no_data(own_proxy):
    """Chrome restarts on the same profile, with the data a site has stored there."""
    browser = Chromium()
    try:
        proxy = own_proxy(browser.address)
        with connect(proxy, A) as client:
            jar = [{"name": "kept", "value": "of a", "domain": "one.example", "expires": 2_000_000_000}]
            client.call("Storage.setCookies", cookies=jar)
            client.answer("Browser.close")
            with contextlib.suppress(EOFError, ConnectionError):
                client.rest()
        browser.wait()
        browser.start(keeping_profile=True)
        assert handshake(proxy, B_OWN) == (409, "browser_used")
        assert handshake(proxy, B) == (409, "browser_used")
    finally:
        browser.stop()


# Every way in


def test_another_user_can_neither_see_nor_use_the_browser(own_chromium, own_proxy, site):
    browser = own_chromium()
    proxy = own_proxy(browser.address)
    with connect(proxy, A) as client:
        client.call("Target.createTarget", url=f"http://127.0.0.1:{site.port}/")
        before = {one["id"]: one["url"] for one in browser.targets()}
        page = next(one["id"] for one in browser.targets() if one["type"] == "page")
        for claims in [B, B_OWN, NOBODY]:
            for method, target in [
                ("GET", "/json"),
                ("GET", "/json/list"),
                ("PUT", "/json/new"),
                ("PUT", f"/json/new?http%3A%2F%2F127.0.0.1:{site.port}%2Ftransfer"),
                ("GET", f"/json/activate/{page}"),
                ("GET", f"/json/close/{page}"),
            ]:
                authorization = f"Bearer {tokens.token(**claims)}"
                response, _ = exchange(proxy.port, head(target, method=method, Authorization=authorization))
                assert (response.status, json.loads(response.body)["error"]) == (409, "conflict"), target
                assert b"127.0.0.1:" not in response.body
            for path in ["/", "/cdp", "/devtools/browser", f"/devtools/page/{page}"]:
                assert handshake(proxy, claims, path) == (409, "conflict")
            for target in ["/json/version", "/json/protocol"]:
                assert get(proxy.port, target + query(claims)).status == 200
        assert {one["id"]: one["url"] for one in browser.targets()} == before
        assert ("127.0.0.1", "/transfer") not in {(host.partition(":")[0], path) for host, path in site.requests}
        line = proxy.wait_for_event("connection_refused")
        assert (line["reason"], line["sessionId"], line["userId"]) == ("conflict", "sess_b", "user_b")


def test_a_page_planted_beforehand_keeps_the_next_user_out(own_chromium, own_proxy, site):
    proxy = own_proxy(own_chromium().address)
    target = f"/json/new?http%3A%2F%2F127.0.0.1:{site.port}%2F&signingKey={tokens.token(**B)}"
    assert exchange(proxy.port, head(target, method="PUT"))[0].status == 200
    assert handshake(proxy, A) == (409, "conflict")
    assert handshake(proxy, A | {"browserSession": None}) == (409, "conflict")
    connect(proxy, B).close()


def test_listing_the_tabs_of_a_fresh_browser_claims_nothing(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    assert get(proxy.port, "/json/list" + query(B)).status == 200
    with connect(proxy, A) as client:
        assert cookies(client) == {"sid": "of a"}
    assert get(proxy.port, "/json/list" + query(B)).status == 409


def test_opening_a_tab_injects_the_session(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    response, _ = exchange(proxy.port, head("/json/new" + query(A), method="PUT"))
    assert response.status == 200
    with connect(proxy, A) as client:
        assert cookies(client) == {"sid": "of a"}


def test_a_caller_without_a_user_joins_only_its_browser_session(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    connect(proxy, A).close()
    assert handshake(proxy, NOBODY) == (409, "conflict")
    with connect(proxy, {"sessionId": "sess_a", "sub": "sess_a"}) as client:
        assert cookies(client) == {"sid": "of a"}


def test_a_browser_driven_without_a_user_takes_no_users_session(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    connect(proxy, NOBODY).close()
    connect(proxy, {"sessionId": "sess_y", "sub": "sess_y"}).close()
    assert handshake(proxy, A) == (409, "conflict")


def test_two_users_share_no_bare_browser(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    connect(proxy, B).close()
    assert handshake(proxy, A | {"browserSession": None}) == (409, "conflict")
    with connect(proxy, B_OWN) as client:
        assert cookies(client) == {"sid": "of b"}


def test_a_client_drives_from_its_admission(own_chromium, own_proxy):
    """While Chrome's 101 for one client is held back, no session is injected beside that client."""
    browser = own_chromium()
    with HoldingRelay(browser.port) as relay:
        proxy = own_proxy(f"127.0.0.1:{relay.port}")
        relay.hold_upgrade(2)  # The first handshake surveys the browser, the second is the client's.
        with Wire(proxy.port) as wire:
            wire.send(upgrade("/" + query(A | {"browserSession": None})))
            relay.wait_until_held()
            assert handshake(proxy, A) == (409, "conflict")
            relay.release()
            assert wire.response().status == 101
        proxy.wait_for_event("closed")
        connect(proxy, A).close()


# Tokens that admit once


def test_a_token_that_admits_once_stays_spent_after_a_restart(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address, CDP_PROXY_TOKEN_USE="once")
    target = "/" + query(A | {"jti": "only one"})
    CDP(proxy.port, target).close()
    proxy = restart(proxy)
    assert exchange(proxy.port, upgrade(target))[0].status == 401
    assert proxy.wait_for_event("token_rejected")["reason"] == "replayed"
    connect(proxy, A | {"jti": "another"}).close()


# Restarts of Chrome


def test_a_connect_while_chrome_restarts_waits_for_it(own_chromium, own_proxy):
    browser = own_chromium()
    proxy = own_proxy(browser.address)
    connect(proxy, A).close()
    browser.kill()
    with Wire(proxy.port) as wire:
        wire.send(upgrade("/devtools/browser" + query(A)))
        browser.start()
        assert wire.response().status == 101


def test_a_later_connection_does_not_open_the_stored_state(own_chromium, own_proxy, rows):
    """The state is damaged after its injection: no later connection needs it."""
    proxy = own_proxy(own_chromium().address)
    connect(proxy, A).close()
    with sqlite3.connect(rows.path) as database:
        database.execute("UPDATE browser_sessions SET storage_state_encrypted = x'00' WHERE user_id = 'user_a'")
    connect(proxy, A).close()


def test_the_log_names_the_cause_of_an_unopenable_session(own_chromium, own_proxy, rows):
    proxy = own_proxy(own_chromium().address)
    with sqlite3.connect(rows.path) as database:
        database.execute("UPDATE browser_sessions SET storage_state_encrypted = x'00' WHERE user_id = 'user_a'")
    assert handshake(proxy, A) == (502, "session_unreadable")
    line = proxy.wait_for_event("connection_refused")
    assert line["cause"] == "it was sealed under another secret, or is damaged"
    assert line["userId"] == "user_a"
    # The browser holds no part of it.
    connect(proxy, B_OWN).close()
