"""The proxy can inject every state that the service accepts. The answer names what the injection would leave out."""

import pytest
from harness.cdp import connect_with_session
from harness.proxy import Proxy
from harness.store import cookie, origin

STATES = {
    "empty": ({}, []),
    "good": ({"cookies": [cookie("n", "v", "a.test")], "origins": [origin("http://a.test", k="v")]}, []),
    "value null": ({"cookies": [cookie("n", None, "a.test")]}, ["1 of the cookies cannot be injected: missing_name."]),
    "expired": (
        {"cookies": [cookie("n", "v", "a.test", expires=5), cookie("m", "v", "a.test", expires=6)]},
        ["2 of the cookies cannot be injected: expired."],
    ),
    "no origin": (
        {"origins": [{"localStorage": [{"name": "k", "value": "v"}]}]},
        ["1 of the origins cannot be injected: missing."],
    ),
    "number": (
        {"origins": [{"origin": "http://a.test", "localStorage": [{"name": "k", "value": 5}]}]},
        ["1 parts of the origins' storage cannot be injected: item."],
    ),
    "localStorage as an object": (
        {"origins": [{"origin": "http://a.test", "localStorage": {"k": "v"}}]},
        ["1 parts of the origins' storage cannot be injected: local_storage."],
    ),
    "databases": (
        {"origins": [{"origin": "http://a.test", "indexedDB": [{"name": 5}, {"name": "d"}]}]},
        ["2 parts of the origins' storage cannot be injected: database."],
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_the_answer_names_what_is_left_out_and_the_rest_is_injected(own_chromium, own_service, tmp_path, case):
    state, warnings = STATES[case]
    service = own_service()
    alice = service.user("alice")
    created = alice.create(name="work", storage_state=state)
    assert created.get("warnings", []) == warnings
    assert ("warnings" in created) == bool(warnings)
    assert "warnings" not in alice.get(f"/sessions/{created['id']}").json
    proxy = Proxy(tmp_path, own_chromium().address, DATABASE_URL=service.env["DATABASE_URL"])
    try:
        connect_with_session(proxy, userId="alice").close()
        assert proxy.wait_for_event("session_injected")["result"] == "full"
    finally:
        proxy.stop()


def test_a_change_gets_the_same_warnings(carol):
    path = f"/sessions/{carol.create(name='work')['id']}"
    changed = carol.put(path, {"storage_state": STATES["expired"][0]})
    assert changed.json["warnings"] == STATES["expired"][1]
    assert "warnings" not in carol.put(path, {"description": "mine"}).json
