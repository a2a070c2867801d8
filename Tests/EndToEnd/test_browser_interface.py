"""The browser's own interface: pages that Chromium opens by itself are shown to no client with roles."""

import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.wire import WebSocket, Wire, get, upgrade
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def chromium():
    """A Chromium as it is, without the flags by which `deploy/` keeps its interface from being a target."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def fleet(chromium, own_proxy):
    return own_proxy(chromium.address)


@pytest.fixture
def interface(chromium):
    """The ids of the pages that are Chromium's own; there are some, or these tests would show nothing."""
    ids = {target["id"] for target in chromium.targets() if target["type"] == "browser_ui"}
    assert ids
    return ids


def bearer(*roles):
    return {"Authorization": f"Bearer {tokens.token(roles=list(roles) or None)}"}


def test_no_command_shows_it(fleet, interface):
    with CDP(fleet.port, "/", **bearer("operator")) as client:
        listed = [target["targetId"] for target in client.call("Target.getTargets")["targetInfos"]]
        asked = client.call("Target.getTargets", filter=[{}])["targetInfos"]
        client.call("Target.setDiscoverTargets", discover=True, filter=[{"type": "browser_ui"}, {}])
        how = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        client.call("Target.setAutoAttach", **how, filter=[{"type": "tab", "exclude": True}, {}])
        client.new_page()
        told = [event["params"].get("targetInfo", {}).get("targetId") for event in client.events]
        assert told
        assert listed
        assert not interface & {*listed, *told, *(target["targetId"] for target in asked)}
        assert {target["type"] for target in asked} >= {"page", "tab"}


def test_no_list_shows_it_to_roles(fleet, interface):
    listed = {target["id"] for target in json.loads(get(fleet.port, "/json/list", **bearer("operator")).body)}
    assert listed
    assert not interface & listed
    assert interface <= {target["id"] for target in json.loads(get(fleet.port, "/json/list", **bearer("admin")).body)}
    assert interface <= {target["id"] for target in json.loads(get(fleet.port, "/json/list", **bearer()).body)}


def test_its_endpoints_are_not_there_for_roles(fleet, interface, chromium):
    for identifier in interface:
        with Wire(fleet.port) as wire:
            wire.send(upgrade(f"/devtools/page/{identifier}", **bearer("operator")))
            assert wire.response().status == 404
        WebSocket(fleet.port, f"/devtools/page/{identifier}", **bearer("admin")).close()
    with CDP(fleet.port, f"/devtools/page/{chromium.page_id()}", **bearer("operator")) as client:
        assert client.evaluate("1 + 1") == 2


def test_playwright_finds_its_pages_all_the_same(fleet):
    url = fleet.url("", "ws", signingKey=tokens.token(roles=["operator"]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(url)
        page = browser.contexts[0].new_page()
        page.goto("about:blank")
        with page.expect_popup() as popup:
            page.evaluate("void window.open('about:blank')")
        assert popup.value.evaluate("1 + 1") == 2
        page.close()
