"""The kernel's share of a proxy's work: the price of each system call, and the calls that every proxy must make.

Each call is timed by itself (kernel.c), once in each round of a run, so that the sums can be compared with the figures
of the minimal relay and cdp-proxy on the same machine at the same time.
"""

import json
import subprocess

CARRY = {"recv 200 B": 1, "send 200 B": 1}
COPY = {"recv 64 KiB": 1, "send 64 KiB": 1}
SPLICE = {"splice 64 KiB to a pipe": 1, "splice 64 KiB from a pipe": 1}
ENDING = {"shutdown": 1, "close": 1}


def times(number, *parts):
    """So many of all the calls of the parts."""
    total = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total.get(name, 0) + number * count
    return total


def together(*parts):
    return times(1, *parts)


# A message or its answer, with the carrying of its 200 B; with one connection, epoll_wait sleeps before each.
ECHO = {"echo, 1 connection": 1}
WITHOUT_CARRY = times(-1, CARRY)

# Workload: (its parts in words, the calls).
WORK = {
    "ping-1": ("2 echoes", times(2, ECHO)),
    "ping-64": ("2 echoes of 64", {"echo, 64 connections": 2}),
    "answer-64k": ("2 echoes, one with 64 KiB for its 200 B", together(times(2, ECHO), WITHOUT_CARRY, COPY)),
    "answer-1m": ("recv and send of 200 B, 16 splices of 64 KiB in and out", together(CARRY, times(16, SPLICE))),
    "upload-512k": (
        "2 echoes, one with 8 splices of 64 KiB in and out for its 200 B",
        together(times(2, ECHO), WITHOUT_CARRY, times(8, SPLICE)),
    ),
    "connect": (
        "accept4, socket, connect, 2 setsockopt, 2 epoll_ctl, 4 recv, 4 send, 2 shutdown, 2 close",
        together(
            {"accept4": 1, "socket": 1, "connect": 1, "setsockopt": 2, "epoll_ctl": 2},
            times(4, CARRY),
            times(2, ENDING),
        ),
    ),
    "flood": (
        "accept4, epoll_ctl, recv, send, shutdown, close",
        together({"accept4": 1, "epoll_ctl": 1}, CARRY, ENDING),
    ),
}


def prices(bench, *_):
    """A workload's row: nanoseconds of each call."""
    cpus = (1, 0) if bench.proxy_cpu is None else (bench.proxy_cpu, bench.load_cpu)
    done = subprocess.run([bench.folder / "kernel", *map(str, cpus)], capture_output=True, check=True)
    return {"errors": 0, **json.loads(done.stdout)}


def sums(price):
    """Microseconds of each workload's calls, by workload."""
    return {load: sum(count * price[name] for name, count in calls.items()) / 1000 for load, (_, calls) in WORK.items()}
