"""`/json/*` answers like Chrome, with addresses that lead back through the proxy and can be used unchanged."""

import json
import urllib.parse

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, get, head


def bearer():
    return {"Authorization": f"Bearer {tokens.token()}"}


def version_url(port, host, target="/json/version", **fields):
    answer = get(port, target, host=host, **(bearer() if "signingKey" not in target else {}), **fields)
    assert answer.status == 200, answer
    assert answer["Content-Type"].startswith("application/json")
    assert "no-store" in answer["Cache-Control"]
    return json.loads(answer.body)["webSocketDebuggerUrl"]


HOSTS = [
    "127.0.0.1:{port}",
    "browser.example",
    "browser.example:8443",
    "[::1]:{port}",
    "[2001:db8::7]",
    "a.b-c.example",
]


@pytest.mark.parametrize("host", HOSTS)
def test_addresses_use_the_host_of_the_request(proxy, chromium, host):
    host = host.format(port=proxy.port)
    url = version_url(proxy.port, host)
    assert url.startswith(f"ws://{host}/devtools/browser?ticket=")
    assert chromium.browser_id() not in url
    assert str(chromium.port) not in url


@pytest.mark.parametrize("host", ["exa mple", "a/b", "user@host", "a,b", "[::1", "host:port", "host:99999", "a<b", ""])
def test_an_invalid_host_is_refused(proxy, host):
    assert get(proxy.port, "/json/version", host=host, **bearer()).status == 400


@pytest.mark.parametrize("path", ["/json/version", "/json/version/"])
def test_an_address_connects_unchanged(proxy, path):
    for fields, query in (({}, f"?signingKey={tokens.token()}"), (bearer(), "")):
        answer = get(proxy.port, path + query, host=proxy.address, **fields)
        url = urllib.parse.urlsplit(json.loads(answer.body)["webSocketDebuggerUrl"])
        with CDP(url.port, f"{url.path}?{url.query}") as client:
            assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"


def test_only_a_token_from_the_query_is_in_the_address(proxy):
    token = tokens.token()
    assert version_url(proxy.port, "h", f"/json/version?signingKey={token}").endswith(f"?signingKey={token}")
    url = version_url(proxy.port, "h")
    assert "signingKey" not in url
    assert "?ticket=" in url


@pytest.mark.parametrize("path", ["/json", "/json/", "/json/list", "/json/list/"])
def test_the_list_is_rewritten_without_third_parties(proxy, chromium, path):
    answer = get(proxy.port, path, host="h:1", **bearer())
    targets = json.loads(answer.body)
    assert {target["id"] for target in targets} == {target["id"] for target in chromium.targets()}
    for target in targets:
        assert target["webSocketDebuggerUrl"].startswith(f"ws://h:1/devtools/page/{target['id']}?ticket=")
        assert "devtoolsFrontendUrl" not in target
    assert str(chromium.port).encode() not in answer.body


def test_the_path_that_playwright_builds_is_understood(proxy):
    token = tokens.token()
    url = version_url(proxy.port, "h:1", f"/?signingKey={token}/json/version/")
    assert url == f"ws://h:1/devtools/browser?signingKey={token}"


@pytest.mark.parametrize("path", ["/", "/cdp"])
@pytest.mark.parametrize("tail", ["/json/version", "/json/version/", "/json", "/json/", "/json/list", "/json/list/"])
def test_paths_appended_to_a_query_are_understood(proxy, path, tail):
    """Playwright appends a slash at the end; Stagehand and pyppeteer do not."""
    credential = f"signingKey={tokens.token()}"
    answer = get(proxy.port, f"{path}?{credential}{tail}", host="h:1")
    assert answer.status == 200, answer
    body = json.loads(answer.body)
    first = body if "version" in tail else body[0]
    assert first["webSocketDebuggerUrl"].endswith(f"?{credential}")


def test_the_browsers_address_survives_a_restart_of_chrome(own_chromium, own_proxy):
    """A client that reconnects to the address it got is served after a restart of Chrome."""
    chromium = own_chromium()
    proxy = own_proxy(chromium.address)
    url = urllib.parse.urlsplit(version_url(proxy.port, "h", f"/json/version?signingKey={tokens.token()}"))
    chromium.kill()
    chromium.start()
    with CDP(proxy.port, f"{url.path}?{url.query}") as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"


