"""`cdp-proxy connect`: tools that can send no credential reach the proxy through it, and it says what went wrong."""

import contextlib
import json
import pathlib
import signal
import socket
import threading

import pytest
from harness import clients, flows, tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.ports import free_port
from harness.proxy import command
from harness.site import Site
from harness.until import until
from harness.wire import Wire, frame, get, head, upgrade
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def over_tls(chromium, own_proxy, authority, connector):
    """A proxy with TLS, and what leads to it."""
    certificate, key = authority.issue("the proxy")
    proxy = own_proxy(chromium.address, CDP_PROXY_TLS_CERT=str(certificate), CDP_PROXY_TLS_KEY=str(key))
    return proxy, connector(proxy.url("", "wss"), "--ca", authority.path)


def ask(tool, target, **how):
    return get(tool.port, target, host=tool.address, **how)


def cdp(tool, target="/", **fields):
    return CDP(tool.port, target, Host=tool.address, **fields)


# Tools


def test_every_answer_leads_back(over_tls):
    _, tool = over_tls
    version = json.loads(ask(tool, "/json/version").body)
    assert version["webSocketDebuggerUrl"] == f"ws://{tool.address}/devtools/browser"
    made = json.loads(ask(tool, "/json/new?about:blank", method="PUT").body)
    url = f"ws://{tool.address}/devtools/page/{made['id']}"
    assert made["webSocketDebuggerUrl"] == url
    named_so = json.loads(get(tool.port, "/json", host=f"localhost:{tool.port}").body)
    assert f"ws://localhost:{tool.port}/devtools/page/{made['id']}" in [x["webSocketDebuggerUrl"] for x in named_so]
    listed = ask(tool, "/json/list").body.decode()
    assert url in listed and "devtoolsFrontendUrl" not in listed and "ticket" not in listed
    with cdp(tool, f"/devtools/page/{made['id']}") as page:
        assert page.evaluate("1 + 1") == 2
    assert ask(tool, f"/json/activate/{made['id']}").status == 200
    closed = ask(tool, f"/json/close/{made['id']}")
    assert (closed.status, closed.body) == (200, b"Target is closing")
    assert "domains" in json.loads(ask(tool, "/json/protocol").body)


def test_commands_and_large_messages_pass(over_tls):
    _, tool = over_tls
    with cdp(tool, "/devtools/browser") as first, cdp(tool) as second:
        for client in (first, second):
            session = client.new_page()
            assert len(client.evaluate("'x'.repeat(5e6)", session)) == 5_000_000
            assert client.evaluate(f"({json.dumps('y' * 3_000_000)}).length", session) == 3_000_000


@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_a_proxy_without_tls(chromium, own_proxy, connector, scheme):
    tool = connector(own_proxy(chromium.address).url("/", scheme))
    with cdp(tool) as client:
        assert client.evaluate("1 + 1", client.new_page()) == 2


def test_selenium_drives_the_browser_over_wss(over_tls, tmp_path):
    _, tool = over_tls
    site = Site(flows.pages())
    try:
        done = flows.run("selenium", tmp_path, tool.address, site)
        assert done.returncode == 0, done.stderr
        assert ("127.0.0.1:" + str(site.port), "/popup") in site.requests
    finally:
        site.stop()


def test_playwright_takes_the_listener_for_a_browser(over_tls):
    _, tool = over_tls
    with sync_playwright() as playwright:
        for address in [f"http://{tool.address}", f"ws://{tool.address}/"]:
            browser = playwright.chromium.connect_over_cdp(address)
            page = browser.new_context().new_page()
            assert page.evaluate("1 + 1") == 2
            page.context.close()


def test_puppeteers_browser_url(over_tls, tmp_path):
    _, tool = over_tls
    lines = """
import asyncio, os
from pyppeteer import connect

async def main():
    browser = await connect(browserURL=os.environ["URL"])
    page = await browser.newPage()
    print(await page.evaluate("6 * 7"))
    await page.close()
    await browser.disconnect()

asyncio.run(main())
"""
    block = clients.own("python", lines)
    done = clients.run(block, "pyppeteer", tmp_path, {"URL": f"http://{tool.address}"})
    assert done.stdout.split() == ["42"], done.stderr


# Credentials


def test_tokens_come_from_a_file_that_may_be_renewed(chromium, own_proxy, connector, tmp_path):
    proxy = own_proxy(chromium.address)
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text(tokens.token(exp=1) + "\n")
    tool = connector(proxy.url("", "ws"), "--token-file", file, token=None)
    assert ask(tool, "/json/version").status == 401
    file.write_text(f" {tokens.token(userId='user_of_the_file')}\n")
    assert ask(tool, "/json/version").status == 200
    file.write_text("two words")
    assert ask(tool, "/json/version").status == 200
    tool.wait_for("the one before stays in use")


