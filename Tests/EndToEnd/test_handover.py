"""SIGUSR2 has a new process take the place of a running one: no client is refused or lost, live connections go on, and
whatever a new process does wrong, the old one serves on."""

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import uuid

import pytest
from harness import tokens
from harness.cdp import CDP, connect_with_session
from harness.certificates import Authority
from harness.handover import Clients, HandedProxy, Program, has_ended, kill
from harness.store import cookie
from harness.until import until
from harness.wire import Wire, exchange, head, upgrade


@pytest.fixture
def program(tmp_path):
    (tmp_path / "bin").mkdir()
    return Program(tmp_path / "bin")


@pytest.fixture
def handed(tmp_path, store, chromium, program):  # noqa: ARG001 (the database is made before a proxy opens it)
    """Starts proxies from the program that can be replaced, in front of the shared Chromium unless another is named."""
    with contextlib.ExitStack() as stack:

        def start(chrome=None, **settings):
            used = {} if chrome else {"CDP_PROXY_USED_BROWSER": "adopt"}
            address = (chrome or chromium).address
            proxy = HandedProxy(tmp_path, address, binary=str(program.path), **(used | settings))
            stack.callback(proxy.stop)
            return proxy

        yield start


def connect(proxy, **claims):
    return CDP(proxy.port, f"/?signingKey={tokens.token(**claims)}")


def refusal(proxy, query):
    response, _ = exchange(proxy.port, upgrade("/" + query))
    return response.status, json.loads(response.body or b"{}").get("error")


# MARK: Nobody is refused


def test_200_clients_a_second_are_all_served_through_three_hand_overs(handed):
    proxy = handed(CDP_PROXY_DRAIN="2s")
    with Clients(("127.0.0.1", proxy.port)) as clients:
        clients.wait_for(100)
        for _ in range(3):
            proxy.hand_over()
            clients.wait_for(200)
    assert clients.failures == []
    assert proxy.metric("cdp_proxy_handovers_total", result="full") == 1
    first, *others = proxy.started
    assert proxy.process.wait(60) == 0
    assert has_ended(first)
    assert proxy.current == others[-1]


def test_clients_over_tls_and_a_unix_socket_are_served_through_a_hand_over(handed, tmp_path):
    """Over TLS with the relays on a thread of their own besides."""
    authority = Authority(tmp_path)
    certificate, key = authority.issue("proxy")
    tls = handed(CDP_PROXY_TLS_CERT=str(certificate), CDP_PROXY_TLS_KEY=str(key), CDP_PROXY_LOOPS="2")
    path = tmp_path / "clients.sock"
    unix = handed(CDP_PROXY_LISTEN=f"unix:{path}")
    with (
        Clients(("127.0.0.1", tls.port), rate=50, tls=authority.client()) as over_tls,
        Clients(str(path), rate=50) as over_unix,
    ):
        for proxy, clients in [(tls, over_tls), (unix, over_unix)]:
            clients.wait_for(20)
            proxy.hand_over()
            clients.wait_for(50)
    assert (over_tls.failures, over_unix.failures) == ([], [])


def test_live_connections_go_on_until_the_drain(handed):
    proxy = handed(CDP_PROXY_DRAIN="1s")
    with connect(proxy) as client:
        proxy.hand_over()
        assert client.call("Browser.getVersion")
        with connect(proxy) as newer:
            assert newer.call("Browser.getVersion")
            close = client.receive_close()
            assert close.code == 1012
            client.rest()
            assert proxy.process.wait(60) == 0
            assert newer.call("Browser.getVersion")


def test_a_chain_of_processes_ends_with_its_connections(handed, store):
    """Each process outlives those whose place it took: it tells them what the database does not."""
    keep_no_revocations(store)
    proxy = handed(CDP_PROXY_DRAIN="1h")
    with connect(proxy, jti="old") as oldest:
        second = proxy.hand_over()
        third = proxy.hand_over()
        assert oldest.call("Browser.getVersion")
        assert proxy.admin("/revoke", method="POST", body=b'{"jti":"old"}')[0] == 503
        assert oldest.receive_close().code == 4003
        oldest.rest()
    assert proxy.process.wait(60) == 0
    assert has_ended(second)
    assert proxy.current == third
    assert refusal(proxy, f"?signingKey={tokens.token(jti='old')}")[0] == 401