@pytest.mark.parametrize("method", ["get", "Get", "GET"])
def test_methods_match_in_any_case(proxy, method):
    """As in Chrome; nodriver sends them in lower case."""
    for path in ("/json/version", "/json/list", "/json/protocol"):
        answer, _ = exchange(proxy.port, head(path, method=method, **bearer()))
        assert answer.status == 200, path
    answer, _ = exchange(proxy.port, head("/json/new?about:blank", method="put", **bearer()))
    assert answer.status == 200
    target = json.loads(answer.body)["id"]
    assert exchange(proxy.port, head(f"/json/close/{target}", method=method, **bearer()))[0].status == 200
    assert exchange(proxy.port, head("/ticket", method="post", Content_Length="0", **bearer()))[0].status == 405


@pytest.mark.parametrize("length", [4, 1000, 16 * 1024])
def test_a_small_body_is_dropped(proxy, length):
    """pychrome sends a body with every request."""
    body = b"x" * length
    for path, method in (("/json/version", "GET"), ("/json/list", "GET"), ("/json/new?about:blank", "PUT")):
        request = head(path, method=method, Content_Length=length, Content_Type="application/json", **bearer())
        answer, _ = exchange(proxy.port, request + body)
        assert answer.status == 200, (path, answer)
        if method == "PUT":
            assert get(proxy.port, f"/json/close/{json.loads(answer.body)['id']}", **bearer()).status == 200


def test_the_protocol_is_passed_on(proxy):
    domains = json.loads(get(proxy.port, "/json/protocol", **bearer()).body)["domains"]
    assert "Page" in {domain["domain"] for domain in domains}


def test_only_a_trusted_hops_forwarded_fields_count(proxy, own_proxy, chromium):
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "public.example"}
    assert version_url(proxy.port, "h:1", **forwarded).startswith("ws://h:1/")
    behind = own_proxy(chromium.address, CDP_PROXY_TRUSTED_PROXIES="10.0.0.0/8,127.0.0.0/8")
    assert version_url(behind.port, "h:1", **forwarded).startswith("wss://public.example/")
    assert version_url(behind.port, "h:1").startswith("ws://h:1/")


def test_the_peer_is_the_trusted_hops_client(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_TRUSTED_PROXIES="127.0.0.1/32")
    bound = {"Authorization": f"Bearer {tokens.token(ipAddress='192.0.2.7')}"}
    assert get(proxy.port, "/json/version", X_Forwarded_For="192.0.2.7", **bound).status == 200
    assert get(proxy.port, "/json/version", X_Forwarded_For="192.0.2.7, 192.0.2.8", **bound).status == 401
    assert get(proxy.port, "/json/version", **bound).status == 401


def test_the_public_url_overrides_the_host(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_PUBLIC_URL="wss://cdp.example:444")
    assert version_url(proxy.port, "h:1").startswith("wss://cdp.example:444/devtools/browser?ticket=")


@pytest.mark.parametrize("order", ["after", "before"])
def test_new_accepts_the_credential_before_or_after_its_url(proxy, order):
    url = "data:text/html,<title>a%26b&c=d</title>"
    quoted = urllib.parse.quote(url, safe=":/")
    credential = f"signingKey={tokens.token()}"
    query = f"{quoted}&{credential}" if order == "after" else f"{credential}&{quoted}"
    answer, _ = exchange(proxy.port, head(f"/json/new?{query}", method="PUT"))
    assert answer.status == 200, answer
    target = json.loads(answer.body)
    assert target["url"].startswith("data:text/html,")
    assert "signingKey" not in target["url"]
    page = urllib.parse.urlsplit(target["webSocketDebuggerUrl"])
    with CDP(proxy.port, f"{page.path}?{page.query}") as client:
        assert client.wait_until("document.title") == "a&b&c=d"
    assert get(proxy.port, f"/json/activate/{target['id']}", **bearer()).status == 200
    assert get(proxy.port, f"/json/close/{target['id']}", **bearer()).status == 200


def test_new_needs_put(proxy):
    assert get(proxy.port, "/json/new?about:blank", **bearer()).status == 405


def test_the_root_path_may_lead_to_the_first_page(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_ROOT="page")
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        assert client.evaluate("typeof document") == "object"
