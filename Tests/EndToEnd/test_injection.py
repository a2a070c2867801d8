"""The stored session is in the browser before the client: pages of its origins see it, and no network does."""

import concurrent.futures

import pytest
from harness.cdp import CDP
from harness.store import cookie, origin
from harness.tokens import session_query
from harness.wire import exchange, upgrade
from playwright.sync_api import sync_playwright

HOSTS = ["one.example", "www.one.example", "two.example", "three.test"]


@pytest.fixture
def browser(own_chromium, site):
    """A Chromium that resolves the stored origins' hosts to the recording site, and no other host."""
    here = f"127.0.0.1:{site.port}"
    return own_chromium(f"--host-resolver-rules=MAP *.example {here}, MAP *.test {here}, MAP * ~NOTFOUND")


def state():
    cookies = [cookie("sid", f"cookie of {host}", host, httpOnly=True) for host in HOSTS]
    return {"cookies": cookies, "origins": [origin(f"http://{host}", token=f"item of {host}") for host in HOSTS]}


def open_page(client, host):
    session = client.new_page(f"http://{host}/")
    client.wait_until(f"location.host == '{host}' && document.readyState == 'complete'", session)
    return session


def stored(client, host):
    """A page's view of its localStorage, and the cookies of its host."""
    session = open_page(client, host)
    seen = client.evaluate("[location.host, localStorage.token ?? null, localStorage.length]", session)
    cookies = client.call("Storage.getCookies")["cookies"]
    return seen, [one["value"] for one in cookies if one["name"] == "sid" and one["domain"] == host]


def pages(browser):
    return {target["id"] for target in browser.targets()}


