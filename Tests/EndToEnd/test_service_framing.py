"""Requests that two readers could read differently get 400, end the connection, and have no effect (RFC 9112)."""

import pytest
from harness.wire import Wire, head

CHUNKS = b"2\r\n{}\r\n0\r\n\r\n"


def get(*lines):
    return b"\r\n".join([b"GET /sessions HTTP/1.1", *lines, b"", b""])


def post(*lines, body=b"{}", version=b"1.1"):
    """A request with these lines, which include Authorization and Host."""
    return b"\r\n".join([b"POST /sessions HTTP/" + version, b"Host: a", *lines, b"", b""]) + body


REFUSED = {
    "two hosts": get(b"Host: a", b"Host: b"),
    "one host twice": get(b"Host: a", b"host: a"),
    "no host": get(b"X: y"),
    "an empty host": get(b"Host:"),
    "a host with a space": get(b"Host: a b"),
    "a host with a user": get(b"Host: u@a"),
    "a host with a path": get(b"Host: a/b"),
    "two hosts in HTTP/1.0": b"GET /sessions HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
    "chunks in HTTP/1.0": post(b"Transfer-Encoding: chunked", body=CHUNKS, version=b"1.0"),
    "chunks and a length": post(b"Transfer-Encoding: chunked", b"Content-Length: 2", body=CHUNKS),
    "a length and chunks": post(b"Content-Length: 2", b"Transfer-Encoding: chunked", body=CHUNKS),
    "chunks of something": post(b"Transfer-Encoding: gzip, chunked", body=CHUNKS),
    "chunks of chunks": post(b"Transfer-Encoding: chunked, chunked", body=CHUNKS),
    "chunks twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=CHUNKS),
    "an empty coding": post(b"Transfer-Encoding:", body=b""),
    "the coding of nothing": post(b"Transfer-Encoding: identity"),
    "a folded coding": post(b"Transfer-Encoding:", b" chunked", body=CHUNKS),
    "two lengths": post(b"Content-Length: 2", b"Content-Length: 3"),
    "a length twice": post(b"Content-Length: 2", b"Content-Length: 2"),
    "a list of lengths": post(b"Content-Length: 2, 2"),
    "an empty length": post(b"Content-Length:"),
    "a length with a sign": post(b"Content-Length: +2"),
    "a folded length": post(b"Content-Length:", b" 2"),
    "a folded field": get(b"Host: a", b"X: a", b" b"),
    "a field folded with a tab": get(b"Host: a", b"X: a", b"\tb"),
    "a fold before the first field": get(b" Host: a"),
    "a space before a colon": get(b"Host : a"),
    "a tab before a colon": get(b"Host: a", b"X\t: a"),
    "no colon": get(b"Host: a", b"X"),
    "no name": get(b"Host: a", b": a"),
    "a bare LF behind the line": b"GET /sessions HTTP/1.1\nHost: a\r\n\r\n",
    "a bare LF behind a field": b"GET /sessions HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "a bare LF at the end": b"GET /sessions HTTP/1.1\r\nHost: a\r\n\n",
    "bare LFs alone": b"GET /sessions HTTP/1.1\nHost: a\n\n",
    "a bare CR in a field": get(b"Host: a", b"X: a\rb"),
    "a bare CR behind a field": get(b"Host: a\rX: b"),
    "a NUL": get(b"Host: a", b"X: a\0b"),
    "another control character": get(b"Host: a", b"X: a\x01b"),
    "a size in another base": post(b"Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n"),
    "a size below zero": post(b"Transfer-Encoding: chunked", body=b"-2\r\n{}\r\n0\r\n\r\n"),
    "a size beyond all": post(b"Transfer-Encoding: chunked", body=b"fffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
    "a chunk longer than its size": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}xx0\r\n\r\n"),
    "a bare LF behind a size": post(b"Transfer-Encoding: chunked", body=b"2\n{}\r\n0\r\n\r\n"),
    "a folded trailer": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\nX: a\r\n b\r\n\r\n"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_ambiguous_requests_are_refused(carol, case):
    """The bytes after it are not read as a request."""
    bearer = f"Authorization: Bearer {carol.token}\r\n".encode()
    line, end, rest = REFUSED[case].partition(b"\n")
    fold = rest.startswith(b" ")
    request = line + end + (rest if fold else bearer + rest)
    behind = head("/sessions", "DELETE", Authorization=f"Bearer {carol.token}")
    with Wire(carol.service.port, timeout=30) as wire:
        wire.send(request + behind)
        answer = wire.response()
        assert (answer.status, answer["Connection"]) == (400, "close")
        assert wire.rest() == b""
    assert carol.names() == []


def test_requests_before_an_ambiguous_one_are_answered(carol):
    good = head("/sessions", Authorization=f"Bearer {carol.token}")
    with Wire(carol.service.port, timeout=30) as wire:
        wire.send(good + good + REFUSED["two hosts"] + good)
        assert [wire.response().status for _ in range(3)] == [200, 200, 400]
        assert wire.rest() == b""


ALLOWED = {
    "a blank line before": b"\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n",
    "the absolute form": b"GET http://b/health HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address": head("/health", host="[::1]:8000"),
    "a name as containers have": head("/health", host="session_service:8000"),
    "white space around a length": b"GET /health HTTP/1.1\r\nHost: a\r\nContent-Length:  0  \r\n\r\n",
    "white space around a host": b"GET /health HTTP/1.1\r\nHost: \t a \t\r\n\r\n",
    "no host in HTTP/1.0": b"GET /health HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("case", ALLOWED)
def test_unambiguous_requests_are_answered(service_on_sqlite, case):
    with Wire(service_on_sqlite.port, timeout=30) as wire:
        wire.send(ALLOWED[case])
        assert wire.response().status == 200


@pytest.mark.parametrize("path", ["/sessions/by-name", "/sessions/by-name/"])
def test_an_empty_name_is_not_a_session(carol, path):
    """As in the Python service, where it was an id."""
    answer = carol.get(path)
    assert (answer.status, answer.json) == (404, {"detail": "Session not found"})
    assert carol.request("HEAD", path).status == 404
    assert carol.put(path, {"name": "x"}).status == 404
    assert carol.delete(path).status == 404
    refused = carol.post({}, path)
    assert (refused.status, refused["Allow"]) == (405, "GET, HEAD, PUT, DELETE")
    assert carol.service.request("GET", path).status == 401
