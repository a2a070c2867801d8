"""The workloads: each says which contestants it fits, and measures one row of figures for one of them."""

import contextlib
import dataclasses
import statistics
import time
from collections.abc import Callable

import floor

# Connections, bytes of a request, bytes of its answer.
MESSAGES = {
    "ping-1": (1, 200, 200),
    "ping-64": (64, 200, 200),
    "answer-64k": (1, 200, 64 << 10),
    "answer-1m": (4, 200, 1 << 20),
    "upload-512k": (1, 512 << 10, 200),
}
# The same with a role, so that the proxy reads each request: the longest that it holds, and one that streams.
COMMANDS = {
    "role-200": (64, 200, 200),
    "role-64k": (1, 64 << 10, 200),
    "role-1m": (1, 1 << 20, 200),
}
# Over TLS 1.3.
TLS_MESSAGES = {
    "tls-200": (64, 200, 200),
    "tls-64k": (1, 200, 64 << 10),
    "tls-1m": (4, 200, 1 << 20),
}
HANDSHAKES = {"tls-handshake": "handshakes", "tls-resumed": "resumptions"}
TITLES = {
    "ping-1": "200 B and back, 1 connection",
    "ping-64": "200 B and back, 64 connections",
    "answer-64k": "64 KiB answers, 1 connection",
    "answer-1m": "1 MiB answers, 4 connections",
    "upload-512k": "512 KiB uploads, 1 connection",
    "role-200": "commands of 200 B under a role, 64 connections",
    "role-64k": "commands of 64 KiB under a role",
    "role-1m": "commands of 1 MiB under a role",
    "connect": "open, good token, 101, close",
    "flood": "bad tokens from 20,000 addresses",
    "idle-2000": "2,000 idle connections",
    "idle-10000": "10,000 idle connections",
    "live": "a live connection's p99: alone, under the flood, beside 4 bulk transfers",
    "chromium": "real Chromium: Runtime.evaluate, and answers of 5 MB",
    "tls-200": "TLS: 200 B and back, 64 connections",
    "tls-64k": "TLS: 64 KiB answers, 1 connection",
    "tls-1m": "TLS: 1 MiB answers, 4 connections",
    "tls-handshake": "TLS: full handshakes",
    "tls-resumed": "TLS: resumed handshakes",
    "tls-idle": "TLS: 2,000 idle connections",
    "kernel": "the price of each system call",
    "start": "from exec to listening, resident size idle",
}
AT_ONCE, ADDRESSES = 32, 20_000
STARTS = 10


@dataclasses.dataclass(frozen=True)
class Workload:
    """`run` takes the bench, the contestant, its server (none for `direct`; its starter where `alone`) and seconds.

    A `timed` workload is disturbed by the machine's other load, a `secure` one speaks TLS.
    """

    name: str
    fits: Callable
    run: Callable
    alone: bool = False
    timed: bool = True
    secure: bool = False


def checked(got, status=None):
    """A row of the load generator's figures: `errors` also counts answers of another status."""
    row = {key: got[key] for key in ("rate", "p50", "p99", "count", "errors", "first_error")}
    wrong = {code: number for code, number in got["statuses"].items() if code != status}
    if wrong:
        row |= {"errors": row["errors"] + sum(wrong.values()), "first_error": f"answered {wrong}"}
    return row


def row_of(bench, server, path, how, status=None):
    """A row of the load, with the server's CPU time for each message of it in microseconds."""
    got = bench.load(server.target if server else bench.chrome.port, path, *how, server=server)
    row = checked(got, status)
    if server:
        row["cpu"] = got["cpu_seconds"] * 1e6 / max(row["count"], 1)
        row["resident"] = server.memory()
    return row


def messages(connections, request, answer):
    def run(bench, _, server, seconds):
        return row_of(bench, server, bench.good, ("messages", connections, request, answer, seconds))

    return run


def commands(connections, request, answer):
    """CPU for a message of a client without roles, of one with them, and the difference: what the policy costs."""

    def run(bench, _, server, seconds):
        how = ("messages", connections, request, answer, seconds)
        plain = row_of(bench, server, bench.good, how)
        ruled = row_of(bench, server, bench.ruled, how)
        costs = {"plain": plain["cpu"], "role": ruled["cpu"], "policy": ruled["cpu"] - plain["cpu"]}
        return {"errors": plain["errors"] + ruled["errors"], "first_error": ruled["first_error"]} | costs

    return run


def connects(status):
    def run(bench, _, server, seconds):
        path = bench.good if status == "101" else bench.bad
        return row_of(bench, server, path, ("connects", AT_ONCE, ADDRESSES, seconds), status)

    return run


def handshakes(kind):
    def run(bench, _, server, seconds):
        return row_of(bench, server, bench.good, (kind, AT_ONCE, ADDRESSES, seconds))

    return run


