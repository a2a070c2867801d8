"""Heads that another recipient could read differently get their status, and the connection is closed."""

import contextlib
import json

import pytest
from harness import tokens
from harness.wire import Wire, exchange, head, upgrade

TOKEN = tokens.token()
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
LINE = f"GET /json/version HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
END = b"\r\n"

HEADS = {
    "bare line feed": (400, LINE.replace(b"\r\n", b"\n") + b"\n"),
    "bare carriage return": (400, LINE + b"X: a\rb\r\n" + END),
    "blank line first": (400, b"\r\n" + LINE + END),
    "space before the first field": (400, LINE.replace(b"\r\nHost", b"\r\n Host") + END),
    "folded field": (400, LINE + b"X: a\r\n b\r\n" + END),
    "space before the colon": (400, LINE + b"X : a\r\n" + END),
    "no colon": (400, LINE + b"nothing\r\n" + END),
    "empty field name": (400, LINE + b": a\r\n" + END),
    "NUL in a value": (400, LINE + b"X: a\0b\r\n" + END),
    "DEL in a value": (400, LINE + b"X: a\x7fb\r\n" + END),
    "NUL in the target": (400, LINE.replace(b"/json", b"/js\0on") + END),
    "space in the target": (400, LINE.replace(b"/json/version", b"/json /version") + END),
    "byte above ASCII in the target": (400, LINE.replace(b"/json", b"/js\xc3\xa9") + END),
    "broken percent encoding": (400, LINE.replace(b"/json", b"/%zz") + END),
    "parenthesis in a field name": (400, LINE + b"X(a): b\r\n" + END),
    "two hosts": (400, LINE + b"Host: h\r\n" + END),
    "no host": (400, LINE.replace(b"Host: h\r\n", b"") + END),
    "absolute form": (400, LINE.replace(b"GET /", b"GET http://h/") + END),
    "authority form": (400, LINE.replace(b"GET /json/version", b"GET h:80") + END),
    "asterisk form": (400, LINE.replace(b"GET /json/version", b"OPTIONS *") + END),
    "CONNECT": (405, LINE.replace(b"GET /json/version", b"CONNECT h:80") + END),
    "HTTP/2 preface": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "HTTP/1.2": (505, LINE.replace(b"HTTP/1.1", b"HTTP/1.2") + END),
    "HTTP/0.9": (400, b"GET /json/version\r\n\r\n"),
    "TLS hello": (400, bytes.fromhex("16030100c8010000c40303") + bytes(200) + b"\r\n\r\n"),
    "body": (413, LINE.replace(b"/json/version", b"/health") + b"Content-Length: 5\r\n" + END + b"hello"),
    "long body": (413, LINE + b"Content-Length: 16385\r\n" + END),
    "two lengths": (400, LINE + b"Content-Length: 0\r\nContent-Length: 0\r\n" + END),
    "length that is no number": (400, LINE + b"Content-Length: +0\r\n" + END),
    "chunked body": (413, LINE + b"Transfer-Encoding: chunked\r\n" + END + b"0\r\n\r\n"),
    "unknown transfer coding": (501, LINE + b"Transfer-Encoding: gzip\r\n" + END),
    "both lengths": (400, LINE + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n" + END),
    "long line": (414, b"GET /" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: h\r\n" + END),
    "long field": (431, LINE + b"X: " + b"a" * 17_000 + b"\r\n" + END),
    "many fields": (431, LINE + b"X: a\r\n" * 101 + END),
    "long head": (431, LINE + b"".join(b"X%d: %s\r\n" % (n, b"a" * 4000) for n in range(5)) + END),
}

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
HANDSHAKES = {
    "another version": (426, {"Sec_WebSocket_Version": "12"}),
    "no version": (426, {"Sec_WebSocket_Version": None}),
    "two versions": (400, {"Sec_WebSocket_Version": ["13", "13"]}),
    "no key": (400, {"Sec_WebSocket_Key": None}),
    "two keys": (400, {"Sec_WebSocket_Key": [KEY, KEY]}),
    "short key": (400, {"Sec_WebSocket_Key": "c2hvcnQ="}),
    "key that is no base64": (400, {"Sec_WebSocket_Key": "!" * 24}),
    "another protocol": (400, {"Upgrade": "h2c"}),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_hostile_head_gets_its_status_and_is_closed(proxy, case):
    status, data = HEADS[case]
    response, closed = exchange(proxy.port, data)
    assert (response.status, closed) == (status, True)
    assert TOKEN.encode() not in response.body


@pytest.mark.parametrize("case", HANDSHAKES)
def test_an_invalid_handshake_gets_its_status_and_is_closed(proxy, case):
    status, fields = HANDSHAKES[case]
    response, closed = exchange(proxy.port, upgrade("/", **AUTHORIZED, **fields))
    assert (response.status, closed) == (status, True)
    assert len(json.loads(response.body)["requestId"]) == 12
    if status == 426:
        assert response["Sec-WebSocket-Version"] == "13"


@pytest.mark.parametrize("place", ["query", "header"])
def test_a_long_token_fits_into_a_head(proxy, place):
    long = tokens.token(nonce="n" * 11_000)
    assert len(long) > 14_000
    data = upgrade(f"/?signingKey={long}") if place == "query" else upgrade("/", Authorization=f"Bearer {long}")
    with Wire(proxy.port) as wire:
        wire.send(data)
        assert wire.response().status == 101


def test_http_1_0_is_not_upgraded(proxy):
    data = upgrade("/", **AUTHORIZED).replace(b"HTTP/1.1", b"HTTP/1.0")
    response, closed = exchange(proxy.port, data)
    assert response.status in (400, 426, 505)
    assert closed


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"])
def test_other_methods_are_405(proxy, method):
    with Wire(proxy.port) as wire:
        wire.send(head("/json/version", method=method, Connection="close", **AUTHORIZED))
        assert wire.rest().startswith(b"HTTP/1.1 405 ")


SILENCES = {"nothing": b"", "half a head": LINE}


@pytest.fixture(scope="module")
def silent(proxy):
    """Connections of clients that fall silent. They begin together, since each lasts until the proxy's deadline."""
    with contextlib.ExitStack() as stack:
        wires = {name: stack.enter_context(Wire(proxy.port)) for name in SILENCES}
        for name, wire in wires.items():
            wire.send(SILENCES[name])
        yield wires


@pytest.mark.parametrize("name", SILENCES)
def test_a_silent_client_is_closed_at_the_deadline(silent, name):
    assert ends_with_nothing_or(408, silent[name])


def ends_with_nothing_or(status, wire):
    """Waits for the proxy's own deadline. If it does not come, the socket's timeout fails the test."""
    rest = wire.rest()
    return rest == b"" or rest.startswith(b"HTTP/1.1 %d " % status)


def test_a_head_in_single_bytes_is_read(proxy):
    with Wire(proxy.port) as wire:
        for byte in head("/json/version", Connection="close", **AUTHORIZED):
            wire.send(bytes([byte]))
        assert wire.response().status == 200


def test_the_proxy_still_serves_after_all_of_that(proxy):
    response, _ = exchange(proxy.port, head("/json/version", Connection="close", **AUTHORIZED))
    assert response.status == 200
