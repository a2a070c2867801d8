"""SIGTERM drains: readiness fails, new clients are refused, live ones may finish, and at last get a Close with 1012."""

import signal

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import Wire, exchange, get, upgrade


def connect(proxy):
    return CDP(proxy.port, f"/?signingKey={tokens.token()}")


def test_live_connections_continue_and_then_get_1012(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="2s")
    with connect(proxy) as client:
        client.call("Browser.getVersion")
        proxy.terminate()
        proxy.wait_for_event("draining")
        assert proxy.admin("/ready")[0] == 503
        assert proxy.metric("cdp_proxy_draining") == 1
        with pytest.raises(ConnectionRefusedError):
            Wire(proxy.port)
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
        close = client.receive_close()
        assert close.code == 1012
        assert client.rest() == b""
    assert proxy.wait() == 0


def test_an_idle_proxy_ends_at_once(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="1h")
    proxy.terminate()
    assert proxy.wait() == 0


def test_the_drain_ends_with_the_last_connection(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="1h")
    with connect(proxy) as client:
        proxy.terminate()
        proxy.wait_for_event("draining")
        assert client.call("Browser.getVersion")
    assert proxy.wait() == 0


def test_a_second_signal_ends_the_drain(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="1h")
    with connect(proxy) as client:
        proxy.terminate()
        proxy.wait_for_event("draining")
        proxy.process.send_signal(signal.SIGINT)
        proxy.wait()
        client.rest()


def test_an_admin_can_start_a_drain(own_proxy, chromium):
    """Live connections go on; new ones get 503."""
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="1h")
    with connect(proxy) as client:
        assert proxy.admin("/drain", method="POST")[0] == 202
        proxy.wait_for_event("draining")
        assert proxy.admin("/ready")[0] == 503
        refused, closed = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}"))
        assert (refused.status, closed) == (503, True)
        assert int(refused["Retry-After"]) > 0
        assert client.call("Browser.getVersion")
    proxy.wait_for_event("closed")
    assert proxy.process.poll() is None, "a drain that an admin starts does not end the process"
    assert proxy.metric("cdp_proxy_draining") == 1


def test_an_admins_drain_does_not_end_the_process(own_proxy, chromium):
    """Only a signal ends the process. Until then it answers that it is draining."""
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="1s")
    with connect(proxy) as client:
        for _ in range(2):
            assert proxy.admin("/drain", method="POST")[0] == 202
        assert client.call("Browser.getVersion")
        assert client.receive_close().code == 1012
        assert client.rest() == b""
    assert len(proxy.events("draining")) == 1
    assert proxy.admin("/ready")[0] == 503
    assert proxy.admin("/health")[0] == 200
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {tokens.token()}").status == 200
    refused, _ = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}"))
    assert refused.status == 503
    proxy.terminate()
    assert proxy.wait() == 0
