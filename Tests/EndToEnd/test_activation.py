"""Sockets that systemd, or whoever else speaks its protocol, opened for the proxy (sd_listen_fds(3))."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess

import pytest
from harness import tokens
from harness.activation import Activated, listener
from harness.cdp import CDP
from harness.handover import Clients
from harness.wire import get

UNITS = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "systemd"


@pytest.fixture
def activated(tmp_path, store, chromium):  # noqa: ARG001 (the database is made before a proxy opens it)
    with contextlib.ExitStack() as stack:

        def start(*sockets, **settings):
            for one in sockets:
                stack.callback(one.close)
            proxy = Activated(tmp_path, chromium.address, sockets, CDP_PROXY_USED_BROWSER="adopt", **settings)
            stack.callback(proxy.stop)
            return proxy

        yield start


def port(one):
    return one.getsockname()[1]


def works(clients, operators):
    with CDP(port(clients), f"/?signingKey={tokens.token()}") as client:
        assert client.call("Browser.getVersion")
    return get(port(operators), "/ready").status == 200


@pytest.mark.parametrize("names", [None, "client:admin", "admin:client"])
def test_both_sockets_are_used_in_place_of_ones_own(activated, names):
    first, second = listener(), listener()
    proxy = activated(first, second, names=names)
    clients, operators = (second, first) if names == "admin:client" else (first, second)
    assert works(clients, operators)
    line = proxy.events("listening")[0]
    assert (line["listen"], line["admin"]) == (f"127.0.0.1:{port(clients)}", f"127.0.0.1:{port(operators)}")
    for own in (proxy.port, proxy.admin_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", own))
    flags = pathlib.Path(f"/proc/{proxy.process.pid}/fdinfo/3").read_text()
    assert int(flags.split("flags:")[1].split()[0], 8) & (os.O_NONBLOCK | os.O_CLOEXEC) == os.O_NONBLOCK | os.O_CLOEXEC


@pytest.mark.parametrize(("name", "own"), [(None, "admin_port"), ("client", "admin_port"), ("admin", "port")])
def test_the_socket_that_was_not_passed_is_opened(activated, name, own):
    passed = listener()
    proxy = activated(passed, names=name)
    assert get(port(passed), "/health").status == 200
    assert get(getattr(proxy, own), "/health").status == 200


def test_a_unix_socket_stays_when_the_proxy_ends(activated, tmp_path):
    path = tmp_path / "admin.sock"
    proxy = activated(listener(), listener(str(path)), names="client:admin")
    with socket.socket(socket.AF_UNIX) as operator:
        operator.connect(str(path))
        # A Unix socket reaches this machine's own processes alone, whatever the host.
        operator.sendall(b"GET /ready HTTP/1.1\r\nHost: anything.example\r\n\r\n")
        assert operator.recv(100).startswith(b"HTTP/1.1 200 ")
    proxy.terminate()
    assert proxy.wait() == 0
    assert stat.S_ISSOCK(path.stat().st_mode)


def test_a_restart_refuses_nobody(activated):
    """Requests under way are served first; new connections wait in the queue of the socket, which stays open."""
    clients = listener()
    proxy = activated(clients, listener(), CDP_PROXY_DRAIN="1s")
    with Clients(clients.getsockname(), rate=100) as crowd:
        crowd.wait_for(100)
        proxy.terminate()
        proxy.again()
        crowd.wait_for(100)
    assert crowd.failures == []


def test_who_comes_while_there_is_no_proxy_waits_for_the_next(activated):
    clients = listener()
    proxy = activated(clients, listener())
    proxy.process.kill()
    proxy.process.wait(60)
    with socket.create_connection(clients.getsockname()) as waiting:
        waiting.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        proxy.again()
        assert waiting.recv(100).startswith(b"HTTP/1.1 200 ")


def test_sockets_of_another_process_are_none_of_ours(activated):
    proxy = activated(listener(), listener(), LISTEN_PID="1")
    assert get(proxy.port, "/health").status == 200


def test_no_process_of_ours_sees_the_variables(activated):
    """The proxy that takes the place of an activated one gets the sockets in another way."""
    clients, operators = listener(), listener()
    proxy = activated(clients, operators)
    before = proxy.process.pid
    os.kill(before, signal.SIGUSR2)
    new = proxy.wait_for_event("handed_over")["pid"]
    try:
        assert proxy.process.wait(60) == 0
        environment = pathlib.Path(f"/proc/{new}/environ").read_bytes()
        assert b"LISTEN_" not in environment
        assert works(clients, operators)
    finally:
        os.kill(new, signal.SIGKILL)


@pytest.mark.parametrize("is_abstract", [False, True])
def test_the_service_manager_is_told_who_serves(activated, tmp_path, is_abstract):
    """systemd ends a service with its main process, unless it is told of another one."""
    path = f"\0{tmp_path}/notify" if is_abstract else f"{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(60)
        proxy = activated(listener(), listener(), NOTIFY_SOCKET=path.replace("\0", "@"))
        assert manager.recv(1000) == b"READY=1"
        proxy.process.send_signal(signal.SIGUSR2)
        new = proxy.wait_for_event("handed_over")["pid"]
        assert {manager.recv(1000), manager.recv(1000)} == {b"READY=1", f"MAINPID={new}".encode()}
        os.kill(new, signal.SIGKILL)


def udp():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    return one


def connection():
    return socket.socketpair()[0]


def unbound():
    return socket.socket()


WRONG = {
    "three sockets": ([listener, listener, listener], {}, "LISTEN_FDS must be 1 or 2"),
    "no number": ([listener], {"LISTEN_FDS": "two"}, "LISTEN_FDS must be 1 or 2"),
    "no process": ([listener], {"LISTEN_PID": "me"}, "LISTEN_PID must be the number of a process"),
    "another name": ([listener], {"LISTEN_FDNAMES": "cdp-proxy.socket"}, "LISTEN_FDNAMES must be client or admin"),
    "too few names": ([listener, listener], {"LISTEN_FDNAMES": "client"}, "LISTEN_FDNAMES must be client or admin"),
    "a name twice": ([listener, listener], {"LISTEN_FDNAMES": "admin:admin"}, "LISTEN_FDNAMES must be client or admin"),
    "datagrams": ([udp], {}, "LISTEN_FDS: descriptor 3 (client) is no stream socket that listens"),
    "a connection": ([connection], {}, "LISTEN_FDS: descriptor 3 (client) is no stream socket that listens"),
    "not listening": ([listener, unbound], {}, "LISTEN_FDS: descriptor 4 (admin) is no stream socket that listens"),
    "a file": ([pathlib.Path("/dev/null").open], {}, "LISTEN_FDS: descriptor 3 (client) is no stream socket"),
    "one fewer": ([listener], {"LISTEN_FDS": "2"}, "LISTEN_FDS: descriptor 4 (admin) is not open"),
    "no hand-over": (
        [listener],
        {"CDP_PROXY_HANDOVER": "client:3"},
        "CDP_PROXY_HANDOVER is what a running proxy gives",
    ),
    "no proxy": (
        [listener, listener],
        {"CDP_PROXY_HANDOVER": "client:3,admin:4,predecessor:99"},
        "CDP_PROXY_HANDOVER: descriptor 99 is no socket to the running proxy",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_was_passed_wrongly_stops_the_start_with_one_sentence(activated, case):
    makers, changes, sentence = WRONG[case]
    proxy = activated(*(make() for make in makers), wait=False, **changes)
    assert proxy.process.wait(60) != 0
    lines = [line["unparsed"] for line in proxy.log.finish() if "unparsed" in line]
    assert len(lines) == 1
    assert sentence in lines[0]


def test_the_units_are_what_systemd_takes(tmp_path):
    """The names of their sockets are those that the proxy knows, and systemd finds nothing to complain of."""
    for unit in UNITS.iterdir():
        # What the services start is not installed where tests run.
        text = unit.read_text().replace("/usr/local/bin/", "/usr/bin/").replace("/usr/bin/cdp-proxy", "/bin/true")
        text = text.replace("/usr/bin/session-service", "/bin/true").replace("/usr/bin/chromium", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    units = sorted(str(path) for path in tmp_path.iterdir() if path.suffix in (".service", ".socket"))
    names = [
        line for path in UNITS.glob("*.socket") for line in path.read_text().splitlines() if "DescriptorName" in line
    ]
    assert sorted(names) == ["FileDescriptorName=admin", "FileDescriptorName=client"]
    verify = shutil.which("systemd-analyze")
    assert verify
    done = subprocess.run(
        [verify, "verify", "--man=no", *units], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
