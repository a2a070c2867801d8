"""The surviving side of a connection gets a close code that says why it ended, and never a bare 1006."""

import json
import socket
import time

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import BINARY, CLOSE, CONTINUATION, PING, TEXT


def connect(proxy, target="/", **how):
    return CDP(proxy.port, f"{target}?signingKey={tokens.token()}", **how)


BROKEN = {
    "binary": (1003, dict(opcode=BINARY, payload=b"\x00\x01")),
    "unmasked": (1002, dict(opcode=TEXT, payload=b"{}", masked=False)),
    "first reserved bit": (1002, dict(opcode=TEXT, payload=b"{}", reserved=4)),
    "second reserved bit": (1002, dict(opcode=TEXT, payload=b"{}", reserved=2)),
    "third reserved bit": (1002, dict(opcode=TEXT, payload=b"{}", reserved=1)),
    "reserved opcode": (1002, dict(opcode=3, payload=b"{}")),
    "reserved control opcode": (1002, dict(opcode=11)),
    "fragmented ping": (1002, dict(opcode=PING, final=False)),
    "long ping": (1002, dict(opcode=PING, payload=b"x" * 126)),
    "continuation of nothing": (1002, dict(opcode=CONTINUATION, payload=b"{}")),
    "close of one byte": (1002, dict(opcode=CLOSE, payload=b"\x03")),
    "close with a reserved code": (1002, dict(opcode=CLOSE, payload=(1006).to_bytes(2, "big"))),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_frame_is_answered_with_its_code(proxy, case):
    code, what = BROKEN[case]
    before = proxy.metric("cdp_proxy_closes_total", code=str(code), side="client")
    with connect(proxy) as client:
        client.send_frame(**what)
        assert client.receive_close().code == code
        assert client.rest() == b""
    after = proxy.metric("cdp_proxy_closes_total", code=str(code), side="client")
    assert after == before + 1


def test_a_new_message_inside_a_fragmented_one_is_1002(proxy):
    with connect(proxy) as client:
        client.send_frame(TEXT, b"{", final=False)
        client.send_frame(TEXT, b"}")
        assert client.receive_close().code == 1002


def test_frames_before_a_broken_one_are_delivered(proxy):
    with connect(proxy) as client:
        client.send_text(json.dumps({"id": 1, "method": "Browser.getVersion"}))
        assert "result" in client.answer_to(1)
        client.send_frame(BINARY, b"\x00")
        assert client.receive_close().code == 1003


def test_a_killed_chrome_is_1011(own_chromium, own_proxy):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address)
    with connect(proxy) as client:
        client.call("Browser.getVersion")
        chromium.kill()
        close = client.receive_close()
        assert close.code == 1011
        assert close.payload[2:].decode()
        assert client.rest() == b""


def test_the_close_code_of_chrome_passes_through(own_chromium, own_proxy):
    """Browser.close ends Chrome's side. The client gets a Close, with whichever code Chrome chose."""
    chromium = own_chromium()
    proxy = own_proxy(chromium.address)
    with connect(proxy) as client:
        client.send_text(json.dumps({"id": 1, "method": "Browser.close"}))
        assert client.receive_close().code != 1006
        assert client.rest() == b""


def test_a_client_that_vanishes_leaves_nothing_in_chrome(proxy):
    """Chrome detaches a client's sessions when its socket closes, and another client sees the detachment."""
    with connect(proxy) as watcher:
        target = watcher.call("Target.createTarget", url="about:blank")["targetId"]
        watcher.call("Target.setDiscoverTargets", discover=True)
        client = connect(proxy)
        client.call("Target.attachToTarget", targetId=target, flatten=True)
        client.close()
        watcher.wait_for_event(
            "Target.targetInfoChanged",
            lambda event: event["targetInfo"]["targetId"] == target and not event["targetInfo"]["attached"],
        )
        watcher.call("Target.closeTarget", targetId=target)
    proxy.wait_for_event("closed")


@pytest.mark.parametrize(("code", "label"), [(1000, "1000"), (1011, "1011"), (4000, "other"), (3000, "other")])
def test_a_clients_close_code_is_counted(proxy, code, label):
    before = proxy.metric("cdp_proxy_closes_total", code=label, side="client")
    with connect(proxy) as client:
        end(client, code)
    proxy.wait_for_event("closed", code=code)
    assert proxy.metric("cdp_proxy_closes_total", code=label, side="client") == before + 1


def end(client, code):
    client.send_frame(CLOSE, code.to_bytes(2, "big") + b"own reason")
    client.receive_close()
    client.rest()


def test_invented_close_codes_share_one_label(own_chromium, own_proxy):
    """Many invented codes share one label, and Chrome's death still has a label of its own."""
    chromium = own_chromium()
    proxy = own_proxy(chromium.address)
    for code in range(3000, 3120):
        with connect(proxy) as client:
            end(client, code)
    with connect(proxy) as client:
        client.call("Browser.getVersion")
        chromium.kill()
        assert client.receive_close().code == 1011
    proxy.wait_for_event("closed", code=1011)
    assert proxy.metric("cdp_proxy_closes_total", code="1011", side="chrome") == 1
    assert proxy.metric("cdp_proxy_closes_total", code="other", side="client") == 120
    assert sum(name == "cdp_proxy_closes_total" for name, _ in proxy.metrics()) == 2


def test_a_quiet_connection_is_pinged(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_PING="1s")
    with connect(proxy) as client:
        assert client.receive().opcode == PING
        assert client.call("Browser.getVersion")["protocolVersion"]


def test_a_connection_ends_with_its_token_when_configured(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_EXPIRE_CONNECTIONS="on")
    short = tokens.token(exp=time.time() + 1.5)
    with CDP(proxy.port, f"/?signingKey={short}") as client:
        assert client.call("Browser.getVersion")
        close = client.receive_close()
        assert close.code == 4001
        assert b"expired" in close.payload
        assert client.rest() == b""


def test_a_half_closed_connection_is_closed(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    with connect(proxy) as client:
        client.call("Browser.getVersion")
        client.socket.shutdown(socket.SHUT_WR)
        client.rest()
    proxy.wait_for_event("closed")
    assert proxy.metric("cdp_proxy_connections_active") == 0
