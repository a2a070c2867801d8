"""Crowds of silent connections and unneeded bodies: none of them keeps another client from being answered."""

import contextlib
import http.client
import resource
import socket
import subprocess

import pytest
import requests
from harness import tokens
from harness.cdp import CDP
from harness.proxy import command
from harness.wire import Wire, get, head

MIB = 1 << 20
CROWD = 8_300


@pytest.fixture
def crowd():
    """Opens silent connections and closes them at the end. Raises this process's limit of descriptors for that."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    with contextlib.ExitStack() as stack:

        def open_silent(port, count, addresses=1):
            for number in range(count):
                source = (f"127.0.1.{1 + number % addresses}", 0)
                connection = socket.create_connection(("127.0.0.1", port), 60, source_address=source)
                stack.callback(connection.close)
                yield connection

        yield open_silent
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("addresses", [1, 100])
def test_silent_connections_keep_no_client_out(own_proxy, chromium, crowd, addresses):
    proxy = own_proxy(chromium.address)
    silent = list(crowd(proxy.port, CROWD, addresses))
    assert len(silent) == CROWD
    assert command("health", env=proxy.env).returncode == 0
    assert get(proxy.admin_port, "/ready").status == 200
    assert get(proxy.port, "/health").status == 200
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        client.call("Browser.getVersion")
    # The limit of one address, or of all addresses together.
    assert proxy.metric("process_open_fds") < (2_400 if addresses == 1 else 4_600)
    assert proxy.metric("cdp_proxy_silent_closed_total", listener="clients") >= CROWD - 4_096


def test_a_new_silent_connection_is_served_when_it_sends(own_proxy, chromium, crowd):
    """The oldest silent connections are closed; the newest has its full time."""
    proxy = own_proxy(chromium.address)
    last = list(crowd(proxy.port, 2_500))[-1]
    last.sendall(head("/health", Connection="close"))
    assert last.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_thousand_simultaneous_clients_are_served(own_proxy, chromium, crowd):
    """All come from one address, like callers behind a load balancer: they connect first, and then all send."""
    proxy = own_proxy(chromium.address)
    callers = list(crowd(proxy.port, 1_000))
    for caller in callers:
        caller.sendall(head("/health", Connection="close"))
    assert {caller.recv(4096)[:13] for caller in callers} == {b"HTTP/1.1 200 "}


def test_idle_admin_connections_make_room_for_new_ones(own_proxy, chromium, crowd):
    proxy = own_proxy(chromium.address)
    before = proxy.metric("process_open_fds")
    idle = list(crowd(proxy.admin_port, 900))
    assert command("health", env=proxy.env).returncode == 0
    assert proxy.metric("process_open_fds") - before < 70
    assert idle[0].recv(1) == b""


UPLOADS = {"POST /ticket": ("POST", "/ticket"), "PUT /json/new": ("PUT", "/json/new"), "POST /x": ("POST", "/x")}


@pytest.mark.parametrize("upload", UPLOADS)
def test_a_client_that_sends_a_whole_body_first_reads_the_answer(proxy, upload):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
    connection.request(*UPLOADS[upload], body=b"x" * 16 * MIB)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (413, "close")


def test_a_chunked_body_gets_the_same_answer(proxy):
    pieces = (b"x" * MIB for _ in range(16))
    answer = requests.post(f"http://{proxy.address}/ticket", data=pieces, timeout=60)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")


@pytest.mark.parametrize("expect", [[], ["-H", "Expect:"]], ids=["100-continue", "no Expect"])
def test_curl_reads_the_answer_and_the_end(proxy, tmp_path, expect):
    body = tmp_path / "body"
    body.write_bytes(b"x" * 16 * MIB)
    url = f"http://{proxy.address}/ticket"
    arguments = ["curl", "-sS", "--max-time", "60", *expect, "--data-binary", f"@{body}", "-w", "%{http_code}", url]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=90, check=False)
    assert (done.returncode, done.stdout[-3:]) == (0, "413"), done.stderr


def test_the_admin_listener_answers_an_upload_too(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.admin_port, timeout=60)
    connection.request("POST", "/drain", body=b"x" * 16 * MIB)
    assert connection.getresponse().status == 413


def test_an_endless_body_is_cut_off(proxy):
    """The proxy reads more than any allowed body, and then closes."""
    with Wire(proxy.port) as wire:
        wire.send(head("/ticket", method="POST", Content_Length=str(1 << 40)))
        with pytest.raises(OSError, match="reset|Broken pipe"):
            for _ in range(200):
                wire.send(b"x" * MIB)


def test_uploads_delay_no_other_client(own_proxy, chromium, crowd):
    """A client whose upload is being discarded does not take a place for handshakes."""
    proxy = own_proxy(chromium.address)
    for connection in crowd(proxy.port, 600, addresses=20):
        connection.sendall(head("/ticket", method="POST", Content_Length=str(MIB)))
    assert get(proxy.port, "/health").status == 200
    assert command("health", env=proxy.env).returncode == 0
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        client.call("Browser.getVersion")