# MARK: What both must agree on


def test_the_browser_stays_its_users(handed, own_chromium, store):
    store.add({"cookies": [cookie("sid", "of one", "one.example")]})
    proxy = handed(own_chromium())
    with connect_with_session(proxy) as client:
        proxy.hand_over()
        assert refusal(proxy, f"?signingKey={tokens.token(userId='user_two')}") == (409, "conflict")
        with connect_with_session(proxy) as again:
            assert [one["value"] for one in again.call("Storage.getCookies")["cookies"]] == ["of one"]
        assert client.call("Browser.getVersion")
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 0


@pytest.mark.parametrize("state", ["file", "memory"])
def test_no_session_goes_into_a_browser_that_the_old_process_drives(handed, own_chromium, store, tmp_path, state):
    """The user's own connection without the session drives on in the old process; with or without a state file."""
    store.add({"cookies": [cookie("sid", "of one", "one.example")]})
    if state == "memory":
        (tmp_path / "sessions.sqlite.state").mkdir()
    proxy = handed(own_chromium(), CDP_PROXY_DRAIN="1h")
    with connect(proxy, userId="user_one") as client:
        proxy.hand_over()
        assert refusal(proxy, tokens.session_query()) == (409, "conflict")
        assert refusal(proxy, f"?signingKey={tokens.token(userId='user_two')}") == (409, "conflict")
        with connect(proxy, userId="user_one") as again:
            assert again.call("Browser.getVersion")
        assert client.call("Browser.getVersion")
    assert proxy.process.wait(60) == 0
    with until(lambda: served(proxy, tokens.session_query())) as client:
        assert [one["value"] for one in client.call("Storage.getCookies")["cookies"]] == ["of one"]


def served(proxy, query):
    try:
        return CDP(proxy.port, "/" + query)
    except AssertionError:
        return None


@pytest.mark.parametrize("state", ["file", "memory"])
def test_a_token_that_was_used_once_stays_used(handed, tmp_path, state):
    if state == "memory":
        (tmp_path / "sessions.sqlite.state").mkdir()
    proxy = handed(CDP_PROXY_TOKEN_USE="once")
    query = f"?signingKey={tokens.token(jti='once')}"
    with CDP(proxy.port, "/" + query) as client:
        assert client.call("Browser.getVersion")
        proxy.hand_over()
        assert refusal(proxy, query)[0] == 401


def ticket(proxy, token):
    asked = head("/ticket", method="POST", Content_Length="0", Authorization=f"Bearer {token}")
    return json.loads(exchange(proxy.port, asked)[0].body)["ticket"]


def test_tickets_outlive_the_hand_over_and_admit_once(handed):
    proxy = handed(CDP_PROXY_TOKEN_USE="once")
    token = tokens.token(jti="one")
    used, kept = ticket(proxy, token), ticket(proxy, token)
    with CDP(proxy.port, f"/?ticket={used}"):
        proxy.hand_over()
        assert refusal(proxy, f"?ticket={used}")[0] == 401
        # Of the same token, which was good once.
        assert refusal(proxy, f"?ticket={kept}")[0] == 401
    fresh = ticket(proxy, tokens.token(jti="another"))
    proxy.hand_over()
    with CDP(proxy.port, f"/?ticket={fresh}") as client:
        assert client.call("Browser.getVersion")
    assert refusal(proxy, f"?ticket={fresh}")[0] == 401


def keep_no_revocations(store):
    """Puts a table in the way of the revocations that nothing can be written to."""
    with sqlite3.connect(store.path) as database:
        database.execute("CREATE TABLE revocations (another_column TEXT)")


def test_a_revocation_that_no_database_keeps_is_handed_over(handed, store):
    keep_no_revocations(store)
    proxy = handed()
    # One that is issued later would be good.
    before = tokens.token(userId="user_one")
    assert proxy.admin("/revoke", method="POST", body=b'{"userId":"user_one"}')[0] == 503
    proxy.hand_over()
    assert refusal(proxy, f"?signingKey={before}")[0] == 401


