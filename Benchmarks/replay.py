"""What plays recorded messages: a stand-in for Chrome that has a process for each connection, and clients that offer
permessage-deflate or nothing."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import socketserver
import zlib

import conversation
from conversation import GUID

MARK = b"the end of what was recorded"
"""The last message."""
ROOM = 1 << 20


def frame(payload, masked=False, compressed=False):
    """One text frame, as in a conversation; `compressed` marks it so."""
    whole = conversation.frame(len(payload), masked, payload)
    return bytes([whole[0] | 0x40]) + whole[1:] if compressed else whole


def compressed_frames(messages):
    """Masked frames as a client sends them, each compressed by itself as was agreed on."""
    for message in messages:
        stream = zlib.compressobj(wbits=-15)
        yield frame((stream.compress(message) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4], masked=True, compressed=True)


class Reader:
    """Reads heads and frames of a socket, and counts the bytes of the frames."""

    def __init__(self, connection):
        self.socket, self.count = connection, 0
        self._stream = connection.makefile("rb", buffering=ROOM)

    def exactly(self, count):
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError
        self.count += count
        return data

    def head(self):
        """The lines of a request or an answer."""
        lines = []
        while (line := self._stream.readline()) != b"\r\n":
            if not line:
                raise EOFError
            lines.append(line.strip())
        return lines

    def frame(self):
        """First byte and payload, unmasked."""
        first, second = self.exactly(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self.exactly(2 if size == 126 else 8), "big")
        key = self.exactly(4) if second & 0x80 else bytes(4)
        data = self.exactly(size)
        if any(key):
            repeated = (key * (size // 4 + 1))[:size]
            data = (int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")
        return first, data


class Chrome(socketserver.ForkingTCPServer):
    """Answers `/json/version`, upgrades every other path, and does in a process of its own what a connection's first
    message says: {"play": name, "times": n} sends the messages of that name one by one, and then MARK; {"take": 1}
    reads messages, and sends MARK once it has come; {"echo": 1} sends each message back."""

    allow_reuse_address, request_queue_size, max_children = True, 512, 1000

    def __init__(self, recordings, cpu):
        self.recordings = {name: [frame(message) for message in messages] for name, messages in recordings.items()}
        super().__init__(("127.0.0.1", 0), Connection)
        self.port = self.server_address[1]
        self.pid = os.fork()
        if self.pid == 0:
            os.sched_setaffinity(0, {cpu})
            self.serve_forever()

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.server_close()


class Connection(socketserver.BaseRequestHandler):
    """One connection to the stand-in."""

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(self.request)
        with contextlib.suppress(EOFError, OSError):
            while b"/json/version" in (lines := reader.head())[0]:
                endpoint = f"ws://127.0.0.1:{self.server.port}/devtools/browser/00000000-0000-4000-8000-000000000000"
                body = json.dumps({"Browser": "Chrome/1", "webSocketDebuggerUrl": endpoint})
                self.request.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
            key = next(line.split()[1] for line in lines if line.lower().startswith(b"sec-websocket-key:"))
            accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
            upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            self.request.sendall(upgrade + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
            self.obey(json.loads(reader.frame()[1]), reader)
            while True:
                reader.frame()

    def obey(self, order, reader):
        if "play" in order:
            for _ in range(order["times"]):
                for one in self.server.recordings[order["play"]]:
                    self.request.sendall(one)
            self.request.sendall(frame(MARK))
        elif "take" in order:
            while reader.frame()[1] != MARK:
                pass
            self.request.sendall(frame(MARK))
        elif "echo" in order:
            first_of_all()
            while True:
                self.request.sendall(frame(reader.frame()[1]))


def first_of_all():
    """Schedules this process, and none that it starts, before every other of its CPU (as root only)."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))


class Client:
    """A connection through a proxy to the stand-in, with an offer of permessage-deflate or without one."""

    def __init__(self, port, token, offer=None):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET /?signingKey={token} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        lines += [f"Sec-WebSocket-Extensions: {offer}"] if offer else []
        self.socket.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        self.reader = Reader(self.socket)
        head = self.reader.head()
        assert b" 101 " in head[0], head
        assert any(b"permessage-deflate" in line for line in head) == (offer is not None), head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def order(self, **order):
        self.socket.sendall(frame(json.dumps(order).encode(), masked=True))

    def receive(self, count):
        """Reads so many messages as they come; returns how many bytes that were."""
        before = self.reader.count
        while count:
            first, _ = self.reader.frame()
            # The last frame of a message, and none of control.
            count -= first & 0x88 == 0x80
        return self.reader.count - before

    def messages(self, remembers=True):
        """Each message to the mark, inflated."""
        inflater, whole, compressed = zlib.decompressobj(-15), b"", False
        while True:
            first, data = self.reader.frame()
            compressed, whole = compressed or bool(first & 0x40), whole + data
            if first & 0x80:
                if compressed:
                    inflater = inflater if remembers else zlib.decompressobj(-15)
                    whole = inflater.decompress(whole + b"\0\0\xff\xff")
                if whole == MARK:
                    return
                yield whole
                whole, compressed = b"", False
