"""Both ends of a proxied connection, played in Python one step at a time, so that no run depends on chance."""

import base64
import hashlib
import json
import re
import socket
import ssl
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
GOODBYE = b"\x88\x02\x03\xe8"
MASKED_GOODBYE = b"\x88\x82" + bytes(4) + b"\x03\xe8"
TIMEOUT = 60  # seconds: programs are slow under valgrind


def receive(connection, count):
    """Reads exactly so many bytes."""
    received = bytearray(count)
    view, at = memoryview(received), 0
    while at < count:
        taken = connection.recv_into(view[at:])
        if not taken:
            raise EOFError
        at += taken
    return bytes(received)


def receive_head(connection):
    """Reads a request or an answer up to its empty line."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        head += receive(connection, 1)
    return bytes(head)


def command(length):
    """A CDP command of so many bytes, written as the proxy writes the commands it has read."""
    begin, end = b'{"id":1,"method":"Runtime.evaluate","params":{"expression":"', b'"},"sessionId":"%032X"}' % 0
    return begin + b"x" * (length - len(begin) - len(end)) + end


def frame(length, masked, payload=None):
    """A text frame; a masked one has the key 0, which changes nothing."""
    mask = 0x80 if masked else 0
    if length < 126:
        header = bytes([0x81, mask | length])
    elif length < 65_536:
        header = bytes([0x81, mask | 126]) + length.to_bytes(2, "big")
    else:
        header = bytes([0x81, mask | 127]) + length.to_bytes(8, "big")
    return header + (bytes(4) if masked else b"") + (payload or b"x" * length)


def connect(port, secure=False):
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not secure:
        return connection
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection)


class Chrome(threading.Thread):
    """Answers `/json/version` and upgrades, each question with an answer, and a Close frame with another."""

    def __init__(self, question, answer):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.question, self.answer = question, answer

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while not (key := re.search(rb"(?i)sec-websocket-key: *(\S+)", receive_head(connection))):
                    url = f"ws://{self.address}/devtools/browser/b"
                    body = json.dumps({"Browser": "Chrome/1", "webSocketDebuggerUrl": url}).encode()
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
                self.converse(connection, key[1])
            except (EOFError, OSError):
                return

    def converse(self, connection, key):
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept
        )
        while (start := receive(connection, 2))[0] != GOODBYE[0]:
            receive(connection, self.question - len(start))
            connection.sendall(self.answer)
        receive(connection, len(MASKED_GOODBYE) - len(start))
        connection.sendall(GOODBYE)


def upgrade(port, token, secure=False, path="/devtools/browser/b"):
    """A connection, and the head of the proxy's answer to its upgrade."""
    connection = connect(port, secure)
    connection.sendall(
        b"GET %s?signingKey=%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        % (path.encode(), token.encode())
    )
    return connection, receive_head(connection)


def until_end(connection):
    """Reads to the other side's end and closes."""
    with connection:
        while connection.recv(65_536):
            pass


def exchange(port, token, count, question, answer, secure=False):
    """So many questions, each with its answer, over one connection."""
    connection, head = upgrade(port, token, secure)
    if b" 101 " not in head:
        raise SystemExit(f"the proxy answered {head!r}")
    for _ in range(count):
        connection.sendall(question)
        receive(connection, answer)
    connection.sendall(MASKED_GOODBYE)
    until_end(connection)


def open_and_close(port, token, count):
    """So many connections one after the other, each opened, ended with a Close frame and closed."""
    for _ in range(count):
        exchange(port, token, 0, b"", 0)


def be_refused(port, token, count):
    """So many connections one after the other, each of which the proxy refuses to upgrade."""
    for _ in range(count):
        connection, head = upgrade(port, token)
        if b" 401 " not in head:
            raise SystemExit(f"the proxy answered {head!r}")
        until_end(connection)
