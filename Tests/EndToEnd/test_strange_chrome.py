"""A server on Chrome's port that is not Chrome costs the client a 502, and the proxy nothing."""

import contextlib
import json
import socket
import threading

import pytest
from harness import tokens
from harness.wire import exchange, get, upgrade

MIB = 1 << 20
VERSION = {"Browser": "Strange/1", "webSocketDebuggerUrl": "ws://127.0.0.1:{port}/devtools/browser/strange"}


class StrangeChrome:
    """Answers each connection with the result of `script(head, port)` and closes it; None keeps it open and silent."""

    def __init__(self, script):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._script = script
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self._open.append(client)
                threading.Thread(target=self._answer, args=[client], daemon=True).start()

    def _answer(self, client):
        with contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65_536)
                if not piece:
                    return
                head += piece
            answer = self._script(head, self.port)
            if answer is not None:
                client.sendall(answer)
                client.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self._server.close()
        for client in self._open:
            client.close()


@pytest.fixture
def strange():
    with contextlib.ExitStack() as stack:

        def start(script):
            server = StrangeChrome(script)
            stack.callback(server.stop)
            return server

        yield start


def http(body, status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def version(port):
    return http(json.dumps(VERSION).replace("{port}", str(port)))


ANSWERS = {
    "garbage": lambda _, __: bytes(range(256)) * 8,
    "nothing": lambda _, __: b"",
    "half a head": lambda _, __: b"HTTP/1.1 200 OK\r\nContent-Le",
    "an error": lambda _, __: http("no", "500 Internal Server Error"),
    "no JSON": lambda _, __: http("<html>"),
    "JSON of another shape": lambda _, __: http("[1,2,3]"),
    "another host's address": lambda _, __: http('{"webSocketDebuggerUrl":"ws://evil.example/devtools/browser/x"}'),
    "a short body": lambda _, __: b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",
    "an endless head": lambda _, __: b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
    "a refused handshake": lambda head, port: version(port) if b"/json" in head else http("no", "403 Forbidden"),
    "a wrong accept key": lambda head, port: version(port) if b"/json" in head else WRONG_KEY,
    "garbage for a handshake": lambda head, port: version(port) if b"/json" in head else b"\x00" * 100,
}
WRONG_KEY = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
)


@pytest.mark.parametrize("case", ANSWERS)
def test_a_strange_answer_is_a_502(strange, own_proxy, case):
    chrome = strange(ANSWERS[case])
    proxy = own_proxy(chrome.address)
    response, closed = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}"))
    assert (response.status, closed) == (502, True)
    assert str(chrome.port).encode() not in response.body
    assert proxy.process.poll() is None


def test_a_hostile_answer_does_not_fill_the_memory_of_a_health_check(strange, own_proxy):
    """31 MiB of tiny objects would take 2 GiB parsed, and anyone can send a health check."""
    chrome = strange(lambda _, __: http("[" + '{"":0},' * (31 * MIB // 7) + "0]"))
    proxy = own_proxy(chrome.address)
    before = proxy.peak_memory()
    for port in (proxy.port, proxy.admin_port):
        assert get(port, "/health").status == 503
    assert proxy.peak_memory() - before < 8 * MIB


def test_the_memory_of_a_hostile_list_is_bounded(strange, own_proxy):
    hostile = http("[" + '{"":0},' * (31 * MIB // 7) + "{}]")
    chrome = strange(lambda head, port: version(port) if b"version" in head else hostile)
    proxy = own_proxy(chrome.address)
    before = proxy.peak_memory()
    assert get(proxy.port, "/json/list", Authorization=f"Bearer {tokens.token()}").status == 502
    assert proxy.peak_memory() - before < 160 * MIB
    assert get(proxy.port, "/health").status == 200


def test_a_silent_chrome_is_a_502_at_the_deadline(strange, own_proxy):
    proxy = own_proxy(strange(lambda _, __: None).address)
    response, closed = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}"))
    assert (response.status, closed) == (502, True)


def test_a_missing_chrome_is_a_502(own_proxy):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    proxy = own_proxy(address)
    response, _ = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}"))
    assert response.status == 502
    assert get(proxy.port, "/health").status == 503
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {tokens.token()}").status == 502
