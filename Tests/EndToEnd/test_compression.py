"""permessage-deflate towards the client: who gets it, what passes, and what a client may not send."""

import asyncio
import json
import re
import zlib

import pytest
import websockets
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.deflate import OFFER, RSV1, DeflateCDP, compressed_frame, deflated
from harness.program import SANITIZER_OPTIONS
from harness.wire import BINARY, CLOSE, CONTINUATION, PING, TEXT, WebSocket, Wire, frame, upgrade
from playwright.sync_api import sync_playwright

MIB = 1 << 20
# A sanitizer keeps what was freed for a while.
MOST_MEMORY = (512 if SANITIZER_OPTIONS else 100) * MIB
EXTENSIONS = "Sec-WebSocket-Extensions"


@pytest.fixture
def compressing(chromium, own_proxy):
    def start(**settings):
        return own_proxy(chromium.address, **({"CDP_PROXY_COMPRESSION": "on"} | settings))

    return start


def bearer(**changes):
    return {"Authorization": f"Bearer {tokens.token(**changes)}"}


def connect(proxy, **how):
    return DeflateCDP(proxy.port, "/", **how, **bearer())


def connections(proxy):
    status, text = proxy.admin("/connections")
    assert status == 200
    return json.loads(text)


def agreed(proxy, offer=OFFER, **fields):
    with WebSocket(proxy.port, "/", Sec_WebSocket_Extensions=offer, **bearer(), **fields) as client:
        return client.handshake[EXTENSIONS]


@pytest.mark.parametrize(
    ("parameters", "window", "remembers"),
    [
        ("", 15, True),
        ("; client_max_window_bits", 15, True),
        ("; server_no_context_takeover; client_no_context_takeover", 15, False),
        ("; server_max_window_bits=9", 9, True),
        ("; server_max_window_bits=8; server_no_context_takeover", 8, False),
    ],
)
def test_messages_of_every_length_pass(compressing, parameters, window, remembers):
    proxy = compressing()
    with connect(proxy, offer=OFFER + parameters, window=window, remembers=remembers) as client:
        for name in re.findall(r"server\w+(?:=\d+)?", parameters):
            assert name in client.handshake[EXTENSIONS]
        session = client.new_page()
        assert client.evaluate("1 + 1", session) == 2
        for length in (200, 256, 1000, 70_000, 3_000_000):
            assert client.evaluate(f"'x'.repeat({length})", session) == "x" * length
        noise = "Array.from({length: 300000}, (_, i) => String.fromCharCode(32 + (i * i * 7919) % 90)).join('')"
        assert client.evaluate(noise, session) == "".join(chr(32 + i * i * 7919 % 90) for i in range(300_000))
        assert client.evaluate(f"({json.dumps('y' * 5_000_000)}).length", session) == 5_000_000
        assert client.wire_bytes < client.plain_bytes / 5