def test_pages_of_every_origin_have_their_state(browser, own_proxy, store, site):
    store.add(state())
    proxy = own_proxy(browser.address)
    targets = pages(browser)
    with CDP(proxy.port, "/" + session_query()) as client:
        left = client.call("Target.getTargets")["targetInfos"]
        assert {target["targetId"] for target in left if target["type"] != "browser"} == targets
        assert site.connections == [], "the injection opened no connection"
        for host in HOSTS:
            seen, cookies = stored(client, host)
            assert seen == [host, f"item of {host}", 1]
            assert cookies == [f"cookie of {host}"]
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_playwright_has_the_stored_state(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(proxy.url("/" + session_query()))
        page = connected.contexts[0].new_page()
        page.goto("http://two.example/")
        assert page.evaluate("localStorage.token") == "item of two.example"
        assert {one["value"] for one in connected.contexts[0].cookies()} == {f"cookie of {host}" for host in HOSTS}
        connected.close()


def test_a_session_is_injected_once_per_chrome_process(browser, own_proxy, store):
    """The site's changes since the injection are newer than the stored state, so a second connection must keep them."""
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + session_query()) as client:
        session = open_page(client, "two.example")
        client.evaluate("localStorage.token = 'rotated'", session)
    with CDP(proxy.port, "/" + session_query()) as client:
        assert stored(client, "two.example")[0][1] == "rotated"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_a_restarted_chrome_is_injected_again(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    CDP(proxy.port, "/" + session_query()).close()
    browser.kill()
    browser.start()
    with CDP(proxy.port, "/" + session_query()) as client:
        assert stored(client, "three.test")[0][1] == "item of three.test"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 2


def test_many_simultaneous_first_clients_cause_one_injection(browser, own_proxy, store, site):
    store.add(state())
    proxy = own_proxy(browser.address)

    def connect(_):
        with CDP(proxy.port, "/" + session_query()) as client:
            return client.call("Browser.getVersion")["protocolVersion"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(connect, range(8))) == {"1.3"}
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1
    assert site.connections == []


def test_inject_start_injects_before_the_first_client(browser, own_proxy, store):
    store.add(state())
    settings = {"CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "user_one", "CDP_PROXY_BROWSER_SESSION": "work"}
    proxy = own_proxy(browser.address, **settings)
    proxy.wait_for_event("session_injected")
    assert proxy.admin("/ready")[0] == 200
    with CDP(proxy.port, "/" + session_query()) as client:
        assert stored(client, "one.example")[0][1] == "item of one.example"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_inject_off_injects_nothing(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address, CDP_PROXY_INJECT="off")
    with CDP(proxy.port, "/" + session_query()) as client:
        assert client.call("Storage.getCookies")["cookies"] == []


def test_a_token_without_a_session_gets_none(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + session_query(browserSession=None)) as client:
        assert client.call("Storage.getCookies")["cookies"] == []


@pytest.mark.parametrize("how", ["by id", "by the token's session", "by the container's setting"])
def test_every_way_to_name_a_session_works(browser, own_proxy, store, how):
    row = store.add(state())
    settings = {"CDP_PROXY_BROWSER_SESSION": "work"} if "setting" in how else {}
    claims = {
        "by id": {"browserSession": row},
        "by the token's session": {"browserSession": None, "sessionId": row, "sub": row},
        "by the container's setting": {"browserSession": None},
    }
    proxy = own_proxy(browser.address, **settings)
    with CDP(proxy.port, "/" + session_query(**claims[how])) as client:
        assert len(client.call("Storage.getCookies")["cookies"]) == len(HOSTS)


def test_a_bad_cookie_costs_no_others(browser, own_proxy, store):
    cookies = [
        cookie("good", "1", "one.example"),
        cookie("__Host-bad", "1", ".one.example", secure=True),
        cookie("other", "2", "two.example", sameSite="no_restriction", secure=True),
        cookie("third", "3", "two.example", sameSite="unspecified", partitionKey=None),
    ]
    store.add({"cookies": cookies, "origins": []})
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + session_query()) as client:
        names = {one["name"]: one.get("sameSite") for one in client.call("Storage.getCookies")["cookies"]}
    assert names == {"good": "Lax", "other": "None", "third": None}
    assert proxy.wait_for_event("session_injected")["cookiesSkipped"] == 1


# Chromium keeps 180 cookies of a domain and silently drops the others.
TOO_MANY = {"cookies": [cookie(f"c{number}", "1", "one.example") for number in range(250)], "origins": []}


def test_a_shortfall_is_a_failure(browser, own_proxy, store):
    store.add(TOO_MANY)
    proxy = own_proxy(browser.address)
    response, closed = exchange(proxy.port, upgrade("/" + session_query()))
    assert (response.status, closed) == (502, True)
    assert proxy.metric("cdp_proxy_injections_total", result="partial") == 1


def test_a_shortfall_is_allowed_when_configured(browser, own_proxy, store):
    store.add(TOO_MANY)
    proxy = own_proxy(browser.address, CDP_PROXY_INJECT_FAILURE="open")
    with CDP(proxy.port, "/" + session_query()) as client:
        assert 0 < len(client.call("Storage.getCookies")["cookies"]) < 250
    assert proxy.metric("cdp_proxy_injections_total", result="partial") == 1


WORKER = b"""addEventListener("fetch", (event) => event.respondWith(fetch("/from-the-worker")));
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));"""
REGISTER = "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => true)"


def test_a_service_worker_of_the_site_is_bypassed(own_chromium, own_proxy, store, site):
    """It would answer instead of the injector, and send requests of its own to the site."""
    site.pages["/worker.js"] = ("text/javascript", WORKER, {})
    here = f"127.0.0.1:{site.port}"
    browser = own_chromium(
        f"--host-resolver-rules=MAP *.example {here}, MAP * ~NOTFOUND",
        "--unsafely-treat-insecure-origin-as-secure=http://one.example",
    )
    with CDP(browser.port, f"/devtools/browser/{browser.browser_id()}") as direct:
        assert direct.evaluate(REGISTER, open_page(direct, "one.example"))
    before = list(site.requests)
    store.add({"cookies": [], "origins": [origin("http://one.example", token="item")]})
    proxy = own_proxy(browser.address, CDP_PROXY_USED_BROWSER="adopt")
    with CDP(proxy.port, "/" + session_query()) as client:
        assert site.requests == before
        session = client.new_page("http://one.example/from-the-worker")
        client.wait_until("location.host == 'one.example' && localStorage.token == 'item'", session)


def test_interception_ends_with_the_injection(browser, own_proxy, store, site):
    """Requests of an older page and of a newer one both reach the network."""
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + session_query()) as client:
        first = next(one for one in client.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        session = client.call("Target.attachToTarget", targetId=first["targetId"], flatten=True)["sessionId"]
        client.call("Page.navigate", session, url="http://one.example/?before")
        client.wait_until("document.title == 'Origin' && location.search == '?before'", session)
        client.wait_until("document.title == 'Origin'", client.new_page("http://two.example/?after"))
    assert ("one.example", "/?before") in site.requests
    assert ("two.example", "/?after") in site.requests
