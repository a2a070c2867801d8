"""Callers that show an API key: on the clients' listener and on the operators'."""

import json

import pytest
from harness import proxy as proxies
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.wire import Wire, exchange, get, head, upgrade


@pytest.fixture(scope="module")
def chromium():
    """A Chromium for this file alone: its tests leave tabs open."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def keyed(request, chromium, own_proxy):
    """A proxy, and a function that makes a key in its database and gives the key."""
    settings = {}
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = postgres.url(postgres.new_database())
    server = own_proxy(chromium.address, CDP_PROXY_INJECT="off", **settings)

    def create(*options):
        made = proxies.command("key", "create", "--name", "ci", *options, env=server.env)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    return server, create


def status(server, target="/json/version", **fields):
    return get(server.port, target, **fields).status


def test_a_key_opens_all_of_the_browser(keyed):
    server, create = keyed
    key = create()
    for query, fields in [("", {"X_API_Key": key}), (f"?apiKey={key}", {})]:
        assert status(server, f"/json/version{query}", **fields) == 200
        with CDP(server.port, f"/{query}", **fields) as client:
            assert client.call("SystemInfo.getInfo")
            [connection] = json.loads(server.admin("/connections")[1])
            assert connection["userId"] is None
    assert server.admin("/connections", headers={"X-API-Key": key})[0] == 200
    assert server.admin("/connections", headers={"Authorization": f"Bearer {key}"})[0] == 200
    assert not [line for line in server.log.all() if key in str(line)]


def test_a_keys_roles_are_all_it_has(keyed):
    server, create = keyed
    viewer, operator = create("--role", "viewer"), create("--role", "operator", "--user-id", "user_one")
    with Wire(server.port) as wire:
        wire.send(upgrade("/", X_API_Key=viewer))
        assert wire.response().status == 403
    with CDP(server.port, X_API_Key=operator) as client:
        assert client.call("Browser.getVersion")
        assert client.answer("SystemInfo.getInfo")["error"]["code"] == -32000
    assert server.admin("/connections", headers={"X-API-Key": operator})[0] == 401


def test_a_key_that_is_not_good_is_refused(keyed):
    server, create = keyed
    assert status(server, X_API_Key="flybrowser_short") == 401
    assert status(server, X_API_Key="flybrowser_" + "A" * 43) == 401
    create()
    assert status(server, X_API_Key="flybrowser_" + "A" * 43) == 401
    assert server.metric("cdp_proxy_tokens_rejected_total", reason="api_key") == 3


def test_a_revoked_key_is_refused_at_once(keyed):
    server, create = keyed
    key = create()
    assert status(server, X_API_Key=key) == 200
    listed = json.loads(proxies.command("key", "list", "--json", env=server.env).stdout)
    identifier = (listed["keys"] if isinstance(listed, dict) else listed)[0]["id"]
    revoked = proxies.command("key", "revoke", identifier, env=server.env)
    assert revoked.returncode == 0, revoked.stderr
    assert status(server, X_API_Key=key) == 401
    assert server.metric("cdp_proxy_tokens_rejected_total", reason="revoked") == 1


def test_a_key_is_held_to_its_rate(keyed):
    server, create = keyed
    key = create("--rate-limit", "2")
    assert [status(server, X_API_Key=key) for _ in range(2)] == [200, 200]
    answer, _ = exchange(server.port, head("/json/version", Connection="close", X_API_Key=key))
    assert answer.status == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
