"""The stored session is there before the client is: seen from inside pages of its origins, and by no network."""

import concurrent.futures

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.site import Site
from harness.store import cookie, origin
from harness.wire import exchange, upgrade
from playwright.sync_api import sync_playwright

PAGE = b'<!doctype html><title>Origin</title><link rel="icon" href="data:,">'
HOSTS = ["one.example", "www.one.example", "two.example", "three.test"]


@pytest.fixture
def site():
    server = Site({"/": ("text/html", PAGE, {}), "/favicon.ico": ("image/png", b"", {})})
    yield server
    server.stop()


@pytest.fixture
def browser(own_chromium, site):
    """A Chromium for which the hosts of the stored origins are the recording site, and no other host is there."""
    here = f"127.0.0.1:{site.port}"
    return own_chromium(f"--host-resolver-rules=MAP *.example {here}, MAP *.test {here}, MAP * ~NOTFOUND")


def query(**claims):
    return f"?signingKey={tokens.token(**({'userId': 'user_one', 'browserSession': 'work'} | claims))}"


def state():
    cookies = [cookie("sid", f"cookie of {host}", host, httpOnly=True) for host in HOSTS]
    return {"cookies": cookies, "origins": [origin(f"http://{host}", token=f"item of {host}") for host in HOSTS]}


def open_page(client, host):
    session = client.new_page(f"http://{host}/")
    client.wait_until(f"location.host == '{host}' && document.readyState == 'complete'", session)
    return session


def stored(client, host):
    """What a page of that origin sees, and what its cookies are."""
    session = open_page(client, host)
    seen = client.evaluate("[location.host, localStorage.token ?? null, localStorage.length]", session)
    cookies = client.call("Storage.getCookies")["cookies"]
    return seen, [one["value"] for one in cookies if one["name"] == "sid" and one["domain"] == host]


def pages(browser):
    return {target["id"] for target in browser.targets()}


def test_pages_of_every_origin_find_their_state(browser, own_proxy, store, site):
    store.add(state())
    proxy = own_proxy(browser.address)
    targets = pages(browser)
    with CDP(proxy.port, "/" + query()) as client:
        left = client.call("Target.getTargets")["targetInfos"]
        assert {target["targetId"] for target in left if target["type"] != "browser"} == targets
        assert site.connections == [], "injection let a connection out"
        for host in HOSTS:
            seen, cookies = stored(client, host)
            assert seen == [host, f"item of {host}", 1]
            assert cookies == [f"cookie of {host}"]
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_playwright_finds_itself_signed_in(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(proxy.url("/" + query()))
        page = connected.contexts[0].new_page()
        page.goto("http://two.example/")
        assert page.evaluate("localStorage.token") == "item of two.example"
        assert {one["value"] for one in connected.contexts[0].cookies()} == {f"cookie of {host}" for host in HOSTS}
        connected.close()


def test_once_per_chrome_process(browser, own_proxy, store):
    """What the site changed since is newer than what was stored, so a second connection leaves it alone."""
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + query()) as client:
        session = open_page(client, "two.example")
        client.evaluate("localStorage.token = 'rotated'", session)
    with CDP(proxy.port, "/" + query()) as client:
        assert stored(client, "two.example")[0][1] == "rotated"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_a_restarted_chrome_is_injected_again(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    CDP(proxy.port, "/" + query()).close()
    browser.kill()
    browser.start()
    with CDP(proxy.port, "/" + query()) as client:
        assert stored(client, "three.test")[0][1] == "item of three.test"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 2


def test_many_first_clients_at_once_inject_once(browser, own_proxy, store, site):
    store.add(state())
    proxy = own_proxy(browser.address)

    def connect(_):
        with CDP(proxy.port, "/" + query()) as client:
            return client.call("Browser.getVersion")["protocolVersion"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(connect, range(8))) == {"1.3"}
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1
    assert site.connections == []


def test_before_the_first_client(browser, own_proxy, store):
    store.add(state())
    settings = {"CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "user_one", "CDP_PROXY_BROWSER_SESSION": "work"}
    proxy = own_proxy(browser.address, **settings)
    proxy.wait_for_event("session_injected")
    assert proxy.admin("/ready")[0] == 200
    with CDP(proxy.port, "/" + query()) as client:
        assert stored(client, "one.example")[0][1] == "item of one.example"
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1


def test_switched_off(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address, CDP_PROXY_INJECT="off")
    with CDP(proxy.port, "/" + query()) as client:
        assert client.call("Storage.getCookies")["cookies"] == []


def test_a_token_that_asks_for_no_session_gets_none(browser, own_proxy, store):
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + query(browserSession=None)) as client:
        assert client.call("Storage.getCookies")["cookies"] == []


@pytest.mark.parametrize("how", ["by id", "by the token's session", "by the container's setting"])
def test_the_other_ways_to_name_a_session(browser, own_proxy, store, how):
    row = store.add(state())
    settings = {"CDP_PROXY_BROWSER_SESSION": "work"} if "setting" in how else {}
    claims = {
        "by id": {"browserSession": row},
        "by the token's session": {"browserSession": None, "sessionId": row, "sub": row},
        "by the container's setting": {"browserSession": None},
    }
    proxy = own_proxy(browser.address, **settings)
    with CDP(proxy.port, "/" + query(**claims[how])) as client:
        assert len(client.call("Storage.getCookies")["cookies"]) == len(HOSTS)


def test_one_bad_cookie_does_not_cost_the_others(browser, own_proxy, store):
    cookies = [
        cookie("good", "1", "one.example"),
        cookie("__Host-bad", "1", ".one.example", secure=True),
        cookie("other", "2", "two.example", sameSite="no_restriction", secure=True),
        cookie("third", "3", "two.example", sameSite="unspecified", partitionKey=None),
    ]
    store.add({"cookies": cookies, "origins": []})
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + query()) as client:
        names = {one["name"]: one.get("sameSite") for one in client.call("Storage.getCookies")["cookies"]}
    assert names == {"good": "Lax", "other": "None", "third": None}
    assert proxy.wait_for_event("session_injected")["cookiesSkipped"] == 1


