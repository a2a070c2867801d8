"""Everything RFC 6455 allows passes unharmed: fragments, control frames between them, single bytes, large messages."""

import hashlib
import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, frame, upgrade

MIB = 1 << 20


@pytest.fixture
def client(proxy):
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as connected:
        yield connected


def evaluation(number, session, expression):
    message = {"id": number, "sessionId": session, "method": "Runtime.evaluate", "params": {"expression": expression}}
    return json.dumps(message).encode()


def value(answer):
    return answer["result"]["result"]["value"]


def test_a_fragmented_message_with_control_frames_arrives(client):
    session = client.new_page()
    message = evaluation(1000, session, "'frag' + 'ments'")
    client.send_frame(TEXT, message[:10], final=False)
    client.send_frame(PING, b"in between")
    client.send_frame(CONTINUATION, message[10:11], final=False)
    client.send_frame(CONTINUATION, b"", final=False)
    client.send_frame(PONG, b"unsolicited")
    client.send_frame(CONTINUATION, message[11:])
    assert value(client.answer_to(1000)) == "fragments"


def test_a_ping_is_answered_with_its_payload(client):
    client.send_frame(PING, b"payload of a ping")
    pong = client.receive()
    assert (pong.opcode, pong.payload) == (PONG, b"payload of a ping")


def test_single_bytes_are_relayed(client):
    session = client.new_page()
    for byte in frame(TEXT, evaluation(1000, session, "6 * 7")):
        client.send(bytes([byte]))
    assert value(client.answer_to(1000)) == 42


def test_many_frames_in_one_write_arrive(client):
    session = client.new_page()
    client.send(b"".join(frame(TEXT, evaluation(1000 + n, session, str(n))) for n in range(500)))
    answers = [value(client.answer_to(1000 + n)) for n in range(500)]
    assert answers == list(range(500))


@pytest.mark.timeout(300)
def test_99_mib_reach_chrome(client):
    session = client.new_page()
    before = evaluation(1000, session, "'@'.length").partition(b"@")
    message = before[0] + b"x" * (99 * MIB - len(before[0]) - len(before[2])) + before[2]
    client.send_frame(TEXT, message)
    assert value(client.answer_to(1000)) == 99 * MIB - len(before[0]) - len(before[2])


@pytest.mark.timeout(300)
def test_200_mib_from_chrome_arrive(client):
    session = client.new_page()
    client.send_frame(TEXT, evaluation(1000, session, f"'0123456789abcdef'.repeat({200 * MIB // 16})"))
    text = value(client.answer_to(1000)).encode()
    assert len(text) == 200 * MIB
    assert hashlib.sha256(text).digest() == hashlib.sha256(b"0123456789abcdef" * (200 * MIB // 16)).digest()


def test_a_slow_reader_does_not_delay_another_client(proxy, client):
    """The back-pressure of one connection does not affect another."""
    session = client.new_page()
    client.send_frame(TEXT, evaluation(1000, session, f"'x'.repeat({50 * MIB})"))
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as other:
        assert other.call("Browser.getVersion")["protocolVersion"] == "1.3"
    assert len(value(client.answer_to(1000))) == 50 * MIB


def test_the_close_handshake_is_completed(client):
    client.send_frame(CLOSE, (1000).to_bytes(2, "big") + b"done")
    close = client.receive_close()
    assert close.code == 1000
    assert client.rest() == b""


def test_frames_sent_with_the_handshake_are_not_lost(proxy):
    with Wire(proxy.port) as wire:
        first = frame(TEXT, b'{"id":1,"method":"Browser.getVersion"}')
        wire.send(upgrade(f"/?signingKey={tokens.token()}") + first)
        assert wire.response().status == 101
        assert wire.exactly(1) == bytes([0x80 | TEXT])
