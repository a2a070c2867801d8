"""Origins of every kind: http ones, other spellings, repeated ones, and many at once."""

import json
import pathlib

import pytest
from harness.cdp import connect_with_session
from harness.store import origin

# Chromium tries https first for a name that may be on the internet. `plain.com` is such a name, `.example` is not.
HTTP = "http://plain.com"
OTHER = "http://other.example"


@pytest.fixture
def browser_with(own_chromium, site):
    """Starts a Chromium that resolves port 80 of these hosts to the site, and no other port or host."""

    def start(*flags, **how):
        here = f"127.0.0.1:{site.port}"
        hosts = [f"MAP {host}:80 {here}" for host in ("plain.com", "*.example", "10.0.0.1")]
        rules = f"--host-resolver-rules={', '.join(hosts)}, MAP * ~NOTFOUND"
        return own_chromium(rules, *flags, **how)

    return start


def items(client, where):
    """The origin of a page of this address, and its localStorage."""
    session = client.new_page(where)
    client.wait_until("document.title == 'Origin'", session)
    return client.evaluate("[location.origin, Object.fromEntries(Object.entries(localStorage))]", session)


def test_an_http_origin_that_chrome_tries_over_https_is_restored(browser_with, own_proxy, store, site):
    store.add({"origins": [origin(HTTP, token="plain"), origin(OTHER, token="other")]})
    proxy = own_proxy(browser_with().address)
    with connect_with_session(proxy) as client:
        assert site.connections == []
        assert items(client, HTTP) == [HTTP, {"token": "plain"}]
        assert items(client, OTHER) == [OTHER, {"token": "other"}]
    event = proxy.wait_for_event("session_injected")
    assert (event["result"], event["origins"], event["originsWanted"]) == ("full", 2, 2)
    assert "skipped" not in event


def test_the_policy_of_deploy_switches_https_upgrades_off():
    """With this policy, Chromium 156 opens `http://plain.com` over http first, for the client too."""
    policy = pathlib.Path(__file__).parents[2] / "deploy/chromium/cdp-proxy-policy.json"
    assert json.loads(policy.read_text())["HttpsUpgradesEnabled"] is False


def test_an_origin_that_chrome_upgrades_costs_no_others(browser_with, own_proxy, store):
    store.add({"origins": [origin(HTTP, token="plain"), origin("https://plain.com", token="secure")]})
    proxy = own_proxy(browser_with(preferences={"https_only_mode_enabled": True}).address)
    connect_with_session(proxy).close()
    event = proxy.wait_for_event("session_injected")
    assert (event["result"], event["origins"], event["skipped"]) == ("full", 1, "origins upgraded 1")


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("http://b\u00fccher.example", "http://xn--bcher-kva.example"),
        ("HTTP://B\u00dcCHER.example/path?query#fragment", "http://xn--bcher-kva.example"),
        ("http://one.example/", "http://one.example"),
        ("http://one.example/some/path", "http://one.example"),
        ("http://one.example:80", "http://one.example"),
        ("http://0x0a.1", "http://10.0.0.1"),
    ],
)
def test_an_origin_in_another_spelling_is_restored(browser_with, own_proxy, store, written, where):
    store.add({"origins": [origin(written, token="item")]})
    proxy = own_proxy(browser_with().address)
    with connect_with_session(proxy) as client:
        assert items(client, where) == [where, {"token": "item"}]
    assert proxy.wait_for_event("session_injected")["result"] == "full"


def test_both_entries_of_a_repeated_origin_are_restored(browser_with, own_proxy, store):
    first = origin("http://b\u00fccher.example", old="1", both="1")
    second = origin("http://xn--bcher-kva.example/", both="2", new="2")
    store.add({"origins": [first, origin(OTHER, token="t"), second]})
    proxy = own_proxy(browser_with().address)
    with connect_with_session(proxy) as client:
        assert items(client, "http://xn--bcher-kva.example")[1] == {"old": "1", "both": "2", "new": "2"}
    event = proxy.wait_for_event("session_injected")
    assert (event["result"], event["origins"], event["items"]) == ("full", 2, 4)


@pytest.mark.parametrize("state", [{}, {"cookies": []}, {"origins": []}, {"other": 1}])
def test_an_empty_state_is_injected(own_chromium, own_proxy, store, state):
    store.add(state)
    proxy = own_proxy(own_chromium().address)
    connect_with_session(proxy).close()
    assert proxy.wait_for_event("session_injected")["result"] == "full"


def test_faulty_parts_of_an_origin_cost_no_others(browser_with, own_proxy, store):
    good = origin(OTHER, token="t")
    good["localStorage"] += [{"name": "k", "value": None}, {"name": "n", "value": 5}, 7]
    good["indexedDB"] = [{"name": "no version"}]
    bad = [{"localStorage": [{"name": "k", "value": "v"}]}, {"origin": HTTP, "localStorage": {"k": "v"}}, {}]
    store.add({"origins": [good, *bad, origin("file:///etc", token="t")]})
    proxy = own_proxy(browser_with().address)
    with connect_with_session(proxy) as client:
        assert items(client, OTHER) == [OTHER, {"token": "t"}]
    event = proxy.wait_for_event("session_injected")
    assert event["result"] == "full"
    assert event["skipped"] == (
        "origins missing 1, origins scheme 1, storage database 1, storage item 3, storage local_storage 1"
    )


def test_the_deadline_grows_with_the_origins(own_chromium, own_proxy, store):
    """So many take longer than the configured 1 s, which is for a few. Log lines report the progress."""
    count = 120
    store.add({"origins": [origin(f"https://site{number}.example", token="t") for number in range(count)]})
    proxy = own_proxy(own_chromium().address, CDP_PROXY_INJECT_DEADLINE="1s")
    connect_with_session(proxy).close()
    event = proxy.wait_for_event("session_injected")
    assert (event["result"], event["origins"]) == ("full", count)
    logged = [line["origins"] for line in proxy.events("session_injecting")]
    assert logged == [50, 100]
