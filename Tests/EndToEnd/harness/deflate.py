"""A client that speaks permessage-deflate (RFC 7692) byte by byte, by Python's zlib."""

import zlib

from harness.cdp import CDP
from harness.wire import CLOSE, CONTINUATION, TEXT, frame

OFFER = "permessage-deflate"
TAIL = b"\x00\x00\xff\xff"
RSV1 = 4


def deflated(data, bits=15):
    """The payload of one message, compressed by itself."""
    stream = zlib.compressobj(wbits=-bits)
    return (stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


class DeflateCDP(CDP):
    """Compresses each message it sends, and counts what it receives on the wire and inflated. `marks` tells of each
    message that was received whether it was compressed."""

    def __init__(self, port, target="/", offer=OFFER, window=15, remembers=True, **how):
        super().__init__(port, target, Sec_WebSocket_Extensions=offer, **how)
        self.wire_bytes = self.plain_bytes = self.fragments = 0
        self.marks = []
        self._window, self._remembers = window, remembers
        self._inflater = zlib.decompressobj(-window)

    def send_text(self, text):
        self.send_frame(TEXT, deflated(text.encode()), reserved=RSV1)

    def receive_message(self):
        data, compressed = b"", False
        while True:
            part = self.receive()
            if part.opcode == CLOSE:
                raise EOFError(f"closed with {part.code}: {part.payload[2:]!r}")
            if part.opcode not in (TEXT, CONTINUATION):
                continue
            assert part.opcode == TEXT or not part.reserved, "a mark on a continuation"
            compressed = compressed or part.reserved == RSV1
            data += part.payload
            self.fragments += 1
            if part.final:
                return self._inflated(data, compressed)

    def _inflated(self, data, compressed):
        self.wire_bytes += len(data)
        self.marks.append(compressed)
        if compressed:
            if not self._remembers:
                self._inflater = zlib.decompressobj(-self._window)
            data = self._inflater.decompress(data + TAIL)
        self.plain_bytes += len(data)
        return data.decode()


def compressed_frame(payload, opcode=TEXT, **how):
    return frame(opcode, payload, reserved=RSV1, **how)
