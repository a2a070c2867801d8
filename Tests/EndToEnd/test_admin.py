"""The admin listener serves operators only: it refuses a page in the browser, and clients without the admin's token."""

import json
import re
import socket

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.proxy import ADMIN_TOKEN
from harness.wire import exchange, get, head

BEARER = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
NAMES = [
    "cdp_proxy_tokens_accepted_total",
    "cdp_proxy_tokens_rejected_total",
    "cdp_proxy_connections_total",
    "cdp_proxy_connections_active",
    "cdp_proxy_relay_bytes_total",
    "cdp_proxy_relay_frames_total",
    "cdp_proxy_injections_total",
    "cdp_proxy_injection_seconds",
    "cdp_proxy_connect_seconds",
    "cdp_proxy_secret_fetches_total",
    "cdp_proxy_secret_age_seconds",
    "cdp_proxy_closes_total",
    "cdp_proxy_chrome_up",
    "cdp_proxy_draining",
    "cdp_proxy_build_info",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
    "process_start_time_seconds",
]


def test_health_and_readiness_need_no_credential(proxy):
    assert proxy.admin("/health", headers={})[0] == 200
    assert proxy.admin("/ready", headers={})[0] == 200


def test_metrics_are_prometheus_text_with_every_name(proxy):
    answer = get(proxy.admin_port, "/metrics")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    typed = dict(re.findall(rb"^# TYPE (\S+) (\S+)$", answer.body, re.MULTILINE))
    for name in NAMES:
        assert name.encode() in typed, name
    assert answer.body.endswith(b"\n")


def test_connections_and_frames_are_counted(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        client.call("Browser.getVersion")
        assert proxy.metric("cdp_proxy_connections_active") == 1
        assert proxy.metric("cdp_proxy_connections_total") == 1
        assert proxy.metric("cdp_proxy_tokens_accepted_total") == 1
        client.call("Browser.getVersion")
        client.send_frame(8, b"\x03\xe8")
        client.receive_close()
        client.rest()
    proxy.wait_for_event("closed")
    assert proxy.metric("cdp_proxy_connections_active") == 0
    assert proxy.metric("cdp_proxy_relay_frames_total", direction="client_to_chrome") == 3
    assert proxy.metric("cdp_proxy_relay_frames_total", direction="chrome_to_client") == 3
    assert proxy.metric("cdp_proxy_relay_bytes_total", direction="client_to_chrome") > 100
    assert proxy.metric("cdp_proxy_chrome_up") == 1


def test_connections_are_listed_without_their_tokens(own_chromium, own_proxy):
    proxy = own_proxy(own_chromium().address)
    with CDP(proxy.port, f"/?signingKey={tokens.token(userId='user_one')}") as client:
        client.call("Browser.getVersion")
        status, text = proxy.admin("/connections")
        assert status == 200
        assert "signingKey" not in text
        listed = json.loads(text)
        assert [one["userId"] for one in listed if one.get("userId")] == ["user_one"]
        one = next(one for one in listed if one.get("userId"))
        assert one["sessionId"] == "sess_one"
        assert one["projectId"] == "proj_one"
        assert {"requestId", "peer", "since"} <= set(one)


@pytest.mark.parametrize("path", ["/connections", "/drain", "/revoke", "/nowhere"])
@pytest.mark.parametrize("token", [None, "another-token"])
def test_other_routes_need_the_admins_token(proxy, path, token):
    fields = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if path == "/connections" else "POST"
    answer, _ = exchange(proxy.admin_port, head(path, method=method, Content_Length="0", Connection="close", **fields))
    assert answer.status == 401


def test_a_signing_key_token_is_not_an_admin(proxy):
    assert proxy.admin("/connections", headers={"Authorization": f"Bearer {tokens.token()}"})[0] == 401


PAGES = [
    {"Origin": "http://127.0.0.1:9224"},
    {"Origin": "null"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-origin"},
    {"host": "admin.example"},
    {"host": "169.254.1.1"},
]


@pytest.mark.parametrize("fields", PAGES, ids=str)
@pytest.mark.parametrize("path", ["/health", "/metrics", "/connections"])
def test_a_page_in_the_browser_is_refused(proxy, path, fields):
    answer = get(proxy.admin_port, path, **BEARER, **fields)
    assert answer.status == 403


@pytest.mark.parametrize("fields", [{"Sec_Fetch_Site": "none"}, {"host": "localhost"}, {"host": "[::1]:9224"}], ids=str)
def test_an_operators_request_is_accepted(proxy, fields):
    assert get(proxy.admin_port, "/health", **fields).status == 200


def test_the_client_listener_has_no_admin_routes(proxy):
    for path in ("/metrics", "/ready", "/connections", "/drain"):
        assert get(proxy.port, path, Authorization=f"Bearer {tokens.token()}").status == 404


def test_the_admin_listener_may_be_a_unix_socket(own_proxy, chromium, tmp_path):
    path = tmp_path / "admin.sock"
    own_proxy(chromium.address, CDP_PROXY_ADMIN_LISTEN=f"unix:{path}")
    assert path.stat().st_mode & 0o077 == 0
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        client.sendall(head("/health", Connection="close"))
        assert client.recv(4096).startswith(b"HTTP/1.1 200 ")
