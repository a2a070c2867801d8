"""An address whose credentials are refused again and again is told to wait; a good credential is never shut out."""

import json

from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, get, upgrade

BAD = {"Authorization": f"Bearer {tokens.sign(tokens.claims(), key='another-key-of-more-than-32-characters')}"}


def refusals(proxy, count, **fields):
    return [get(proxy.port, "/json/version", **fields) for _ in range(count)]


def test_the_sixty_first_refusal_of_a_minute_is_429(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_REFUSALS=None)
    assert {answer.status for answer in refusals(proxy, 60, **BAD)} == {401}
    # A second may have passed, and given one back; not five.
    limited = [answer for answer in refusals(proxy, 20, **BAD) if answer.status == 429]
    assert limited
    for answer in limited:
        assert json.loads(answer.body).keys() == {"error", "requestId"}
        assert json.loads(answer.body)["error"] == "rate_limited"
        assert int(answer["Retry-After"]) == 1
        assert answer["WWW-Authenticate"] is None
    line = proxy.wait_for_event("token_rejected", reason="rate_limited")
    assert line["cause"] == "signature"
    assert line["peer"] == "127.0.0.1"
    assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="rate_limited") == len(limited)
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        assert "product" in client.call("Browser.getVersion")


def test_a_scanner_without_a_credential_is_limited_too(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_REFUSALS="3")
    assert [exchange(proxy.port, upgrade("/"))[0].status for _ in range(5)] == [401, 401, 401, 429, 429]
    assert proxy.wait_for_event("token_rejected", reason="rate_limited")["cause"] == "missing"


def test_a_flood_behind_a_trusted_hop_counts_for_its_own_address(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_REFUSALS="2", CDP_PROXY_TRUSTED_PROXIES="127.0.0.1")
    flood = [answer.status for answer in refusals(proxy, 4, X_Forwarded_For="192.0.2.1", **BAD)]
    assert flood == [401, 401, 429, 429]
    assert [answer.status for answer in refusals(proxy, 2, X_Forwarded_For="192.0.2.2", **BAD)] == [401, 401]
    # A hop that names no client is many of them.
    assert {answer.status for answer in refusals(proxy, 5, **BAD)} == {401}


def test_zero_limits_nothing(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_REFUSALS="0")
    assert {answer.status for answer in refusals(proxy, 100, **BAD)} == {401}