def test_downloads_outlive_the_hand_over(handed, tmp_path):
    """A file that is being read slowly holds nobody up, and an empty folder stays while its client is connected."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    proxy = handed(CDP_PROXY_DOWNLOADS=str(folder), CDP_PROXY_DRAIN="1h")
    credential = {"Authorization": f"Bearer {tokens.token(roles=['operator'])}"}
    with CDP(proxy.port, "/", **credential) as client, Wire(proxy.port) as reader:
        assert client.call("Browser.getVersion")
        (own,) = folder.iterdir()
        file = own / str(uuid.uuid4())
        # More than the buffers of the sockets take.
        file.write_bytes(bytes(64 << 20))
        reader.send(head(f"/downloads/{file.name}", **credential))
        proxy.hand_over()
        answer = reader.response()
        assert (answer.status, len(answer.body)) == (200, 64 << 20)
        file.unlink()
        nobodys = folder / ("0" * 32)
        nobodys.mkdir()
        until(lambda: not nobodys.exists())
        assert own.exists()
        assert client.call("Browser.getVersion")


def test_the_session_of_the_start_is_not_put_in_again(handed, own_chromium, store):
    store.add({"cookies": [cookie("sid", "of one", "one.example")]})
    start = {"CDP_PROXY_INJECT": "start", "CDP_PROXY_USER_ID": "user_one", "CDP_PROXY_BROWSER_SESSION": "work"}
    proxy = handed(own_chromium(), **start)
    until(lambda: proxy.admin("/ready")[0] == 200)
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 1
    proxy.hand_over()
    until(lambda: proxy.admin("/ready")[0] == 200)
    assert proxy.metric("cdp_proxy_injections_total", result="full") == 0


# MARK: What can go wrong

NONSENSE = (
    "import os, socket;"
    'number = os.environ["CDP_PROXY_HANDOVER"].rpartition(":")[2];'
    'socket.socket(fileno=int(number)).sendall(b"nonsense" * 1000 + b"\\n")'
)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "ended"),
        ("exec sleep 1000", "timeout"),
        (f"exec python3 -c '{NONSENSE}'", "ended"),
        ("CDP_PROXY_PING=never exec PROGRAM serve", "ended"),
        ("DATABASE_URL=sqlite:////nowhere/at/all exec PROGRAM serve", "ended"),
        ("unset CDP_PROXY_HANDOVER; exec PROGRAM serve", "ended"),
    ],
)
def test_the_old_process_goes_on_when_the_new_one_fails(handed, program, script, reason):
    proxy = handed(CDP_PROXY_HANDOVER_DEADLINE="2s")
    real = str(program.path.resolve())
    program.replace(script.replace("PROGRAM", real))
    with connect(proxy) as client:
        proxy.process.send_signal(signal.SIGUSR2)
        assert proxy.wait_for_event("handover_failed")["reason"] == reason
        assert client.call("Browser.getVersion")
        with connect(proxy) as newer:
            assert newer.call("Browser.getVersion")
    assert proxy.metric("cdp_proxy_handovers_total", result=reason) == 1
    assert has_ended(proxy.started[0])
    program.replace(f'exec {real} "$@"')
    proxy.hand_over()
    with connect(proxy) as newer:
        assert newer.call("Browser.getVersion")


def test_what_failed_leaves_no_descriptor_behind(handed, program):
    proxy = handed()
    program.replace("exit 1")
    before = proxy.metric("process_open_fds")
    for count in range(1, 11):
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.log.wait_for_count(lambda line: line.get("event") == "handover_failed", count)
    # The watch over revocations opens a few meanwhile.
    assert proxy.metric("process_open_fds") < before + 10
    assert not pathlib.Path(f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children").read_text()


def test_a_program_that_is_gone_leaves_the_old_process(handed, program):
    proxy = handed()
    program.path.unlink()
    proxy.process.send_signal(signal.SIGUSR2)
    assert proxy.wait_for_event("handover_failed")["reason"] == "not_started"
    with connect(proxy) as client:
        assert client.call("Browser.getVersion")


def test_clients_that_came_meanwhile_are_served_when_the_new_process_is_killed(handed, program):
    """The new one stops itself before it says that it is ready."""
    proxy = handed()
    program.replace("kill -STOP $$; exit 1")
    with Clients(("127.0.0.1", proxy.port), rate=50) as clients:
        proxy.process.send_signal(signal.SIGUSR2)
        pid = proxy.wait_for_event("handing_over")["pid"]
        clients.wait_for(25)
        kill(pid)
        assert proxy.wait_for_event("handover_failed")["reason"] == "ended"
        clients.wait_for(25)
    assert clients.failures == []


def test_the_new_process_goes_on_when_the_old_one_is_killed(handed):
    proxy = handed(CDP_PROXY_DRAIN="1h")
    with connect(proxy) as lost:
        proxy.hand_over()
        proxy.process.kill()
        lost.rest()
        with connect(proxy) as client:
            assert client.call("Browser.getVersion")
    kill(proxy.current, signal.SIGTERM)
    assert has_ended(proxy.current)


def test_the_new_process_takes_the_place_of_one_that_is_killed_before_it_gave_it(handed, program, tmp_path):
    """What the old one could not tell is in the state file."""
    proxy = handed(CDP_PROXY_TOKEN_USE="once")
    query = f"?signingKey={tokens.token(jti='once')}"
    with CDP(proxy.port, "/" + query) as lost:
        assert lost.call("Browser.getVersion")
        real = program.path.resolve()
        program.replace(f'until [ -e {tmp_path}/now ]; do :; done; kill -9 $PPID; exec {real} "$@"')
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.wait_for_event("handing_over")
        (tmp_path / "now").touch()
        assert proxy.process.wait(60) == -signal.SIGKILL
        lost.rest()
    proxy.log.wait_for_count(lambda line: line.get("event") == "listening", 2)
    assert refusal(proxy, query)[0] == 401
    with connect(proxy, jti="another") as client:
        assert client.call("Browser.getVersion")


def test_a_request_that_comes_slowly_is_told_to_come_again(handed):
    """It began before the hand-over and had a second to come whole; new ones wait, and are served."""
    proxy = handed(CDP_PROXY_DRAIN="1h")
    whole = upgrade(f"/?signingKey={tokens.token()}")
    with connect(proxy), Wire(proxy.port) as slow:
        slow.send(whole[:20])
        proxy.hand_over()
        slow.send(whole[20:])
        answer = slow.response()
        assert (answer.status, int(answer["Retry-After"])) == (503, 5)


def test_both_processes_end_on_sigterm(handed):
    proxy = handed(CDP_PROXY_DRAIN="2s")
    with connect(proxy) as old:
        proxy.hand_over()
        with connect(proxy) as new:
            for pid in (proxy.process.pid, proxy.current):
                os.kill(pid, signal.SIGTERM)
            assert old.call("Browser.getVersion"), "the first SIGTERM lets live connections go on"
            assert old.receive_close().code == 1012
            assert new.receive_close().code == 1012
            old.rest()
            new.rest()
    assert proxy.process.wait(60) == 0
    assert has_ended(proxy.current)


def test_sigterm_ends_a_hand_over(handed, program):
    proxy = handed()
    program.replace("exec sleep 1000")
    proxy.process.send_signal(signal.SIGUSR2)
    pid = proxy.wait_for_event("handing_over")["pid"]
    proxy.terminate()
    assert proxy.wait() == 0
    assert has_ended(pid)


def test_a_hand_over_while_one_is_under_way_or_while_draining_is_refused(handed, program):
    proxy = handed(CDP_PROXY_DRAIN="1h")
    program.replace("exec sleep 1000")
    with connect(proxy):
        for _ in range(2):
            proxy.process.send_signal(signal.SIGUSR2)
            proxy.wait_for_event("handing_over")
        proxy.wait_for_event("handover_failed", reason="under_way")
        kill(proxy.started[0])
        proxy.wait_for_event("handover_failed", reason="ended")
        proxy.admin("/drain", method="POST")
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.wait_for_event("handover_failed", reason="draining")
