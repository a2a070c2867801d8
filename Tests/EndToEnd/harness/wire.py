"""HTTP and WebSocket byte by byte, so that a test controls exactly what it sends, valid or not."""

import base64
import dataclasses
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


@dataclasses.dataclass
class Response:
    status: int
    fields: dict
    body: bytes

    def __getitem__(self, name):
        return self.fields.get(name.lower())


@dataclasses.dataclass
class Frame:
    opcode: int
    payload: bytes
    final: bool = True
    reserved: int = 0

    @property
    def code(self):
        return struct.unpack("!H", self.payload[:2])[0]


class Wire:
    """A TCP connection, with a client's context `tls` over TLS, and a reader for lines and lengths."""

    def __init__(self, port, host="127.0.0.1", timeout=60, tls=None):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self._stream = self.socket.makefile("rb", buffering=1 << 16)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._stream.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = self._stream.read(count)
        if len(data) < count:
            raise EOFError(f"{len(data)} of {count} bytes before the end")
        return data

    def rest(self):
        """Everything up to the end of the stream. A reset is an end too."""
        try:
            return self._stream.read()
        except ConnectionResetError:
            return b""

    def response(self):
        """The next response, with its body if it has a length."""
        status = self._stream.readline()
        if not status:
            raise EOFError("no response")
        fields = {}
        while (line := self._stream.readline().rstrip(b"\r\n")) != b"":
            name, _, value = line.decode().partition(":")
            fields[name.lower()] = value.strip()
        body = self.exactly(int(fields.get("content-length", 0)))
        return Response(int(status.split()[1]), fields, body)


def head(target="/", method="GET", host="127.0.0.1", **fields):
    """A request head. Underscores in a field's name become hyphens, a list repeats the field, None leaves it out."""
    lines = [f"{method} {target} HTTP/1.1"]
    for name, value in ({"Host": host} | fields).items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                lines.append(f"{name.replace('_', '-')}: {one}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def upgrade(target="/", **fields):
    """The head of a WebSocket handshake, with changed `fields`."""
    key = base64.b64encode(os.urandom(16)).decode()
    good = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Key": key,
        "Sec_WebSocket_Version": "13",
    }
    return head(target, **(good | fields))


def exchange(port, data):
    """Sends one request; returns its response, and whether the connection was closed after it."""
    with Wire(port) as wire:
        wire.send(data)
        response = wire.response()
        return response, wire.rest() == b""


def get(port, target, **fields):
    return exchange(port, head(target, **({"Connection": "close"} | fields)))[0]


def mask(payload, key):
    """XOR with the repeated key, as one large number: fast enough for 100 MiB."""
    if not payload or key == bytes(4):
        return payload
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    number = int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")
    return number.to_bytes(len(payload), "little")


def frame(opcode, payload=b"", final=True, masked=True, reserved=0):
    """The bytes of one frame; `reserved` is the three RSV bits."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    bit = 0x80 if masked else 0
    size = len(payload)
    if size < 126:
        header = struct.pack("!BB", first, bit | size)
    elif size < 1 << 16:
        header = struct.pack("!BBH", first, bit | 126, size)
    else:
        header = struct.pack("!BBQ", first, bit | 127, size)
    if not masked:
        return header + payload
    key = os.urandom(4)
    return header + key + mask(payload, key)


class WebSocket(Wire):
    """A client's end of an upgraded connection."""

    def __init__(self, port, target="/", timeout=60, tls=None, **fields):
        super().__init__(port, timeout=timeout, tls=tls)
        self.send(upgrade(target, **fields))
        self.handshake = self.response()
        assert self.handshake.status == 101, f"{self.handshake.status}: {self.handshake.body!r}"

    def send_frame(self, opcode, payload=b"", **how):
        self.send(frame(opcode, payload, **how))

    def send_text(self, text):
        self.send_frame(TEXT, text.encode())

    def receive(self):
        first, second = self.exactly(2)
        assert not second & 0x80, "a server's frame is never masked"
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self.exactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.exactly(8))
        return Frame(first & 0x0F, self.exactly(size), bool(first & 0x80), first >> 4 & 7)

    def receive_message(self):
        """The next data message as text. Skips control frames; a Close is an error."""
        text = b""
        while True:
            part = self.receive()
            if part.opcode == CLOSE:
                raise EOFError(f"closed with {part.code}: {part.payload[2:]!r}")
            if part.opcode in (TEXT, CONTINUATION):
                text += part.payload
                if part.final:
                    return text.decode()

    def receive_close(self):
        """Skips to the Close frame and returns it, after the end of the stream."""
        while (part := self.receive()).opcode != CLOSE:
            pass
        return part