# Chromium keeps 180 cookies a domain, and throws some of the rest away without a word.
TOO_MANY = {"cookies": [cookie(f"c{number}", "1", "one.example") for number in range(250)], "origins": []}


def test_a_shortfall_is_a_failure(browser, own_proxy, store):
    store.add(TOO_MANY)
    proxy = own_proxy(browser.address)
    response, closed = exchange(proxy.port, upgrade("/" + query()))
    assert (response.status, closed) == (502, True)
    assert proxy.metric("cdp_proxy_injections_total", result="partial") == 1


def test_a_shortfall_may_be_allowed(browser, own_proxy, store):
    store.add(TOO_MANY)
    proxy = own_proxy(browser.address, CDP_PROXY_INJECT_FAILURE="open")
    with CDP(proxy.port, "/" + query()) as client:
        assert 0 < len(client.call("Storage.getCookies")["cookies"]) < 250
    assert proxy.metric("cdp_proxy_injections_total", result="partial") == 1


WORKER = b"""addEventListener("fetch", (event) => event.respondWith(fetch("/from-the-worker")));
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));"""
REGISTER = "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => true)"


def test_a_service_worker_of_the_site_is_passed_by(own_chromium, own_proxy, store, site):
    """It would answer in place of the injector, and send the site requests of its own."""
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
    with CDP(proxy.port, "/" + query()) as client:
        assert site.requests == before
        session = client.new_page("http://one.example/from-the-worker")
        client.wait_until("location.host == 'one.example' && localStorage.token == 'item'", session)


def test_no_interception_is_left_behind(browser, own_proxy, store, site):
    """A page that was there before, and one that comes after, reach the network."""
    store.add(state())
    proxy = own_proxy(browser.address)
    with CDP(proxy.port, "/" + query()) as client:
        first = next(one for one in client.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        session = client.call("Target.attachToTarget", targetId=first["targetId"], flatten=True)["sessionId"]
        client.call("Page.navigate", session, url="http://one.example/?before")
        client.wait_until("document.title == 'Origin' && location.search == '?before'", session)
        client.wait_until("document.title == 'Origin'", client.new_page("http://two.example/?after"))
    assert ("one.example", "/?before") in site.requests
    assert ("two.example", "/?after") in site.requests
