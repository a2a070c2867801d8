"""A Chrome whose process is there and answers nothing is found within three ping intervals, and its clients are told;
one whose pages are busy is none."""

import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.proxy import command
from harness.until import until
from harness.wire import CLOSE, PING, PONG, TEXT, get

INTERVAL = {"CDP_PROXY_PING": "1s"}


@pytest.fixture
def tls(request, tmp_path):
    """The settings of a proxy, and how a client connects to it, over plain TCP or TLS."""
    if not request.param:
        return INTERVAL, None
    authority = Authority(tmp_path)
    certificate, key = authority.issue("proxy")
    files = {"CDP_PROXY_TLS_CERT": str(certificate), "CDP_PROXY_TLS_KEY": str(key)}
    return INTERVAL | files, authority.client()


def connect(proxy, tls=None):
    return CDP(proxy.port, f"/?signingKey={tokens.token()}", tls=tls)


def pings_before(client, opcode):
    """Answers Pings, as every client does, until a frame of this kind; gives how many there were, and the frame."""
    pings = 0
    while (frame := client.receive()).opcode != opcode:
        if frame.opcode == PING:
            pings += 1
            client.send_frame(PONG, frame.payload)
    return pings, frame


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"], indirect=True)
@pytest.mark.parametrize("how", ["process", "main thread"])
def test_the_clients_of_a_wedged_chrome_are_told_within_three_intervals(own_chromium, own_proxy, tls, how):
    """With its main thread stopped alone, Chrome still answers Pings, and no command."""
    settings, context = tls
    chromium = own_chromium()
    proxy = own_proxy(chromium.address, **settings)
    with connect(proxy, context) as client, connect(proxy, context) as other:
        assert client.call("Browser.getVersion")
        if how == "process":
            chromium.freeze()
            pings, close = pings_before(client, CLOSE)
        else:
            with chromium.frozen_main_thread():
                pings, close = pings_before(client, CLOSE)
        # A client that is silent is pinged once in an interval.
        assert pings <= 3
        assert close.code == 1011
        assert close.payload[2:] == b"Chrome does not answer"
        assert pings_before(other, CLOSE)[1].code == 1011
    proxy.wait_for_event("chrome_down", reason="no_answer")
    proxy.log.wait_for_count(lambda line: line.get("event") == "closed" and line["side"] == "chrome", 2)
    assert proxy.metric("cdp_proxy_closes_total", code="1011", side="chrome") == 2


def test_it_is_found_while_nobody_is_connected_and_reported_everywhere(own_chromium, own_proxy):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address, **INTERVAL)
    assert proxy.metric("cdp_proxy_chrome_up") == 1
    assert proxy.metric("cdp_proxy_chrome_down", reason="no_answer") == 0
    chromium.freeze()
    proxy.wait_for_event("chrome_down", reason="no_answer")
    assert proxy.metric("cdp_proxy_chrome_up") == 0
    down = {reason: proxy.metric("cdp_proxy_chrome_down", reason=reason) for reason in ("no_answer", "unreachable")}
    assert down == {"no_answer": 1, "unreachable": 0}
    for port in (proxy.port, proxy.admin_port):
        answer = get(port, "/health")
        health = json.loads(answer.body)
        assert (answer.status, health["chrome"], health["reason"]) == (503, "down", "no_answer")
    status, body = proxy.admin("/ready")
    ready = json.loads(body)
    assert (status, ready["chrome"], ready["chromeReason"]) == (503, False, "no_answer")
    assert command("health", env=proxy.env).returncode != 0
    chromium.thaw()
    proxy.wait_for_event("chrome_up")
    assert proxy.metric("cdp_proxy_chrome_up") == 1
    assert proxy.metric("cdp_proxy_chrome_down", reason="no_answer") == 0
    with until(lambda: connect(proxy)) as client:
        assert client.call("Browser.getVersion")


def test_a_chrome_that_is_gone_has_another_reason(own_chromium, own_proxy):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address, **INTERVAL)
    with connect(proxy) as client:
        assert client.call("Browser.getVersion")
        chromium.kill()
        close = client.receive_close()
        assert (close.code, close.payload[2:]) == (1011, b"Chrome is gone")
    proxy.wait_for_event("chrome_down", reason="unreachable")
    assert json.loads(get(proxy.port, "/health").body)["reason"] == "unreachable"


def test_a_page_that_is_busy_is_no_wedged_chrome(own_chromium, own_proxy):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address, CDP_PROXY_PING="2s")
    with connect(proxy) as client:
        page = client.new_page()
        # Longer than the time within which a wedged one is found.
        script = "{const end = Date.now() + 7000; while (Date.now() < end); 'done'}"
        asked = {"id": 1000, "method": "Runtime.evaluate", "params": {"expression": script}, "sessionId": page}
        client.send_text(json.dumps(asked))
        pings, frame = pings_before(client, TEXT)
        assert pings > 0
        assert json.loads(frame.payload)["result"]["result"]["value"] == "done"
        assert client.call("Browser.getVersion")
    assert proxy.events("chrome_down") == []
