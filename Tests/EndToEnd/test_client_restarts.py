"""Chrome restarts under its clients: a client that connects meanwhile waits, and an address stays valid."""

import asyncio
import json
import urllib.parse

import pytest
from cdp_use.client import CDPClient
from harness import clients
from harness.cdp import CDP
from harness.front import SIGNED_IN, Front
from harness.wire import Wire, head, upgrade

BROWSER_USE = """
import asyncio
import json
import os

from browser_use import Browser
from browser_use.browser.events import BrowserErrorEvent, BrowserReconnectedEvent


async def main():
    browser = Browser(cdp_url=os.environ["ENDPOINT"], headers=json.loads(os.environ["HEADERS"]))
    await browser.start()
    outcome = asyncio.get_running_loop().create_future()

    def note(event):
        if not outcome.done():
            outcome.set_result(type(event).__name__)

    browser.event_bus.on(BrowserReconnectedEvent, note)
    browser.event_bus.on(BrowserErrorEvent, note)
    print("connected", flush=True)
    print(await outcome, flush=True)
    await browser.navigate_to("http://app.example/", new_tab=True)
    print(await (await browser.get_current_page()).get_title())
    await browser.stop()


asyncio.run(main())
"""


@pytest.fixture
def front(tmp_path):
    server = Front(tmp_path)
    yield server
    server.stop()


def version(front, **fields):
    """The address that `/json/version` names. The request has the token in its query unless a field carries it."""
    query = "" if fields else f"?signingKey={front.variables['TOKEN']}"
    with Wire(front.proxy.port) as wire:
        wire.send(head(f"/json/version{query}", host=front.proxy.address, **fields))
        return urllib.parse.urlsplit(json.loads(wire.response().body)["webSocketDebuggerUrl"])


def test_the_browsers_address_is_the_same_after_a_restart(front):
    before = version(front)
    assert before.path == "/devtools/browser"
    with CDP(front.proxy.port, f"{before.path}?{before.query}") as client:
        client.call("Browser.getVersion")
        front.chromium.kill()
        assert client.receive_close().code == 1011
    front.chromium.start()
    with CDP(front.proxy.port, f"{before.path}?{before.query}") as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    assert version(front) == before


def test_a_handshake_waits_for_a_chrome_that_restarts(front):
    front.chromium.kill()
    with Wire(front.proxy.port) as wire:
        wire.send(upgrade(f"/?signingKey={front.variables['TOKEN']}"))
        front.chromium.start()
        assert wire.response().status == 101


def test_discovery_waits_for_a_chrome_that_restarts(front):
    front.chromium.kill()
    with Wire(front.proxy.port) as wire:
        wire.send(head(f"/json/version?signingKey={front.variables['TOKEN']}", host=front.proxy.address))
        front.chromium.start()
        assert wire.response().status == 200


def test_cdp_use_reconnects_to_the_same_address(front):
    named = version(front, Authorization=f"Bearer {front.variables['TOKEN']}")
    headers = {"Authorization": f"Bearer {front.variables['TOKEN']}"}

    async def product():
        async with CDPClient(named.geturl(), additional_headers=headers) as client:
            return (await client.send.Browser.getVersion())["product"]

    before = asyncio.run(product())
    front.chromium.kill()
    front.chromium.start()
    assert asyncio.run(product()) == before


@pytest.mark.nightly
@pytest.mark.parametrize("way", ["header", "query", "ws"])
def test_browser_use_survives_a_restart(front, tmp_path, way):
    token = front.variables["TOKEN"]
    endpoints = {
        "header": f"http://{front.proxy.address}",
        "query": f"http://{front.proxy.address}?signingKey={token}",
        "ws": front.variables["CONNECT_URL"],
    }
    headers = {"Authorization": f"Bearer {token}"} if way == "header" else {}
    variables = {"ENDPOINT": endpoints[way], "HEADERS": json.dumps(headers)}
    (tmp_path / "client").mkdir()
    block = clients.own("python", BROWSER_USE)
    with clients.start(block, "browser-use", tmp_path / "client", variables) as process:
        try:
            assert process.stdout.readline() == "connected\n"
            front.chromium.kill()
            front.chromium.start()
            assert process.stdout.readline() == "BrowserReconnectedEvent\n"
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, SIGNED_IN in output) == (0, True), errors
