"""A connection leaves nothing behind, and its memory does not grow with the traffic."""

import json

from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, upgrade

MIB = 1 << 20
RESIDENT = "process_resident_memory_bytes"


def connect(proxy):
    return CDP(proxy.port, f"/?signingKey={tokens.token()}")


def test_connections_leave_no_descriptor(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    connect(proxy).close()
    proxy.wait_for_event("closed")
    before = proxy.metric("process_open_fds")
    for number in range(50):
        with connect(proxy) as client:
            client.call("Browser.getVersion")
            if number % 2:
                client.send_frame(8, b"\x03\xe8")
                client.receive_close()
        exchange(proxy.port, upgrade("/"))
    proxy.log.wait_for_count(lambda line: line.get("event") == "closed", 51)
    assert proxy.metric("cdp_proxy_connections_active") == 0
    assert proxy.metric("process_open_fds") == before


def test_a_reader_that_stalls_costs_no_memory(own_proxy, chromium):
    """The proxy does not read from Chrome what the client has no room for."""
    proxy = own_proxy(chromium.address)
    with connect(proxy) as stalled:
        session = stalled.new_page()
        before = proxy.metric(RESIDENT)
        expression = f"'x'.repeat({100 * MIB})"
        message = {"id": 1000, "sessionId": session, "method": "Runtime.evaluate", "params": {"expression": expression}}
        stalled.send_text(json.dumps(message))
        stalled.socket.recv(1)
        with connect(proxy) as other:
            for _ in range(200):
                other.call("Browser.getVersion")
        assert proxy.metric(RESIDENT) - before < 32 * MIB


def test_a_large_message_costs_no_memory(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    with connect(proxy) as client:
        session = client.new_page()
        before = proxy.metric(RESIDENT)
        assert len(client.evaluate(f"'x'.repeat({50 * MIB})", session)) == 50 * MIB
        client.evaluate("'" + "x" * 50 * MIB + "'.length", session)
        assert proxy.metric(RESIDENT) - before < 32 * MIB
