"""Every route of the session service, with every status and the exact shape of every body."""

import datetime
import re
import uuid

import pytest
from harness.service import COOKIE, NOTHING, STATE, good

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")
SUMMARY = {"id", "name", "description", "domains", "expires_at", "created_at", "updated_at"}
NOBODY = str(uuid.UUID(int=0))


def moment(text):
    assert MOMENT.fullmatch(text), text
    return datetime.datetime.fromisoformat(text)


def seconds_ago(text):
    return (datetime.datetime.now(datetime.UTC) - moment(text)).total_seconds()


def test_create_returns_the_new_session(alice):
    body = {"description": "Mine, with ü", "domains": ["shop.example", "a.b.example"]}
    created = alice.post(good(**body, expires_at="2031-05-06T07:08:09+02:00"))
    assert created.status == 201
    assert created["Content-Type"].startswith("application/json")
    assert created["X-Request-Id"]
    session = created.json
    assert set(session) == SUMMARY - {"updated_at"}
    assert str(uuid.UUID(session["id"])) == session["id"]
    assert session | body == session
    assert session["name"] == "work"
    assert session["expires_at"] == "2031-05-06T05:08:09Z"
    assert -5 < seconds_ago(session["created_at"]) < 60


def test_create_needs_only_the_required_fields(alice):
    session = alice.create()
    assert session["description"] is None
    assert session["expires_at"] is None
    assert session["domains"] == ["shop.example"]


def test_metadata_is_the_same_by_id_by_name_and_in_the_list(alice):
    created = alice.create(description="d", expires_at="2031-01-02T03:04:05.600Z")
    by_id = alice.get(f"/sessions/{created['id']}")
    assert by_id.status == 200
    assert set(by_id.json) == SUMMARY
    assert created.items() <= by_id.json.items()
    assert by_id.json["expires_at"] == "2031-01-02T03:04:05.600000Z"
    assert by_id.json["updated_at"] == by_id.json["created_at"]
    by_name = alice.get("/sessions/by-name/work")
    assert (by_name.status, by_name.json) == (200, by_id.json)
    listed = alice.get("/sessions")
    assert (listed.status, listed.json) == (200, {"sessions": [by_id.json]})


def test_the_list_is_newest_first(alice):
    assert alice.get("/sessions").json == {"sessions": []}
    for number in range(12):
        alice.create(name=f"n{number}")
    assert alice.names() == [f"n{number}" for number in reversed(range(12))]
    first = alice.get("/sessions").json["sessions"][-1]
    assert alice.put(f"/sessions/{first['id']}", {"description": "touched"}).status == 200
    assert alice.names()[-1] == "n0", "the list is ordered by creation, not by change"


STATES = {
    "as Playwright writes it": STATE,
    "nothing in it": {"cookies": [], "origins": []},
    "unknown fields": {
        "cookies": [COOKIE | {"partitionKey": {"topLevelSite": "https://a.example", "x": [None, True]}, "new": 1.5}],
        "origins": [{"origin": "https://a.example", "localStorage": [], "indexedDB": [{"name": "db", "stores": []}]}],
        "credentials": [{"id": "AAAA"}],
    },
    "text of every kind": {
        "cookies": [COOKIE | {"value": 'ü \U0001f600 \u2028 \x7f \\ " / \t \u0000 e\u0301'}],
        "origins": [],
        "ключ": "значение",
    },
    "half a surrogate pair": {"cookies": [COOKIE | {"value": "a\ud800b"}], "origins": []},
    "numbers": {
        "cookies": [COOKIE | {"expires": number} for number in (-1, 0, 1795303956.123456, 1e21, 0.1, 2**53 + 1)],
        "origins": [],
    },
}


@pytest.mark.parametrize("case", STATES)
def test_a_state_is_returned_unchanged(alice, case):
    created = alice.create(storage_state=STATES[case])
    answer = alice.get(f"/sessions/{created['id']}/state")
    assert (answer.status, answer.json) == (200, {"storage_state": STATES[case]})


@pytest.mark.parametrize("state", [{}, {"cookies": []}, {"origins": []}], ids=str)
def test_missing_lists_of_a_state_are_empty(alice, state):
    created = alice.create(storage_state=state)
    assert alice.state(created["id"]) == {"cookies": [], "origins": []}


