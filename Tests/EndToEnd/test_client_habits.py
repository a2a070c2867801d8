"""Requests as clients send them, from recordings: the proxy accepts each request that Chrome accepts."""

import base64
import json
import urllib.parse

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import WebSocket, exchange, head, upgrade

EXTENSION = "chrome-extension://deghiakiofhfiapnjlidflilcdmihpkb"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def pychrome(method, target, token, host):
    """`requests` with `json=True` sends a body of four bytes with every call, GET included."""
    fields = {
        "User-Agent": "python-requests/2.34.2",
        "Accept-Encoding": "gzip, deflate",
        "Accept": "*/*",
        "Connection": "keep-alive",
        "Content-Length": "4",
        "Content-Type": "application/json",
        "Authorization": basic("_", token),
    }
    return head(target, method=method, host=host, **fields) + b"true"


def ask(proxy, request):
    """The JSON of a 200."""
    answer, _ = exchange(proxy.port, request)
    assert answer.status == 200, answer
    return json.loads(answer.body)


def opens(proxy, url):
    """Whether a client can connect to the address as it is."""
    parts = urllib.parse.urlsplit(url)
    with CDP(parts.port, f"{parts.path}?{parts.query}") as client:
        return client.call("Browser.getVersion")["protocolVersion"] == "1.3" and parts.port == proxy.port


def test_pychrome_sends_a_body_with_get(proxy):
    token = tokens.token()
    assert ask(proxy, pychrome("GET", "/json/version", token, proxy.address))["Protocol-Version"] == "1.3"
    listed = ask(proxy, pychrome("GET", "/json", token, proxy.address))
    page = next(target for target in listed if target["type"] == "page")
    assert opens(proxy, page["webSocketDebuggerUrl"])


def test_pychrome_sends_a_body_with_put(proxy):
    tab = ask(proxy, pychrome("PUT", "/json/new?about:blank", tokens.token(), proxy.address))
    assert tab["url"] == "about:blank"
    closing = head(f"/json/close/{tab['id']}", Authorization=basic("_", tokens.token()))
    assert exchange(proxy.port, closing)[0].status == 200


def test_nodriver_writes_the_method_small(proxy):
    fields = {"Accept-Encoding": "identity", "User-Agent": "Python-urllib/3.11", "Connection": "close"}
    bearer = {"Authorization": f"Bearer {tokens.token()}"}
    version = ask(proxy, head("/json/version", method="get", host=proxy.address, **fields, **bearer))
    assert opens(proxy, version["webSocketDebuggerUrl"])


@pytest.mark.parametrize("tail", ["/json/version", "/json/version/"])
def test_a_tail_behind_the_query_names_the_browser(proxy, tail):
    """Stagehand and pyppeteer leave the last slash out, Playwright writes it."""
    version = ask(proxy, head(f"/?signingKey={tokens.token()}{tail}", host=proxy.address))
    assert opens(proxy, version["webSocketDebuggerUrl"])


@pytest.mark.parametrize("tail", ["/json", "/json/", "/json/list", "/json/list/"])
def test_a_tail_behind_the_query_lists_the_pages(proxy, chromium, tail):
    def ids(targets):
        return {target["id"] for target in targets}

    # A tab that another test has closed may go meanwhile.
    before = ids(chromium.targets())
    listed = ids(ask(proxy, head(f"/?signingKey={tokens.token()}{tail}", host=proxy.address)))
    after = ids(chromium.targets())
    assert listed
    assert before & after <= listed <= before | after


def test_a_url_with_the_token_in_its_user_part_is_sent_as_basic(proxy):
    """`websockets`, `requests` and others do so. An HTTP library that omits an empty password sends the user alone."""
    for credential in (basic("_", tokens.token()), basic(tokens.token(), "")):
        with CDP(proxy.port, "/", Authorization=credential) as client:
            assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"


def test_agent_browser_appends_the_query_to_an_address_that_has_it(proxy):
    token = tokens.token()
    with CDP(proxy.port, f"/devtools/browser?signingKey={token}&signingKey={token}") as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    other = tokens.token(sessionId="sess_two", sub="sess_two")
    assert exchange(proxy.port, upgrade(f"/?signingKey={token}&signingKey={other}"))[0].status == 401


def test_chromedriver_keeps_the_path_alone_and_leaves_the_port_out(proxy):
    bearer = {"Authorization": f"Bearer {tokens.token()}"}
    version = ask(proxy, head("/json/version", host=proxy.address, Sec_Fetch_Site="none", **bearer))
    path = urllib.parse.urlsplit(version["webSocketDebuggerUrl"]).path
    fields = {"Host": "127.0.0.1", "Pragma": "no-cache", "Cache-Control": "no-cache"}
    with WebSocket(proxy.port, path, **fields, **bearer) as client:
        assert client.handshake.status == 101


def test_an_extension_that_is_not_allowed_is_told_its_origin_and_the_variable(proxy):
    refused, closed = exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}", Origin=EXTENSION))
    assert (refused.status, closed) == (403, True)
    assert EXTENSION.encode() in refused.body
    assert b"CDP_PROXY_ALLOWED_ORIGINS" in refused.body


def test_an_extension_that_is_allowed_connects(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_ALLOWED_ORIGINS=f"https://app.example,{EXTENSION}")
    with CDP(proxy.port, f"/?signingKey={tokens.token()}", Origin=EXTENSION) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    other = EXTENSION.replace("deghi", "ihged")
    assert exchange(proxy.port, upgrade(f"/?signingKey={tokens.token()}", Origin=other))[0].status == 403
