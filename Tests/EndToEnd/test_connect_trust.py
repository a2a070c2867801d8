"""`cdp-proxy connect` speaks to the right proxy only, serves no web page, and shows its credential to nobody."""

import contextlib
import json
import os
import pathlib
import socket
import ssl
import threading

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority
from harness.proxy import command
from harness.wire import Wire, get, head, upgrade


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def secured(chromium, own_proxy, authority):
    """Starts a proxy with TLS."""

    def start(certificate=None, **settings):
        crt, key = certificate or authority.issue("the proxy")
        return own_proxy(chromium.address, CDP_PROXY_TLS_CERT=str(crt), CDP_PROXY_TLS_KEY=str(key), **settings)

    return start


def ask(tool, target="/json/version", **how):
    return get(tool.port, target, **({"host": tool.address} | how))


# Certificates


class TLSServer:
    """Shows a certificate to all, and notes the names it is asked by and what came decrypted."""

    def __init__(self, certificate, key, host="127.0.0.1"):
        self.names, self.heard = [], []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=[context], daemon=True).start()

    def _serve(self, context):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as peer:
                self.heard.append(peer.recv(65536))
                peer.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def stop(self):
        self._listener.close()


@pytest.fixture
def server():
    with contextlib.ExitStack() as stack:

        def start(paths, *host):
            made = TLSServer(*paths, *host)
            stack.callback(made.stop)
            return made

        yield start


UNTRUSTED = [
    ("127.0.0.1", {"names": ["127.0.0.2"]}, "IP address mismatch"),
    ("127.0.0.1", {"names": ["localhost"]}, "IP address mismatch"),
    ("localhost", {"names": ["127.0.0.1"]}, "hostname mismatch"),
    ("localhost", {"names": ["other.example"]}, "hostname mismatch"),
    ("localhost", {"names": ["local*"]}, "hostname mismatch"),
    ("localhost", {"days": (-3, -1)}, "certificate has expired"),
    ("127.0.0.1", {"days": (1, 3)}, "certificate is not yet valid"),
]


@pytest.mark.parametrize(("host", "how", "reason"), UNTRUSTED)
def test_a_certificate_that_is_not_good_for_the_host_is_refused(server, authority, connector, host, how, reason):
    other = server(authority.issue("the server", **how))
    tool = connector(f"wss://{host}:{other.port}", "--ca", authority.path)
    check_refused(tool, reason)
    assert other.heard == []


@pytest.mark.parametrize("trusted", ["another authority", None])
def test_a_certificate_of_another_authority_is_refused(server, authority, connector, tmp_path, trusted):
    """Also without `--ca`: the system knows no authority of tests."""
    other = server(authority.issue("the server"))
    options = ["--ca", Authority(tmp_path, trusted).path] if trusted else []
    tool = connector(f"https://127.0.0.1:{other.port}", *options)
    check_refused(tool, "self-signed certificate in certificate chain")
    assert other.heard == []


def check_refused(tool, reason):
    """Both ways to ask get 502 with the reason; standard error says it once."""
    with Wire(tool.port) as wire:
        wire.send(upgrade("/", Host=tool.address))
        answers = [wire.response(), ask(tool)]
    for answer in answers:
        assert answer.status == 502
        assert reason in json.loads(answer.body)["error_description"]
    said = tool.log.wait_for(lambda line: reason in line, reason)
    assert [line for line in tool.log.all() if reason in line] == [said]


def test_the_name_is_said_and_an_address_is_not(server, authority, connector):
    other = server(authority.issue("the server"))
    for host in ["localhost", "127.0.0.1"]:
        assert ask(connector(f"wss://{host}:{other.port}", "--ca", authority.path)).status == 404
    assert other.names == ["localhost", None]
    for host, heard in zip(["localhost", "127.0.0.1"], other.heard, strict=True):
        assert f"\r\nHost: {host}:{other.port}\r\n".encode() in heard


def test_addresses_of_the_sixth_version(server, authority, connector):
    other = server(authority.issue("the server", names=["::1"]), "::1")
    tool = connector(f"wss://[::1]:{other.port}", "--ca", authority.path, listen="[::1]:0")
    assert tool.address == f"[::1]:{tool.port}"
    with Wire(tool.port, host="::1") as wire:
        wire.send(head("/json/version", host=tool.address))
        assert wire.response().status == 404
    assert f"\r\nHost: [::1]:{other.port}\r\n".encode() in other.heard[0]


