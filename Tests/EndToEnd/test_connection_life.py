"""A token says how long its connections may last and be idle; the client is warned, and told why they end."""

import json
import time

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import command
from harness.wire import PING
from playwright.sync_api import sync_playwright


def target(**claims):
    return f"/?signingKey={tokens.token(**claims)}"


@pytest.mark.parametrize("loops", ["1", "2"])
def test_a_connection_ends_with_4010_after_max_seconds(own_proxy, chromium, loops):
    proxy = own_proxy(chromium.address, CDP_PROXY_LOOPS=loops)
    with CDP(proxy.port, target(maxSeconds=1.5)) as client:
        assert client.call("Browser.getVersion")
        close = client.receive_close()
        assert (close.code, b"as old as" in close.payload) == (4010, True)
        assert client.rest() == b""
    assert proxy.wait_for_event("closed", code=4010)["side"] == "proxy"
    assert proxy.metric("cdp_proxy_closes_total", code="4010", side="proxy") == 1


def test_a_client_that_only_pings_is_idle(own_proxy, chromium):
    """Chrome answers each Ping with a Pong, which paces the next one; Chrome's events make no client busy."""
    proxy = own_proxy(chromium.address)
    with CDP(proxy.port, target(maxIdle=1)) as client:
        client.call("Target.setDiscoverTargets", discover=True)
        client.send_frame(PING)
        while (part := client.receive()).opcode != 8:
            if part.opcode == 10:
                client.send_frame(PING)
        assert part.code == 4009
    assert proxy.wait_for_event("closed", code=4009)["side"] == "proxy"
    assert proxy.metric("cdp_proxy_closes_total", code="4009", side="proxy") == 1


def test_a_client_that_asks_is_not_idle(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    path = f"/devtools/page/{chromium.page_id()}{target(maxIdle=1, maxSeconds=3)[1:]}"
    with CDP(proxy.port, path) as client, pytest.raises(EOFError, match="4010"):
        while True:
            client.evaluate("new Promise(done => setTimeout(done, 100))")


def test_the_client_is_warned_half_a_minute_before(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_EXPIRE_CONNECTIONS="on")
    for claims, code, reason in (
        ({"exp": time.time() + 33}, 4001, "exp"),
        ({"maxSeconds": 30.5}, 4010, "maxSeconds"),
        ({"maxIdle": 30.5}, 4009, "maxIdle"),
    ):
        with CDP(proxy.port, target(**claims)) as client:
            warning = client.wait_for_event("CDPProxy.connectionEnding")
            assert warning == {"code": code, "reason": reason, "seconds": 30}
            assert client.call("Browser.getVersion")


def test_playwright_does_not_mind_the_warning(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    with sync_playwright() as playwright:
        browser = playwright.chromium.connect_over_cdp(proxy.url(signingKey=tokens.token(maxSeconds=31)))
        page = browser.new_page()
        # This client comes after Playwright, and so does its warning.
        with CDP(proxy.port, target(maxSeconds=31)) as watcher:
            watcher.wait_for_event("CDPProxy.connectionEnding")
        assert page.evaluate("1 + 1") == 2
        page.close()
        browser.close()


@pytest.mark.parametrize("name", ["maxIdle", "maxSeconds"])
@pytest.mark.parametrize("value", [0, -1, "60", True, None])
def test_what_is_no_number_of_seconds_is_refused(proxy, name, value):
    payload = json.dumps(tokens.claims() | {name: value}).encode()
    done = command("token", "verify", env=proxy.env, given=tokens.sign(payload))
    assert (done.returncode, done.stdout) == (1, "claims\n")
    assert name in done.stderr


def test_the_command_writes_both(proxy):
    asked = ["--session-id", "s", "--project-id", "p", "--max-idle", "10m", "--max-seconds", "1h"]
    token = command("token", "issue", *asked, env=proxy.env).stdout
    claims = json.loads(command("token", "verify", env=proxy.env, given=token).stdout)
    assert (claims["maxIdle"], claims["maxSeconds"]) == (600, 3600)
