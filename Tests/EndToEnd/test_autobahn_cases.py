"""The cases of Autobahn's test suite for permessage-deflate, 12.1 to 12.5 and 13.1 to 13.7, through the proxy.

The suite itself does not start under Python 3. These are its lengths, its fragments, its kinds of data (as text: CDP
has no other) and its offers, with fewer messages of each, between an echo in Chrome's place and two clients: one that
`websockets` compresses for, and one that sees each frame.
"""

import base64
import contextlib
import itertools
import json
import random
import re

import pytest
from harness import tokens
from harness.deflate import RSV1, DeflateCDP, compressed_frame, deflated
from harness.echo import EchoChrome, pieces
from harness.proxy import Proxy
from harness.store import Store
from harness.wire import CONTINUATION, TEXT, WebSocket, frame
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

EXTENSIONS = "Sec-WebSocket-Extensions"
# From how many bytes on a message is compressed, and when it stands by itself.
THRESHOLD, THRESHOLD_ALONE = 128, 256
LENGTHS = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]
FRAGMENTED = [(length, 256) for length in LENGTHS[5:]] + [(131072, piece) for piece in (1024, 4096, 32768)]
# Bytes of a message, and of each of its fragments; 0 is a message of one frame.
CASES = [(length, 0) for length in LENGTHS] + FRAGMENTED


def messages_for(length):
    """How many messages there are in a case."""
    return 20 if length <= 8192 else 4


def record(chance):
    address = {"street": chance.choice(["Elm", "Oak", "Ash"]), "number": chance.randrange(999)}
    return json.dumps({"id": chance.getrandbits(40), "name": "Mary Smith", "address": address, "tags": ["a", "b"]})


def tag(chance):
    return f'<li class="item"><a href="/page/{chance.randrange(10_000)}">Läs mer</a></li>\n'


def words(chance):
    return chance.choice(["Habe nun, ach! ", "Philosophie, ", "Juristerei ", "日本語の文 ", "жизнь ", "🙂 ", "über "])


def noise(chance):
    return base64.b64encode(chance.randbytes(3072)).decode()


