"""Stored states stay sealed, and secrets stay out of logs, metrics and answers."""

import base64
import json
import os
import pathlib
import sqlite3

import pytest
from harness.identity import claims
from harness.keys import ECKey, sign
from harness.ports import wait_for_port
from harness.postgres import PASSWORD
from harness.python_rows import Rows
from harness.service import SESSION_SECRET, STATE, good

OTHER_SECRET = base64.b64encode(bytes(range(100, 132))).decode()
CANNOT = {"detail": "Failed to decrypt session data"}


def refusals(service):
    """The log lines at level warning or above."""
    return [line for line in service.log.all() if line.get("level") in ("warning", "error", "critical")]


def test_a_row_under_another_master_secret_is_500(own_service, database):
    """500 without details and one log line; the row is neither lost nor locked."""
    first = own_service(database)
    identity = first.user("alice").create()["id"]
    first.stop()
    second = own_service(database, SESSION_ENCRYPTION_SECRET=OTHER_SECRET)
    alice = second.user("alice")
    assert refusals(second) == []
    answer = alice.get(f"/sessions/{identity}/state")
    assert (answer.status, answer.json) == (500, CANNOT)
    second.wait_for_event("request", requestId=answer["X-Request-Id"])
    (line,) = refusals(second)
    assert line["requestId"] == answer["X-Request-Id"]
    assert alice.get(f"/sessions/{identity}").status == 200
    assert alice.names() == ["work"]
    assert alice.put(f"/sessions/{identity}", {"storage_state": STATE}).status == 200
    assert alice.state(identity) == STATE
    second.stop()
    third = own_service(database).user("alice").get(f"/sessions/{identity}/state")
    assert (third.status, third.json) == (500, CANNOT)


