"""Connections are limited in all and of each session, user and address; with `evict` a token's idlest makes room."""

import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, upgrade


def target(**claims):
    return f"/?signingKey={tokens.token(**claims)}"


@pytest.mark.parametrize("cause", ["session", "user", "address"])
def test_the_second_of_one_is_503_until_the_first_has_gone(own_proxy, chromium, cause):
    proxy = own_proxy(chromium.address, **{f"CDP_PROXY_MAX_CONNECTIONS_PER_{cause.upper()}": "1"})
    with CDP(proxy.port, target(userId="user_one")) as client:
        client.call("Browser.getVersion")
        refused, closed = exchange(proxy.port, upgrade(target(userId="user_one")))
        assert (refused.status, closed, refused["Retry-After"]) == (503, True, "5")
        assert f"one {cause}" in json.loads(refused.body)["error_description"]
        assert proxy.wait_for_event("connection_refused", reason="connection_limit")["cause"] == cause
    proxy.wait_for_event("closed")
    with CDP(proxy.port, target(userId="user_one")) as client:
        client.call("Browser.getVersion")


@pytest.mark.parametrize("loops", ["1", "2"])
def test_the_idlest_of_the_same_token_is_closed_with_4008(own_proxy, chromium, loops):
    proxy = own_proxy(chromium.address, CDP_PROXY_MAX_CONNECTIONS="2", CDP_PROXY_FULL="evict", CDP_PROXY_LOOPS=loops)
    mine = target(jti="mine")
    with CDP(proxy.port, mine) as first, CDP(proxy.port, mine) as second:
        second.call("Browser.getVersion")
        first.call("Browser.getVersion")
        with CDP(proxy.port, mine) as third:
            close = second.receive_close()
            assert (close.code, close.payload[2:]) == (4008, b"replaced")
            assert "product" in third.call("Browser.getVersion")
            assert "product" in first.call("Browser.getVersion")
            assert exchange(proxy.port, upgrade(target(jti="others")))[0].status == 503
            assert "product" in third.call("Browser.getVersion")
    assert proxy.metric("cdp_proxy_closes_total", code="4008", side="proxy") == 1
