#!/usr/bin/env python3
"""Counts what one message costs the relay in allocations and reference counts.

Runs the release binary under callgrind between a client and a Chrome that this script plays, once for N and once for
2 N messages each way, and divides the difference of the calls by N: what a connection costs once cancels out.

    scripts/per_message.py .build/.../release/cdp-proxy [--rounds N] [--answer BYTES]

The binary must not be stripped. Exits 1 when a message costs an allocation; or, as long as it is small enough not to be
spliced, a retain or a release (a pipe on loan is retained about once a message).
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

KEY = secrets.token_hex(32)
SPLICED_FROM = 65_536
COUNTED = {
    "allocations": re.compile(r"^(malloc|calloc|realloc|posix_memalign|aligned_alloc)$"),
    "frees": re.compile(r"^(free|cfree)$"),
    "retains": re.compile(r"^swift_(bridgeObject|unknownObject)?[rR]etain(_n)?$"),
    "releases": re.compile(r"^swift_(bridgeObject|unknownObject)?[rR]elease(_n)?$"),
    "exclusivity checks": re.compile(r"^swift_beginAccess$"),
}


def receive(connection: socket.socket, count: int) -> bytes:
    """Exactly so many bytes."""
    received = bytearray()
    while len(received) < count:
        piece = connection.recv(count - len(received))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


def receive_head(connection: socket.socket) -> bytes:
    """A request or an answer up to its empty line."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        head += receive(connection, 1)
    return bytes(head)


def frame(payload: bytes, masked: bool) -> bytes:
    """A text frame; a masked one has the key 0, which changes nothing."""
    mask = 0x80 if masked else 0
    if len(payload) < 126:
        header = bytes([0x81, mask | len(payload)])
    elif len(payload) < 65_536:
        header = bytes([0x81, mask | 126]) + len(payload).to_bytes(2, "big")
    else:
        header = bytes([0x81, mask | 127]) + len(payload).to_bytes(8, "big")
    return header + (bytes(4) if masked else b"") + payload


class Chrome(threading.Thread):
    """Answers `/json/version` and upgrades, and each message with another one."""

    def __init__(self, question: int, answer: int) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.question = question
        self.answer = frame(b"a" * answer, masked=False)

    def run(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            while True:
                head = receive_head(connection)
                key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
                if key:
                    return self.converse(connection, key[1])
                url = f"ws://{self.address}/devtools/browser/b"
                body = json.dumps({"Browser": "Chrome/1", "webSocketDebuggerUrl": url}).encode()
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        except (EOFError, OSError):
            connection.close()

    def converse(self, connection: socket.socket, key: bytes) -> None:
        guid = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key + guid).digest())
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept
        )
        while True:
            receive(connection, self.question)
            connection.sendall(self.answer)


def token() -> str:
    """A signingKey of the shape the proxy admits."""

    def encoded(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    claims = {"sub": "sess_1", "sessionId": "sess_1", "projectId": "proj_1", "iss": "wallcrawler"}
    claims |= {"aud": ["cdp-access"], "iat": int(time.time()), "exp": int(time.time()) + 3600}
    signed = encoded({"alg": "HS256", "typ": "JWT"}) + b"." + encoded(claims)
    signature = hmac.new(KEY.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def connect(port: int) -> socket.socket:
    """Connects as soon as somebody listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def exchange(port: int, rounds: int, question: bytes, answer: int) -> None:
    """So many questions, each with its answer, over one connection."""
    connection = connect(port)
    connection.sendall(
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Authorization: Bearer %s\r\n\r\n" % token().encode()
    )
    head = receive_head(connection)
    if b" 101 " not in head:
        sys.exit(f"the proxy answered {head!r}")
    for _ in range(rounds):
        connection.sendall(question)
        receive(connection, answer)
    connection.close()


def calls(profile: Path) -> dict[str, int]:
    """How often each counted function was called, by callgrind's file format."""
    names: dict[str, str] = {}
    totals = dict.fromkeys(COUNTED, 0)
    called = ""
    for line in profile.read_text(errors="replace").splitlines():
        if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?$", line):
            if match[2]:
                names[match[1]] = re.sub(r"'\d+$", "", match[2])
            if line.startswith("cfn="):
                called = names.get(match[1], "")
        elif match := re.match(r"calls=(\d+)", line):
            for what, pattern in COUNTED.items():
                if pattern.match(called):
                    totals[what] += int(match[1])
    return totals


def measure(binary: str, rounds: int, question: bytes, answer: int) -> dict[str, int]:
    """The calls of one run."""
    chrome = Chrome(len(question), answer)
    chrome.start()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "callgrind"
        environment = {
            "PATH": os.environ["PATH"],
            "CDP_PROXY_LISTEN": f"127.0.0.1:{port}",
            "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
            "CDP_PROXY_CHROME": chrome.address,
            "CDP_PROXY_INJECT": "off",
            "DATABASE_URL": f"sqlite:///{folder}/sessions.db",
            "WALLCRAWLER_JWT_SIGNING_KEY": KEY,
        }
        # valgrind stumbles over the debugging information; the names of functions are enough.
        named = f"{folder}/cdp-proxy"
        subprocess.run(["strip", "--strip-debug", "-o", named, binary], check=True)
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", named, "serve"]
        log = Path(folder) / "log"
        with log.open("wb") as output:
            proxy = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        try:
            exchange(port, rounds, question, len(chrome.answer))
        except Exception:
            sys.stderr.write(log.read_text(errors="replace"))
            raise
        finally:
            proxy.send_signal(signal.SIGTERM)
            try:
                proxy.wait(timeout=60)
            except subprocess.TimeoutExpired:
                proxy.kill()
        return calls(profile)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--question", type=int, default=200, help="bytes of a message to Chrome")
    parser.add_argument("--answer", type=int, default=200, help="bytes of a message from Chrome")
    options = parser.parse_args()
    question = frame(b"q" * options.question, masked=True)
    once = measure(options.binary, options.rounds, question, options.answer)
    twice = measure(options.binary, 2 * options.rounds, question, options.answer)
    for what in COUNTED:
        more = twice[what] - once[what]
        print(f"{what:20} {once[what]:8} {twice[what]:8}   per message {more / (2 * options.rounds):.3f}")
    # A few calls belong to what goes by the clock, such as looking after Chrome.
    spliced = max(options.question, options.answer) > SPLICED_FROM
    free = ("allocations",) if spliced else ("allocations", "retains", "releases")
    if any(twice[what] - once[what] > options.rounds // 10 for what in free):
        sys.exit(1)


if __name__ == "__main__":
    main()
