"""Connections: an answer reaches a client that is still sending, and an idle client takes no other client's place."""

import contextlib
import http.client
import json
import socket
import subprocess

import pytest
import requests
from harness.service import good
from harness.wire import Wire, head

MIB = 1 << 20
SIZE = 16 * MIB


def upload(bearer, **fields):
    """The head of a request for a session of 16 MiB."""
    return head("/sessions", "POST", Authorization=bearer, Content_Type="application/json", **fields)


@pytest.fixture(params=["without a token", "with a token"])
def uploader(request, carol):
    """The Authorization of an upload and the status it gets: 401 without a user, 413 for a user's too large body."""
    return (None, 401) if request.param == "without a token" else (f"Bearer {carol.token}", 413)


@pytest.mark.parametrize("last", [True, False], ids=["the last", "one of many"])
@pytest.mark.parametrize("how", ["with a length", "chunked"])
def test_a_client_that_sends_everything_first_is_answered(service_on_sqlite, uploader, how, last):
    bearer, status = uploader
    part = b" " * MIB
    chunk = part if how == "with a length" else b"%x\r\n%s\r\n" % (MIB, part)
    length = {"Content_Length": str(SIZE)} if how == "with a length" else {"Transfer_Encoding": "chunked"}
    with Wire(service_on_sqlite.port, timeout=30) as wire:
        wire.send(upload(bearer, Connection="close" if last else None, **length))
        for _ in range(SIZE // MIB):
            wire.send(chunk)
        if how == "chunked":
            wire.send(b"0\r\n\r\n")
        answer = wire.response()
        assert (answer.status, answer["Connection"]) == (status, "close")
        assert wire.rest() == b""


def test_curl_and_requests_are_answered(service_on_sqlite, uploader, tmp_path):
    bearer, status = uploader
    url = f"{service_on_sqlite.url}/sessions"
    fields = {"Content-Type": "application/json"} | ({"Authorization": bearer} if bearer else {})
    assert requests.post(url, data=b" " * SIZE, headers=fields, timeout=30).status_code == status
    connection = http.client.HTTPConnection("127.0.0.1", service_on_sqlite.port, timeout=30)
    connection.request("POST", "/sessions", b" " * SIZE, fields)
    assert connection.getresponse().status == status
    connection.close()
    (tmp_path / "body").write_bytes(b" " * SIZE)
    (tmp_path / "fields").write_text("".join(f"{name}: {value}\n" for name, value in fields.items()))
    for expectation in ("Expect:", "Expect: 100-continue"):
        command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"@{tmp_path}/fields"]
        command += ["-H", expectation, "--data-binary", f"@{tmp_path}/body", url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (done.stdout, done.stderr) == (str(status), "")


def test_an_unneeded_body_is_read_up_to_a_limit(service_on_sqlite):
    """The answer comes at once, and the connection ends after a bounded number of bytes."""
    with Wire(service_on_sqlite.port) as wire:
        wire.send(upload(None, Content_Length=str(1 << 40)))
        assert wire.response().status == 401
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 512 * MIB:
                wire.send(b" " * MIB)
                sent += MIB
    assert SIZE <= sent < 512 * MIB


def test_a_short_unread_body_does_not_end_the_connection(carol):
    """After a refused request whose body has not arrived yet, the next request is answered."""
    body = json.dumps(good()).encode()
    fields = {"Authorization": f"Bearer {carol.token}", "Content_Type": "application/json"}
    with Wire(carol.service.port) as wire:
        wire.send(head("/nowhere", "POST", Content_Length=str(len(body)), **fields))
        refused = wire.response()
        assert (refused.status, refused["Connection"]) == (404, None)
        wire.send(body + head("/sessions", "POST", Content_Length=str(len(body)), **fields) + body)
        assert wire.response().status == 201


@pytest.fixture
def crowd():
    """Opens silent connections."""
    with contextlib.ExitStack() as stack:
        yield lambda port, count: [stack.enter_context(Wire(port)) for _ in range(count)]


def ended(service, reason):
    return service.metrics()[f'session_service_connections_ended_total{{reason="{reason}"}}']


def test_silent_connections_take_no_place(own_service, crowd):
    service = own_service(SESSION_MAX_CONNECTIONS="3")
    crowd(service.port, 12)
    assert service.request("GET", "/health", timeout=15).status == 200
    assert service.user("alice").create(name="between")["name"] == "between"
    assert ended(service, "displaced") >= 9


def test_answered_connections_take_no_place(own_service, crowd):
    service = own_service(SESSION_MAX_CONNECTIONS="3")
    for _ in range(3):
        for wire in crowd(service.port, 3):
            wire.send(head("/health"))
            assert wire.response().status == 200
    assert service.request("GET", "/health", timeout=15).status == 200


def test_a_running_request_keeps_its_connection(own_service, crowd):
    service = own_service(SESSION_MAX_CONNECTIONS="2")
    alice = service.user("alice")
    body = json.dumps(good()).encode()
    fields = {"Authorization": f"Bearer {alice.token}", "Content_Type": "application/json"}
    with Wire(service.port) as wire:
        wire.send(head("/sessions", "POST", Content_Length=str(len(body)), **fields) + body[:-1])
        crowd(service.port, 6)
        assert service.request("GET", "/health", timeout=15).status == 200
        wire.send(body[-1:])
        assert wire.response().status == 201


def test_operators_have_connections_of_their_own(own_service, crowd):
    service = own_service(SESSION_MAX_CONNECTIONS="3")
    crowd(service.port, 12)
    crowd(service.admin_port, 200)
    assert service.admin("/health").status == 200
    assert service.metrics()["process_open_fds"] < 120


def test_a_silent_connection_is_closed(service_on_sqlite, crowd):
    """The deadline is much shorter than that of a used connection."""
    for wire in crowd(service_on_sqlite.port, 1) + crowd(service_on_sqlite.admin_port, 1):
        wire.socket.settimeout(30)
        assert wire.rest() == b""


def test_a_used_connection_is_kept_for_the_idle_timeout(own_service):
    service = own_service(SESSION_IDLE_TIMEOUT="1s")
    with Wire(service.port, timeout=30) as wire:
        for _ in range(2):
            wire.send(head("/health"))
            assert wire.response().status == 200
        assert wire.rest() == b""


UPGRADE = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2_Settings": "AAMAAABkAAQAoAAAAAIAAAAA"}
ENDINGS = {
    "asks for another protocol, as Java does": head("/health", **UPGRADE),
    "says close among others": head("/health", Connection="keep-alive, Close"),
    "speaks HTTP/1.0": b"GET /health HTTP/1.0\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("case", ENDINGS)
def test_the_answer_to_a_last_request_says_close(service_on_sqlite, case):
    """The connection ends with this answer, whatever the client sends after it."""
    with Wire(service_on_sqlite.port, timeout=30) as wire:
        wire.send(ENDINGS[case] + head("/health"))
        answer = wire.response()
        assert (answer.status, answer["Connection"]) == (200, "close")
        assert wire.rest() == b""


def test_an_http_1_0_client_may_keep_its_connection(service_on_sqlite):
    asked = b"GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    with Wire(service_on_sqlite.port) as wire:
        for _ in range(3):
            wire.send(asked)
            assert wire.response().status == 200


def test_a_half_closed_client_is_answered(carol):
    with Wire(carol.service.port) as wire:
        wire.send(head("/sessions", Authorization=f"Bearer {carol.token}"))
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.response().status == 200
        assert wire.rest() == b""
