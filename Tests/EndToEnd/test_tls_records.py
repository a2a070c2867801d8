"""The bytes of a TLS connection, whatever the network makes of its records: they come cut anywhere, many at once, or
to a reader who is slow."""

import contextlib
import itertools
import json
import socket

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.relay import Relay
from harness.wire import TEXT, frame

PIECES = (1, 4, 1, 5, 700, 3, 16_000, 70_000)
COMMANDS = 400


class Cutting(Relay):
    """Passes a client's bytes on in odd pieces, and takes what comes back a little at a time."""

    def _pass(self, source, sink):
        sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        sizes = itertools.cycle(PIECES)
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 18):
                while data:
                    size = next(sizes)
                    sink.sendall(data[:size])
                    data = data[size:]

    def _pass_back(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(3_000):
                sink.sendall(data)


@pytest.fixture
def client(chromium, own_proxy, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("a server")
    files = {"CDP_PROXY_TLS_CERT": str(certificate), "CDP_PROXY_TLS_KEY": str(key)}
    proxy = own_proxy(chromium.address, **files)
    with (
        Cutting(proxy.port) as network,
        CDP(network.port, f"/?signingKey={tokens.token()}", tls=authority.client()) as client,
    ):
        yield client


def test_each_of_many_commands_is_answered(client):
    """Several frames in a record, several records in a read, and nothing behind the last that would announce it."""
    commands = [json.dumps({"id": number, "method": "Browser.getVersion"}) for number in range(1_000, 1_000 + COMMANDS)]
    frames = [frame(TEXT, command.encode()) for command in commands]
    for first in range(0, COMMANDS, 8):
        client.send(b"".join(frames[first : first + 8]))
    for number in range(1_000, 1_000 + COMMANDS):
        assert client.answer_to(number)["result"]["protocolVersion"]


def test_large_messages_come_back_as_they_were(client):
    session = client.new_page()
    numbers = ",".join(map(str, range(300_000)))
    assert client.evaluate(json.dumps(numbers), session) == numbers