def test_put_changes_only_the_given_fields(alice):
    path = f"/sessions/{alice.create(description='before')['id']}"
    other = {"cookies": [], "origins": [], "other": True}
    changes = [
        {"name": "renamed"},
        {"description": "after"},
        {"description": ""},
        {"expires_at": "2031-01-02T03:04:05Z"},
        {"storage_state": other},
        {"name": "all", "description": "of", "expires_at": "2032-01-01T00:00:00Z", "storage_state": STATE},
        {},
    ]
    state = STATE
    for change in changes:
        before = alice.get(path).json
        changed = alice.put(path, change)
        assert changed.status == 200
        visible = {name: value for name, value in change.items() if name != "storage_state"}
        assert changed.json == before | visible | {"updated_at": changed.json["updated_at"]}
        assert moment(changed.json["updated_at"]) > moment(before["updated_at"])
        assert alice.get(path).json == changed.json
        state = change.get("storage_state", state)
        assert alice.state(before["id"]) == state


@pytest.mark.parametrize(
    "ignored",
    [
        dict.fromkeys(["name", "description", "storage_state", "expires_at"]),
        {"domains": ["other.example"]},
        {"domains": 7, "id": "x", "user_id": "someone", "created_at": "2001-01-01T00:00:00Z", "iv": ""},
    ],
    ids=["null", "domains", "unknown fields"],
)
def test_put_ignores_other_fields(alice, ignored):
    created = alice.create(description="kept", expires_at="2031-01-02T03:04:05Z")
    changed = alice.put(f"/sessions/{created['id']}", ignored)
    assert changed.status == 200
    assert created.items() <= changed.json.items()
    assert alice.state(created["id"]) == STATE


def test_create_ignores_unknown_fields(alice):
    session = alice.create(id="mine", user_id="someone", created_at="2001-01-01T00:00:00Z", anything={"a": 1})
    assert session["id"] != "mine"
    assert seconds_ago(session["created_at"]) < 60
    assert alice.names() == ["work"]


def test_a_deleted_session_is_404(alice):
    path = f"/sessions/{alice.create()['id']}"
    deleted = alice.delete(path)
    assert (deleted.status, deleted.json) == (200, {"status": "deleted"})
    for answer in (alice.get(path), alice.get(f"{path}/state"), alice.put(path, {}), alice.delete(path)):
        assert (answer.status, answer.json) == (404, {"detail": "Session not found"})
    assert alice.names() == []
    alice.create()


@pytest.mark.parametrize("identity", [NOBODY, "nonsense", NOBODY.replace("0", "F"), "-1", "null"])
def test_an_unknown_id_is_404(alice, identity):
    path = f"/sessions/{identity}"
    for answer in (alice.get(path), alice.get(f"{path}/state"), alice.put(path, {"name": "x"}), alice.delete(path)):
        assert (answer.status, answer.json) == (404, {"detail": "Session not found"})


def test_an_unknown_name_is_404(alice):
    answer = alice.get("/sessions/by-name/nothing")
    assert (answer.status, answer.json) == (404, {"detail": "Session with name 'nothing' not found"})


def test_a_name_is_unique_for_a_user(alice, bob):
    alice.create()
    taken = alice.post(good(domains=["other.example"]))
    assert (taken.status, taken.json) == (409, {"detail": "Session with name 'work' already exists"})
    bob.create()
    alice.create(name="Work")
    assert alice.names() == ["Work", "work"]


def test_renaming_to_a_used_name_is_409(alice):
    alice.create(name="one")
    two = alice.create(name="two")
    taken = alice.put(f"/sessions/{two['id']}", {"name": "one", "description": "lost", "storage_state": {}})
    assert (taken.status, taken.json) == (409, {"detail": "Session with name 'one' already exists"})
    assert alice.get(f"/sessions/{two['id']}").json["description"] is None
    assert alice.state(two["id"]) == STATE
    assert alice.put(f"/sessions/{two['id']}", {"name": "two"}).status == 200


def test_another_users_session_is_404(alice, bob):
    path = f"/sessions/{alice.create()['id']}"
    before = alice.get(path).json
    for answer in (bob.get(path), bob.get(f"{path}/state"), bob.put(path, {"name": "mine"}), bob.delete(path)):
        assert (answer.status, answer.json) == (404, {"detail": "Session not found"})
    by_name = bob.get("/sessions/by-name/work")
    assert (by_name.status, by_name.json) == (404, {"detail": "Session with name 'work' not found"})
    assert bob.get("/sessions").json == {"sessions": []}
    assert alice.get(path).json == before


def test_an_expired_state_is_410(alice):
    path = f"/sessions/{alice.create(expires_at='2020-01-01T00:00:00Z')['id']}"
    gone = alice.get(f"{path}/state")
    assert (gone.status, gone.json) == (410, {"detail": "Session has expired"})
    assert alice.get(path).json["expires_at"] == "2020-01-01T00:00:00Z"
    assert alice.names() == ["work"]
    assert alice.put(path, {"expires_at": "2099-01-01T00:00:00Z"}).status == 200
    assert alice.get(f"{path}/state").status == 200
    assert alice.put(path, {"expires_at": 1}).json["expires_at"] == "1970-01-01T00:00:01Z"
    assert alice.get(f"{path}/state").status == 410
    assert alice.delete(path).status == 200


