"""One request, connection or user cannot take everything: sizes, rates, slow clients, many clients."""

import concurrent.futures
import contextlib
import json
import re
import socket
import threading
import time

import pytest
from harness.service import good
from harness.wire import Wire, head

MIB = 1 << 20


def compact(value):
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def state_of(size, letter="x"):
    """A state whose compact JSON has this many bytes."""
    state = {"cookies": [], "origins": [], "filler": ""}
    state["filler"] = letter * ((size - compact(state)) // len(letter.encode()))
    state["filler"] += "x" * (size - compact(state))
    assert compact(state) == size
    return state


@pytest.mark.parametrize("letter", ["x", "ü", "\U0001f600"])
def test_a_state_of_one_mebibyte_is_the_largest(alice, letter):
    state = state_of(MIB, letter)
    created = alice.create(storage_state=state)
    assert alice.state(created["id"]) == state
    too_much = {"status": 413, "detail": f"Storage state exceeds maximum size of {MIB} bytes"}
    refused = alice.post(good(name="more", storage_state=state_of(MIB + 1, letter)))
    assert {"status": refused.status, "detail": refused.detail} == too_much
    refused = alice.put(f"/sessions/{created['id']}", {"storage_state": state_of(MIB + 1, letter), "name": "more"})
    assert {"status": refused.status, "detail": refused.detail} == too_much
    assert alice.names() == ["work"]
    assert alice.put(f"/sessions/{created['id']}", {"storage_state": state}).status == 200


def test_spaces_and_escapes_do_not_count_as_state(carol):
    state = state_of(MIB, "ü")
    body = json.dumps(good(storage_state=state), indent=1)
    assert "\\u00fc" in body
    assert carol.post(body.encode()).status == 201


@pytest.mark.parametrize("piece", ['{"":0}', "[0]", "0", '"x"', "[[[[[[[[0]]]]]]]]"])
def test_the_memory_of_a_parsed_body_is_bounded(own_service, piece):
    """Four MiB of the smallest values: no state within the size limit has as many."""
    service = own_service()
    user = service.user("user_one")
    assert user.post(good()).status == 201
    before = service.peak_memory()
    values = ",".join([piece] * (4 * MIB // (len(piece) + 1)))
    body = '{"name":"more","storage_state":{"cookies":[],"origins":[],"x":[' + values + "]}}"
    assert user.post(body.encode()).status in (413, 422)
    assert service.peak_memory() - before < 96 * MIB


def test_a_state_of_the_smallest_values_is_stored_whole(carol):
    state = {"cookies": [], "origins": [], "numbers": [0] * (MIB // 2 - 50)}
    created = carol.create(storage_state=state)
    assert carol.state(created["id"]) == state


def test_the_limit_of_a_state_can_be_set(own_service):
    user = own_service(SESSION_MAX_STORAGE_STATE_BYTES="2000").user("user_one")
    assert user.post(good(storage_state=state_of(2000))).status == 201
    refused = user.post(good(name="more", storage_state=state_of(2001)))
    assert (refused.status, refused.detail) == (413, "Storage state exceeds maximum size of 2000 bytes")


def length(service, **fields):
    token = service.provider.token()
    return head("/sessions", "POST", Authorization=f"Bearer {token}", Content_Type="application/json", **fields)


@pytest.mark.parametrize("how", ["with a length", "chunked"])
def test_a_huge_body_is_refused_and_not_buffered(own_service, how):
    service = own_service()
    service.user("user_one").create()
    before = service.resident_bytes()
    size = 512 * MIB
    fields = {"Content_Length": str(size)} if how == "with a length" else {"Transfer_Encoding": "chunked"}
    part = b"x" * (4 * MIB)
    part = part if how == "with a length" else b"%x\r\n%s\r\n" % (len(part), part)
    sent = 0
    with Wire(service.port) as wire:
        wire.send(length(service, **fields))
        with contextlib.suppress(ConnectionError):
            while sent < size:
                wire.send(part)
                sent += len(part)
        with contextlib.suppress(ConnectionError, EOFError):
            assert wire.response().status == 413
    assert service.resident_bytes() - before < 48 * MIB
    assert service.user("user_one").names() == ["work"]


def test_a_huge_body_without_a_token_is_not_read(service_on_sqlite):
    with Wire(service_on_sqlite.port) as wire:
        wire.send(head("/sessions", "POST", Content_Type="application/json", Content_Length=str(1 << 40)))
        assert wire.response().status in (401, 413)


def test_an_endless_head_is_refused(service_on_sqlite):
    before = service_on_sqlite.resident_bytes()
    with Wire(service_on_sqlite.port) as wire:
        wire.send(b"GET /sessions HTTP/1.1\r\nHost: a\r\n")
        for number in range(30):
            wire.send(b"X-%d: %s\r\n" % (number, b"x" * 8_000))
        assert wire.response().status in (400, 431)
    assert service_on_sqlite.resident_bytes() - before < 16 * MIB
    assert service_on_sqlite.request("GET", "/health").status == 200


def test_slow_clients_delay_no_others(service_on_sqlite):
    user = service_on_sqlite.user("user_of_the_slow")
    body = json.dumps(good(name="slow")).encode()
    start = length(service_on_sqlite, Content_Length=str(len(body)))
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(service_on_sqlite.port)) for _ in range(100)]
        for number, wire in enumerate(wires):
            wire.send([b"", start[:40], start, start + body[:-1]][number % 4])
        for _ in range(20):
            assert user.get("/sessions", timeout=5).status == 200
        wires[3].send(body[-1:])
        assert wires[3].response().status == 201


def test_many_connections_are_served_at_once(service_on_sqlite):
    user = service_on_sqlite.user("user_of_many")
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(Wire(service_on_sqlite.port)) for _ in range(400)]
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            assert {answer.status for answer in pool.map(lambda _: user.get("/sessions"), range(100))} == {200}
        for wire in idle[::40]:
            wire.send(head("/health"))
            assert wire.response().status == 200


def test_unread_answers_do_not_fill_the_memory(service_on_sqlite):
    """Answers that a client does not read do not fill the memory."""
    user = service_on_sqlite.user("user_who_never_reads")
    identity = user.create(storage_state=state_of(MIB))["id"]
    before = service_on_sqlite.resident_bytes()
    request = head(f"/sessions/{identity}/state", Authorization=f"Bearer {user.token}")
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            wire = stack.enter_context(Wire(service_on_sqlite.port))
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.send(request * 20)
        assert user.names() == ["work"]
    assert service_on_sqlite.resident_bytes() - before < 150 * MIB
    user.delete(f"/sessions/{identity}")


A_DAY = "86400"
"""The longest window: no bucket refills during a test."""


def statuses(user, count):
    return [user.get("/sessions").status for _ in range(count)]


def test_a_user_has_a_rate_limit(own_service):
    service = own_service(SESSION_RATE_LIMIT_PER_MINUTE="5", SESSION_RATE_LIMIT_WINDOW_SECONDS=A_DAY)
    alice, bob = service.user("alice"), service.user("bob")
    assert statuses(alice, 5) == [200] * 5
    refused = alice.get("/sessions")
    assert (refused.status, refused.json) == (429, {"detail": "Rate limit exceeded"})
    assert re.fullmatch(r"\d+", refused["Retry-After"])
    assert 1 <= int(refused["Retry-After"]) <= int(A_DAY) / 5
    assert refused["X-Request-Id"]
    assert alice.post(b"not even JSON").status == 429, "the rate limit comes before validation"
    assert service.user("alice", jti="another token").get("/sessions").status == 429
    assert statuses(bob, 5) == [200] * 5
    assert service.request("GET", "/sessions").status == 401
    assert [service.request("GET", "/health").status for _ in range(10)] == [200] * 10


def test_the_default_rate_is_sixty_requests(own_service):
    user = own_service(SESSION_RATE_LIMIT_PER_MINUTE=None, SESSION_RATE_LIMIT_WINDOW_SECONDS=A_DAY).user("alice")
    assert statuses(user, 65) == [200] * 60 + [429] * 5


def test_the_default_window_is_a_minute(own_service):
    user = own_service(SESSION_RATE_LIMIT_PER_MINUTE="1").user("alice")
    started = time.monotonic()
    assert user.get("/sessions").status == 200
    refused = user.get("/sessions")
    assert refused.status == 429
    assert 59 - (time.monotonic() - started) <= int(refused["Retry-After"]) <= 60


def test_a_user_may_continue_after_retry_after(own_service):
    user = own_service(SESSION_RATE_LIMIT_PER_MINUTE="3", SESSION_RATE_LIMIT_WINDOW_SECONDS="10").user("alice")
    assert statuses(user, 3) == [200] * 3
    refused = user.get("/sessions")
    assert refused.status == 429
    assert int(refused["Retry-After"]) <= 4
    threading.Event().wait(int(refused["Retry-After"]))
    assert user.get("/sessions").status == 200, "a request after Retry-After is allowed"


def test_the_memory_of_users_is_bounded(own_service):
    service = own_service(SESSION_RATE_LIMIT_PER_MINUTE="2", SESSION_RATE_LIMIT_WINDOW_SECONDS="1")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda number: service.user(f"user_{number}").get("/sessions").status, range(500))
        assert set(answers) == {200}


def test_refused_tokens_do_not_count_for_the_rate(own_service, provider):
    service = own_service(SESSION_RATE_LIMIT_PER_MINUTE="3", SESSION_RATE_LIMIT_WINDOW_SECONDS=A_DAY)
    forged = provider.token("alice")[:-8] + "AAAAAAAA"
    for _ in range(10):
        assert service.request("GET", "/sessions", token=forged).status == 401
    assert statuses(service.user("alice"), 4) == [200, 200, 200, 429]
