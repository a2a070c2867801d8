"""The CDP method policy: the proxy reads what a client with roles sends, and answers what its roles do not open."""

import json

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.wire import CLOSE, CONTINUATION, PING, PONG, TEXT, frame


@pytest.fixture(scope="module")
def chromium():
    """A Chromium for this file alone: its tests leave tabs open."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def fleet(chromium, own_proxy):
    return own_proxy(chromium.address)


def connect(proxy, *roles, permissions=None):
    narrowed = {} if permissions is None else {"permissions": permissions}
    return CDP(proxy.port, f"/?signingKey={tokens.token(roles=list(roles) or ['operator'], **narrowed)}")


def test_a_denied_command_is_answered_and_never_reaches_chrome(fleet):
    with connect(fleet, permissions=["sessions.create", "sessions.navigate"]) as client:
        session = client.new_page()
        answer = client.answer("Runtime.evaluate", session, expression="document.title = 'reached'")
        assert answer["error"]["code"] == -32000
        assert "sessions.extract" in answer["error"]["message"]
        assert answer["sessionId"] == session
        titles = [target["title"] for target in client.call("Target.getTargets")["targetInfos"]]
        assert "reached" not in titles
        denied = fleet.wait_for_event("command_denied")
        assert (denied["method"], denied["permission"]) == ("Runtime.evaluate", "sessions.extract")
        for _ in range(3):
            client.answer("Runtime.evaluate", session, expression="1")
        assert fleet.metric("cdp_proxy_policy_denied_total", permission="sessions.extract") == 4


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("Target.createTarget", {"url": "file:///etc/passwd"}),
        ("Target.createTarget", {"url": "chrome://version"}),
        ("Target.createTarget", {"url": "view-source:file:///etc/passwd"}),
        ("Target.sendMessageToTarget", {"message": "{}", "targetId": "A"}),
        ("Target.exposeDevToolsProtocol", {"targetId": "A"}),
        ("Target.setRemoteLocations", {"locations": []}),
        ("Target.attachToBrowserTarget", {}),
        ("Target.createBrowserContext", {"proxyServer": "127.0.0.1:1"}),
        ("Tethering.bind", {"port": 65000}),
        ("SystemInfo.getProcessInfo", {}),
        ("Extensions.loadUnpacked", {"path": "/"}),
        ("Browser.crash", {}),
        ("Browser.getBrowserCommandLine", {}),
        ("Nobody.knows", {}),
    ],
)
def test_what_leads_out_of_the_browsers_pages_is_for_admins(fleet, method, params):
    with connect(fleet) as client:
        assert client.answer(method, **params)["error"]["code"] == -32000
        assert client.call("Browser.getVersion")


def test_chromes_own_port_is_no_page(fleet, chromium):
    with connect(fleet) as client:
        session = client.new_page()
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "127.0.0.1."]:
            answer = client.answer("Page.navigate", session, url=f"http://{host}:{chromium.port}/json/version")
            assert answer["error"]["code"] == -32000
        assert client.evaluate("location.href", session) == "about:blank"


def test_a_page_endpoint_has_the_same_rules(fleet):
    with connect(fleet) as client:
        target = client.call("Target.createTarget", url="about:blank")["targetId"]
        query = f"?signingKey={tokens.token(roles=['operator'], permissions=['sessions.act'])}"
        with CDP(fleet.port, f"/devtools/page/{target}{query}") as page:
            assert "sessions.extract" in page.answer("Runtime.evaluate", expression="1")["error"]["message"]
            assert "error" in page.answer("Storage.getCookies")
            assert page.call("Input.insertText", text="x") == {}


HOSTILE = [
    "[]",
    "7",
    "null",
    "",
    "{",
    '{"id":1,"method":"Browser.getVersion"}{"id":2,"method":"Browser.close"}',
    '{"id":1,"method":"Browser.getVersion","method":"Browser.close"}',
    '{"id":1,"method":"Browser.getVersion","\\u006dethod":"Browser.close"}',
    '{"id":1,"method":"Browser.getVersion","params":{"a":{"b":1,"\\u0062":2}}}',
    '{"id":1,"method":"Browser.getVersion","other":1}',
    '{"id":"1","method":"Browser.getVersion"}',
    '{"id":1.5,"method":"Browser.getVersion"}',
    '{"id":4294967297,"method":"Browser.getVersion"}',
    '{"id":1,"method":["Browser.getVersion"]}',
    '{"id":1,"method":"Browser.getVersion","params":[1]}',
    '{"id":1,"method":"Browser.getVersion","params":{"a":' + "[" * 10_000 + "]" * 10_000 + "}}",
    "\ufeff" + '{"id":1,"method":"Browser.getVersion"}',
    '{"id":1,"method":"Browser.getVersion" /* x */}',
]


@pytest.mark.parametrize("message", HOSTILE)
def test_what_is_no_command_is_answered_by_the_proxy(fleet, message):
    with connect(fleet) as client:
        client.send_text(message)
        answer = json.loads(client.receive_message())
        assert answer["error"]["code"] in (-32700, -32600)
        assert client.call("Browser.getVersion")


def test_invalid_utf8_is_answered_by_the_proxy(fleet):
    with connect(fleet) as client:
        client.send_frame(TEXT, b'{"id":1,"method":"Browser.getVersion","params":{"a":"\xc0\x80"}}')
        assert json.loads(client.receive_message())["error"]["code"] == -32700
        assert client.call("Browser.getVersion")


def test_escapes_in_a_method_name_are_read_as_chrome_reads_them(fleet):
    with connect(fleet) as client:
        client.send_text('{"id":1,"method":"Browser\\u002egetVersion"}')
        assert "product" in json.loads(client.receive_message())["result"]
        client.send_text('{"id":2,"\\u006dethod":"Syste\\u006dInfo.getInfo"}')
        assert "error" in json.loads(client.receive_message())


def test_a_command_in_single_bytes_and_in_fragments_with_pings_between(fleet):
    command = b'{"id":1,"method":"Browser.getVersion","params":{}}'
    with connect(fleet) as client:
        client.send(b"".join(bytes([byte]) for byte in frame(TEXT, command)))
        assert "product" in json.loads(client.receive_message())["result"]
        client.send_frame(TEXT, command[:1], final=False)
        for byte in command[1:]:
            client.send_frame(PING, b"p")
            client.send_frame(CONTINUATION, bytes([byte]), final=False)
        client.send_frame(CONTINUATION, b"")
        seen = []
        while len(seen) < len(command):
            seen.append(client.receive())
        texts = [one for one in seen if one.opcode == TEXT]
        assert all(one.opcode in (TEXT, PONG) for one in seen)
        assert len(texts) == 1
        assert "product" in json.loads(texts[0].payload)["result"]


def test_a_command_of_90_mb_streams_and_is_denied_where_it_may_not(fleet):
    with connect(fleet) as client:
        session = client.new_page()
        text = "x" * (90 << 20)
        assert client.evaluate(f"'{text}'.length", session) == len(text)
    with connect(fleet, permissions=["sessions.create", "sessions.act"]) as client:
        session = client.new_page()
        answer = client.answer("Runtime.evaluate", session, expression=text)
        assert "sessions.extract" in answer["error"]["message"]
        assert answer["sessionId"] == session


def test_a_long_message_that_turns_out_to_be_no_command_ends_the_connection(fleet):
    with connect(fleet) as client:
        text = "x" * (1 << 20)
        client.send_text('{"id":1,"method":"Runtime.evaluate","params":{"expression":"' + text + '"}}{"id":2}')
        close = client.receive_close()
        assert close.code == 1007
    closed = fleet.wait_for_event("closed")
    assert closed["fault"] == "not_a_command"


def test_observing_lets_pass_and_records(chromium, own_proxy):
    observing = own_proxy(chromium.address, CDP_PROXY_POLICY="observe")
    with connect(observing, permissions=["sessions.create", "sessions.act"]) as client:
        session = client.new_page()
        assert client.evaluate("1 + 1", session) == 2
        observed = observing.wait_for_event("command_observed")
        assert observed["method"] == "Runtime.evaluate"
        assert observing.metric("cdp_proxy_policy_denied_total", permission="sessions.extract") == 0


@pytest.mark.parametrize("roles", [["operator"], ["admin"], None])
def test_browser_close_disconnects_the_client_and_leaves_the_browser(chromium, own_proxy, roles):
    setting = {} if roles else {"CDP_PROXY_BROWSER_CLOSE": "disconnect"}
    fleet = own_proxy(chromium.address, **setting)
    token = tokens.token(roles=roles)
    with CDP(fleet.port, f"/?signingKey={token}") as leaving, CDP(fleet.port, f"/?signingKey={token}") as staying:
        assert leaving.call("Browser.close") == {}
        close = leaving.receive_close()
        assert close.code == 1000
        leaving.send_frame(CLOSE, close.payload)
        assert staying.call("Browser.getVersion")
    with CDP(fleet.port, f"/?signingKey={token}") as again:
        assert again.call("Browser.getVersion")


def test_browser_close_may_be_denied_to_everybody(chromium, own_proxy):
    fleet = own_proxy(chromium.address, CDP_PROXY_BROWSER_CLOSE="deny")
    for roles in [None, ["admin"], ["operator"]]:
        with CDP(fleet.port, f"/?signingKey={tokens.token(roles=roles)}") as client:
            assert client.answer("Browser.close")["error"]["code"] == -32000
            assert client.call("Browser.getVersion")


def test_browser_close_goes_to_chrome_where_no_roles_are(own_chromium, own_proxy):
    chrome = own_chromium()
    fleet = own_proxy(chrome.address)
    with CDP(fleet.port, f"/?signingKey={tokens.token()}") as client:
        client.call("Browser.close")
    chrome.wait()