MOMENTS = {
    "2031-05-06T07:08:09Z": "2031-05-06T07:08:09Z",
    "2031-05-06T07:08:09": "2031-05-06T07:08:09Z",
    "2031-05-06 07:08:09.5": "2031-05-06T07:08:09.500000Z",
    "2031-05-06T07:08:09.123456-03:30": "2031-05-06T10:38:09.123456Z",
    "2031-05-06T23:30:00-01:00": "2031-05-07T00:30:00Z",
    "2032-02-29T00:00:00+00:00": "2032-02-29T00:00:00Z",
    1935817689: "2031-05-06T07:08:09Z",
    1935817689.25: "2031-05-06T07:08:09.250000Z",
}


@pytest.mark.parametrize("given", MOMENTS, ids=str)
def test_expiry_dates_are_read(alice, given):
    created = alice.create(expires_at=given)
    assert created["expires_at"] == MOMENTS[given]
    assert alice.get(f"/sessions/{created['id']}").json["expires_at"] == MOMENTS[given]


ALLOWED = {
    "/sessions": {"GET", "POST"},
    f"/sessions/{NOBODY}": {"GET", "PUT", "DELETE"},
    f"/sessions/{NOBODY}/state": {"GET"},
    "/sessions/by-name/work": {"GET"},
    "/health": {"GET"},
}


@pytest.mark.parametrize("path", ALLOWED)
def test_other_methods_are_405(carol, path):
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - ALLOWED[path]:
        answer = carol.request(method, path, {} if method in ("POST", "PUT", "PATCH") else NOTHING)
        assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"}), method
        assert set(re.split(", *", answer["Allow"])) >= ALLOWED[path]


@pytest.mark.parametrize("path", ["/", "/nowhere", "/session", "/sessions/a/b", "/sessions/a/state/b", "/admin"])
def test_other_paths_are_404(carol, path):
    answer = carol.get(path)
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})


def test_health_needs_no_token(service):
    answer = service.request("GET", "/health")
    assert (answer.status, answer.json) == (200, {"status": "ok", "service": "janus-browser-session"})


def test_every_answer_has_a_request_id_of_its_own(carol):
    answers = [carol.get("/sessions"), carol.get("/nowhere"), carol.post({}), carol.service.request("GET", "/sessions")]
    answers.append(carol.service.request("GET", "/health"))
    assert len({answer["X-Request-Id"] for answer in answers} - {None}) == len(answers)
    line = carol.service.wait_for_event("request", requestId=answers[0]["X-Request-Id"])
    assert (line["method"], line["status"]) == ("GET", 200)


PREFLIGHT = {
    "Origin": "https://app.example",
    "Access_Control_Request_Method": "PUT",
    "Access_Control_Request_Headers": "authorization,content-type",
}


def test_pages_of_any_origin_may_call_the_service(carol):
    answer = carol.get("/sessions", Origin="https://app.example")
    assert answer["Access-Control-Allow-Origin"] in ("*", "https://app.example")
    preflight = carol.service.request("OPTIONS", f"/sessions/{NOBODY}", **PREFLIGHT)
    assert preflight.status in (200, 204)
    assert preflight["Access-Control-Allow-Origin"] in ("*", "https://app.example")
    assert "PUT" in preflight["Access-Control-Allow-Methods"]
    allowed = preflight["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed
    assert "content-type" in allowed


def test_pages_may_read_refusals(carol):
    origin = {"Origin": "https://app.example"}
    refused = [
        carol.service.request("GET", "/sessions", **origin),
        carol.get(f"/sessions/{NOBODY}", **origin),
        carol.post({}, **origin),
        carol.get("/nowhere", **origin),
    ]
    assert [answer.status for answer in refused] == [401, 404, 422, 404]
    assert all(answer["Access-Control-Allow-Origin"] == "*" for answer in refused)


def test_only_pages_of_the_configured_origin_may_call(own_service):
    service = own_service(SESSION_ALLOWED_ORIGINS="https://app.example")
    user = service.user("user_one")
    assert user.get("/sessions", Origin="https://app.example")["Access-Control-Allow-Origin"] == "https://app.example"
    assert user.get("/sessions", Origin="https://evil.example")["Access-Control-Allow-Origin"] is None
    preflight = service.request("OPTIONS", "/sessions", **(PREFLIGHT | {"Origin": "https://evil.example"}))
    assert preflight["Access-Control-Allow-Origin"] is None
