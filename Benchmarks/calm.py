"""A virtual machine's CPUs are lent: while the host has lent one to somebody else, every figure is of that."""

import pathlib
import time

MOST_STOLEN = 0.05
"""Of the time of all CPUs: more, and what was measured meanwhile is measured again."""
TRIES, PAUSE = 6, 5
"""How often at most, and how many seconds lie between two tries: the host takes a CPU for some tens of seconds."""


def cpu_times():
    """All of the CPUs' time so far and what of it the host took (proc(5), /proc/stat), in ticks."""
    user, nice, system, idle, waiting, irq, softirq, stolen = map(
        int, pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[1:9]
    )
    return user + nice + system + idle + waiting + irq + softirq + stolen, stolen


def is_disturbed(row):
    return row.get("stolen", 0) > MOST_STOLEN


def undisturbed(rows):
    """The rows that count: those that were not disturbed, or all when there is none."""
    return [row for row in rows if not is_disturbed(row)] or rows


def least_disturbed(measure):
    """The first row during which the host took little, or the one of some during which it took least; with how much."""
    best = None
    for tries in range(TRIES):
        if tries > 0:
            time.sleep(PAUSE)
        before, stolen_before = cpu_times()
        row = measure()
        after, stolen_after = cpu_times()
        row["stolen"] = (stolen_after - stolen_before) / max(after - before, 1)
        if best is None or row["stolen"] < best["stolen"]:
            best = row
        if not is_disturbed(best):
            break
    return best
