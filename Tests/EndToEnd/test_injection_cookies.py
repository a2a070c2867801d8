"""Cookies of every spelling are in the jar of a real Chromium after the injection."""

import pytest
from harness.cdp import connect_with_session
from harness.store import cookie


def injected(own_chromium, own_proxy, store, *cookies):
    """Injects cookies, and returns the jar and the log line."""
    store.add({"cookies": list(cookies)})
    proxy = own_proxy(own_chromium().address)
    with connect_with_session(proxy) as client:
        jar = client.call("Storage.getCookies")["cookies"]
    event = proxy.wait_for_event("session_injected")
    assert event["result"] == "full"
    return jar, event


def numbered(changes):
    """Cookies with these changes and with names of their own, so that the test finds each again."""
    return [cookie(f"c{number}", str(number), "a.test") | changed for number, changed in enumerate(changes)]


def test_a_host_only_and_a_domain_cookie_are_two(own_chromium, own_proxy, store):
    pair = [cookie("n", "host", "a.test"), cookie("n", "all", ".a.test")]
    jar, event = injected(own_chromium, own_proxy, store, *pair)
    assert {(one["domain"], one["value"]) for one in jar} == {("a.test", "host"), (".a.test", "all")}
    assert (event["cookies"], event["cookiesWanted"]) == (2, 2)


PATHS = {
    "/a b": "/a%20b",
    "/\u00e4": "/%C3%A4",
    "/%C3%A4": "/%C3%A4",
    '/a"<b>': "/a%22%3Cb%3E",
    "/a?b#c": "/a%3Fb%23c",
    "/a\\b": "/a/b",
    "/a/../b": "/b",
    "/%2e%2e/b": "/b",
    "/.": "/",
    "/a\tb": "/a%09b",
    "/a\x01\x7f": "/a%01%7F",
    "/a|{}^`": "/a%7C%7B%7D%5E%60",
    "/a%zz~!$&'()*+,=:@[]": "/a%zz~!$&'()*+,=:@[]",
    "/\u65e5\u672c": "/%E6%97%A5%E6%9C%AC",
    "/\u00a0": "/%C2%A0",
}


DOMAINS = {
    "0x7f.1": "127.0.0.1",
    "127.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "010.1.1.1": "8.1.1.1",
    ".127.0.0.1": "127.0.0.1",
    "[0:0:0:0:0:0:0:1]": "[::1]",
    "[::ffff:1.2.3.4]": "[::ffff:102:304]",
    "B\u00fccher.example": "xn--bcher-kva.example",
    ".b\u00fccher.example": ".xn--bcher-kva.example",
    "fa\u00df.de": "xn--fa-hia.de",
    "\uff41\u3002test": "a.test",
    ".localhost": "localhost",
    ".co.uk": "co.uk",
    "a_b.test": "a_b.test",
    "a.test:8080": "a.test",
    "a.test.": "a.test.",
}


@pytest.mark.parametrize(("member", "spellings"), [("path", PATHS), ("domain", DOMAINS)], ids=["paths", "domains"])
def test_spellings_are_kept_as_chrome_writes_them(own_chromium, own_proxy, store, member, spellings):
    jar, event = injected(own_chromium, own_proxy, store, *numbered([{member: text} for text in spellings]))
    kept = {one["name"]: one[member] for one in jar}
    assert kept == {f"c{number}": text for number, text in enumerate(spellings.values())}
    assert event["cookies"] == event["cookiesWanted"] == len(spellings)


SITES = {
    "https://top.test": "https://top.test",
    "https://top.test:8443": "https://top.test",
    "https://www.top.test/p?q": "https://top.test",
    "https://a.b.github.io": "https://b.github.io",
    "https://www.shop.co.uk": "https://shop.co.uk",
    "http://www.top.test": "http://top.test",
    "https://b\u00fccher.example": "https://xn--bcher-kva.example",
    "https://0x7f.1:99": "https://127.0.0.1",
    "https://[0::1]:5": "https://[::1]",
}


def test_partitions_are_kept_as_chrome_writes_them(own_chromium, own_proxy, store):
    changes = [{"secure": True, "partitionKey": site} for site in SITES]
    objects = [{"secure": True, "partitionKey": {"topLevelSite": "https://t.test", "hasCrossSiteAncestor": False}}]
    jar, event = injected(own_chromium, own_proxy, store, *numbered(changes + objects))
    kept = {one["name"]: one["partitionKey"]["topLevelSite"] for one in jar}
    assert kept == {f"c{number}": site for number, site in enumerate([*SITES.values(), "https://t.test"])}
    assert event["cookies"] == event["cookiesWanted"] == len(jar)


def test_cookies_of_one_site_are_one_cookie(own_chromium, own_proxy, store):
    """Only Chrome knows which hosts are one site. The later cookie wins."""
    pair = [cookie("n", str(n), "a.test", secure=True, partitionKey=site) for n, site in enumerate(list(SITES)[1:3])]
    jar, _ = injected(own_chromium, own_proxy, store, *pair)
    assert [one["value"] for one in jar] == ["1"]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://a.test", ("a.test", "/", True)),
        ("http://A.test:81/x/y?z", ("a.test", "/x/", False)),
        ("https://b\u00fccher.example/\u00e4/b", ("xn--bcher-kva.example", "/%C3%A4/", True)),
        ("http://127.1/", ("127.0.0.1", "/", False)),
    ],
)
def test_a_url_may_replace_the_domain(own_chromium, own_proxy, store, url, place):
    (kept,), _ = injected(own_chromium, own_proxy, store, {"name": "n", "value": "v", "url": url})
    assert (kept["domain"], kept["path"], kept["secure"]) == place


def test_left_out_cookies_are_counted_by_reason(own_chromium, own_proxy, store):
    bad = [
        cookie("old", "1", "a.test", expires=1000),
        cookie("older", "1", "a.test", expires=999),
        cookie("__Host-x", "1", ".a.test", secure=True),
        {"name": "n", "value": "v", "url": "about:blank"},
        cookie("n", 5, "a.test"),
    ]
    jar, event = injected(own_chromium, own_proxy, store, cookie("good", "1", "a.test"), *bad)
    assert [one["name"] for one in jar] == ["good"]
    assert event["cookiesSkipped"] == 5
    assert event["skipped"] == "cookies domain 1, cookies expired 2, cookies missing_name 1, cookies prefix 1"