def flipped(data, position):
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def test_damaged_rows_do_not_open(own_service, database):
    rows = Rows(database)
    service = own_service(database)
    alice = service.user("alice")
    identity = alice.create()["id"]
    row = rows.row(identity)
    sealed, iv = row.storage_state_encrypted, row.iv
    damages = [
        *({"storage_state_encrypted": value} for value in (b"", sealed[:15], sealed[:-1], sealed + b"\0")),
        *(
            {"storage_state_encrypted": flipped(sealed, position)}
            for position in (0, len(sealed) // 2, -1 % len(sealed))
        ),
        *({"iv": value} for value in (b"", iv[:-1], iv + b"\0", flipped(iv, 0))),
        {"user_id": "mallory"},
    ]
    for damage in damages:
        rows.change(identity, **damage)
        owner = service.user(damage.get("user_id", "alice"))
        answer = owner.get(f"/sessions/{identity}/state")
        assert (answer.status, answer.json) == (500, CANNOT), damage
        rows.change(identity, storage_state_encrypted=sealed, iv=iv, user_id="alice")
    assert alice.state(identity) == STATE


def test_plaintext_that_is_not_a_state_is_500(own_service, database):
    rows = Rows(database)
    service = own_service(database)
    service.user("alice").create()
    for number, state in enumerate([[], 7, "x", None, {"cookies": 7}, {"cookies": ["x"], "origins": []}]):
        identity = rows.add(state, user="alice", name=f"odd{number}")
        answer = service.user("alice").get(f"/sessions/{identity}/state")
        assert (answer.status, answer.json) == (500, CANNOT), state


def test_every_seal_has_a_new_iv(own_service, database):
    rows = Rows(database)
    alice = own_service(database).user("alice")
    ivs = []
    for number in range(20):
        alice.create(name=f"n{number}")
    for row in rows.all():
        ivs.append(row.iv)
        assert len(row.iv) == 12
        assert alice.put(f"/sessions/{row.id}", {"storage_state": STATE}).status == 200
    ivs += [row.iv for row in rows.all()]
    assert len(set(ivs)) == 40


def test_the_database_holds_no_plaintext(own_service, tmp_path):
    service = own_service()
    service.user("alice").create()
    service.terminate()
    service.wait()
    files = [file for file in tmp_path.iterdir() if "service.sqlite" in file.name]
    stored = b"".join(file.read_bytes() for file in files)
    assert b"browser_sessions" in stored
    for text in (b"value-of-a-cookie", b"value-of-an-item", b"localStorage"):
        assert text not in stored
    assert all(file.stat().st_mode & 0o077 == 0 for file in files), "only the owner can read the database"
    database = sqlite3.connect(tmp_path / "service.sqlite")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_secret_is_logged_counted_or_answered(own_service, database, level):
    """Sends every kind of request, good and bad, and then searches everything the service wrote."""
    service = own_service(database, SESSION_LOG_LEVEL=level)
    alice = service.user("alice")
    forged = sign(ECKey("ec-one"), claims(sub="mallory-the-forger"))
    expired = service.provider.token("alice", exp=1)
    marker = "confidential-" + os.urandom(8).hex()
    state = {"cookies": [{"name": "sid", "value": marker, "domain": "a.example"}], "origins": [{marker: marker}]}
    identity = alice.create(storage_state=state, description="a-description")["id"]
    path = f"/sessions/{identity}"
    answers = [
        alice.post(good()),
        alice.post({"name": [marker], "storage_state": marker}),
        alice.post(f'{{"{marker}'.encode()),
        alice.put(path, {"storage_state": {"cookies": marker}}),
        alice.get(f"{path}?token={marker}"),
        alice.get("/sessions/by-name/work"),
        alice.get("/sessions"),
        alice.get("/nowhere"),
        alice.delete("/sessions/nothing"),
        service.request("GET", path, token=forged),
        service.request("GET", path, token=expired),
        service.request("GET", path, Authorization=f"Basic {marker}"),
        service.request("GET", path, token=marker),
    ]
    read = alice.get(f"{path}/state")
    assert marker.encode() in read.body, "the owner reads the value"
    Rows(database).change(identity, iv=bytes(12))
    answers.append(alice.get(f"{path}/state"))
    assert answers[-1].status == 500
    answers.append(alice.put(path, {"storage_state": state}))
    metrics = service.admin("/metrics").body.decode()
    service.terminate()
    assert service.wait() == 0
    log = "\n".join(json.dumps(line) for line in service.stop())
    said = log + metrics + "\n".join(service.output.all()) + "".join(map(str, answers))
    assert "confidential" not in said
    for token in (alice.token, forged, expired):
        for segment in token.split(".")[1:]:
            assert segment not in said
    for secret in (SESSION_SECRET, PASSWORD, "pass%20word", *SESSION_SECRET.split("=")[:1]):
        assert secret not in said
    assert "mallory-the-forger" not in log, "the user of a forged token is not logged"
    assert "a-description" not in log + metrics


def test_every_line_of_the_log_is_an_object(own_service):
    service = own_service(SESSION_LOG_LEVEL="DEBUG")
    alice = service.user('alice\n\x1b[31m\u2028 "x"')
    assert alice.get("/sessions/a%0Ab%1b").status in (400, 404)
    answer = alice.get("/sessions")
    line = service.wait_for_event("request", requestId=answer["X-Request-Id"])
    assert {"time", "level", "event", "requestId", "method", "route", "status", "seconds"} <= set(line)
    assert (line["method"], line["status"], line["route"]) == ("GET", 200, "/sessions")
    service.terminate()
    service.wait()
    assert [line for line in service.stop() if "unparsed" in line] == []


def test_a_request_is_one_line_with_its_route(own_service):
    service = own_service()
    alice = service.user("alice")
    identity = alice.create()["id"]
    answer = alice.get(f"/sessions/{identity}/state")
    line = service.wait_for_event("request", requestId=answer["X-Request-Id"])
    assert (line["method"], line["status"], line["userId"]) == ("GET", 200, "alice")
    assert identity not in line["route"]
    assert line["route"].startswith("/sessions/")
    assert line["route"].endswith("/state")
    refused = service.request("GET", "/sessions", X_Request_Id="chosen-by-a-stranger")
    service.wait_for_event("request", status=401)
    assert refused["X-Request-Id"] is not None
    assert len(service.events("request")) == 3


def test_the_log_level_is_applied(own_service):
    service = own_service(SESSION_LOG_LEVEL="WARNING", wait=False)
    # It does not log its start, so the test tries its ports.
    wait_for_port(service.admin_port)
    while service.admin("/ready").status != 200:
        assert service.process.poll() is None
    wait_for_port(service.port)
    service.user("alice").create()
    service.terminate()
    assert service.wait() == 0
    assert [line for line in service.stop() if line.get("event") == "request"] == []


def test_the_secret_is_not_among_the_arguments(own_service):
    service = own_service()
    arguments = pathlib.Path(f"/proc/{service.process.pid}/cmdline").read_bytes()
    assert SESSION_SECRET.encode() not in arguments