def bitmap(chance):
    """Grey that grows lighter, grained."""
    grain = chance.randbytes(768)
    return base64.b64encode(bytes(at // 4 + (grain[at] & 3) for at in range(768))).decode()


# By the number of Autobahn's case. A bitmap and a PDF have no place in a text but as base64.
KINDS = {"12.1 JSON": record, "12.2 bitmap": bitmap, "12.3 text": words, "12.4 HTML": tag, "12.5 noise": noise}
OFFERS = {
    "13.1": [(False, None)],
    "13.2": [(True, None)],
    "13.3": [(False, 9)],
    "13.4": [(False, 15)],
    "13.5": [(True, 9)],
    "13.6": [(True, 15)],
    "13.7": [(True, 9), (True, None), (False, None)],
}


def texts(kind, length):
    """Texts of exactly so many bytes each, always the same ones."""
    chance = random.Random(f"{kind} {length}")
    wanted = messages_for(length)
    source = bytearray()
    while len(source) < wanted * length:
        source += KINDS[kind](chance).encode()
    for at in range(0, wanted * length, length):
        # A character that is cut at either end gives way to spaces.
        yield source[at : at + length].decode(errors="ignore").encode().ljust(length).decode()


@pytest.fixture(scope="module")
def echo():
    server = EchoChrome()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def compressing(echo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("autobahn")
    Store(folder)
    server = Proxy(folder, echo.address, CDP_PROXY_COMPRESSION="on", CDP_PROXY_INJECT="off")
    yield server
    server.stop()


def bearer():
    return {"Authorization": f"Bearer {tokens.token()}"}


@contextlib.contextmanager
def independent(proxy, extensions):
    """A client whose compression is that of `websockets`."""
    how = {"additional_headers": bearer(), "compression": None, "max_size": None, "ping_interval": None}
    with connect(f"ws://127.0.0.1:{proxy.port}/", extensions=extensions, **how) as client:
        yield client


def offer(forgets, bits):
    """One offer, as Autobahn's client writes it: it leaves the client's own side to the server."""
    parameters = ["permessage-deflate", "client_no_context_takeover", "client_max_window_bits"]
    parameters += ["server_no_context_takeover"] if forgets else []
    return "; ".join(parameters + ([f"server_max_window_bits={bits}"] if bits else []))


def send_in_pieces(client, text, piece):
    """One message, compressed and then cut."""
    parts = pieces(deflated(text.encode()), piece)
    client.send(compressed_frame(parts[0], final=len(parts) == 1))
    for number, part in enumerate(parts[1:], 2):
        client.send(frame(CONTINUATION, part, final=number == len(parts)))


def echoes(client, sent, piece):
    """Sends each text, and checks that it came back as it was."""
    for text in sent:
        if piece:
            send_in_pieces(client, text, piece)
        else:
            client.send_text(text)
        assert client.receive_message() == text


@pytest.mark.parametrize("kind", KINDS)
def test_messages_of_each_length_come_back(compressing, echo, kind):
    for length, echo.piece in CASES:
        with DeflateCDP(compressing.port, **bearer()) as client:
            echoes(client, texts(kind, length), echo.piece)
            assert client.marks == [length >= THRESHOLD] * messages_for(length)
            assert client.plain_bytes == length * messages_for(length)
            if length >= THRESHOLD:
                # base64 has 6 bits in each byte, and no more than that can be saved of noise.
                assert client.wire_bytes < client.plain_bytes * (0.8 if kind == "12.5 noise" and length > 1024 else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_independent_client_gets_each_message_back(compressing, echo, kind):
    for length, echo.piece in CASES:
        with independent(compressing, [ClientPerMessageDeflateFactory(client_max_window_bits=True)]) as client:
            assert client.protocol.extensions
            for text in texts(kind, length):
                data = text.encode()
                client.send(pieces(data, echo.piece) if echo.piece else data, text=True)
                assert client.recv() == text


@pytest.mark.parametrize("case", OFFERS)
def test_each_offer_is_taken_and_kept_to(compressing, echo, case):
    forgets, bits = OFFERS[case][0]
    field = ", ".join(itertools.starmap(offer, OFFERS[case]))
    how = {"window": bits or 15, "remembers": not forgets}
    for length, echo.piece in CASES:
        with DeflateCDP(compressing.port, offer=field, **how, **bearer()) as client:
            answer = client.handshake[EXTENSIONS]
            assert answer.startswith("permessage-deflate; client_no_context_takeover")
            assert "," not in answer, "one offer is taken"
            assert ("server_no_context_takeover" in answer) == forgets
            assert re.findall(r"server_max_window_bits=(\d+)", answer) == ([str(bits)] if bits else [])
            echoes(client, list(texts("12.1 JSON", length))[:4], echo.piece)
            threshold = THRESHOLD_ALONE if forgets else THRESHOLD
            assert all(mark == (length >= threshold) for mark in client.marks)


@pytest.mark.parametrize("case", OFFERS)
def test_an_independent_client_agrees_on_each_offer(compressing, echo, case):
    extensions = [
        ClientPerMessageDeflateFactory(
            server_no_context_takeover=forgets, server_max_window_bits=bits, client_max_window_bits=True
        )
        for forgets, bits in OFFERS[case]
    ]
    echo.piece = 0
    with independent(compressing, extensions) as client:
        (agreed,) = client.protocol.extensions
        forgets, bits = OFFERS[case][0]
        assert agreed.remote_no_context_takeover == forgets
        assert agreed.remote_max_window_bits == (bits or 15)
        assert agreed.local_no_context_takeover
        for length in LENGTHS:
            for text in itertools.islice(texts("12.1 JSON", length), 4):
                client.send(text)
                assert client.recv() == text


@pytest.mark.parametrize("field", [None, "permessage-deflate; server_max_window_bits=16", "x-webkit-deflate-frame"])
def test_nothing_is_compressed_where_nothing_is_agreed(compressing, echo, field):
    for length, echo.piece in CASES:
        with WebSocket(compressing.port, Sec_WebSocket_Extensions=field, **bearer()) as client:
            assert client.handshake[EXTENSIONS] is None
            for text in itertools.islice(texts("12.1 JSON", length), 2):
                client.send_frame(TEXT, text.encode())
                assert plain_message(client) == text


def plain_message(client):
    data = b""
    while True:
        part = client.receive()
        assert part.reserved & RSV1 == 0
        data += part.payload
        if part.final:
            return data.decode()
