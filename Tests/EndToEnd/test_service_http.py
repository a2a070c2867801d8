"""Valid and invalid HTTP: bodies in pieces, many requests on a connection, malformed requests."""

import gzip
import json
import subprocess

import pytest
from harness.service import good
from harness.wire import Wire, head


@pytest.fixture
def bearer(carol):
    return {"Authorization": f"Bearer {carol.token}", "Content_Type": "application/json"}


def post(bearer, body, **fields):
    return head("/sessions", "POST", **(bearer | {"Content_Length": str(len(body))} | fields)) + body


def test_a_chunked_body_is_read(carol, bearer):
    body = json.dumps(good()).encode()
    with Wire(carol.service.port) as wire:
        wire.send(head("/sessions", "POST", Transfer_Encoding="chunked", **bearer))
        for start in range(0, len(body), 50):
            part = body[start : start + 50]
            wire.send(b"%x\r\n%s\r\n" % (len(part), part))
        wire.send(b"0\r\n\r\n")
        assert wire.response().status == 201


def test_a_client_that_expects_continue_gets_it(carol, bearer):
    body = json.dumps(good()).encode()
    with Wire(carol.service.port) as wire:
        wire.send(head("/sessions", "POST", Content_Length=str(len(body)), Expect="100-continue", **bearer))
        assert wire.response().status == 100
        wire.send(body)
        assert wire.response().status == 201


def test_curl_can_send_nearly_a_mebibyte(carol, tmp_path):
    filler = "x" * 1_000_000
    body = good(storage_state={"cookies": [], "origins": [], "filler": filler})
    (tmp_path / "body.json").write_text(json.dumps(body))
    (tmp_path / "header").write_text(f"Authorization: Bearer {carol.token}\nContent-Type: application/json\n")
    command = ["curl", "-sS", "-H", f"@{tmp_path}/header", "-d", f"@{tmp_path}/body.json"]
    done = subprocess.run([*command, f"{carol.service.url}/sessions"], capture_output=True, text=True, timeout=30)
    assert carol.state(json.loads(done.stdout)["id"])["filler"] == filler


def test_many_requests_on_one_connection_are_answered(carol, bearer):
    """After a refusal too, the next request is answered on its own, or the connection is closed."""
    broken = b'{"name": ' * 1000
    with Wire(carol.service.port) as wire:
        for number in range(5):
            wire.send(post(bearer, json.dumps(good(name=f"n{number}")).encode()))
            assert wire.response().status == 201
            wire.send(post(bearer, broken))
            assert wire.response().status == 422
            wire.send(head("/nowhere", "POST", Content_Length=str(len(broken)), **bearer) + broken)
            assert wire.response().status == 404
            wire.send(head("/health"))
            assert wire.response().status == 200
    assert len(carol.names()) == 5


def test_pipelined_requests_are_answered_in_order(carol, bearer):
    body = json.dumps(good()).encode()
    with Wire(carol.service.port) as wire:
        wire.send(post(bearer, body) + post(bearer, body) + head("/sessions", **bearer) + head("/nowhere", **bearer))
        assert [wire.response().status for _ in range(4)] == [201, 409, 200, 404]


def test_a_refused_body_is_not_a_request(carol, bearer):
    """The bytes of a refused body are never read as the next request."""
    inner = head("/sessions", "DELETE", **bearer) + post(bearer, json.dumps(good(name="smuggled")).encode())
    for fields in ({"Authorization": None}, {"Authorization": "Bearer nonsense"}, {"Content_Type": "text/plain"}):
        with Wire(carol.service.port) as wire:
            wire.send(post(bearer, inner, Connection="close", **fields))
            assert wire.response().status in (401, 422)
            assert wire.rest() == b""
    assert carol.names() == []


AMBIGUOUS = {
    "two lengths": {"Content_Length": ["2", "100"]},
    "a length and chunks": {"Content_Length": "2", "Transfer_Encoding": "chunked"},
    "a length below zero": {"Content_Length": "-2"},
    "a length with a sign": {"Content_Length": "+2"},
    "a length in hexadecimal": {"Content_Length": "0x2"},
    "a length beyond all": {"Content_Length": "9" * 40},
    "chunks of another kind": {"Transfer_Encoding": "xchunked"},
    "chunks twice": {"Transfer_Encoding": ["chunked", "identity"]},
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_a_body_with_an_ambiguous_length_is_refused(carol, bearer, case):
    with Wire(carol.service.port) as wire:
        wire.send(head("/sessions", "POST", **(bearer | AMBIGUOUS[case])) + b"{}" + head("/health"))
        seen = wire.rest().split(b"HTTP/1.1 ")[1:]
    assert len(seen) == 1, seen
    assert int(seen[0][:3]) in (400, 411, 413, 422, 501)
    assert carol.names() == []


MALFORMED = {
    "a space before the colon": b"GET /health HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
    "a NUL in a field": b"GET /health HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "no version": b"GET /health\r\n\r\n",
    "another version": b"GET /health HTTP/3.7\r\nHost: a\r\n\r\n",
    "a method with a space": b"GE T /health HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no HTTP": b"hello\r\n\r\n",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_requests_are_refused(service_on_sqlite, case):
    with Wire(service_on_sqlite.port, timeout=30) as wire:
        wire.send(MALFORMED[case])
        text = wire.rest()
    assert not text.startswith(b"HTTP/1.1 2"), text
    assert not text.startswith(b"HTTP/1.1 5") or text.startswith(b"HTTP/1.1 505"), text
    assert service_on_sqlite.request("GET", "/health").status == 200


def test_an_http_1_0_connection_is_closed_after_the_answer(carol):
    with Wire(carol.service.port, timeout=30) as wire:
        wire.send(f"GET /sessions HTTP/1.0\r\nAuthorization: Bearer {carol.token}\r\n\r\n".encode())
        assert wire.response().status == 200
        assert wire.rest() == b""


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "X"])
def test_methods_that_echo_or_tunnel_are_refused(carol, bearer, method):
    with Wire(carol.service.port) as wire:
        wire.send(head("/sessions", method, Connection="close", **bearer))
        text = wire.rest()
    assert b"HTTP/1.1 4" in text[:12] or text == b"", text
    assert carol.token.encode() not in text


def test_a_head_request_gets_no_body(carol):
    with Wire(carol.service.port) as wire:
        wire.send(head("/health", "HEAD", Connection="close"))
        text = wire.rest()
    assert text.startswith((b"HTTP/1.1 200", b"HTTP/1.1 405"))
    assert text.partition(b"\r\n\r\n")[2] == b""


def test_a_compressed_body_is_not_unpacked(carol):
    """A few bytes that would expand to a gigabyte are a body that is not JSON."""
    bomb = gzip.compress(b" " * (50 << 20) + json.dumps(good()).encode())
    answer = carol.post(bomb, Content_Encoding="gzip")
    assert answer.status in (400, 415, 422)


def test_answers_are_not_cached(carol):
    answer = carol.get(f"/sessions/{carol.create()['id']}/state")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("application/json")
    assert "Server" not in answer.fields
