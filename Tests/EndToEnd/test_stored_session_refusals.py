"""A stored session that cannot be used refuses the connection with a reason, and puts nothing into the browser."""

import pytest
from harness.cdp import CDP, connect_with_session
from harness.store import cookie
from harness.tokens import session_query
from harness.wire import exchange, upgrade

STATE = {"cookies": [cookie("sid", "a-stored-value", "one.example")], "origins": []}


def refusal(proxy, **claims):
    response, closed = exchange(proxy.port, upgrade("/" + session_query(**claims)))
    assert closed
    return response.status


@pytest.fixture
def browser(own_chromium):
    started = own_chromium()
    yield started
    with CDP(started.port, f"/devtools/browser/{started.browser_id()}") as direct:
        assert direct.call("Storage.getCookies")["cookies"] == []


ROWS = {
    "not there": (404, {"name": "other"}, {}),
    "another user's by name": (404, {"user": "user_two"}, {}),
    "expired": (410, {"expires_in": -1}, {}),
    "flipped bits": (502, {"flip": True}, {}),
    "not JSON": (502, {"state": b"cookies, please"}, {}),
    "not its shape": (502, {"state": b'{"cookies":{"sid":1},"origins":7}'}, {}),
}


@pytest.mark.parametrize("case", ROWS)
def test_an_unusable_session_is_refused_with_its_status(browser, own_proxy, store, case):
    status, row, claims = ROWS[case]
    store.add(**({"state": STATE} | row))
    proxy = own_proxy(browser.address)
    assert refusal(proxy, **claims) == status
    text = "\n".join(map(str, proxy.log.all()))
    assert "a-stored-value" not in text
    assert "cookies, please" not in text


def test_another_users_row_is_404_even_by_id(browser, own_proxy, store):
    row = store.add(STATE, user="user_two")
    proxy = own_proxy(browser.address)
    assert refusal(proxy, browserSession=row) == 404


def test_a_row_sealed_under_another_secret_is_502(browser, own_proxy, store):
    store.add(STATE)
    proxy = own_proxy(browser.address, SESSION_ENCRYPTION_SECRET="A" * 43 + "=")
    assert refusal(proxy) == 502


def test_another_session_than_the_browsers_is_409(own_chromium, own_proxy, store):
    store.add(STATE)
    store.add({"cookies": [cookie("sid", "of two", "two.example")], "origins": []}, user="user_two", name="home")
    proxy = own_proxy(own_chromium().address)
    with connect_with_session(proxy) as client:
        assert refusal(proxy, userId="user_two", browserSession="home") == 409
        values = [one["value"] for one in client.call("Storage.getCookies")["cookies"]]
        assert values == ["a-stored-value"]