def test_a_token_comes_by_standard_input(proxy, connector):
    tool = connector(proxy.url("", "ws"), "--token-file", "-", token=None, given=tokens.token() + "\n")
    assert ask(tool, "/json/version").status == 200


def test_an_api_key_is_as_good(chromium, own_proxy, connector):
    proxy = own_proxy(chromium.address)
    key = command("key", "create", "--name", "tool", env=proxy.env).stdout
    tool = connector(proxy.url("", "ws"), token=key.strip())
    assert ask(tool, "/json/version").status == 200


def test_refusals_of_the_proxy_are_passed_on(chromium, own_proxy, connector):
    proxy = own_proxy(chromium.address, CDP_PROXY_MAX_CONNECTIONS="1")
    stale = connector(proxy.url("", "ws"), token=tokens.token(exp=1))
    direct = get(proxy.port, "/json/version", Authorization=f"Bearer {tokens.token(exp=1)}")
    through = ask(stale, "/json/version")
    for answer in (direct, through):
        assert answer.status == 401
        assert answer["WWW-Authenticate"] == direct["WWW-Authenticate"]
        assert json.loads(answer.body)["error"] == json.loads(direct.body)["error"]
    with Wire(stale.port) as wire:
        wire.send(upgrade("/", Host=stale.address))
        assert wire.response().status == 401
    stale.wait_for(f"The proxy at {proxy.url('', 'ws')} answered with status 401.")
    tool = connector(proxy.url("", "ws"))
    with cdp(tool) as client, Wire(tool.port) as wire:
        assert client.call("Browser.getVersion")
        wire.send(upgrade("/", Host=tool.address))
        full = wire.response()
    assert (full.status, full["Retry-After"]) == (503, "5")
    assert ask(tool, "/json/close/NO-SUCH-ID").status == 404
    limited = connector(proxy.url("", "ws"), token=tokens.token(roles=["viewer"]))
    answer = ask(limited, "/json/new?about:blank", method="PUT")
    assert (answer.status, "permission" in json.loads(answer.body)["error_description"]) == (403, True)


def test_what_chrome_is_in_is_the_proxys_to_say(own_chromium, own_proxy, connector):
    """Another's browser, and none at all."""
    used = own_chromium(pages=["data:text/html,used"])
    tool = connector(own_proxy(used.address).url("", "ws"))
    with Wire(tool.port) as wire:
        wire.send(upgrade("/", Host=tool.address))
        answer = wire.response()
    assert (answer.status, json.loads(answer.body)["error"]) == (409, "browser_used")
    used.kill()
    answer = ask(tool, "/json/version")
    assert (answer.status, json.loads(answer.body)["error_description"]) == (502, "Chrome cannot be reached")


def test_paths_and_methods_that_are_not_forwarded(proxy, connector):
    tool = connector(proxy.url("", "ws"))
    for target in ["/", "/health", "/ticket", "/downloads", "/metrics", "/json/versions", "/json/close/../new"]:
        assert ask(tool, target).status in (404, 405), target
    assert ask(tool, "/json/new").status == 405
    assert ask(tool, "/json/version", method="POST", Content_Length="0")["Allow"] == "GET"
    with Wire(tool.port) as wire:
        wire.send(upgrade("/", Host=tool.address, Sec_WebSocket_Version="12"))
        assert wire.response().status == 426


# The proxy goes and comes


def test_a_proxy_that_is_down_is_no_error(chromium, own_proxy, connector):
    proxy = own_proxy(chromium.address)
    proxy.process.kill()
    proxy.process.wait()
    tool = connector(proxy.url("", "ws"))
    down = ask(tool, "/json/version")
    assert (down.status, json.loads(down.body)["error"]) == (502, "bad_gateway")
    tool.wait_for(f"The proxy at {proxy.url('', 'ws')} cannot be used: Connection refused.")
    with Wire(tool.port) as wire:
        wire.send(upgrade("/", Host=tool.address))
        assert wire.response().status == 502
    proxy.again()
    with cdp(tool) as client:
        assert client.call("Browser.getVersion")
        proxy.process.kill()
        assert client.receive_close().code == 1011
    assert ask(tool, "/json/version").status == 502
    proxy.again()
    assert ask(tool, "/json/version").status == 200
    tool.log.wait_for_count(lambda line: line == "The proxy answers again.", 2)


def test_codes_of_the_proxy_are_passed_on(chromium, own_proxy, connector):
    proxy = own_proxy(chromium.address, CDP_PROXY_DRAIN="0s")
    tool = connector(proxy.url("", "ws"), token=tokens.token(jti="to-be-revoked"))
    with cdp(tool) as client:
        assert client.call("Browser.getVersion")
        proxy.admin("/revoke", "POST", body=b'{"jti":"to-be-revoked"}')
        assert client.receive_close().code == 4003
    other = connector(proxy.url("", "ws"))
    with cdp(other) as client:
        client.send_frame(2, b"binary")
        assert client.receive_close().code == 1003
    with cdp(other) as client:
        assert client.call("Browser.getVersion")
        client.send(frame(8, b"\x03\xe8"))
        assert client.receive_close().code == 1000
    with cdp(other) as client:
        assert client.call("Browser.getVersion")
        proxy.terminate()
        assert client.receive_close().code == 1012