def test_messages_pass_over_tls(compressing, tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("compressed")
    proxy = compressing(CDP_PROXY_TLS_CERT=str(certificate), CDP_PROXY_TLS_KEY=str(key))
    with connect(proxy, tls=authority.client()) as client:
        session = client.new_page()
        assert client.evaluate("'x'.repeat(3e6)", session) == "x" * 3_000_000
        assert client.evaluate(f"({json.dumps('y' * 3_000_000)}).length", session) == 3_000_000


def test_a_client_need_not_compress_what_it_sends(compressing):
    with connect(compressing()) as client:
        message = {"id": 900, "method": "Browser.getVersion"}
        client.send_frame(TEXT, json.dumps(message).encode())
        assert "product" in client.answer_to(900)["result"]


def test_fragments_and_single_bytes_pass(compressing):
    with connect(compressing()) as client:
        payload = deflated(json.dumps({"id": 900, "method": "Browser.getVersion"}).encode())
        stream = compressed_frame(payload[:9], final=False) + frame(PING, b"between")
        stream += frame(CONTINUATION, payload[9:9], final=False) + frame(CONTINUATION, payload[9:])
        for byte in stream:
            client.send(bytes([byte]))
        assert "product" in client.answer_to(900)["result"]


def test_what_comes_behind_the_head_is_compressed_too(compressing):
    proxy = compressing()
    with Wire(proxy.port) as wire:
        command = compressed_frame(deflated(b'{"id":1,"method":"Browser.getVersion"}'))
        wire.send(upgrade("/", Sec_WebSocket_Extensions=OFFER, **bearer()) + command)
        assert wire.response().status == 101
        assert wire.exactly(2)[0] & 0x0F == TEXT


def test_short_messages_and_control_frames_are_not_compressed(compressing):
    with connect(compressing()) as client:
        client.send_frame(PING, b"a" * 125)
        pong = client.receive()
        assert (pong.payload, pong.reserved) == (b"a" * 125, 0)
        client.send_frame(TEXT, deflated(b'{"id":1,"method":"No.such"}'), reserved=RSV1)
        assert client.receive().reserved == 0


@pytest.mark.parametrize(
    ("setting", "address", "is_compressed"),
    [
        ("auto", None, False),
        ("auto", "10.1.2.3", False),
        ("auto", "172.20.0.1", False),
        ("auto", "fd00::1", False),
        ("auto", "203.0.113.9", True),
        ("auto", "2001:db8::1", True),
        ("on", None, True),
        ("off", "203.0.113.9", False),
    ],
)
def test_who_gets_it(compressing, setting, address, is_compressed):
    proxy = compressing(CDP_PROXY_COMPRESSION=setting, CDP_PROXY_TRUSTED_PROXIES="127.0.0.1")
    answer = agreed(proxy, X_Forwarded_For=address)
    assert answer == ("permessage-deflate; client_no_context_takeover" if is_compressed else None)


def test_who_offers_nothing_gets_nothing(compressing):
    with CDP(compressing().port, "/", **bearer()) as client:
        assert client.handshake[EXTENSIONS] is None
        assert client.evaluate("'x'.repeat(100000)", client.new_page()) == "x" * 100_000


@pytest.mark.parametrize(
    "offer",
    ["x-webkit-deflate-frame", "permessage-deflate; server_max_window_bits=99", "permessage-bzip2, foo; a=b", ","],
)
def test_offers_that_cannot_be_agreed_on_are_declined(compressing, offer):
    assert agreed(compressing(), offer) is None


@pytest.mark.parametrize(
    "offer", ["permessage-deflate;", 'permessage-deflate; a="b', "=", "permessage-deflate; =1; \x80"]
)
def test_offers_that_are_no_list_are_refused(compressing, offer):
    proxy = compressing()
    with Wire(proxy.port) as wire:
        wire.send(upgrade("/", Sec_WebSocket_Extensions=offer, **bearer()))
        response = wire.response()
    assert response.status == 400
    assert "extensions" in response.body.decode()
    proxy.wait_for_event("request_refused", reason="websocket_extensions_malformed")


BROKEN = [
    ("a mark nobody agreed on", frame(TEXT, b"{}", reserved=2), 1002, "reserved_bits"),
    (
        "a mark on a continuation",
        frame(TEXT, b"{", final=False) + frame(CONTINUATION, b"}", reserved=4),
        1002,
        "reserved_bits",
    ),
    ("a compressed Ping", frame(PING, deflated(b"a"), reserved=4), 1002, "reserved_bits"),
    ("a compressed Close", frame(CLOSE, deflated(b"\x03\xe8"), reserved=4), 1002, "reserved_bits"),
    ("compressed bytes", compressed_frame(deflated(b"{}"), BINARY), 1003, "binary"),
    ("no mask", compressed_frame(deflated(b"{}"), masked=False), 1002, "not_masked"),
    ("no deflate", compressed_frame(b"\xff\xff\xff"), 1007, "broken_compression"),
    ("half a block", compressed_frame(deflated(b'{"id":1}' * 40)[:-3]), 1007, "broken_compression"),
]


@pytest.mark.parametrize(("stream", "code", "fault"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_what_may_not_be_sent_ends_with_a_code(compressing, stream, code, fault):
    proxy = compressing()
    with connect(proxy) as client:
        client.send(stream + frame(TEXT, b"more, which nobody reads" * 1000))
        assert client.receive_close().code == code
    proxy.wait_for_event("closed", code=code, fault=fault)


def test_marks_without_an_agreement_end_with_a_code(compressing):
    with CDP(compressing(CDP_PROXY_COMPRESSION="off").port, "/", Sec_WebSocket_Extensions=OFFER, **bearer()) as client:
        client.send(compressed_frame(deflated(b"{}")))
        assert client.receive_close().code == 1002


def test_a_bomb_is_refused_in_bounded_memory(compressing):
    proxy = compressing()
    bomb = zlib.compressobj(9, wbits=-15)
    payload = b"".join(bomb.compress(b" " * MIB) for _ in range(1024)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    assert len(payload) < 1.1 * MIB, "a GiB of spaces"
    with connect(proxy) as client:
        client.send(compressed_frame(payload))
        assert client.receive_close().code == 1009
    assert proxy.peak_memory() < MOST_MEMORY
    with connect(proxy) as client:
        assert client.call("Browser.getVersion")


def test_roles_hold_for_what_is_inflated(compressing):
    proxy = compressing()
    with DeflateCDP(proxy.port, "/", **bearer(roles=["operator"])) as client:
        assert "product" in client.call("Browser.getVersion")
        for padding in ("", "x" * 200_000):
            denied = client.answer("Browser.crash", padding=padding)
            assert "needs the permission" in denied["error"]["message"]
        assert "product" in client.call("Browser.getVersion")


def test_a_reader_that_stops_costs_no_memory(compressing):
    proxy = compressing()
    with connect(proxy) as client:
        session = client.new_page()
        client.evaluate("1", session)
        noise = "Array.from({length: 1e6}, () => String.fromCharCode(33 + Math.random() * 57)).join('')"
        for number in range(20):
            message = {"id": 900 + number, "sessionId": session, "method": "Runtime.evaluate"}
            client.send_text(json.dumps(message | {"params": {"expression": f"window.a ||= {noise}"}}))
        with CDP(proxy.port, "/", **bearer()) as other:
            assert other.call("Browser.getVersion")
        assert proxy.peak_memory() < MOST_MEMORY
        texts = {client.answer_to(900 + number)["result"]["result"]["value"] for number in range(20)}
        assert [len(text) for text in texts] == [1_000_000]


def test_a_drain_ends_with_its_code(compressing):
    proxy = compressing(CDP_PROXY_DRAIN="0s")
    with connect(proxy) as client:
        client.evaluate("'x'.repeat(1000)", client.new_page())
        proxy.terminate()
        assert client.receive_close().code == 1012


def test_silence_is_pinged(compressing):
    with connect(compressing(CDP_PROXY_PING="1s")) as client:
        client.evaluate("'x'.repeat(1000)", client.new_page())
        assert client.receive().opcode == PING


def test_operators_see_it(compressing):
    proxy = compressing()
    with connect(proxy) as client, CDP(proxy.port, "/", **bearer()):
        client.evaluate("'x'.repeat(100000)", client.new_page())
        listed = connections(proxy)
        assert [one.get("compression") for one in listed] == ["permessage-deflate", None]
        name = "cdp_proxy_compression_bytes_total"
        plain = proxy.metric(name, direction="chrome_to_client", form="plain")
        wire = proxy.metric(name, direction="chrome_to_client", form="compressed")
        assert plain > 100_000 > 10 * wire > 0
        assert proxy.metric(name, direction="client_to_chrome", form="plain") > 0
    proxy.wait_for_event("connected", compression="permessage-deflate")


def test_the_clients_of_websockets_speak_it(compressing):
    proxy = compressing()

    async def converse():
        uri = f"ws://127.0.0.1:{proxy.port}/"
        async with websockets.connect(uri, additional_headers=bearer(), max_size=None) as client:
            assert client.response.headers[EXTENSIONS]
            expression = f"{json.dumps('é' * 100_000)} + 'z'"
            await client.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": {"url": "about:blank"}}))
            target = json.loads(await client.recv())["result"]["targetId"]
            attach = {"targetId": target, "flatten": True}
            await client.send(json.dumps({"id": 2, "method": "Target.attachToTarget", "params": attach}))
            while "result" not in (answer := json.loads(await client.recv())):
                pass
            command = {"id": 3, "sessionId": answer["result"]["sessionId"], "method": "Runtime.evaluate"}
            await client.send(json.dumps(command | {"params": {"expression": expression}}))
            while (answer := json.loads(await client.recv())).get("id") != 3:
                pass
            return answer["result"]["result"]["value"]

    assert asyncio.run(converse()) == "é" * 100_000 + "z"


def test_playwright_speaks_it(compressing):
    proxy = compressing()
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(f"ws://127.0.0.1:{proxy.port}/", headers=bearer())
        page = browser.new_context().new_page()
        page.set_content("<p>" + "text " * 20_000)
        assert len(page.content()) > 100_000
        assert page.screenshot()
        assert [one.get("compression") for one in connections(proxy)] == ["permessage-deflate"]
        browser.close()