def test_certificates_of_clients(secured, authority, connector):
    proxy = secured(CDP_PROXY_TLS_CLIENT_CA=str(authority.path))
    certificate, key = authority.issue("the tool")
    url = proxy.url("", "wss")
    tool = connector(url, "--ca", authority.path, "--cert", certificate, "--key", key)
    with CDP(tool.port, "/", Host=tool.address) as client:
        assert client.call("Browser.getVersion")
        (listed,) = json.loads(proxy.admin("/connections")[1])
        assert listed["subject"] == "CN=the tool"
    without = connector(url, "--ca", authority.path)
    answer = ask(without)
    assert answer.status == 502
    assert "certificate required" in json.loads(answer.body)["error_description"]


def test_a_scheme_of_the_other_kind_is_said(secured, proxy, authority, connector):
    tool = connector(proxy.url("", "wss"), "--ca", authority.path)
    assert "does not speak TLS" in json.loads(ask(tool).body)["error_description"]
    tool = connector(secured().url("", "ws"))
    answer = ask(tool)
    assert (answer.status, "this port speaks TLS" in answer.body.decode()) == (400, True)


# Web pages

FOREIGN = [
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "same-origin"},
    {"Sec_Fetch_Site": ["none", "cross-site"]},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1:1"},
    {"Host": "10.0.0.1"},
    {"Host": "[::2]"},
]


@pytest.mark.parametrize("fields", FOREIGN, ids=str)
def test_what_a_page_sends_is_refused_and_not_forwarded(server, authority, connector, fields):
    upstream = server(authority.issue("the server"))
    tool = connector(f"wss://127.0.0.1:{upstream.port}", "--ca", authority.path)
    fields = {"Host": tool.address} | fields
    for request in [
        upgrade("/", **fields),
        head("/json/version", **fields),
        head("/json/new?about:blank", method="PUT", **fields),
        head("/json/list", method="OPTIONS", Access_Control_Request_Private_Network="true", **fields),
    ]:
        with Wire(tool.port) as wire:
            wire.send(request)
            answer = wire.response()
        assert (answer.status, json.loads(answer.body)["error"]) == (403, "forbidden")
        assert not [name for name in answer.fields if name.startswith("access-control")]
    assert ask(tool, Sec_Fetch_Site="none").status == 404
    assert len(upstream.heard) == 1


PAGE = """new Promise(async done => {
  const url = '127.0.0.1:%d/', seen = []
  for (const mode of ['cors', 'no-cors']) {
    await fetch('http://' + url + 'json/new?about:blank', {mode, method: mode == 'cors' ? 'PUT' : 'GET'})
      .then(answer => seen.push(answer.type), () => seen.push('failed'))
  }
  const socket = new WebSocket('ws://' + url)
  socket.onopen = () => done([...seen, 'open'])
  socket.onerror = () => done([...seen, 'failed'])
})"""


def test_a_real_page_gets_nowhere(own_chromium, own_proxy, connector, site):
    """By fetch, by a WebSocket, and by a name of its own that leads to this machine."""
    browser = own_chromium("--host-resolver-rules=MAP evil.example 127.0.0.1")
    proxy = own_proxy(browser.address)
    tool = connector(proxy.url("", "ws"))
    with CDP(proxy.port, "/", Authorization=f"Bearer {tokens.token()}") as client:
        page = client.new_page(site.url())
        client.wait_until("document.title == 'Origin'", page)
        assert client.evaluate(PAGE % tool.port, page) == ["failed", "opaque", "failed"]
        client.call("Page.enable", page)
        client.call("Page.navigate", page, url=f"http://evil.example:{tool.port}/json/version")
        assert "forbidden" in client.wait_until("document.body && document.body.innerText", page)
    for words in ["it has an Origin", "its Host is not this listener's"]:
        tool.wait_for(words)
    assert len(proxy.events("connected")) == 1


# The credential


def test_a_credential_in_the_url_is_refused():
    token = tokens.token()
    env = {"PATH": os.environ["PATH"], "CDP_PROXY_TOKEN": token}
    for url in [
        f"wss://cdp.example/?signingKey={token}",
        f"wss://cdp.example?a=b&%73igningKey={token}",
        f"ws://_:{token}@cdp.example/",
        f"https://cdp.example/?ticket={token}",
        f"https://cdp.example/?apiKey={token}",
    ]:
        done = command("connect", url, env=env)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: The URL carries a credential, ")
        assert token not in done.stderr


