"""Chrome may crash and return with another id: the proxy looks the new id up and refuses the old one with 404."""

from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, get, upgrade


def query():
    return f"?signingKey={tokens.token()}"


def test_a_chrome_restarted_during_a_connection_is_used_again(own_chromium, own_proxy):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address)
    stale = chromium.browser_id()
    with CDP(proxy.port, f"/devtools/browser/{stale}{query()}") as client:
        client.call("Browser.getVersion")
        chromium.kill()
        assert client.receive_close().code == 1011

    refused, closed = exchange(proxy.port, upgrade("/" + query()))
    assert (refused.status, closed) == (502, True)
    assert get(proxy.port, "/health").status == 503

    chromium.start()
    assert chromium.browser_id() != stale
    refused, closed = exchange(proxy.port, upgrade(f"/devtools/browser/{stale}{query()}"))
    assert (refused.status, closed) == (404, True)
    assert b"restarted" in refused.body
    with CDP(proxy.port, "/" + query()) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    assert get(proxy.port, "/health").status == 200
    with CDP(proxy.port, f"/devtools/browser/{chromium.browser_id()}{query()}") as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"


def test_an_unknown_page_is_404(proxy):
    refused, closed = exchange(proxy.port, upgrade(f"/devtools/page/{'0' * 32}{query()}"))
    assert (refused.status, closed) == (404, True)


def test_a_chrome_that_starts_after_the_proxy_is_used(own_chromium, own_proxy):
    chromium = own_chromium()
    chromium.kill()
    proxy = own_proxy(chromium.address)
    assert proxy.admin("/ready")[0] == 503
    assert exchange(proxy.port, upgrade("/" + query()))[0].status == 502
    chromium.start()
    with CDP(proxy.port, "/" + query()) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    assert proxy.admin("/ready")[0] == 200