def test_what_answers_at_the_url_may_be_no_proxy(connector):
    answers = {
        b"garbage\r\n\r\n": (502, "its answer is none of a cdp-proxy"),
        b"HTTP/1.1 301 Moved\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n": (502, "status 301"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]": (502, "its answer is none of a cdp-proxy"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n": (502, "longer than is taken"),
        b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy": (503, "busy"),
        b"": (502, "its answer is none of a cdp-proxy"),
    }
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            for answer in answers:
                peer, _ = server.accept()
                peer.recv(65536)
                peer.sendall(answer)
                peer.shutdown(socket.SHUT_WR)
                peer.recv(1)
                peer.close()

        threading.Thread(target=serve, daemon=True).start()
        tool = connector(f"ws://127.0.0.1:{server.getsockname()[1]}")
        for status, words in answers.values():
            answer = ask(tool, "/json/version")
            assert (answer.status, words in answer.body.decode()) == (status, True), answer.body


# Its own life


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_tells_the_tools(over_tls, number):
    _, tool = over_tls
    with cdp(tool) as client, Wire(tool.port) as silent:
        assert client.call("Browser.getVersion")
        tool.process.send_signal(number)
        assert client.receive_close().code == 1001
        assert silent.rest() == b""
        client.close()
        assert tool.wait() == 0
    assert [line for line in tool.output.finish() if line] == [tool.address]
    assert tool.log.finish() == []


def test_there_is_an_end_to_connections_and_to_waiting(connector):
    """A proxy that takes connections and says nothing: no more than 512 tools wait for it, and no end waits for it."""
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024))
        tool = connector(f"ws://127.0.0.1:{silent.getsockname()[1]}")
        for _ in range(512):
            wire = stack.enter_context(Wire(tool.port))
            wire.send(head("/json/version", host=tool.address))
        over = stack.enter_context(Wire(tool.port))
        answer = over.response()
        assert (answer.status, answer["Retry-After"]) == (503, "5")
        tool.wait_for("A connection was refused: there are 512 already.")
        tool.terminate()
        assert wire.response().status == 502
        assert tool.wait(30) == 0


def test_who_says_nothing_is_waited_for_no_longer_than_promised(connector):
    """A tool for its head, and a proxy for its side of TLS: 10 s each, at the same time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        tool = connector(f"wss://127.0.0.1:{silent.getsockname()[1]}")
        with Wire(tool.port) as slow:
            slow.send(b"GET /json/version HT")
            answer = ask(tool, "/json/version")
            assert (answer.status, "did not answer in time" in answer.body.decode()) == (502, True)
            assert slow.response().status == 408


def test_hostile_bytes_do_no_harm(over_tls):
    _, tool = over_tls
    for data, status in [
        (b"\x16\x03\x01" + b"\x01" * 300, 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (head("/json/version", host=tool.address) + b"x" * 70_000, 200),
        (head("/json/version", host=tool.address, Filler="x" * 20_000), 431),
        (head("/" + "x" * 20_000, host=tool.address), 414),
        (head("http://evil.example/json/version", host=tool.address), 400),
        (head("/json/version", host=[tool.address, "evil.example"]), 400),
    ]:
        with Wire(tool.port) as wire:
            wire.send(data)
            assert wire.response().status == status, data[:60]
    with Wire(tool.port) as wire:
        wire.send(b"GET /json/ver")
    with cdp(tool) as client:
        client.send(b"\xff" * 100)
        assert client.receive_close().code == 1002
    assert ask(tool, "/json/version").status == 200


def test_crowds_find_the_door_shut_and_open_again(over_tls):
    """More silent connections than it keeps: the oldest give up their places, and tools are served all the while."""
    _, tool = over_tls
    crowd = [Wire(tool.port) for _ in range(200)]
    try:
        assert ask(tool, "/json/version").status == 200
        assert sum(wire.socket.recv(1) == b"" for wire in crowd[:50]) == 50
    finally:
        for wire in crowd:
            wire.close()
    descriptors = pathlib.Path(f"/proc/{tool.process.pid}/fd")
    until(lambda: len(list(descriptors.iterdir())) < 20)
    assert ask(tool, "/json/version").status == 200


def test_a_taken_port_is_said(proxy, connector):
    first = connector(proxy.url("", "ws"), listen=f"127.0.0.1:{free_port()}")
    second = connector(proxy.url("", "ws"), listen=first.address, wait=False)
    assert second.wait() == 1
    second.wait_for(f"--listen: cannot listen at {first.address}: Address already in use.")