def test_the_credential_is_shown_to_nobody_but_the_proxy(chromium, own_proxy, connector):
    proxy = own_proxy(chromium.address)
    token = tokens.token()
    tool = connector(proxy.url("", "ws"), token=token)
    answers = [ask(tool, target) for target in ["/json/version", "/json/list", "/json/none", "/json/close/NONE"]]
    with CDP(tool.port, "/", Host=tool.address) as client:
        assert client.call("Browser.getVersion")
    assert all(token not in f"{answer.fields}{answer.body}" for answer in answers)
    assert token not in pathlib.Path(f"/proc/{tool.process.pid}/cmdline").read_text()
    proxy.wait_for_event("closed")
    assert token not in str(proxy.log.all())
    tool.terminate()
    assert tool.wait() == 0
    assert token not in str(tool.log.finish() + tool.output.finish())


def test_a_credential_of_the_tools_own_is_not_forwarded(server, authority, connector):
    upstream = server(authority.issue("the server"))
    token = tokens.token()
    tool = connector(f"wss://127.0.0.1:{upstream.port}", "--ca", authority.path, token=token)
    with Wire(tool.port) as wire:
        fields = {"Authorization": "Bearer theirs", "Cookie": "theirs=1", "X_Forwarded_For": "10.9.9.9"}
        wire.send(upgrade("/?signingKey=theirs", Host=tool.address, **fields))
        wire.response()
    (heard,) = upstream.heard
    assert b"theirs" not in heard and b"10.9.9.9" not in heard
    assert heard.startswith(b"GET / HTTP/1.1\r\n")
    assert heard.count(f"\r\nAuthorization: Bearer {token}\r\n".encode()) == 1


@pytest.fixture
def refused():
    """The one sentence by which `connect` with these options does not start."""

    def run(*options, url="wss://cdp.example", token="t", given=None):
        env = {"PATH": os.environ["PATH"]} | ({"CDP_PROXY_TOKEN": token} if token is not None else {})
        done = command("connect", url, *map(str, options), env=env, given=given)
        assert (done.returncode, done.stdout) == (1, ""), done
        (line,) = done.stderr.splitlines()
        return line.removeprefix("Error: ")

    return run


def test_wrong_options_are_named(refused, authority, tmp_path):
    good, other = authority.issue("good"), authority.issue("other")
    old = authority.issue("old", days=(-3, -1))
    sealed = authority.issue("sealed", passphrase=b"a passphrase")
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for options, words in [
        (["--listen", "0.0.0.0:9222"], "--listen: it must be a loopback address"),
        (["--listen", "unix:/tmp/x"], "--listen: it must be a loopback address"),
        (["--listen", "10.0.0.1:9222"], "--listen: it must be a loopback address"),
        (["--ca", tmp_path / "none"], "--ca: the file cannot be read"),
        (["--ca", empty], "--ca: the file cannot be read"),
        (["--cert", good[0]], "--cert and --key must be given together"),
        (["--key", good[1]], "--cert and --key must be given together"),
        (["--cert", good[0], "--key", other[1]], "--key: the key is not the certificate's"),
        (["--cert", empty, "--key", other[1]], "--cert: the file cannot be read"),
        (["--cert", sealed[0], "--key", sealed[1]], "--key: the key has a passphrase"),
        (["--cert", old[0], "--key", old[1]], "--cert: the certificate's time is over"),
        (["--token-file", tmp_path / "none"], f"--token-file {tmp_path}/none: it cannot be read"),
        (["--token-file", empty], "it holds no token and no API key"),
    ]:
        assert words in refused(*options)
    assert "--token-file -: it holds no token" in refused("--token-file", "-", given="")
    assert "CDP_PROXY_TOKEN is not set" in refused(token=None)
    for token in ["two words", "x" * 8193, "\u00fc", "line\nbreak"]:
        assert refused(token=token).startswith("CDP_PROXY_TOKEN: it holds no token")
    assert "--ca: the URL must begin with wss://" in refused("--ca", good[0], url="ws://h")
    for url in ["cdp.example", "ftp://h", "wss://", "wss://h:0", "wss://h/path", "wss://h?x", "wss://h#x", "wss://h o"]:
        assert refused(url=url).startswith("The URL")


def test_a_file_that_others_may_read_is_warned_of(proxy, connector, tmp_path):
    file = tmp_path / "token"
    file.write_text(tokens.token())
    file.chmod(0o644)
    connector(proxy.url("", "ws"), "--token-file", file, token=None).wait_for("others may read the file")


def test_there_is_no_way_to_switch_checks_off():
    done = command("connect", "--help", env={"PATH": os.environ["PATH"]})
    assert all(option in done.stdout for option in ["--listen", "--token-file", "--ca", "--cert", "--key"])
    assert not any(word in done.stdout for word in ["insecure", "no-verify", "skip"])
