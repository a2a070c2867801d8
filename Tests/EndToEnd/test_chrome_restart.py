"""Chrome may die and come back under another id: the proxy looks it up anew, and says so of the old one."""

from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, get, upgrade


def query():
    return f"?signingKey={tokens.token()}"


def test_killed_and_restarted_in_the_middle_of_a_connection(own_chromium, own_proxy):
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


def test_chrome_absent_at_start_and_there_later(own_chromium, own_proxy):
    chromium = own_chromium()
    chromium.kill()
    proxy = own_proxy(chromium.address)
    assert proxy.admin("/ready")[0] == 503
    assert exchange(proxy.port, upgrade("/" + query()))[0].status == 502
    chromium.start()
    with CDP(proxy.port, "/" + query()) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    assert proxy.admin("/ready")[0] == 200