def starter(contestant, secure):
    """How the contestant is started for a workload; None where it cannot be."""
    return contestant.secure if secure else contestant.start


@contextlib.contextmanager
def started(bench, contestant, chrome, secure=False):
    server = starter(contestant, secure)(bench, chrome)
    try:
        yield server.wait()
    finally:
        server.stop()


def idle(connections, secure=False):
    """KiB of resident memory for an idle connection, in a fresh process.

    Where the limit of open files is too low, measured with as many connections as it allows.
    """

    def run(bench, contestant, _, __):
        count = min(connections, bench.connections - 10)
        with started(bench, contestant, bench.chrome.port, secure) as server:
            bench.load(server.target, bench.good, "messages", 4, 200, 200, 0.1)
            before = server.memory()
            with bench.start_load(server.target, bench.good, "idle", count) as load:
                opened = load.stdout.readline() == "open\n"
                kib = (server.memory() - before) / count
                load.stdin.close()
        if opened:
            return {"kib": kib, "connections": count, "errors": 0}
        return {"errors": 1, "first_error": f"could not open {count} connections"}

    return run


def live(bench, contestant, _, seconds):
    """The p99 of one connection's small messages: alone, while bad tokens come, beside four transfers of 1 MiB answers.

    The stand-in has a thread for each connection here, and both ends of the live connection are scheduled first on
    their CPU: it waits for the proxy only.
    """
    stand_in = bench.stand_in("threads")
    try:
        with (
            started(bench, contestant, stand_in.port)
            if contestant.start
            else contextlib.nullcontext(stand_in) as server
        ):
            others = {"alone": ()}
            if contestant.checks:
                others["flood"] = (bench.bad, "connects", AT_ONCE, ADDRESSES, seconds + 1)
            others["bulk"] = (bench.good, "messages", 4, 200, 1 << 20, seconds + 1)
            measured = {name: beside(bench, server, seconds, other) for name, other in others.items()}
            row = {name: got["p99"] for name, got in measured.items()}
            row |= {f"{name}_p50": got["p50"] for name, got in measured.items()}
            return row | {"errors": sum(got["errors"] for got in measured.values())}
    finally:
        stand_in.stop()


def beside(bench, server, seconds, other):
    """The live connection's figures while another load runs, which begins before it and ends after it."""
    load = bench.start_load(server.port, *other) if other else None
    try:
        if load:
            load.stdout.readline()
        return checked(bench.load(server.port, bench.good, "messages", 1, 200, 200, seconds, urgent=True))
    finally:
        if load:
            load.communicate()


def start(bench, contestant, _, __):
    """Milliseconds from exec to listening (the median of some starts), and resident memory half a second later."""
    times = []
    for _ in range(STARTS):
        since = time.perf_counter()
        server = contestant.start(bench, bench.chrome.port)
        try:
            server.wait(pause=0.0002)
            times.append((time.perf_counter() - since) * 1000)
        finally:
            server.stop()
    with started(bench, contestant, bench.chrome.port) as server:
        time.sleep(0.5)
        sizes = {"resident": server.memory(), "own": server.memory("RssAnon")}
    return {"start": statistics.median(times), "errors": 0, **sizes}


def relays(contestant):
    return contestant.messages


def is_proxy(contestant):
    return contestant.messages and contestant.start is not None


def refuses(contestant):
    return contestant.checks


def knows_roles(contestant):
    return contestant.roles


def speaks_tls(contestant):
    return contestant.secure is not None


def any_of_them(_):
    return True


def all_workloads(chromium):
    """By name, in the order in which a round takes them; `chromium` measures behind a real browser."""
    found = [Workload(name, relays, messages(*how)) for name, how in MESSAGES.items()]
    found += [Workload(name, knows_roles, commands(*how)) for name, how in COMMANDS.items()]
    found += [Workload(name, speaks_tls, messages(*how), secure=True) for name, how in TLS_MESSAGES.items()]
    found += [Workload(name, speaks_tls, handshakes(kind), secure=True) for name, kind in HANDSHAKES.items()]
    found += [
        Workload("connect", any_of_them, connects("101")),
        Workload("flood", refuses, connects("401")),
        Workload("idle-2000", is_proxy, idle(2_000), alone=True, timed=False),
        Workload("idle-10000", is_proxy, idle(10_000), alone=True, timed=False),
        Workload("live", any_of_them, live, alone=True),
        Workload("chromium", relays, chromium, alone=True),
        Workload("tls-idle", speaks_tls, idle(2_000, secure=True), alone=True, timed=False, secure=True),
        Workload("kernel", lambda contestant: contestant.name == "direct", floor.prices, alone=True),
        Workload("start", is_proxy, start, alone=True),
    ]
    return {workload.name: workload for workload in found}
