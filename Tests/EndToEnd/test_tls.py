"""TLS on the clients' listener: who is served over it, what is refused, and how certificates are replaced."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.certificates import Authority, rsa_key
from harness.proxy import command
from harness.until import until
from harness.wire import Wire, head
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def files(authority, tmp_path):
    """The files that the proxies of a test read: copies that the test may replace."""
    certificate, key = tmp_path / "server.crt", tmp_path / "server.key"
    replace(authority.issue("the first"), certificate, key)
    return certificate, key


def replace(paths, certificate, key):
    for path, target in zip(paths, (certificate, key), strict=True):
        fresh = target.with_suffix(".new")
        shutil.copy(path, fresh)
        fresh.rename(target)


@pytest.fixture
def secured(chromium, own_proxy, files):
    def start(**settings):
        certificate, key = files
        return own_proxy(chromium.address, CDP_PROXY_TLS_CERT=str(certificate), CDP_PROXY_TLS_KEY=str(key), **settings)

    return start


def bearer(**changes):
    return {"Authorization": f"Bearer {tokens.token(**changes)}"}


def get(proxy, target, tls, **fields):
    with Wire(proxy.port, tls=tls) as wire:
        wire.send(head(target, **fields))
        return wire.response()


def subject_of(proxy, context):
    with Wire(proxy.port, tls=context) as wire:
        return dict(entry[0] for entry in wire.socket.getpeercert()["subject"])["commonName"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_commands_and_large_messages_pass(secured, authority, version):
    proxy = secured()
    context = authority.client(minimum_version=version, maximum_version=version)
    with CDP(proxy.port, "/", tls=context, **bearer()) as client:
        session = client.new_page()
        assert client.evaluate("1 + 1", session) == 2
        assert len(client.evaluate("'x'.repeat(5e6)", session)) == 5_000_000
        assert client.evaluate(f"({json.dumps('y' * 3_000_000)}).length", session) == 3_000_000
        assert client.socket.version() == version.name.replace("_", ".")
        assert client.socket.selected_alpn_protocol() is None


def test_roles_are_held_to_their_commands(secured, authority):
    proxy = secured()
    with CDP(proxy.port, "/", tls=authority.client(), **bearer(roles=["operator"])) as client:
        assert client.evaluate("1 + 1", client.new_page()) == 2
        assert client.answer("SystemInfo.getInfo")["error"]["code"] == -32000


def test_playwright_connects_over_wss(secured, authority):
    proxy = secured()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_EXTRA_CA_CERTS", str(authority.path))
        with sync_playwright() as playwright:
            for scheme in ["wss", "https"]:
                browser = playwright.chromium.connect_over_cdp(proxy.url("", scheme), headers=bearer())
                page = browser.new_context().new_page()
                assert page.evaluate("1 + 1") == 2
                page.context.close()


def test_answers_lead_back_over_tls(secured, authority):
    proxy = secured()
    answer = json.loads(get(proxy, "/json/version", authority.client(), **bearer()).body)
    assert answer["webSocketDebuggerUrl"].startswith(f"wss://127.0.0.1:{proxy.port}/") or answer[
        "webSocketDebuggerUrl"
    ].startswith("wss://127.0.0.1/")


def test_curl_and_alpn(secured, authority):
    proxy = secured()
    done = subprocess.run(
        ["curl", "-sS", "--cacert", authority.path, "--http1.1", f"https://127.0.0.1:{proxy.port}/health"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["status"] == "ok"
    context = authority.client()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with Wire(proxy.port, tls=context) as wire:
        assert wire.socket.selected_alpn_protocol() == "http/1.1"
    context = authority.client()
    context.set_alpn_protocols(["h2"])
    with pytest.raises(ssl.SSLError):
        Wire(proxy.port, tls=context)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_versions_are_refused(secured, version):
    proxy = secured()
    done = subprocess.run(
        ["openssl", "s_client", "-connect", proxy.address, version, "-cipher", "ALL:@SECLEVEL=0"],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Cipher is (NONE)" in done.stdout or "Cipher    : 0000" in done.stdout


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_sessions_are_resumed(secured, authority, version):
    proxy = secured()
    context = authority.client(minimum_version=version, maximum_version=version)
    with Wire(proxy.port, tls=context) as wire:
        wire.send(head("/health", Connection="close"))
        assert wire.response().status == 200
        session = wire.socket.session
    with socket.create_connection(("127.0.0.1", proxy.port)) as plain:
        again = context.wrap_socket(plain, server_hostname="127.0.0.1", session=session)
        assert again.session_reused


def test_plain_http_is_told_to_speak_tls(secured):
    proxy = secured()
    with Wire(proxy.port) as wire:
        wire.send(head("/health"))
        answer = wire.response()
    assert answer.status == 400
    assert "https://" in json.loads(answer.body)["error_description"]
    assert proxy.wait_for_event("request_refused")["reason"] == "plain_http"
    assert proxy.metric("cdp_proxy_tls_failures_total", reason="plain_http") == 1


@pytest.mark.parametrize(
    "data", [b"\x00" * 100, b"\x16\x03\x01\xff\xff" + b"\x01" * 300, b"SSH-2.0-x\r\n", os.urandom(2000)]
)
def test_what_is_no_handshake_is_refused(secured, authority, data):
    proxy = secured()
    with Wire(proxy.port) as wire:
        wire.send(data)
        wire.rest()
    assert proxy.wait_for_event("request_refused")["reason"] == "tls_handshake"
    assert get(proxy, "/health", authority.client()).status == 200


def test_a_client_that_goes_in_the_middle_is_forgotten(secured, authority):
    proxy = secured()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    hello = authority.client().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()
    whole = outgoing.read()
    for length in (1, 5, 50, len(whole)):
        with Wire(proxy.port) as wire:
            wire.send(whole[:length])
    assert get(proxy, "/health", authority.client()).status == 200


def test_the_end_of_an_answer_is_said(secured, authority):
    proxy = secured()
    for target in ["/health", "/json/version"]:
        plain = socket.create_connection(("127.0.0.1", proxy.port))
        with authority.client().wrap_socket(
            plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False
        ) as connection:
            connection.sendall(head(target))
            # An end without close_notify would be an error here.
            while connection.recv(4096):
                pass


def test_a_client_that_says_nothing_of_its_end_is_one_that_left(secured, authority):
    proxy = secured()
    client = CDP(proxy.port, "/", tls=authority.client(), **bearer())
    socket.socket(fileno=os.dup(client.socket.fileno())).shutdown(socket.SHUT_RDWR)
    assert proxy.wait_for_event("closed")["side"] == "client"


def test_a_certificate_is_replaced_and_nobody_dropped(secured, authority, files):
    proxy = secured()
    context = authority.client()
    with CDP(proxy.port, "/", tls=context, **bearer()) as client:
        assert subject_of(proxy, context) == "the first"
        replace(authority.issue("the second", key=rsa_key()), *files)
        proxy.wait_for_event("tls_reloaded")
        assert subject_of(proxy, context) == "the second"
        assert client.call("Browser.getVersion")
        replace(authority.issue("the third"), *files)
        proxy.process.send_signal(signal.SIGHUP)
        until(lambda: subject_of(proxy, context) == "the third")
        assert client.call("Browser.getVersion")


def test_a_bad_certificate_leaves_the_old_one(secured, authority, files):
    proxy = secured()
    context = authority.client()
    for spoil in [
        lambda: files[0].write_text("no certificate"),
        lambda: replace(authority.issue("old", days=(-3, -1)), *files),
        lambda: shutil.copy(authority.issue("another")[1], files[1]),
    ]:
        known = len(proxy.events("tls_not_reloaded"))
        spoil()
        proxy.process.send_signal(signal.SIGHUP)
        until(lambda known=known: proxy.metrics() and len(proxy.events("tls_not_reloaded")) > known)
        assert subject_of(proxy, context) == "the first"
    assert proxy.metric("cdp_proxy_tls_reloads_total", result="failed") >= 3
    assert proxy.metric("cdp_proxy_tls_certificate_expiry_timestamp_seconds") > 1e9


def test_a_client_shows_its_certificate(secured, authority, tmp_path):
    clients = Authority(tmp_path, "an authority of clients")
    good = clients.issue("a client")
    proxy = secured(CDP_PROXY_TLS_CLIENT_CA=str(clients.path))
    with CDP(proxy.port, "/", tls=authority.client(*good), **bearer()) as client:
        assert client.call("Browser.getVersion")
        assert proxy.wait_for_event("connected")["subject"] == "CN=a client"
        listed = json.loads(proxy.admin("/connections")[1])
        assert [one["subject"] for one in listed] == ["CN=a client"]
    for bad in [(), authority.issue("a stranger"), clients.issue("late", days=(-3, -1))]:
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
            get(proxy, "/health", authority.client(*bad))
        assert proxy.wait_for_event("request_refused")["reason"] == "tls_handshake"


def test_a_client_may_show_a_certificate(secured, authority, tmp_path):
    clients = Authority(tmp_path, "an authority of clients")
    proxy = secured(CDP_PROXY_TLS_CLIENT_CA=str(clients.path), CDP_PROXY_TLS_CLIENT_AUTH="request")
    assert get(proxy, "/health", authority.client()).status == 200
    assert get(proxy, "/health", authority.client(*clients.issue("a client"))).status == 200
    with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
        get(proxy, "/health", authority.client(*authority.issue("a stranger")))


def test_a_key_that_others_may_read_is_warned_of(secured, files):
    files[1].chmod(0o644)
    assert "chmod 600" in secured().wait_for_event("tls_key_readable")["detail"]


def test_a_certificate_that_soon_ends_is_warned_of(secured, authority, files):
    replace(authority.issue("soon", days=(-1, 3)), *files)
    secured().wait_for_event("tls_certificate_ends")


def test_operators_are_served_over_tls(chromium, own_proxy, authority, files):
    proxy = own_proxy(chromium.address, CDP_PROXY_ADMIN_TLS_CERT=str(files[0]), CDP_PROXY_ADMIN_TLS_KEY=str(files[1]))
    with Wire(proxy.admin_port, tls=authority.client()) as wire:
        wire.send(head("/ready"))
        assert wire.response().status == 200


def test_the_health_command_asks_over_tls(chromium, own_proxy, files):
    proxy = own_proxy(chromium.address, CDP_PROXY_ADMIN_TLS_CERT=str(files[0]), CDP_PROXY_ADMIN_TLS_KEY=str(files[1]))
    assert command("health", env=proxy.env).returncode == 0
    proxy.stop()
    assert command("health", env=proxy.env).returncode == 1
