"""Each wait has a deadline that can be set; what passes one is told, counted and logged."""

import socket

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.until import until
from harness.wire import Wire, exchange, get, head, upgrade

COUNTER = "cdp_proxy_deadlines_passed_total"


def passed(proxy):
    """How often each phase took too long, without those that never did."""
    return {
        dict(labels)["phase"]: count for (name, labels), count in proxy.metrics().items() if name == COUNTER and count
    }


def bearer(**changes):
    return {"Authorization": f"Bearer {tokens.token(**changes)}"}


def test_half_a_head_is_answered_at_its_deadline(chromium, own_proxy):
    proxy = own_proxy(chromium.address, CDP_PROXY_HEAD_DEADLINE="200ms")
    with Wire(proxy.port) as wire:
        wire.send(b"GET / HTTP/1.1\r\nHost: a")
        response = wire.response()
    assert (response.status, b"head" in response.body) == (408, True)
    proxy.wait_for_event("request_refused", reason="head_incomplete")
    assert passed(proxy) == {"head": 1}


@pytest.fixture
def secured(chromium, own_proxy, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("timed")

    def start(**settings):
        files = {"CDP_PROXY_TLS_CERT": str(certificate), "CDP_PROXY_TLS_KEY": str(key)}
        return own_proxy(chromium.address, **(files | settings)), authority

    return start


def test_half_a_handshake_is_closed_at_its_deadline(secured):
    proxy, _ = secured(CDP_PROXY_TLS_DEADLINE="200ms", CDP_PROXY_HEAD_DEADLINE="5m")
    with Wire(proxy.port) as wire:
        wire.send(b"\x16\x03\x01\x02\x00\x01\x00")
        assert wire.rest() == b""
    proxy.wait_for_event("request_refused", reason="tls_incomplete")
    assert passed(proxy) == {"tls": 1}


def test_the_head_has_its_time_after_the_handshake(secured):
    proxy, authority = secured(CDP_PROXY_TLS_DEADLINE="5m", CDP_PROXY_HEAD_DEADLINE="200ms")
    with Wire(proxy.port, tls=authority.client()) as wire:
        wire.send(head("/health")[:-2])
        assert wire.response().status == 408
    assert passed(proxy) == {"head": 1}


def test_a_silent_chrome_is_given_up_at_its_deadline(own_proxy):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = own_proxy(f"127.0.0.1:{silent.getsockname()[1]}", CDP_PROXY_CHROME_DEADLINE="200ms")
        refused = get(proxy.port, "/json/list", **bearer())
        assert (refused.status, b"in time" in refused.body) == (502, True)
        assert exchange(proxy.port, upgrade("/", **bearer()))[0].status == 502
        proxy.wait_for_event("connection_refused", cause="no answer in time")
        assert passed(proxy) == {"chrome": 2}


@pytest.mark.parametrize(
    ("settings", "claims", "code", "phase"),
    [
        ({"CDP_PROXY_MAX_IDLE": "1s"}, {}, 4009, "idle"),
        ({"CDP_PROXY_MAX_IDLE": "1s"}, {"maxIdle": 3600}, 4009, "idle"),
        ({"CDP_PROXY_MAX_IDLE": "1h"}, {"maxIdle": 1}, 4009, "idle"),
        ({"CDP_PROXY_MAX_AGE": "1s"}, {}, 4010, "age"),
        ({"CDP_PROXY_MAX_AGE": "1s"}, {"maxSeconds": 3600}, 4010, "age"),
        ({"CDP_PROXY_MAX_AGE": "1h"}, {"maxSeconds": 1}, 4010, "age"),
    ],
)
def test_the_shorter_of_setting_and_token_counts(chromium, own_proxy, settings, claims, code, phase):
    proxy = own_proxy(chromium.address, **settings)
    with CDP(proxy.port, "/", **bearer(**claims)) as client:
        assert client.call("Browser.getVersion")
        assert client.receive_close().code == code
    proxy.wait_for_event("closed", code=code, side="proxy")
    until(lambda: passed(proxy) == {phase: 1})


def test_large_messages_pass_in_the_smallest_buffer(chromium, own_proxy):
    proxy = own_proxy(chromium.address, CDP_PROXY_RELAY_BUFFER_KIB="64")
    with CDP(proxy.port, "/", **bearer()) as client:
        session = client.new_page()
        assert client.evaluate("'x'.repeat(9e6)", session) == "x" * 9_000_000
