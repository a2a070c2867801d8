"""Contents that are hard to inject: IndexedDB, strings that are not text, and origins with a service worker."""

import json

import pytest
from harness import tokens
from harness.cdp import connect_with_session
from harness.site import Site
from harness.store import origin
from playwright.sync_api import sync_playwright

PAGE = b'<!doctype html><title>Site</title><link rel="icon" href="data:,">'
# Reports every navigation to the server, and answers it with a page that clears localStorage.
WORKER = b"""
addEventListener('install', () => skipWaiting());
addEventListener('activate', event => event.waitUntil(clients.claim()));
addEventListener('fetch', event => {
  if (event.request.mode !== 'navigate') return;
  event.waitUntil(fetch('/leak'));
  event.respondWith(new Response('<script>localStorage.clear(); localStorage.worker = "ran"</script>',
    {headers: {'content-type': 'text/html'}}));
});
"""
REGISTER = "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => true)"
# As Playwright writes it: plain values, and encoded ones that JSON cannot express.
DATABASES = [
    {
        "name": "mixed",
        "version": 3,
        "stores": [
            {
                "name": "encoded",
                "autoIncrement": True,
                "records": [
                    {
                        "key": "k",
                        "valueEncoded": {
                            "o": [
                                {"k": "when", "v": {"d": "2026-01-02T03:04:05.000Z"}},
                                {"k": "big", "v": {"bi": "12345678901234567890"}},
                                {"k": "bytes", "v": {"ta": {"b": "AQID", "k": "ui8"}}},
                                {"k": "map", "v": {"m": [{"k": "a", "v": 1}], "id": 2}},
                                {"k": "itself", "v": {"ref": 1}},
                                {"k": "nan", "v": {"v": "NaN"}},
                                {"k": "buffer", "v": {"ab": {"b": "AQI="}}},
                            ],
                            "id": 1,
                        },
                    }
                ],
                "indexes": [],
            },
            {
                "name": "plain",
                "autoIncrement": False,
                "keyPath": "id",
                "records": [{"value": {"id": 1, "x": "y"}}, {"value": {"id": 2, "list": [1, None]}}],
                "indexes": [{"name": "byX", "keyPath": "x", "multiEntry": False, "unique": False}],
            },
        ],
    },
    {"name": "empty", "version": 1, "stores": []},
]


@pytest.fixture
def site():
    server = Site({"/": ("text/html", PAGE, {}), "/worker.js": ("text/javascript", WORKER, {})})
    yield server
    server.stop()


def in_page(client, url, expression):
    """The value of an expression in a page of this address. No request leaves, and no service worker answers."""
    session = client.new_page()
    client.call("Network.enable", session)
    client.call("Network.setBypassServiceWorker", session, bypass=True)
    client.call("Page.navigate", session, url=url)
    return client.evaluate(expression, session)


def test_a_service_worker_does_not_answer_the_injector(own_chromium, own_proxy, store, site):
    browser = own_chromium()
    with sync_playwright() as playwright:
        direct = playwright.chromium.connect_over_cdp(f"http://{browser.address}")
        page = direct.contexts[0].new_page()
        page.goto(site.url())
        assert page.evaluate(REGISTER)
        page.close()
        direct.close()
    site.requests.clear()
    store.add({"origins": [origin(site.url(""), token="injected")]})
    proxy = own_proxy(browser.address)
    with connect_with_session(proxy) as client:
        assert site.requests == []
        seen = in_page(client, site.url(), "[localStorage.token ?? null, localStorage.worker ?? null]")
    assert seen == ["injected", None]
    assert "/leak" not in [path for _, path in site.requests]


def test_indexed_db_is_restored_as_playwright_wrote_it(own_chromium, own_proxy, store, site):
    store.add({"origins": [origin(site.url(""), token="t") | {"indexedDB": DATABASES}]})
    browser = own_chromium()
    proxy = own_proxy(browser.address)
    token = tokens.token(userId="user_one", browserSession="work")
    with sync_playwright() as playwright:
        connected = playwright.chromium.connect_over_cdp(proxy.url(f"/?signingKey={token}"))
        page = connected.contexts[0].new_page()
        page.goto(site.url())
        state = connected.contexts[0].storage_state(indexed_db=True)
        connected.close()
    (stored,) = state["origins"]
    by_name = {database["name"]: database for database in stored["indexedDB"]}
    assert by_name == {database["name"]: database for database in DATABASES}


def test_lone_surrogates_and_special_names_survive(own_chromium, own_proxy, store, site):
    items = {
        "\ud800": "a\udc00\ud800b",
        "": "",
        "__proto__": "p",
        "length": "7",
        "setItem": "x",
        "n\0": '\u2028\0"\\</script>',
    }
    store.add({"origins": [origin(site.url(""), **items)]})
    proxy = own_proxy(own_chromium().address)
    with connect_with_session(proxy) as client:
        names = json.dumps(list(items))
        seen = in_page(client, site.url(), f"JSON.stringify({names}.map(name => localStorage.getItem(name)))")
        assert json.loads(seen) == list(items.values())
        assert in_page(client, site.url(), "localStorage.length") == len(items)


def test_more_than_an_origin_may_store_is_a_shortfall(own_chromium, own_proxy, store, site):
    items = {f"k{number}": "x" * 1_000_000 for number in range(6)}
    store.add({"origins": [origin(site.url(""), **items), origin("http://other.example", token="t")]})
    proxy = own_proxy(own_chromium().address, CDP_PROXY_INJECT_FAILURE="open")
    with connect_with_session(proxy):
        event = proxy.wait_for_event("session_injected")
    assert (event["result"], event["originsWanted"], event["origins"]) == ("partial", 2, 1)
    assert 0 < event["items"] < event["itemsWanted"] == 7
